[(file) (body) (list_for) (map_for) (function) (block) (repetition)] @local.scope

(let name: (identifier) @local.definition.variable)
(input name: (identifier) @local.definition.variable.parameter)
(parameter name: (identifier) @local.definition.variable.parameter)
(binding name: (identifier) @local.definition.variable)

(identifier) @local.reference
