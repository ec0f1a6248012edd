(file) @local.scope
(body) @local.scope
(list_for) @local.scope
(map_for) @local.scope
(function) @local.scope
(block) @local.scope
(repetition) @local.scope

(let name: (identifier) @local.definition.var)
(input name: (identifier) @local.definition.parameter)
(parameter name: (identifier) @local.definition.parameter)
(binding name: (identifier) @local.definition.var)
(function name: (identifier) @local.definition.function)
(type_alias name: (_) @local.definition.type)
(enum name: (_) @local.definition.type)

(identifier) @local.reference
