[
  (body)
  (list)
  (list_for)
  (map)
  (map_for)
  (arguments)
  (parameters)
  (record_type)
  (enum)
  (match)
  (string)
] @fold
