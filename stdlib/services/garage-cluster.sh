#!/bin/sh
# Brings the members together, gives each its place, takes out those that are gone, and makes the
# buckets: each with a key that opens nothing else, and with what goes from it by itself.
#
# A member that was replaced has a new identifier at its old address. The old one leaves the layout in the same change in
# which the new one comes in: its place would count as a lost copy for ever.
set -eu

usage() {
  cat >&2 <<'END'
usage: garage-cluster [check | forget ID …]
         does what is to be done
  check  changes nothing: 0 where nothing is to be done, 1 where something is, 2 where that cannot be told
  forget also takes out these members, although more are gone at once than the copies bear: what only they held is lost
END
  exit 2
}

mode=${1:-change} forgotten='[]'
case $mode in
  change | check) [ $# -le 1 ] || usage ;;
  forget)
    shift
    [ $# -gt 0 ] || usage
    forgotten=$(jq --null-input '$ARGS.positional' --args "$@")
    ;;
  *) usage ;;
esac

# The token reaches curl in a file: the arguments of a command can be seen by others.
# Not every shell runs a trap for EXIT when a signal ends it.
folder=''
trap '[ -z "$folder" ] || rm -rf "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
folder=$(mktemp -d)
(umask 077 && printf 'Authorization: Bearer %s\n' "$(cat /etc/garage/admin-token)" > "$folder/header")

fail() {
  printf 'garage-cluster: %s\n' "$*" >&2
  exit 2
}

# Asks a member. The answer lies in $folder/answer, its code in $code; what the library of the codes calls an error is one.
ask() {
  host=$1 path=$2
  shift 2
  code=$(curl --silent --show-error --max-time 20 --cacert /etc/garage-proxy/tls/ca.pem --header "@$folder/header" \
    --output "$folder/answer" --write-out '%{http_code}' "$@" "https://$host:3904$path") || fail "$host does not answer $path"
  case $code in
    2?? | 404) ;;
    *) fail "$host answers $path with $code: $(cat "$folder/answer")" ;;
  esac
}

# Asks for what has to be there, and prints it.
get() {
  ask "$@"
  [ "$code" != 404 ] || fail "$host answers $path with 404: $(cat "$folder/answer")"
  cat "$folder/answer"
}

# Sends what stands in the second argument.
send() {
  printf '%s' "$2" > "$folder/body"
  get "$leader" "$1" --request POST --header 'Content-Type: application/json' --data-binary "@$folder/body"
}

# Says what is to be done; `check` goes no further.
todo() {
  printf '%s\n' "$1"
  if [ "$mode" = check ]; then exit 1; fi
}

# Waits two minutes until a command succeeds.
patiently() {
  why=$1 tries=0
  shift
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || fail "$why after two minutes"
    sleep 2
  done
}

healthy() {
  ask_quietly /health
}

# Whether a question is answered with success.
ask_quietly() {
  curl --silent --fail --max-time 20 --cacert /etc/garage-proxy/tls/ca.pem --header "@$folder/header" --output "$folder/answer" \
    "https://$leader:3904$1"
}

# Whether all members have the layout that the leader has, and no older one is still being left.
settled() {
  for address in $addresses; do
    layout=$(get "$address" /v2/GetClusterLayoutHistory) || return 1
    [ "$(printf '%s' "$layout" | jq --argjson version "$version" \
      '.currentVersion == $version and all(.versions[]; .status != "Draining")')" = true ] || return 1
  done
}

# Whether all members have the layout that the leader has.
agreed() {
  for address in $addresses; do
    layout=$(get "$address" /v2/GetClusterLayout) || return 1
    [ "$(printf '%s' "$layout" | jq .version)" = "$version" ] || return 1
  done
}

addresses=$(jq --raw-output '.members[].address' /etc/garage/members.json)
peers='[]' roles='[]' leader='' version=-1
for address in $addresses; do
  node=$(get "$address" '/v2/GetNodeInfo?node=self')
  id=$(printf '%s' "$node" | jq --raw-output '.success | to_entries[0].value.nodeId // empty')
  [ -n "$id" ] || fail "$address does not say which node it is: $node"
  peers=$(printf '%s' "$peers" | jq --arg peer "$id@$address:3901" '. + [$peer]')
  roles=$(printf '%s' "$roles" | jq --arg id "$id" --arg address "$address" --slurpfile all /etc/garage/members.json \
    '. + [$all[0].members[] | select(.address == $address) | {id: $id, zone, capacity, tags: []}]')
  # A new member knows no layout. One that it made for itself would break that of the others.
  layout=$(get "$address" /v2/GetClusterLayout)
  known=$(printf '%s' "$layout" | jq .version)
  if [ "$known" -gt "$version" ]; then leader=$address version=$known; fi
