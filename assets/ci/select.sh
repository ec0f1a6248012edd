#!/bin/sh
# Prints what a run works on, as a JSON array of rows for a matrix. An environment that is not ready is never among
# them: its state still lies with an operator.
#
# usage: ci/select.sh <environments|images> all
#        ci/select.sh <environments|images> changed <base> <head>    those that read what lies between two commits
#        ci/select.sh <environments|images> proposed <base> <head>   the same for what nobody has approved: an environment that is
#                                                                    protected or approved bakes nothing for it, and is not planned
#                                                                    where its machines would start from what is not baked
#        ci/select.sh <environments|images> slot <number> <count>    one share of all
set -eu

what=$1 mode=$2
slot=0 slots=1 proposed=false
changed=''

case "$mode" in
  all) ;;
  slot) slot=$3 slots=$4 ;;
  changed | proposed)
    [ "$mode" = changed ] || proposed=true
    mode=changed
    # The first push of a branch, or a rewritten one, has no base that is still there: then everything may have changed.
    if git cat-file -e "$3^{commit}" 2> /dev/null; then
      changed=$(git -c core.quotePath=false diff --name-only --no-renames "$3...$4")
    else
      mode=all
    fi
    ;;
  *)
    echo "ci/select.sh: unknown mode $mode" >&2
    exit 64
    ;;
esac

# More names than fit into one argument reach jq by its input.
printf '%s\n' "$changed" |
  jq --null-input --compact-output --from-file ci/select.jq \
    --arg what "$what" --arg mode "$mode" --argjson proposed "$proposed" --rawfile changed /dev/stdin \
    --argjson slot "$slot" --argjson slots "$slots" \
    live/*/pipeline.json
