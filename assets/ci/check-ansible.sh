#!/bin/sh
# Lints every role and playbook, reads every inventory, parses every playbook with its own inventory.
set -eu

[ -e ansible/ansible.cfg ] || {
  echo "ci/check-ansible.sh: no machine is configured yet"
  exit 0
}
export ANSIBLE_CONFIG=ansible/ansible.cfg

./ci/collections.sh
ansible-lint --offline --strict ansible

for inventory in ansible/inventory/*/*; do
  [ -e "$inventory" ] || continue
  product=${inventory%/*}
  product=${product##*/}
  ansible-inventory --inventory "$inventory" --list > /dev/null
  for playbook in "ansible/playbooks/$product"/*.yml; do
    ansible-playbook --inventory "$inventory" --syntax-check "$playbook"
  done
done
