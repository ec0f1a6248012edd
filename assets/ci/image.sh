#!/bin/sh
# Builds one image on one provider of an environment, for all its architectures.
#
# usage: ci/image.sh <product> <environment> <image> <provider>
set -eu

product=$1 environment=$2 image=$3 provider=$4

# shellcheck source=ci/signals.sh
. ./ci/signals.sh

field() {
  IMAGE=$image PROVIDER=$provider ./ci/environment.sh "$product" "$environment" \
    "(.images[] | select(.image == env.IMAGE and .provider == env.PROVIDER)) // error(\"no image\") | .$1"
}

template=$(field template)
variables=$(field variables)

./ci/collections.sh
packer init "$template"
packer validate "-var-file=$variables" "$template"
run packer build -color=false -timestamp-ui "-var-file=$variables" "$template"
