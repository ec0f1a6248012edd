#!/bin/sh
# Keeps the certificates of this machine's names: asks those who sign them, renews each in time, and puts the first that holds in
# place.
#
# Who signs has a folder in /etc/site with the chain in `cert.pem` and the key in `key.pem`, which is made here anew for each
# certificate. `own` is the product's authority: that folder is somebody else's work, and always there. `current` leads to the
# folder that the server reads.
set -eu

usage() {
  cat >&2 <<'END'
usage: site-certificate apply | renew | settle [check] | check
         apply  gets what is missing or near its end, and puts the first certificate that holds in place
         renew  does the same, and fails where somebody signed nothing
         settle only puts the first certificate that holds in place; with `check` says by its code whether there is something to do
         check  changes nothing: 0 where nothing is to be done, 1 where something is
END
  exit 2
}

mode=${1:-} site=/etc/site
case "$mode ${2:-}" in
  'apply ' | 'renew ' | 'settle ' | 'check ' | 'settle check') [ $# -le 2 ] || usage ;;
  *) usage ;;
esac

# A certificate is renewed when a third of its life is left, and spoken of when it is a quarter: nobody renewed it.
RENEW=33 LATE=25

folder=''
trap '[ -z "$folder" ] || rm -rf "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
umask 077
folder=$(mktemp -d)

say() {
  printf 'site-certificate: %s\n' "$*" >&2
}

setting() {
  jq --raw-output "$1" "$site/settings.json"
}

sources=$(setting '.sources[]')
names=$(setting '.names[]')

# How much of its life a certificate has left, in percent; less than nothing behind its end and before its beginning.
left() {
  from=$(openssl x509 -in "$1" -noout -startdate) && to=$(openssl x509 -in "$1" -noout -enddate) || return 1
  from=$(date --date="${from#*=}" +%s) to=$(date --date="${to#*=}" +%s) now=$(date +%s)
  if [ "$now" -lt "$from" ] || [ "$now" -ge "$to" ]; then echo -1; else echo $(((to - now) * 100 / (to - from))); fi
}

# Whether a folder has a certificate for all names that holds now, with its key. Why not stands in $why.
holds() {
  why='there is none'
  [ -s "$1/cert.pem" ] && [ -s "$1/key.pem" ] || return 1
  why='it cannot be read'
  openssl x509 -in "$1/cert.pem" -noout -pubkey > "$folder/of-certificate" 2> /dev/null || return 1
  openssl pkey -in "$1/key.pem" -pubout > "$folder/of-key" 2> /dev/null || return 1
  why='it has another key'
  cmp -s "$folder/of-certificate" "$folder/of-key" || return 1
  for name in $names; do
    why="it is not for $name"
    openssl x509 -in "$1/cert.pem" -noout -checkhost "$name" | grep -q 'does match certificate' || return 1
  done
  share=$(left "$1/cert.pem") || return 1
  why="it does not hold now: $(openssl x509 -in "$1/cert.pem" -noout -startdate -enddate | tr '\n' ' ')"
  [ "$share" -ge 0 ]
}

# The first source whose certificate holds; the product's own authority where none does.
first() {
  for source in $sources; do
    if holds "$site/$source"; then
      echo "$source"
      return
    fi
  done
  echo own
}

now_served() {
  readlink "$site/current" || true
}

# Leads `current` to the first that holds, in one step.
settle() {
  chosen=$(first)
  [ "$(now_served)" != "$chosen" ] || return 0
  ln -sfn "$chosen" "$site/current.new"
  mv -T "$site/current.new" "$site/current"
  say "$chosen signs what is served"
}

case $mode in
  check)
    todo=0
    for source in $sources; do
      if ! holds "$site/$source"; then
        printf 'the certificate of %s: %s\n' "$source" "$why"
        todo=1
      elif [ "$share" -lt "$LATE" ]; then
        printf 'the certificate of %s ends soon, and nothing renewed it: %s\n' "$source" "$(openssl x509 -in "$site/$source/cert.pem" -noout -enddate)"
        todo=1
      fi
    done
    chosen=$(first)
    if [ "$(now_served)" != "$chosen" ]; then
      printf '%s should sign what is served\n' "$chosen"
      todo=1
    fi
    exit "$todo"
    ;;
  settle)
    if [ "${2:-}" = check ]; then
      [ "$(now_served)" = "$(first)" ] || exit 1
      exit 0
    fi
    settle
    exit 0
    ;;
