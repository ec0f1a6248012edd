; The names are those of Helix. What stands first wins.

(doc_comment) @comment.block.documentation
(comment) @comment.line

(parameter_name) @variable.parameter
(parameter name: (identifier) @variable.parameter)
(input name: (identifier) @variable.parameter)
(output name: (identifier) @variable.other.member)
(function name: (identifier) @function)
(call function: (identifier) @function)
(enum name: (_) @type)
(enum_member (identifier) @type.enum.variant)
(type_alias name: (_) @type)
(named_type name: (identifier) @type.builtin)
(named_type of: (identifier) @type)

(keyword) @keyword.storage.type
(label) @label
(property) @variable.other.member
(type_name) @type
(wildcard) @constant.builtin

(escape) @constant.character.escape
(interpolation
  "${" @punctuation.special
  "}" @punctuation.special)
["\"" "\"\"\"" (text)] @string
(boolean) @constant.builtin.boolean
(none) @constant.builtin
(integer) @constant.numeric.integer
(float) @constant.numeric.float
[(address) (range) (port) (quantity)] @constant.numeric

["input" "output" "let" "check" "type" "enum" "at" "help" "where" "by"] @keyword
"fn" @keyword.function
["if" "then" "else" "match"] @keyword.control.conditional
"for" @keyword.control.repeat
["and" "or" "not" "in"] @keyword.operator

["=" "+=" "-=" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "%" "??" "?" "=>" "->"] @operator
["," ":" "."] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket

(identifier) @variable
