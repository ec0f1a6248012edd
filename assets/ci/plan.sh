#!/bin/sh
# Plans every unit of one environment. <out>/plan.md names addresses and actions, never values: a value may be secret.
# <out>/changed is there if something would change. It is a file and not an exit status, because 2 is also what a shell
# or another tool returns when it fails.
#
# <out>/json holds the plans with all their values while they are read, by this script and by the command that may follow: it is called
# with the product, the environment and <out>.
#
# usage: ci/plan.sh <product> <environment> <out> [<command>]     (<out> must not exist)
set -eu

product=$1 environment=$2 out=$3 reader=${4:-}

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

mkdir "$out"
out=$(cd "$out" && pwd)
trap 'rm -rf "$out/json"; [ -z "$signal" ] || rm -rf "$out"' EXIT
(umask 077 && mkdir "$out/json")

status=0
run terragrunt run --all --non-interactive --no-color \
  --working-dir "live/$product/$environment" \
  --json-out-dir "$out/json" --report-file "$out/report.json" --report-format json \
  -- plan -input=false -lock=false -detailed-exitcode || status=$?
case "$status" in
  0) ;;
  2) touch "$out/changed" ;;
  *) exit "$status" ;;
esac

find "$out/json" -name tfplan.json -exec \
  jq --null-input --raw-output --from-file ci/plan.jq --arg title "$product/$environment" --arg root "$out/json/" \
  {} + > "$out/plan.md"
find "$out/json" -name tfplan.json -exec jq --null-input --from-file ci/counts.jq {} + > "$out/counts.json"

[ -z "$reader" ] || run "$reader" "$product" "$environment" "$out"
