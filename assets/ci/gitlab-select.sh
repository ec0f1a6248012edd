#!/bin/sh
# Prints a child pipeline with one trigger for each product that this pipeline reaches. PURPOSE says what the pipeline is
# for, BASE what a change is compared with; both are set where the pipeline starts, and IMAGES_OF_CHANGES where a stage
# looks at images of what is proposed.
set -eu

export MOST=100000

case "${PURPOSE:?}" in
  drift)
    hour=$(date -u +%H)
    environments=$(./ci/select.sh environments slot "${hour#0}" 24)
    images='[]'
    ;;
  apply)
    environments=$(./ci/select.sh environments changed "${BASE:?}" HEAD)
    images=$(./ci/select.sh images changed "$BASE" HEAD)
    ;;
  *)
    environments=$(./ci/select.sh environments proposed "${BASE:?}" HEAD)
    images='[]'
    [ -z "${IMAGES_OF_CHANGES:-}" ] || images=$(./ci/select.sh images changed "$BASE" HEAD)
    ;;
esac

jq --null-input --from-file ci/gitlab-select.jq \
  --arg purpose "$PURPOSE" --argjson environments "$environments" --argjson images "$images" \
  live/*/pipeline.json
