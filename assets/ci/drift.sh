#!/bin/sh
# Compares one environment with the repository and changes nothing. <out>/changed is there if they differ. What Ansible
# says goes to the log of the job and to <out>/ansible.log. A machine that cannot be compared does not keep the others
# from it: the first failure is the status of all.
#
# usage: ci/drift.sh <product> <environment> <out>     (<out> must not exist)
set -eu

product=$1 environment=$2 out=$3

# shellcheck source=ci/signals.sh
. ./ci/signals.sh
trap 'rm -f "$out/said"' EXIT

run ./ci/plan.sh "$product" "$environment" "$out"

inventory=$(./ci/environment.sh "$product" "$environment" .inventory)
playbooks=$(./ci/environment.sh "$product" "$environment" '.phases[].playbook // empty')
[ -n "$playbooks" ] || exit 0

./ci/collections.sh
export ANSIBLE_CONFIG=ansible/ansible.cfg ANSIBLE_HOST_PATTERN_MISMATCH=error ANSIBLE_NOCOLOR=1

failed=0
while read -r playbook <&3; do
  mkfifo "$out/said"
  tee -a "$out/ansible.log" < "$out/said" &
  shown=$!
  status=0
  run ansible-playbook --check --inventory "$inventory" "$playbook" > "$out/said" 2>&1 3<&- || status=$?
  wait "$shown"
  rm "$out/said"
  [ "$failed" -ne 0 ] || failed=$status
done 3<< END
$playbooks
END

# Of each run only the summary at its end counts: tasks show whatever files hold.
awk '
  /^PLAY / { recap = 0 }
  /^PLAY RECAP / { recap = 1 }
  recap && /^[^ ]+ +: ok=[0-9]+ +changed=[1-9]/
' "$out/ansible.log" > "$out/hosts"
if [ -s "$out/hosts" ]; then
  touch "$out/changed"
  {
    printf '\nServices differ on:\n\n'
    sed 's/^/    /' "$out/hosts"
  } >> "$out/plan.md"
fi
exit "$failed"
