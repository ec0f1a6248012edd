//! `define`, `implement` and `fn`: what the program can be made of.

use super::lower::Lowering;
use super::types::Names;
use super::{Owner, Resolver, word};
use crate::base::IndexMap;
use crate::base::{Span, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Attribute, BUILDER_NAMES, Definition, Function, Implementation, Instance, NamedType, Output};
use crate::syntax::ast;
use crate::ty::Ty;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Resolver<'_> {
    /// Collects the definitions, implementations and functions.
    pub(super) fn definitions(&mut self, blocks: &[&ast::Block], names: &Names) {
        for block in blocks {
            match block.keyword.text.as_str() {
                "define" => self.definition(block, names),
                "implement" => self.implementation(block, names),
                _ => {}
            }
        }
    }

    fn definition(&mut self, block: &ast::Block, names: &Names) {
        let Some(mut keyword) = block.labels.first().and_then(word) else {
            return self.headless(block, "define` names what it defines, such as `define module NAME");
        };
        self.plain_head(block, "a definition is there once, and always: leave it out");
        if keyword.text == "kind" || keyword.text == "instance" {
            return;
        }
        let Some(name) = block.labels.get(1).and_then(word) else {
            return self.headless(block, &format!("define {} NAME", keyword.text));
        };
        if !self.program.kinds.contains_key(&keyword.text) {
            let known = self.program.kinds.keys().map(Text::as_str);
            let nearest = similar::nearest(&keyword.text, known).map(str::to_owned);
            let mut diagnostic =
                Diagnostic::error(Code::UnknownBlock, keyword.span, format!("nothing called `{}` can be defined", keyword.text));
            if let Some(nearest) = &nearest {
                diagnostic =
                    diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), keyword.span, nearest.clone());
            }
            self.error(diagnostic);
            // Defined as what was meant: that nothing is called so elsewhere would follow from this.
            let Some(nearest) = nearest else { return };
            keyword.text = nearest.into();
        }
        self.surplus(block, 2);
        let items: Vec<&ast::Item> = block.body.items.iter().collect();
        let key: Owner = (keyword.text.clone(), name.text.clone());
        let types = self.declared_types(&items, names, Some(&key));
        let mut definition = Definition {
            keyword: keyword.text.clone(),
            name: name.clone(),
            span: block.span,
            doc: block.doc.clone(),
            inputs: IndexMap::default(),
            lets: IndexMap::default(),
            let_types: BTreeMap::new(),
            outputs: IndexMap::default(),
            attributes: IndexMap::default(),
            blocks: Vec::new(),
            instances: Vec::new(),
            checks: Vec::new(),
            loops: Vec::new(),
            types,
        };
        let mut seen: BTreeMap<Text, Span> = BTreeMap::new();
        for item in &block.body.items {
            match item {
                ast::Item::Input(input) => {
                    self.once(&mut seen, &input.name);
                    let input = self.input(input, names, &definition.types, Some(&key));
                    definition.inputs.entry(input.name.text.clone()).or_insert(input);
                }
                ast::Item::Output(output) => {
                    self.once(&mut seen, &output.name);
                    let output = self.output(output, names, &definition.types, Some(&key));
                    definition.outputs.entry(output.name.text.clone()).or_insert(output);
                }
                ast::Item::Let(binding) => {
                    self.once(&mut seen, &binding.name);
                    if let Some(ty) = &binding.ty {
                        let ty = self.ty(ty, names, &definition.types);
                        definition.let_types.entry(binding.name.text.clone()).or_insert(ty);
                    }
                    let lowered = self.lower(Some(&key), |lowering| lowering.binding(binding));
                    definition.lets.entry(binding.name.text.clone()).or_insert(lowered);
                }
                ast::Item::Attribute(attribute) => {
                    self.once(&mut seen, &attribute.name);
                    let lowered = self.lower(Some(&key), |lowering| lowering.attribute(attribute));
                    definition.attributes.entry(attribute.name.text.clone()).or_insert(lowered);
                }
                ast::Item::Block(inner) if self.program.instances.contains_key(&inner.keyword.text) => {
                    if let Some(instance) = self.instance(inner, Some(&key)) {
                        self.once(&mut seen, &instance.name);
                        definition.instances.push(Arc::new(instance));
                    }
                }
                ast::Item::Block(inner) => {
                    let bound = bound_in(&keyword.text, &inner.keyword.text);
                    let lowered = self.lower(Some(&key), |lowering| lowering.within(bound, |lowering| lowering.block(inner)));
                    definition.blocks.push(lowered);
                }
                ast::Item::Check(check) => definition.checks.push(self.lower(Some(&key), |lowering| lowering.check(check))),
                ast::Item::For(repeat) => definition.loops.push(self.lower(Some(&key), |lowering| lowering.repeated(repeat))),
                ast::Item::Function(function) => self.function(function, names, &definition.types.clone(), Some(&key)),
                ast::Item::Type(_) | ast::Item::Enum(_) | ast::Item::Error(_) => {}
            }
        }
        if let Some(first) = self.program.definitions.get(&key).map(|first| first.name.span) {
            return self.duplicate(&format!("{} `{}`", keyword.text, name.text), name.span, first);
        }
        self.program.definitions.insert(key, Arc::new(definition));
    }

    fn implementation(&mut self, block: &ast::Block, names: &Names) {
        let labels: Vec<Option<ast::Name>> = block.labels.iter().map(word).collect();
        let [Some(module), Some(on), Some(provider), ..] = labels.as_slice() else {
            return self.headless(block, "implement MODULE on PROVIDER");
        };
        if on.text != "on" {
            return self.headless(block, "implement MODULE on PROVIDER");
        }
        self.surplus(block, 3);
        self.plain_head(block, "say it at a resource in it, or where the module stands");
        let owner: Owner = ("module".into(), module.text.clone());
        let own = self.program.definitions.get(&owner).map(|definition| definition.types.clone()).unwrap_or_default();
        let mut implementation = Implementation {
            module: module.clone(),
            provider: provider.clone(),
            span: block.span,
            lets: IndexMap::default(),
            let_types: BTreeMap::new(),
            outputs: IndexMap::default(),
            resources: Vec::new(),
            checks: Vec::new(),
            examples: Vec::new(),
        };
        let mut seen = BTreeMap::new();
        for item in &block.body.items {
            match item {
                ast::Item::Let(binding) => {
                    self.once(&mut seen, &binding.name);
                    if let Some(ty) = &binding.ty {
                        let ty = self.ty(ty, names, &own);
                        implementation.let_types.entry(binding.name.text.clone()).or_insert(ty);
                    }
                    let lowered = self.lower(Some(&owner), |lowering| lowering.binding(binding));
                    implementation.lets.entry(binding.name.text.clone()).or_insert(lowered);
                }
                ast::Item::Output(output) => {
                    self.once(&mut seen, &output.name);
                    let output = self.output(output, names, &own, Some(&owner));
                    implementation.outputs.entry(output.name.text.clone()).or_insert(output);
                }
                ast::Item::Block(inner) if matches!(inner.keyword.text.as_str(), "resource" | "data") => {
                    if inner.labels.len() != 2 || inner.labels.iter().any(|label| word(label).is_none()) {
                        self.headless(inner, &format!("{} TYPE NAME", inner.keyword.text));
                        continue;
                    }
                    let name = inner.labels.get(1).and_then(word);
                    if let Some(name) = name {
                        let mut key = name.clone();
                        key.text = crate::base::text!("resource {}", name.text);
                        self.once_as(&mut seen, &key, &format!("`{}`", name.text));
                    }
                    implementation.resources.push(self.lower(Some(&owner), |lowering| lowering.block(inner)));
                }
                ast::Item::Block(inner) if inner.keyword.text == "example" => {
                    if let Some(label) = inner.labels.first() {
                        self.error(Diagnostic::error(Code::UnknownBlock, label.span, "an `example` has no label"));
                    }
                    implementation.examples.push(self.lower(Some(&owner), |lowering| lowering.block(inner)));
                }
                ast::Item::Check(check) => implementation.checks.push(self.lower(Some(&owner), |lowering| lowering.check(check))),
                ast::Item::Block(inner) => self.error(
                    Diagnostic::error(
                        Code::UnknownBlock,
                        inner.keyword.span,
                        format!("`{}` does not belong into an `implement` body", inner.keyword.text),
                    )
                    .help("it holds `let`, `defaults`, `resource`, `data`, `output`, `check` and `example`"),
                ),
                ast::Item::Error(_) => {}
                ast::Item::Attribute(attribute) => self.error(
                    Diagnostic::error(
                        Code::UnknownAttribute,
                        attribute.name.span,
                        format!("`{}` is an attribute, and an `implement` body has none", attribute.name.text),
                    )
                    .help(format!("write `let {} = …`, or move it into a resource", attribute.name.text)),
                ),
                ast::Item::For(repeat) => self.error(
                    Diagnostic::error(Code::UnknownBlock, repeat.span, "an `implement` body has no rules for each element")
                        .help("write the rule into the contract, `define module`, or one `check` over all elements: `check all([for x in xs : …])`"),
                ),
                _ => self.error(
                    Diagnostic::error(Code::UnknownBlock, block.span, "an `implement` body declares no inputs, types or functions")
                        .help("declare them in the contract, `define module`"),
                ),
            }
        }
        let key = (module.text.clone(), provider.text.clone());
        if let Some(first) = self.program.implementations.get(&key).map(|first| first.module.span) {
            return self.duplicate(&format!("`{}` on `{}`", module.text, provider.text), module.span, first);
        }
        self.program.implementations.insert(key, Arc::new(implementation));
    }

    fn function(&mut self, function: &ast::Function, names: &Names, own: &BTreeMap<Text, Arc<NamedType>>, owner: Option<&Owner>) {
        let name = function.name.clone();
        let Some(id) = self.functions.id(owner, &name.text) else { return };
        if let Some(first) = self.program.functions.get(&id).map(|first| first.name.span) {
            return self.duplicate(&format!("function `{}`", name.text), name.span, first);
        }
        let parameters: Vec<(Text, Ty)> =
            function.parameters.iter().map(|(name, ty)| (name.text.clone(), self.ty(ty, names, own))).collect();
        let result = self.ty(&function.result, names, own);
        let bound: Vec<Text> = parameters.iter().map(|(name, _)| name.clone()).collect();
        let value = self.lower(owner, |lowering| lowering.within(bound, |lowering| lowering.shared(&function.value)));
        self.program.functions.insert(id, Arc::new(Function { name, value, parameters, result }));
    }

    /// Links the functions that stand at the top level of a file.
    pub(super) fn functions(&mut self, items: &[&ast::Item], names: &Names) {
        for item in items {
            if let ast::Item::Function(function) = item {
                self.function(function, names, &BTreeMap::new(), None);
            }
        }
    }

    fn output(&mut self, output: &ast::Output, names: &Names, own: &BTreeMap<Text, Arc<NamedType>>, owner: Option<&Owner>) -> Output {
        Output {
            name: output.name.clone(),
            ty: output.ty.as_ref().map(|ty| self.ty(ty, names, own)),
            value: self.lower(owner, |lowering| output.value.as_ref().map(|value| lowering.shared(value))),
            doc: output.doc.clone(),
            span: output.span,
        }
    }

    /// An instance as declared: `stack compute web { … }`.
    pub(super) fn instance(&mut self, block: &ast::Block, owner: Option<&Owner>) -> Option<Instance> {
        let Some(definition) = block.labels.first().and_then(word) else {
            self.headless(block, &format!("{} DEFINITION NAME", block.keyword.text));
            return None;
        };
        self.surplus(block, 2);
        if owner.is_none() {
            self.plain_head(block, "`only` names the environments that it is in; write each one that differs out");
        }
        let repeat = block.repeat.as_ref().filter(|_| owner.is_some());
        let repeat = repeat.map(|repeat| self.lower(owner, |lowering| lowering.repeat(repeat)));
        let bound: Vec<Text> = repeat.iter().flat_map(|(_, names)| names).cloned().collect();
        let name = block.labels.get(1).and_then(word).unwrap_or_else(|| definition.clone());
        let mut written: BTreeMap<Text, &ast::Attribute> = BTreeMap::new();
        let mut attributes: IndexMap<Text, Arc<Attribute>> = IndexMap::default();
        let mut overrides = Vec::new();
        let mut blocks = Vec::new();
        for item in &block.body.items {
            match item {
                ast::Item::Attribute(attribute) => match written.get(&attribute.name.text) {
                    Some(first) => self.repeated(attribute, first),
                    None => {
                        written.insert(attribute.name.text.clone(), attribute);
                        let lower = |lowering: &mut Lowering<'_>| lowering.within(bound.clone(), |inside| inside.attribute(attribute));
                        let lowered = self.lower(owner, lower);
                        attributes.insert(attribute.name.text.clone(), lowered);
                    }
                },
                ast::Item::Block(inner) if inner.keyword.text == "in" => match inner.labels.first().and_then(word) {
                    Some(environment) => {
                        let lower =
                            |lowering: &mut Lowering<'_>| lowering.within(bound.clone(), |inside| super::attributes(inside, &inner.body));
                        let set = self.lower(owner, lower);
                        self.only_attributes(&inner.body);
                        self.plain_head(inner, "an environment is named, and nothing else decides");
                        overrides.push((environment, set));
                    }
                    None => self.headless(inner, "in ENVIRONMENT"),
                },
                ast::Item::Block(inner) => {
                    blocks.push(self.lower(owner, |lowering| lowering.within(bound.clone(), |inside| inside.block(inner))));
                }
                ast::Item::Error(_) => {}
                _ => self.error(
                    Diagnostic::error(
                        Code::UnknownBlock,
                        block.keyword.span,
                        format!("`{} {}` declares what only a definition declares", block.keyword.text, name.text),
                    )
                    .help("an instance sets attributes: move inputs, outputs, `let`s and checks into its definition"),
                ),
            }
        }
        Some(Instance {
            keyword: block.keyword.text.clone(),
            definition,
            name,
            span: block.span,
            doc: block.doc.clone(),
            attributes,
            overrides,
            blocks,
            condition: self.lower(owner, |lowering| {
                lowering.within(bound, |inside| block.condition.as_ref().map(|condition| inside.shared(condition)))
            }),
            repeat: repeat.map(|(repeat, _)| repeat),
        })
    }

    fn once(&mut self, seen: &mut BTreeMap<Text, Span>, name: &ast::Name) {
        self.once_as(seen, name, &format!("`{}`", name.text));
    }

    fn once_as(&mut self, seen: &mut BTreeMap<Text, Span>, name: &ast::Name, what: &str) {
        if let Some(first) = seen.get(&name.text).copied() {
            return self.duplicate(what, name.span, first);
        }
        seen.insert(name.text.clone(), name.span);
    }

    /// Labels behind those that a head has; a word that was meant as `if` or `for` ends up there too.
    pub(super) fn surplus(&mut self, block: &ast::Block, most: usize) {
        if let Some(label) = block.labels.get(most) {
            let last = block.labels.last().map_or(label.span, |last| last.span);
            self.error(
                Diagnostic::error(Code::UnexpectedToken, label.span.to(last), format!("`{}` has a label too many", block.keyword.text))
                    .help("a block may go on with `for x in xs`, `if condition` or `{`"),
            );
        }
    }

    pub(super) fn headless(&mut self, block: &ast::Block, form: &str) {
        self.error(
            Diagnostic::error(Code::Missing, block.keyword.span, format!("`{}` lacks a label", block.keyword.text))
                .help(format!("write `{form}`")),
        );
    }
}

/// The names that are bound in a block of a definition.
fn bound_in(keyword: &str, block: &str) -> Vec<Text> {
    match (keyword, block) {
        ("provider", "builder") => BUILDER_NAMES.map(Text::from).to_vec(),
        _ => Vec::new(),
    }
}
