#!/bin/sh
# Checks the form of every unit, that it agrees with the module it calls, and that the units have an order.
set -eu

export TG_STRICT_MODE=true TG_NON_INTERACTIVE=true TG_NO_COLOR=true

terragrunt hcl fmt --check --diff --working-dir live
terragrunt hcl validate --working-dir live
terragrunt hcl validate --inputs --strict --working-dir live
terragrunt find --dag --json --dependencies --working-dir live > /dev/null
