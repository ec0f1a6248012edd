; What stands later wins.

(comment) @comment
(doc_comment) @comment.documentation

(identifier) @variable
(type_name) @type
(wildcard) @constant.builtin

; Literals.
(string) @string
(text) @string
(escape) @string.escape
(boolean) @boolean
(none) @constant.builtin
(integer) @number
(float) @number.float
[(address) (range) (port) (quantity)] @number

(interpolation
  "${" @punctuation.special
  "}" @punctuation.special)

; Keywords.
["input" "output" "let" "check" "type" "enum" "at" "help" "where" "by"] @keyword
"fn" @keyword.function
["if" "then" "else" "match"] @keyword.conditional
["for"] @keyword.repeat
["and" "or" "not" "in"] @keyword.operator

; Operators.
["=" "+=" "-=" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "%" "??" "?" "=>" "->"] @operator
["," ":" "."] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket

; Names.
(keyword) @keyword
(label) @label
(property) @property
(parameter_name) @variable.parameter
(parameter name: (identifier) @variable.parameter)
(input name: (identifier) @variable.parameter)
(output name: (identifier) @property)
(function name: (identifier) @function)
(call function: (identifier) @function.call)
(enum name: (identifier) @type)
(enum_member (identifier) @constant)
(type_alias name: (identifier) @type)
(named_type name: (identifier) @type.builtin)
(named_type of: (identifier) @type)
