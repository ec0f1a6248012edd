#!/bin/sh
# Lints the workflows, the pipelines and the scripts that they run. What the repository has of its own beside them is judged by whoever
# wrote it.
set -eu

export LC_ALL=C

# ours <place>...: the files of YAML in these places that infrac has made.
ours() {
  find "$@" -name '*.y*ml' -exec grep -lF 'enerated by infrac' {} +
}

find ci -name '*.sh' -exec shellcheck {} +
find live -path '*/credentials/*.sh' -exec shellcheck {} +
ours .gitlab-ci.yml .pre-commit-config.yaml ci .github live | xargs yamllint --strict --config-file ci/yamllint.yaml

ours .github/workflows | xargs actionlint -color
ours .github/workflows | xargs zizmor --offline --no-progress --persona=pedantic

ours .github/workflows | xargs check-jsonschema --builtin-schema vendor.github-workflows
ours .gitlab-ci.yml ci live | grep 'gitlab-ci\.yml$' |
  xargs check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci
