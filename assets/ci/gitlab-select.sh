#!/bin/sh
# Prints a child pipeline with one trigger for each product that this pipeline reaches. What for is passed on as PURPOSE,
# because in a child CI_PIPELINE_SOURCE is always `parent_pipeline`.
set -eu

case "$CI_PIPELINE_SOURCE" in
  schedule)
    hour=$(date -u +%H)
    purpose=drift
    environments=$(./ci/select.sh environments slot "${hour#0}" 24)
    images='[]'
    ;;
  merge_request_event)
    purpose=plan
    environments=$(./ci/select.sh environments changed "$CI_MERGE_REQUEST_DIFF_BASE_SHA" "$CI_COMMIT_SHA")
    images=$(./ci/select.sh images changed "$CI_MERGE_REQUEST_DIFF_BASE_SHA" "$CI_COMMIT_SHA")
    ;;
  *)
    purpose=apply
    environments=$(./ci/select.sh environments changed "$CI_COMMIT_BEFORE_SHA" "$CI_COMMIT_SHA")
    images=$(./ci/select.sh images changed "$CI_COMMIT_BEFORE_SHA" "$CI_COMMIT_SHA")
    ;;
esac

jq --null-input --from-file ci/gitlab-select.jq \
  --arg purpose "$purpose" --argjson environments "$environments" --argjson images "$images"