done

layout=$(get "$leader" /v2/GetClusterLayout)
staged=$(printf '%s' "$roles" | jq --argjson layout "$layout" \
  'map(select(. as $want | $layout.roles | any(.id == $want.id and .zone == $want.zone and .capacity == $want.capacity) | not))')
gone=$(printf '%s' "$layout" | jq --argjson roles "$roles" '[.roles[].id] - [$roles[].id]')
if [ "$staged" != '[]' ] || [ "$gone" != '[]' ]; then
  todo "$(jq --null-input --raw-output --argjson staged "$staged" --argjson gone "$gone" \
    '($staged[] | "to be placed: \(.id) in \(.zone) with \(.capacity) bytes"), ($gone[] | "to be taken out: \(.)")')"

  # Two that fail: both copies that a majority needs. One that still answers hands its data over, and does not count.
  status=$(get "$leader" /v2/GetClusterStatus)
  lost=$(printf '%s' "$status" | jq --argjson gone "$gone" '$gone - [.nodes[] | select(.isUp) | .id]')
  copies=$(jq .copies /etc/garage/members.json)
  bears=$(((copies - 1) / 2))
  named=$(jq --null-input --argjson lost "$lost" --argjson forgotten "$forgotten" '$lost - $forgotten | length')
  if [ "$named" -gt "$bears" ]; then
    fail "$(jq --null-input --raw-output --argjson lost "$lost" --arg copies "$copies" --arg bears "$bears" \
      '"\($lost | length) members are gone at once, and \($copies) copies bear the loss of \($bears): \($lost | join(", ")). " +
       "Bring one of them back with the volume that it had. Where that cannot be, and what only they held is given up: " +
       "garage-cluster forget \($lost | join(" "))"')"
  fi

  answer=$(send /v2/ConnectClusterNodes "$peers")
  [ "$(printf '%s' "$answer" | jq 'all(.[]; .success)')" = true ] || fail "$leader does not reach every member: $answer"
  patiently 'the members do not have one layout' agreed
  # One change after the other: a second loss before the first is made up for leaves one copy.
  if [ "$lost" != '[]' ] && [ "$forgotten" = '[]' ] && [ "$version" -gt 0 ]; then
    patiently "version $version of the layout is still being carried out" settled
  fi

  # What somebody else has prepared is not carried out unseen.
  send /v2/RevertClusterLayout '{}' > /dev/null
  changes=$(jq --null-input --argjson staged "$staged" --argjson gone "$gone" '{roles: ($staged + [$gone[] | {id: ., remove: true}])}')
  send /v2/UpdateClusterLayout "$changes" > /dev/null
  version=$((version + 1))
  send /v2/ApplyClusterLayout "{\"version\": $version}" > /dev/null
  patiently 'the members do not have one layout' agreed
fi

# A change is carried out when everybody has taken note of it: nobody waits for what a member that is gone would say.
history=$(get "$leader" /v2/GetClusterLayoutHistory)
if [ "$(printf '%s' "$history" | jq 'any(.versions[]; .status == "Draining")')" = true ]; then
  status=$(get "$leader" /v2/GetClusterStatus)
  silent=$(printf '%s' "$history" | jq --argjson roles "$roles" --argjson status "$status" --argjson forgotten "$forgotten" \
    '. as $history | [.updateTrackers // {} | to_entries[] |
      select(.value.ack < $history.currentVersion or ([.key] - $forgotten == [])) | .key] -
      [$roles[].id] - [$status.nodes[] | select(.isUp) | .id]')
  if [ "$silent" != '[]' ]; then
    todo "$(printf '%s' "$silent" | jq --raw-output '.[] | "no longer to be waited for: \(.)"')"
    send /v2/ClusterLayoutSkipDeadNodes "$(jq --null-input --argjson version "$version" --argjson forgotten "$forgotten" \
      '{version: $version, allowMissingData: ($forgotten != [])}')" > /dev/null
  fi
fi
if [ "$mode" != check ]; then patiently "$leader is not healthy" healthy; fi

