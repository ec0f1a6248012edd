# The plans of one environment as a section of Markdown, one line for each change. A unit behind a changed one was
# planned with the outputs that are there now, so it may have more to do than it says: both are named.

def symbol:
  { create: "+", update: "~", delete: "-", read: "<", forget: "." }[.] // "?";

def fenced:
  "```diff\n" + gsub("```"; "'''") + "\n```\n";

[ inputs
  | (input_filename | ltrimstr($root) | rtrimstr("/tfplan.json")) as $unit
  | .resource_changes[]?
  | select(.change.actions != ["no-op"])
  | { $unit, address, actions: (.change.actions | map(symbol) | join("/")) } ]
| sort_by(.unit, .address)
| (map(.unit) | unique) as $units
| "### \($title): \(length) change\(if length == 1 then "" else "s" end)\n"
  + if length == 0 then ""
    else
      "\n" + (map("\(.actions) \(.unit): \(.address)") | join("\n") | fenced)
      + "\nUnits that need \($units | map("`\(.)`") | join(", ")) were planned against what is there now.\n"
    end
