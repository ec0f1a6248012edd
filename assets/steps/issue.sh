#!/bin/sh
# Keeps one issue for each summary: its title is the name of the artifact.

gh label create "$LABEL" --force --description "differs from the repository"
for summary in summaries/*/plan.md; do
  [ -e "$summary" ] || continue
  title=$(basename "$(dirname "$summary")")
  number=$(gh issue list --label "$LABEL" --state open --json number,title --limit 1000 |
    jq --raw-output --arg title "$title" 'map(select(.title == $title)) | .[0].number // empty')
  if [ -n "$number" ]; then
    gh issue edit "$number" --body-file "$summary"
  else
    gh issue create --title "$title" --label "$LABEL" --body-file "$summary"
  fi
done
