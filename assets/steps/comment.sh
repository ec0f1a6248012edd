#!/bin/sh
# Writes the summaries of all environments into one comment, and changes that one when it is there. How much each of them changes comes
# first, and what does not fit is said: a list that is cut must not look like a whole one.

most=60000
find summaries -name '*.md' | LC_ALL=C sort | xargs cat > all.md
sed -n 's/^### \(.*: [0-9]* changes\{0,1\}\)$/- \1/p' all.md > comment.md
printf '\n' >> comment.md
rest=$((most - $(wc -c < comment.md)))
if [ "$(wc -c < all.md)" -le "$rest" ]; then
  cat all.md >> comment.md
else
  # Whole lines only, and no text that is left open.
  head --bytes="$rest" all.md | sed '$d' > part.md
  [ $(($(grep -c '^```' part.md) % 2)) -eq 0 ] || printf '```\n' >> part.md
  cat part.md >> comment.md
  printf '\n**This is not all**: %s of %s lines fit here. The artifacts of this run have the rest.\n' \
    "$(wc -l < part.md)" "$(wc -l < all.md)" >> comment.md
fi
gh pr comment "$NUMBER" --body-file comment.md --edit-last --create-if-none
