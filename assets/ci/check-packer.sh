#!/bin/sh
# Validates every template with the versions of plugins that it pins, and with each set of variables that it is built
# with. Nothing is asked of a cloud, so the credentials may be anything; they only have to be there.
set -eu

for product in live/*; do
  credentials=$(jq --raw-output '[.environments[].images[].credentials[]] | unique | .[]' "$product/pipeline.json")
  for variable in $credentials; do
    export "$variable=none"
  done
done

for template in packer/*/*; do
  [ -e "$template" ] || continue
  echo "== $template"
  packer init "$template"
  sets=$(TEMPLATE=$template jq --raw-output \
    '.environments[].images[] | select(.template == env.TEMPLATE) | .variables' live/*/pipeline.json)
  for variables in $sets; do
    packer validate "-var-file=$variables" "$template"
  done
done
