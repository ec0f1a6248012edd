#!/bin/sh
# Formats, validates and tests every module with mocked providers: no credentials, no state.
set -eu

[ -d modules ] || {
  echo "ci/check-opentofu.sh: there is no module yet"
  exit 0
}
tofu fmt -check -diff -recursive modules

modules=$(find modules -name versions.tf | LC_ALL=C sort)
for file in $modules; do
  module=${file%/versions.tf}
  echo "== $module"
  tofu -chdir="$module" init -backend=false -input=false -no-color > /dev/null
  tofu -chdir="$module" validate -no-color
  tofu -chdir="$module" test -no-color
done
