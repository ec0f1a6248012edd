#!/bin/sh
# Reads one environment of a product from its pipeline.json.
#
# usage: ci/environment.sh <product> <environment> <jq filter>
set -eu

product=$1 environment=$2 filter=$3

data=live/$product/pipeline.json
[ -e "$data" ] || {
  echo "ci/environment.sh: there is no product $product" >&2
  exit 66
}

jq --raw-output --arg name "$environment" "
  (.environments[] | select(.name == \$name)) // error(\"no environment \\(\$name)\") | $filter
" "$data"
