#!/bin/sh
# Tests modules, units and their order with Terratest: no credentials, no state, nothing is created.
set -eu

cd tests/terratest
go vet ./...
go test -timeout=40m ./...
