#!/bin/sh
# Runs a command with the credentials of one environment and role. The job's identity token is exchanged at the secret
# store of the environment, or the system of CI keeps them itself, where the product has no such store; what is read is
# visible to the command alone, never to a later step.
#
# usage: ci/with-credentials.sh <product> <environment> <role> <command> [argument...]
set -eu

product=$1 environment=$2 role=$3
shift 3

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

umask 077
private='' renewing=''
# shellcheck disable=SC2086 # a list of numbers
trap '[ -z "$renewing" ] || kill $renewing 2> /dev/null || true; [ -z "$private" ] || rm -rf "$private"' EXIT
private=$(mktemp -d)

# file <variable> <content>: a secret that its reader wants as a file.
file() {
  printf '%s\n' "$2" > "$private/$1"
  export "$1=$private/$1"
}

# profile <name> <access key> <secret key>: the keys of an object store with the interface of S3. They stand in a
# profile of their own, because a cloud with the same interface takes its keys from the environment.
profile() {
  printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$1" "$2" "$3" >> "$private/profiles"
  export AWS_SHARED_CREDENTIALS_FILE="$private/profiles"
}

# given <thing> <field>: what the system of CI keeps for the role, where no store of secrets does: an object of JSON, in which
# each thing is an object of fields.
given() {
  [ -n "$kept" ] || {
    echo "ci/with-credentials.sh: CI keeps nothing for $role of $product/$environment, or this is no job of it" >&2
    exit 77
  }
  value=$(
    printf '%s' "$kept" | jq --exit-status --raw-output --arg thing "$1" --arg field "$2" '.[$thing][$field] | strings'
  ) || {
    echo "ci/with-credentials.sh: what CI keeps for $role of $product/$environment has no field $2 of $1" >&2
    exit 78
  }
  # GitHub knows the object as a secret, and not what is in it.
  [ "$system" != github ] || printf '%s\n' "$value" | sed -n 's/%/%25/g; s/^.\{8,\}/::add-mask::&/p' >&2
  printf '%s\n' "$value"
}

# identity_for <audience>: what GitHub signs for the job.
identity_for() {
  answer=$(
    printf 'Authorization: Bearer %s\n' "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:?}" |
      curl --fail --silent --show-error --get --header @- --data-urlencode "audience=$1" "$ACTIONS_ID_TOKEN_REQUEST_URL"
  ) || return
  printf '%s' "$answer" | jq --exit-status --raw-output '.value | strings' || {
    echo "ci/with-credentials.sh: the system of CI gave no identity token" >&2
    return 77
  }
}

# token <account> <audience>: $token is a file with an identity of the job for an account alone. That of GitLab is good as long
# as the job takes; that of GitHub for minutes, so it is made anew while the command runs.
token() {
  token=$private/$1.token
  if [ "$system" = gitlab ]; then
    name=CI_IDENTITY_TOKEN_$(printf %s "$1" | tr a-z- A-Z_)
    printenv "$name" > "$token" || {
      echo "ci/with-credentials.sh: no identity token for $1: this runs in a job of CI" >&2
      exit 77
    }
    unset "$name"
    return
  fi
  identity_for "$2" > "$token"
  while sleep "${RENEW_AFTER:-120}"; do
    ! identity_for "$2" > "$token.next" || mv "$token.next" "$token"
  done < /dev/null > /dev/null 2>&1 &
  renewing="$renewing $!"
}

# machines: how SSH reaches machines, the same on every hop. They are known by the authority of the environment, which signs their
# keys; where one is new it may take a while until it answers.
machines() {
  [ -n "$authority" ] || {
    echo "ci/with-credentials.sh: no machine is known without AUTHORITY, the certificate of who signs their keys" >&2
    exit 78
  }
  openssl x509 -in "$authority" -noout -pubkey > "$private/authority.pem"
  signer=$(ssh-keygen -i -m PKCS8 -f "$private/authority.pem")
  printf '@cert-authority * %s\n' "$signer" > "$private/known_hosts"
  cat > "$private/ssh_config" << END
Host *
  BatchMode yes
  ConnectTimeout 15
  GlobalKnownHostsFile none
  IdentitiesOnly yes
  IdentityFile "${ANSIBLE_PRIVATE_KEY_FILE:?the role has no key}"
  ServerAliveCountMax 4
  ServerAliveInterval 15
  StrictHostKeyChecking yes
  UpdateHostKeys no
  UserKnownHostsFile "$private/known_hosts"
END
  export ANSIBLE_SSH_ARGS="-F $private/ssh_config -C -o ControlMaster=auto -o ControlPersist=60s" ANSIBLE_SSH_RETRIES=10
}

system=gitlab
[ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] || system=github

audience=$(./ci/environment.sh "$product" "$environment" '.audience // ""')
identity='' kept=''
if [ -z "$audience" ]; then
  # GitHub has an environment for each role. GitLab has one for all: a variable for each, of which only that for plans is
  # there for what is not on a protected branch.
  case "$system.$role" in
    github.*) kept=${CREDENTIALS:-} ;;
    gitlab.plan) kept=${CREDENTIALS_PLAN:-} ;;
    gitlab.drift) kept=${CREDENTIALS_DRIFT:-} ;;
    gitlab.apply) kept=${CREDENTIALS_APPLY:-} ;;
    *) kept=${CREDENTIALS_IMAGES:-} ;;
  esac
elif [ "$system" = github ]; then
  identity=$(identity_for "$audience")
else
  # shellcheck disable=SC2034 # for the script of the role
  identity=${CI_IDENTITY_TOKEN:?no identity token: this runs in a job of CI}
fi

# The certificate of the authority that signs the services of the environment is no secret, but only CI can bring it here.
# It lies where root.hcl looks for it.
authority=
if [ -n "${AUTHORITY:-}" ]; then
  authority=$PWD/live/$product/.bootstrap/$environment.pem
  mkdir -p "${authority%/*}"
  printf '%s\n' "$AUTHORITY" > "$authority"
fi

# shellcheck source=/dev/null
. "live/$product/$environment/credentials/$role.sh"
unset identity answer kept value ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL CI_IDENTITY_TOKEN
unset CREDENTIALS CREDENTIALS_PLAN CREDENTIALS_DRIFT CREDENTIALS_APPLY CREDENTIALS_IMAGES

run "$@"
