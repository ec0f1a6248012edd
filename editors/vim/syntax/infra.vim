" The words and literals of the language; what a word is at its place says the language server.

if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,-

syntax keyword infraConditional if then else match
syntax keyword infraRepeat for by
syntax keyword infraOperator and or not in
syntax keyword infraKeyword where at help
syntax keyword infraBoolean true false
syntax keyword infraNone none

syntax match infraDeclaration /\v(^|[{,])\s*\zs(input|output|let|check|fn|type|enum)\ze\s+[^[:blank:]={+-]/
syntax match infraType /\v<\u[A-Za-z0-9]*>/
syntax match infraFunction /\v<\l[a-z0-9_-]*\ze\s*\(/
syntax match infraBlock /\v(^|[{,])\s*\zs(if|then|else|where|at|help|for|input|output|let|check|fn|type|enum)@!\l[a-z0-9_-]*\ze(\s+\l[a-z0-9_-]*|\s*"[^"]*")*\s*\{/
syntax match infraProperty /\v<[A-Za-z_][A-Za-z0-9_-]*\ze\s*(\=[=>]@!|\+\=|-\=)/
syntax match infraProperty /\v<[A-Za-z_][A-Za-z0-9_-]*\ze:/
syntax match infraType /\v(\w:\s*)@40<=\h[A-Za-z0-9_-]*/
syntax match infraMember /\v\.\zs[A-Za-z_][A-Za-z0-9_-]*/

syntax match infraNumber /\v<\d+(\.\d+)?>/
syntax match infraNumber /\v<\d+(\.\d+)?(KiB|MiB|GiB|TiB|kB|MB|GB|TB|B|ms|s|m|h|d|w|EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|CAD|AUD|NZD)>/
syntax match infraNumber /\v<\d+(\.\d+){3}(\/\d+)?>/
syntax match infraNumber /\v<\d+(\.\.\d+)?\/(tcp|udp|sctp|icmpv6|icmp|esp|gre|ah)>/

syntax match infraSign /\v\=\>|-\>|\=\=|!\=|\<\=|\>\=|\?\?|\+\=|-\=|[=<>+*\/%?-]/

syntax match infraEscape contained /\v\\(["\\$nrt]|u\{\x{1,6}\})/
syntax region infraInterpolation contained matchgroup=infraSpecial start=/\${/ end=/}\|$/ keepend extend contains=@infraCode,infraInner
syntax region infraInner contained start=/{/ end=/}\|$/ contains=@infraCode,infraInner
syntax region infraString start=/"/ skip=/\\./ end=/"\|$/ contains=infraEscape,infraInterpolation
syntax region infraString start=/"""\ze\s*$/ end=/^\s*"""/ contains=infraEscape,infraInterpolation

syntax cluster infraCode contains=infraConditional,infraOperator,infraBoolean,infraNone,infraRepeat,infraFunction,infraMember,infraNumber,infraSign,infraString,infraProperty

syntax match infraComment /#.*$/ contains=@Spell
syntax match infraDocumentation /^\s*\zs##\%([^#].*\)\?$/ contains=@Spell

syntax sync minlines=200

highlight default link infraConditional Conditional
highlight default link infraRepeat Repeat
highlight default link infraOperator Operator
highlight default link infraKeyword Keyword
highlight default link infraBoolean Boolean
highlight default link infraNone Constant
highlight default link infraDeclaration Keyword
highlight default link infraBlock Statement
highlight default link infraType Type
highlight default link infraFunction Function
highlight default link infraProperty Identifier
highlight default link infraMember Identifier
highlight default link infraNumber Number
highlight default link infraSign Operator
highlight default link infraEscape SpecialChar
highlight default link infraSpecial Special
highlight default link infraString String
highlight default link infraComment Comment
highlight default link infraDocumentation SpecialComment

let b:current_syntax = 'infra'
