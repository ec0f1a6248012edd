#!/bin/sh
# Brings one environment to what the repository describes, stack by stack: first the machines with OpenTofu, then the
# services on them with Ansible. Terragrunt orders the units of a stack.
#
# usage: ci/apply.sh <product> <environment>
set -eu

product=$1 environment=$2

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

inventory=$(./ci/environment.sh "$product" "$environment" .inventory)
phases=$(./ci/environment.sh "$product" "$environment" '.phases[] | "\(.folder // "-") \(.playbook // "-")"')

./ci/collections.sh
export ANSIBLE_CONFIG=ansible/ansible.cfg ANSIBLE_HOST_PATTERN_MISMATCH=error
while read -r folder playbook <&3; do
  [ -n "$folder" ] || continue
  if [ "$folder" != - ]; then
    run terragrunt run --all --non-interactive --no-color --working-dir "$folder" -- apply -input=false
  fi
  if [ "$playbook" != - ]; then
    run ansible-playbook --inventory "$inventory" "$playbook"
  fi
done 3<< END
$phases
END
