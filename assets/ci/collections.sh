#!/bin/sh
# Installs the collections of Ansible that the roles use, each in the one version that is pinned.
set -eu

ansible-galaxy collection install --requirements-file ansible/requirements.yml > /dev/null