esac

# The timer and a run of Ansible may meet.
exec 9> "$site/lock"
flock --timeout 600 9 || {
  say 'another one is at work for ten minutes'
  exit 1
}

# Makes a key and a request for all names.
request() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/new/key.pem"
  openssl req -new -key "$folder/new/key.pem" -subj / -out "$folder/csr.pem" \
    -addext "subjectAltName=$(setting '.names | map("DNS:" + .) | join(",")')"
}

sign_letsencrypt() {
  rm -rf "$site/account/certificates"
  set -- lego --accept-tos --email "$(setting .contact)" --server "$(setting .directory)" --path "$site/account" --csr "$folder/csr.pem"
  client=$(setting '.challenge.client // empty')
  if [ -n "$client" ]; then
    # The client finds the token in the file that this variable names: no list of processes shows it.
    env "$(setting .challenge.variable)_FILE=$site/token" "$@" --dns "$client" run > "$folder/log" 2>&1 || return 1
  else
    # The server is another user, and reads the file.
    (umask 022 && "$@" --http --http.webroot /var/lib/site/challenges run) > "$folder/log" 2>&1 || return 1
  fi
  for made in "$site"/account/certificates/*.crt; do
    case $made in *.issuer.crt) ;; *) cp "$made" "$folder/new/cert.pem" ;; esac
  done
}

sign_origin() {
  printf 'Authorization: Bearer %s\n' "$(cat "$site/token")" > "$folder/header"
  jq --null-input --rawfile csr "$folder/csr.pem" --slurpfile settings "$site/settings.json" \
    '{csr: $csr, hostnames: $settings[0].names, request_type: "origin-ecc", requested_validity: 90}' > "$folder/body"
  curl --silent --show-error --max-time 60 --header "@$folder/header" --header 'Content-Type: application/json' \
    --data-binary "@$folder/body" "$(setting .origin)/certificates" > "$folder/log" 2>&1 || return 1
  jq --exit-status --raw-output 'select(.success) | .result.certificate' "$folder/log" > "$folder/new/cert.pem" 2> /dev/null
}

# Has a new certificate signed, and takes it where it holds.
obtain() {
  rm -rf "$folder/new"
  mkdir "$folder/new"
  request
  "sign_$1" || {
    say "$1 signed nothing: $(tail -n 3 "$folder/log" | tr '\n' ' ')"
    return 1
  }
  holds "$folder/new" || {
    say "$1 signed what is of no use: $why"
    return 1
  }
  chgrp "$(setting .group)" "$folder/new" "$folder/new/cert.pem" "$folder/new/key.pem"
  chmod 0750 "$folder/new"
  chmod 0640 "$folder/new/cert.pem" "$folder/new/key.pem"
  # Onto the same disk first: then it changes places at once.
  rm -rf "$site/$1.new" "$site/$1.old"
  cp -Rp "$folder/new" "$site/$1.new"
  if [ -d "$site/$1" ]; then mv -T "$site/$1" "$site/$1.old"; fi
  mv -T "$site/$1.new" "$site/$1"
  rm -rf "$site/$1.old"
  say "$1 signed a new certificate"
}

served() {
  cat "$site/current/cert.pem" 2> /dev/null | sha256sum
}

before=$(served) failed=0
for source in $sources; do
  if holds "$site/$source" && [ "$share" -gt "$RENEW" ]; then continue; fi
  obtain "$source" || failed=1
done
settle
if [ "$(served)" != "$before" ]; then
  for unit in $(setting '.reloads[]'); do
    systemctl reload "$unit" || failed=1
  done
fi
if [ "$mode" = renew ]; then exit "$failed"; fi
