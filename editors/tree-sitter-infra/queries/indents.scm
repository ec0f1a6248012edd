[
  (body)
  (list)
  (list_for)
  (map)
  (map_for)
  (arguments)
  (parameters)
  (parenthesized)
  (record_type)
  (type_arguments)
  (enum)
  (match)
] @indent.begin

["}" ")" "]"] @indent.branch @indent.end

; Their text is their own.
(string) @indent.ignore
