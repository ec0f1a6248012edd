#!/bin/sh
# Prints what a run works on, as a JSON array of rows for a matrix. An environment that is not ready is never among
# them: its state still lies with an operator.
#
# usage: ci/select.sh <environments|images> all
#        ci/select.sh <environments|images> changed <base> <head>    those that read what lies between two commits, and
#                                                                    those that have become ready
#        ci/select.sh environments proposed <base> <head>            the same for what nobody has approved: an environment whose machines
#                                                                    would start from what is not baked is not planned
#        ci/select.sh <environments|images> slot <number> <count>    one share of all
#
# MOST: how many rows there may be, where a matrix of GitHub does not set the limit.
set -eu

what=$1 mode=$2
slot=0 slots=1 proposed=false
changed='' before='{}'

# ready <commit>: which environments each product had ready at a commit, for the products whose pipeline.json has changed since.
ready() {
  printf '%s\n' "$changed" | sed -n '/^live\/[^/]*\/pipeline\.json$/p' | while read -r file; do
    git show "$1:./$file" 2> /dev/null || printf '{ "product": "%s" }' "$(basename "${file%/*}")"
  done | jq --slurp --compact-output 'map({ key: .product, value: [.environments[]? | select(.ready) | .name] }) | from_entries'
}

case "$mode" in
  all) ;;
  slot) slot=$3 slots=$4 ;;
  changed | proposed)
    [ "$mode" = changed ] || proposed=true
    mode=changed
    # The first push of a branch, or a rewritten one, has no base that is still there: then everything may have changed.
    if git cat-file -e "$3^{commit}" 2> /dev/null; then
      changed=$(git -c core.quotePath=false diff --name-only --no-renames "$3...$4")
      before=$(ready "$(git merge-base "$3" "$4")")
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
    --argjson before "$before" --argjson most "${MOST:-250}" \
    --argjson slot "$slot" --argjson slots "$slots" \
    live/*/pipeline.json
