#!/bin/sh
# Writes the whole directory to a file of the day, and keeps the newest ones.
#
# usage: COPIES=COUNT ldap-copy
set -eu

keep=${COPIES:?how many copies are kept}
folder=/var/backups/ldap
umask 077
new=$(mktemp "$folder/.new.XXXXXX")
trap 'rm -f "$new" "$new.gz"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# From the database itself: with the passwords, and while the server runs.
slapcat -f /etc/ldap/directory/slapd.conf -l "$new"
# An empty directory is no copy: it would push out those that are.
[ -s "$new" ] || {
  echo 'ldap-copy: the directory is empty' >&2
  exit 1
}
gzip "$new"
mv "$new.gz" "$folder/$(date -u +%Y-%m-%dT%H%M%SZ).ldif.gz"
# The names are made here, and sort by time.
find "$folder" -maxdepth 1 -name '*.ldif.gz' | LC_ALL=C sort -r | tail -n "+$((keep + 1))" | while read -r old; do
  rm -f "$old"
done
