#!/bin/sh
# Validates one image on one provider of an environment, for a change that nobody has looked at. Nothing is baked and nothing is asked of a
# cloud, so the credentials may be anything; they only have to be there.
#
# usage: ci/validate-image.sh <product> <environment> <image> <provider>
set -eu

product=$1 environment=$2 image=$3 provider=$4

field() {
  IMAGE=$image PROVIDER=$provider ./ci/environment.sh "$product" "$environment" \
    "(.images[] | select(.image == env.IMAGE and .provider == env.PROVIDER)) // error(\"no image\") | .$1"
}

template=$(field template)
variables=$(field variables)
credentials=$(field 'credentials[]')
for variable in $credentials; do
  export "$variable=none"
done

packer init "$template"
packer validate "-var-file=$variables" "$template"
