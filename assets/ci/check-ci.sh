#!/bin/sh
# Lints the workflows, the pipelines and the scripts that they run.
set -eu

export LC_ALL=C

find ci -name '*.sh' -exec shellcheck {} +
find live -path '*/credentials/*.sh' -exec shellcheck {} +
find .gitlab-ci.yml .pre-commit-config.yaml ci .github live -name '*.y*ml' -exec yamllint --strict --config-file ci/yamllint.yaml {} +

actionlint -color
zizmor --offline --no-progress --persona=pedantic .github

find .github/workflows -name '*.yml' -exec check-jsonschema --builtin-schema vendor.github-workflows {} +
find .gitlab-ci.yml live -name '*gitlab-ci.yml' \
  -exec check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci {} +
