#!/bin/sh
# Tests a role with Molecule. With two commits: only if something that the role reads lies between them.
#
# usage: ci/test-role.sh <role> [<base> <head>]
set -eu

role=$1 base=${2:-} head=${3:-}

if [ -n "$base" ] && git cat-file -e "$base^{commit}" 2> /dev/null; then
  if git diff --quiet "$base...$head" -- "ansible/roles/$role" ansible/ansible.cfg ansible/requirements.yml ci/test-role.sh; then
    echo "ci/test-role.sh: nothing that $role reads has changed"
    exit 0
  fi
fi

./ci/collections.sh
cd "ansible/roles/$role"
molecule test
