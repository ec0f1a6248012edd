#!/bin/sh
# Prices the plans of one environment, as ci/plan.sh leaves them for it. What cannot be priced is named, because "not priced" is not
# "free".
#
# usage: ci/cost.sh <product> <environment> <out>
set -eu

product=$1 environment=$2 out=$3

if [ -z "${INFRACOST_API_KEY:-}" ]; then
  printf 'Cost of %s/%s: not priced, there is no key for the price list.\n' "$product" "$environment" > "$out/plan.cost.md"
  exit 0
fi

infracost breakdown --no-color --path "$out/json" --format json --out-file "$out/json/cost.json"
jq --raw-output --from-file ci/cost.jq --arg title "$product/$environment" "$out/json/cost.json" > "$out/plan.cost.md"
