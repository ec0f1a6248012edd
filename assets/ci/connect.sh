#!/bin/sh
# Joins the private network of one environment, where it has one and the machine is not in it. How to join is data of
# the environment; NETWORK_KEY is what the tunnel is configured with, and the one secret that CI itself keeps.
#
# usage: ci/connect.sh <product> <environment>
set -eu

product=$1 environment=$2

file=$(./ci/environment.sh "$product" "$environment" '.network.file // ""')
[ -n "$file" ] || exit 0

packages=$(./ci/environment.sh "$product" "$environment" '.network.packages[]')
sudo apt-get update --quiet=2
printf '%s\n' "$packages" | xargs sudo apt-get install --quiet=2 --yes --no-install-recommends

printf '%s\n' "${NETWORK_KEY:?no key for the network of $product/$environment}" |
  sudo install -D --mode=0600 /dev/stdin "$file"
up=$(./ci/environment.sh "$product" "$environment" '.network.up | map(@sh) | join(" ")')
printf '%s\n' "$up" | xargs sudo
