#!/bin/sh
# Compares one environment with the repository and changes nothing. <out>/changed is there if they differ.
#
# usage: ci/drift.sh <product> <environment> <out>     (<out> must not exist)
set -eu

product=$1 environment=$2 out=$3

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

run ./ci/plan.sh "$product" "$environment" "$out"

inventory=$(./ci/environment.sh "$product" "$environment" .inventory)
playbooks=$(./ci/environment.sh "$product" "$environment" '.phases[].playbook // empty')

./ci/collections.sh
export ANSIBLE_CONFIG=ansible/ansible.cfg ANSIBLE_HOST_PATTERN_MISMATCH=error ANSIBLE_NOCOLOR=1
while read -r playbook <&3; do
  [ -n "$playbook" ] || continue
  run ansible-playbook --check --inventory "$inventory" "$playbook" >> "$out/ansible.log"
done 3<< END
$playbooks
END

if [ -e "$out/ansible.log" ] && grep 'changed=[1-9]' "$out/ansible.log" > "$out/hosts"; then
  touch "$out/changed"
  {
    printf '\nServices differ on:\n\n'
    sed 's/^/    /' "$out/hosts"
  } >> "$out/plan.md"
fi
