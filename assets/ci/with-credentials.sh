#!/bin/sh
# Runs a command with the credentials of one environment and role. The job's identity token is exchanged at the secret
# store of the environment; what is read there is visible to the command alone, never to a later step.
#
# usage: ci/with-credentials.sh <product> <environment> <role> <command> [argument...]
set -eu

product=$1 environment=$2 role=$3
shift 3

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

umask 077
private=''
trap '[ -z "$private" ] || rm -rf "$private"' EXIT
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

audience=$(./ci/environment.sh "$product" "$environment" .audience)
if [ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]; then
  system=github
  answer=$(
    printf 'Authorization: Bearer %s\n' "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:?}" |
      curl --fail --silent --show-error --get --header @- --data-urlencode "audience=$audience" \
        "$ACTIONS_ID_TOKEN_REQUEST_URL"
  )
  identity=$(printf '%s' "$answer" | jq --raw-output .value)
else
  # shellcheck disable=SC2034 # for the script of the role
  system=gitlab
  identity=${CI_IDENTITY_TOKEN:?no identity token: this runs in a job of CI}
fi
[ "$identity" != null ] || {
  echo "ci/with-credentials.sh: the system of CI gave no identity token" >&2
  exit 77
}

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
unset identity answer ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL CI_IDENTITY_TOKEN

run "$@"