# Which key opens which bucket. Secrets stay in files and in the bodies of requests.
keys=$(jq --null-input --slurpfile buckets /etc/garage/buckets.json --slurpfile key /etc/garage/key.json --slurpfile keys /etc/garage/keys.json '
  [$buckets[0].buckets[].name | if . == $buckets[0].states
    then {bucket: ., name: "product", id: "GK\($key[0].number)"}
    else {bucket: ., name: "infrac/\(.)", id: "GK\($keys[0].numbers[.])"} end]')

# The body that brings the key of a bucket into Garage.
imported() {
  jq --null-input --arg bucket "$1" --argjson keys "$keys" --slurpfile key /etc/garage/key.json --slurpfile own /etc/garage/keys.json '
    $keys[] | select(.bucket == $bucket) | {accessKeyId: .id, name,
      secretAccessKey: (if .name == "product" then $key[0].secret else $own[0].secrets[$bucket] end)}'
}

# Takes from these keys what they may in a bucket.
refuse() {
  for other in $3; do
    todo "to be refused: the key $other in the bucket $1"
    send /v2/DenyBucketKey "$(jq --null-input --arg id "$2" --arg key "$other" \
      '{bucketId: $id, accessKeyId: $key, permissions: {owner: true, read: true, write: true}}')" > /dev/null
  done
}

known=$(get "$leader" /v2/ListBuckets)
for bucket in $(jq --raw-output '.buckets[].name' /etc/garage/buckets.json); do
  key=$(printf '%s' "$keys" | jq --raw-output --arg bucket "$bucket" '.[] | select(.bucket == $bucket) | .id')
  imported "$bucket" > "$folder/key"
  ask "$leader" "/v2/GetKeyInfo?id=$key&showSecretKey=true"
  if [ "$code" = 404 ]; then
    todo "to be made: the key of the bucket $bucket"
    send /v2/ImportKey "$(cat "$folder/key")" > /dev/null
  elif [ "$(jq --slurpfile key "$folder/key" '.secretAccessKey == $key[0].secretAccessKey' "$folder/answer")" != true ]; then
    fail "the key $key of the bucket $bucket has another secret, which Garage does not change: give it a new number with its new secret"
  fi
  id=$(printf '%s' "$known" | jq --raw-output --arg name "$bucket" '[.[] | select(.globalAliases | index($name))][0].id // empty')
  if [ -z "$id" ]; then
    todo "to be made: the bucket $bucket"
    made=$(send /v2/CreateBucket "$(jq --null-input --arg name "$bucket" '{globalAlias: $name}')")
    id=$(printf '%s' "$made" | jq --raw-output .id)
  fi
  info=$(get "$leader" "/v2/GetBucketInfo?id=$id")
  if [ "$(printf '%s' "$info" | jq --arg key "$key" \
    '.keys | any(.accessKeyId == $key and .permissions.read and .permissions.write)')" != true ]; then
    todo "to be allowed: the key in the bucket $bucket"
    send /v2/AllowBucketKey "$(jq --null-input --arg id "$id" --arg key "$key" \
      '{bucketId: $id, accessKeyId: $key, permissions: {owner: false, read: true, write: true}}')" > /dev/null
  fi
  # One that came from here and opened it before: the product's, or the one with the number before this one.
  refuse "$bucket" "$id" "$(printf '%s' "$info" | jq --raw-output --arg key "$key" \
    '.keys[] | select(.accessKeyId != $key and (.name == "product" or (.name | startswith("infrac/"))) and any(.permissions[]; .)) | .accessKeyId')"

  rules=$(jq --arg name "$bucket" '[.buckets[] | select(.name == $name) |
    (select(.expire > 0) | {ID: "expire", Status: "Enabled", Expiration: {Days: .expire}}),
    (select(.unfinished > 0) | {ID: "unfinished", Status: "Enabled", AbortIncompleteMultipartUpload: {DaysAfterInitiation: .unfinished}})
  ]' /etc/garage/buckets.json)
  if [ "$(printf '%s' "$info" | jq --argjson rules "$rules" '(.lifecycleRules // []) == $rules')" != true ]; then
    todo "to be changed: what goes from the bucket $bucket by itself"
    send "/v2/UpdateBucket?id=$id" "$(jq --null-input --argjson rules "$rules" '{lifecycleRules: $rules}')" > /dev/null
  fi
done

# A bucket that is not written any more keeps what it holds. The key that came from here for it opens it no longer.
printf '%s' "$known" | jq --raw-output --argjson keys "$keys" \
  '.[] | .id as $id | .globalAliases[] | select(. as $name | $keys | any(.bucket == $name) | not) | "\($id) \(.)"' > "$folder/others"
while read -r id bucket; do
  info=$(get "$leader" "/v2/GetBucketInfo?id=$id")
  refuse "$bucket" "$id" "$(printf '%s' "$info" | jq --raw-output --arg name "infrac/$bucket" \
    '.keys[] | select(.name == $name and any(.permissions[]; .)) | .accessKeyId')"
done < "$folder/others"
