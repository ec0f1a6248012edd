//! `define`, `implement` and `fn`: what the program can be made of.

use super::types::Names;
use super::{Resolver, word};
use crate::base::{Span, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Definition, Function, Implementation, Instance, NamedType, Output};
use crate::syntax::ast;
use indexmap::IndexMap;
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
        let Some(keyword) = block.labels.first().and_then(word) else {
            return self.headless(block, "define` names what it defines, such as `define module NAME");
        };
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
            if let Some(nearest) = nearest {
                diagnostic =
                    diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), keyword.span, nearest.clone());
            }
            return self.error(diagnostic);
        }
        self.surplus(block, 2);
        let items: Vec<&ast::Item> = block.body.items.iter().collect();
        let types = self.declared_types(&items, names);
        let mut definition = Definition {
            keyword: keyword.text.clone(),
            name: name.clone(),
            span: block.span,
            doc: block.doc.clone(),
            inputs: IndexMap::new(),
            lets: IndexMap::new(),
            let_types: BTreeMap::new(),
            outputs: IndexMap::new(),
            attributes: IndexMap::new(),
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
                    let input = self.input(input, names, &definition.types);
                    definition.inputs.entry(input.name.text.clone()).or_insert(input);
                }
                ast::Item::Output(output) => {
                    self.once(&mut seen, &output.name);
                    let output = self.output(output, names, &definition.types);
                    definition.outputs.entry(output.name.text.clone()).or_insert(output);
                }
                ast::Item::Let(binding) => {
                    self.once(&mut seen, &binding.name);
                    if let Some(ty) = &binding.ty {
                        let ty = self.ty(ty, names, &definition.types);
                        definition.let_types.entry(binding.name.text.clone()).or_insert(ty);
                    }
                    definition.lets.entry(binding.name.text.clone()).or_insert_with(|| Arc::new(binding.clone()));
                }
                ast::Item::Attribute(attribute) => {
                    self.once(&mut seen, &attribute.name);
                    definition.attributes.entry(attribute.name.text.clone()).or_insert_with(|| Arc::new(attribute.clone()));
                }
                ast::Item::Block(inner) if self.program.instances.contains_key(&inner.keyword.text) => {
                    if let Some(instance) = self.instance(inner) {
                        self.once(&mut seen, &instance.name);
                        definition.instances.push(Arc::new(instance));
                    }
                }
                ast::Item::Block(inner) => definition.blocks.push(Arc::new(inner.clone())),
                ast::Item::Check(check) => definition.checks.push(Arc::new(check.clone())),
                ast::Item::For(repeat) => definition.loops.push(Arc::new(repeat.clone())),
                ast::Item::Function(function) => self.function(function, names, &definition.types.clone()),
                ast::Item::Type(_) | ast::Item::Enum(_) | ast::Item::Error(_) => {}
            }
        }
        let key = (keyword.text.clone(), name.text.clone());
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
        let own = self
            .program
            .definitions
            .get(&("module".into(), module.text.clone()))
            .map(|definition| definition.types.clone())
            .unwrap_or_default();
        let mut implementation = Implementation {
            module: module.clone(),
            provider: provider.clone(),
            span: block.span,
            lets: IndexMap::new(),
            let_types: BTreeMap::new(),
            outputs: IndexMap::new(),
            resources: Vec::new(),
            checks: Vec::new(),
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
                    implementation.lets.entry(binding.name.text.clone()).or_insert_with(|| Arc::new(binding.clone()));
                }
                ast::Item::Output(output) => {
                    self.once(&mut seen, &output.name);
                    let output = self.output(output, names, &own);
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
                    implementation.resources.push(Arc::new(inner.clone()));
                }
                ast::Item::Check(check) => implementation.checks.push(Arc::new(check.clone())),
                ast::Item::Block(inner) => self.error(
                    Diagnostic::error(
                        Code::UnknownBlock,
                        inner.keyword.span,
                        format!("`{}` does not belong into an `implement` body", inner.keyword.text),
                    )
                    .help("it holds `let`, `resource`, `data`, `output` and `check`"),
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

    fn function(&mut self, function: &ast::Function, names: &Names, own: &BTreeMap<Text, Arc<NamedType>>) {
        let parameters = function.parameters.iter().map(|(name, ty)| (name.text.clone(), self.ty(ty, names, own))).collect();
        let result = self.ty(&function.result, names, own);
        let name = function.name.clone();
        let linked = Arc::new(Function { syntax: function.clone(), parameters, result });
        if let Some(first) = self.program.functions.insert(name.text.clone(), linked) {
            self.duplicate(&format!("function `{}`", name.text), name.span, first.syntax.name.span);
        }
    }

    /// Links the functions that stand at the top level of a file.
    pub(super) fn functions(&mut self, items: &[&ast::Item], names: &Names) {
        for item in items {
            if let ast::Item::Function(function) = item {
                self.function(function, names, &BTreeMap::new());
            }
        }
    }

    fn output(&mut self, output: &ast::Output, names: &Names, own: &BTreeMap<Text, Arc<NamedType>>) -> Output {
        Output {
            name: output.name.clone(),
            ty: output.ty.as_ref().map(|ty| self.ty(ty, names, own)),
            value: output.value.clone(),
            doc: output.doc.clone(),
            span: output.span,
        }
    }

    /// An instance as declared: `stack compute web { … }`.
    pub(super) fn instance(&mut self, block: &ast::Block) -> Option<Instance> {
        let Some(definition) = block.labels.first().and_then(word) else {
            self.headless(block, &format!("{} DEFINITION NAME", block.keyword.text));
            return None;
        };
        self.surplus(block, 2);
        let name = block.labels.get(1).and_then(word).unwrap_or_else(|| definition.clone());
        let mut attributes: IndexMap<Text, Arc<ast::Attribute>> = IndexMap::new();
        let mut overrides = Vec::new();
        let mut blocks = Vec::new();
        for item in &block.body.items {
            match item {
                ast::Item::Attribute(attribute) => match attributes.get(&attribute.name.text) {
                    Some(first) => self.repeated(attribute, first),
                    None => {
                        attributes.insert(attribute.name.text.clone(), Arc::new(attribute.clone()));
                    }
                },
                ast::Item::Block(inner) if inner.keyword.text == "in" => match inner.labels.first().and_then(word) {
                    Some(environment) => overrides.push((environment, super::attributes(&inner.body).collect())),
                    None => self.headless(inner, "in ENVIRONMENT"),
                },
                ast::Item::Block(inner) => blocks.push(Arc::new(inner.clone())),
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
            condition: block.condition.clone(),
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
