(block
  keyword: (keyword) @context
  label: (_)* @name) @item

(input "input" @context name: (_) @name) @item
(output "output" @context name: (_) @name) @item
(let "let" @context name: (_) @name) @item
(function "fn" @context name: (_) @name) @item
(type_alias "type" @context name: (_) @name) @item
(enum "enum" @context name: (_) @name) @item
