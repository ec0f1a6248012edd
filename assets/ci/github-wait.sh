#!/bin/sh
# Waits until the gates of a commit have succeeded, and fails with the first that does not. The limit of the job is the
# limit of the wait.
#
# usage: ci/github-wait.sh <commit> <gate>...
set -eu

commit=$1
shift

for gate in "$@"; do
  while :; do
    state=$(
      gh api --method GET "repos/$GITHUB_REPOSITORY/commits/$commit/check-runs" \
        --field check_name="$gate" --field filter=latest \
        --jq '.check_runs[0] | "\(.status)/\(.conclusion)"'
    )
    case "$state" in
      completed/success) break ;;
      completed/*)
        echo "ci/github-wait.sh: $gate of $commit is $state" >&2
        exit 1
        ;;
      *) sleep 20 ;;
    esac
  done
  echo "$gate of $commit has succeeded"
done
