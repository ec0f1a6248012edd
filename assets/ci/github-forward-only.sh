#!/bin/sh
# Fails if an environment is at a newer commit already: a run that waited long for its approval must not take it back.
#
# usage: ci/github-forward-only.sh <github-environment>
set -eu

deployed=$(
  gh api --method GET "repos/$GITHUB_REPOSITORY/deployments" --field environment="$1" --field per_page=100 --jq '.[].sha'
)
for commit in $deployed; do
  if [ "$commit" != "$GITHUB_SHA" ] && git merge-base --is-ancestor "$GITHUB_SHA" "$commit" 2> /dev/null; then
    echo "ci/github-forward-only.sh: $1 is at the newer commit $commit; approve that run instead" >&2
    exit 1
  fi
done
