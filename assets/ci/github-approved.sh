#!/bin/sh
# Fails if an environment of the repository lets a job in without a reviewer. GitHub makes an environment that is missing,
# without any rule, so the gate has to be looked at and not only to be named.
#
# usage: ci/github-approved.sh <github-environment>
set -eu

name=$(printf %s "$1" | sed 's,/,%2F,g')
rules=$(gh api "repos/$GITHUB_REPOSITORY/environments/$name" --jq '.protection_rules[].type')
case "$rules" in
  *required_reviewers*) ;;
  *)
    echo "ci/github-approved.sh: the environment $1 must have required reviewers, in the settings of the repository" >&2
    exit 1
    ;;
esac
