#!/bin/sh
# Makes the cluster once, and waits for members that join it.
#
# A member with empty storage asks its peers to let it in for as long as it runs. A new cluster is made only while
# every member answers that it belongs to none: one that does not answer may hold what a second cluster would hide.
set -eu

members=/etc/openbao/members.json
armed=/etc/vault.d/initialize.json

usage() {
  cat >&2 <<'END'
usage: openbao-cluster exists | absent | create | joined | join | complete | wait | same | refuse
  exists    succeeds where some member belongs to a cluster
  absent    succeeds where every member says that it belongs to none
  create    makes the cluster; OPERATOR_PASSWORD is the password of the first operator
  joined    succeeds where this member belongs to the cluster, or there is none yet
  join      waits until it does
  complete  succeeds where all members belong to the cluster
  wait      waits until they do
  same      succeeds where the file SEAL_FILE is not here yet, or has the key SEAL_KEY in it
  refuse    says that it has another one
END
  exit 2
}

# What a member says of itself: `in` a cluster, `sealed` in one, `out` of any, or `silent` and nothing.
state() {
  code=$(curl --silent --output /dev/null --max-time 5 --cacert /etc/vault.d/tls/ca.pem --write-out '%{http_code}' \
    "https://$1:8200/v1/sys/health?standbyok=true&perfstandbyok=true") || code=000
  case $code in
    200) echo in ;;
    501) echo out ;;
    503) echo sealed ;;
    *) echo silent ;;
  esac
}

# Whether some member belongs to a cluster.
exists() {
  for address in $addresses; do
    case $(state "$address") in in | sealed) return 0 ;; esac
  done
  return 1
}

absent() {
  for address in $addresses; do
    state=$(state "$address")
    if [ "$state" != out ]; then
      echo "openbao-cluster: $address is $state; a cluster is made only while every member answers that it is in none" >&2
      return 1
    fi
  done
}

joined() {
  case $(state "$self") in
    in) return 0 ;;
    out) ! exists ;;
    *) return 1 ;;
  esac
}

everybody_is_in() {
  for address in $addresses; do
    [ "$(state "$address")" = in ] || return 1
  done
}

# Waits two minutes for a member.
wait_for() {
  tries=0
  until state=$(state "$1") && [ "$state" = in ]; do
    tries=$((tries + 1))
    if [ "$tries" -ge 60 ]; then
      echo "openbao-cluster: $1 is $state after two minutes, and not in the cluster" >&2
      exit 1
    fi
    sleep 2
  done
}

# The server asks for these things at a start with empty storage. They are gone before anybody else could come across them.
create() {
  : "${OPERATOR_PASSWORD:?}"
  trap 'rm -f "$armed"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  rm -f "$armed"
  (umask 077 && : > "$armed")
  chgrp vault "$armed"
  chmod 0640 "$armed"
  jq '.initialize[].setup.request |= map(if .operator then .operator.data.password = env.OPERATOR_PASSWORD else . end)' \
    /etc/openbao/initialize.json > "$armed"
  systemctl restart openbao
  wait_for "$self"
}

# Nothing of the cluster is asked for by these.
case ${1:-} in
  same)
    [ ! -s "$SEAL_FILE" ] || [ "$(cat "$SEAL_FILE")" = "$SEAL_KEY" ]
    exit
    ;;
  refuse)
    echo "openbao-cluster: the key in $SEAL_FILE has another value where it is kept, which opens nothing that is sealed" >&2
    exit 1
    ;;
esac

self=$(jq --raw-output .address "$members")
addresses=$(jq --raw-output '.members[]' "$members")
case ${1:-} in
  exists) exists ;;
  absent) absent ;;
  create) exists || { absent && create; } ;;
  joined)
    # Left behind by a run that was killed, it would make a second cluster of a member with empty storage.
    [ ! -e "$armed" ] && joined
    ;;
  join)
    rm -f "$armed"
    joined || wait_for "$self"
    ;;
  complete) everybody_is_in ;;
  wait) for address in $addresses; do wait_for "$address"; done ;;
  *) usage ;;
esac
