//! `implement module on provider { … }`: it keeps its contract, and its resources are what the provider's schema says.

use super::Checker;
use super::report;
use super::scope::{Place, Scope};
use crate::base::{FileId, Span, Text};
use crate::hir::{self, Definition, Implementation, Item, KEPT_BY_OPENTOFU, Program};
use crate::schema::{Block, Plugin, Schemas};
use crate::ty::Ty;
use std::sync::Arc;

/// The plugins that a provider names whose schemas are there, for what stands in `source`.
pub fn plugins<'s>(program: &Program, schemas: &'s Schemas, source: FileId, provider: &Text) -> Vec<&'s Arc<Plugin>> {
    let Some(definition) = program.definitions.get(&("provider".into(), provider.clone())) else { return Vec::new() };
    let plugins = definition.blocks.iter().filter(|block| block.keyword.text == "plugin");
    let files = plugins.filter_map(|block| block.body.attribute("schema")?.value.as_text());
    files.filter_map(|file| schemas.plugin(source, &file)).collect()
}

impl<'a> Checker<'a> {
    pub(super) fn implementation(&mut self, implementation: &'a Implementation) {
        let program = self.program;
        let (module, provider) = (&implementation.module, &implementation.provider);
        let contract = program.definitions.get(&("module".into(), module.text.clone()));
        if contract.is_none() {
            let known = self.definitions_of("module");
            self.error(report::unknown_definition("module", &module.text, module.span, known));
        }
        if !program.definitions.contains_key(&("provider".into(), provider.text.clone())) {
            let known = self.definitions_of("provider");
            self.error(report::unknown_definition("provider", &provider.text, provider.span, known));
            return;
        }
        let Some(contract) = contract else { return };
        let mut scope = Scope::new(Place::Implementation(contract, implementation));
        for (name, binding) in &implementation.lets {
            let declared = contract.inputs.get(name).map(|input| input.name.span);
            let declared = declared.or_else(|| contract.lets.get(name).map(|of| of.name.span));
            if let Some(first) = declared {
                self.error(report::twice(&format!("`{name}`"), binding.name.span, first));
            }
            if KEPT_BY_OPENTOFU.contains(&name.as_str()) {
                self.error(report::reserved(&binding.name, "OpenTofu keeps it for itself"));
            }
            self.implementation_let(contract, implementation, name);
        }
        for block in &implementation.resources {
            self.own_name(contract, implementation, block);
            self.resource(implementation, block, &mut scope);
        }
        self.circle_of_resources(implementation);
        self.kept(contract, implementation, &mut scope);
        for check in &implementation.checks {
            self.check_item(check, &mut scope);
        }
        for block in &implementation.examples {
            self.example(block, &mut scope);
        }
    }

    /// What stands in an `example`: values of variables, and what plugins say of resources. Which there are is known with the module.
    fn example(&mut self, block: &'a hir::Block, scope: &mut Scope<'a>) {
        for item in &block.body.items {
            match item {
                Item::Attribute(attribute) => _ = self.check(&attribute.value, &Ty::Error, scope),
                Item::Block(inner) if matches!(inner.keyword.text.as_str(), "resource" | "data") && inner.labels.len() == 2 => {
                    for attribute in inner.body.attributes() {
                        self.check(&attribute.value, &Ty::Error, scope);
                    }
                }
                Item::Block(inner) => self.error(report::no_example(inner)),
                _ => self.error(report::no_example(block)),
            }
        }
    }

    /// A name means an input, a `let` or an output that the contract gives before it means a resource.
    fn own_name(&mut self, contract: &Definition, implementation: &Implementation, block: &hir::Block) {
        let (Some(name), Some(at)) = (block.word(1), block.labels.get(1)) else { return };
        let input = contract.inputs.get(name).map(|input| input.name.span);
        let binding = contract.lets.get(name).or(implementation.lets.get(name)).map(|binding| binding.name.span);
        if let Some(first) = input.or(binding).or_else(|| known_output(contract, name)) {
            self.error(report::resource_is_no_name(name, at.span, first));
        }
    }

    /// Every output that the contract leaves to its implementations is given, and no other.
    fn kept(&mut self, contract: &'a Definition, implementation: &'a Implementation, scope: &mut Scope<'a>) {
        let missing = contract.outputs.values().filter(|output| output.value.is_none());
        let missing: Vec<_> = missing.filter(|output| !implementation.outputs.contains_key(&output.name.text)).collect();
        let mut has_unknown = false;
        for output in implementation.outputs.values() {
            let declared = contract.outputs.get(&output.name.text);
            let wanted = declared.and_then(|declared| declared.ty.clone()).unwrap_or(Ty::Error);
            if let Some(value) = &output.value {
                self.check(value, &wanted.deferred(), scope);
            }
            match declared {
                None => {
                    let known = contract.outputs.keys().map(Text::as_str);
                    has_unknown = true;
                    self.error(report::unknown_output(&output.name, contract, known, &missing));
                }
                Some(declared) if declared.value.is_some() => self.error(report::given_already(output, declared)),
                Some(_) => {}
            }
        }
        // Under another name it may be there: what is unknown says what is missing.
        if !missing.is_empty() && !has_unknown {
            self.error(report::missing_outputs(implementation, &missing));
        }
    }

    /// The schemas of the plugins that a provider names.
    pub(super) fn plugins(&self, source: FileId, provider: &Text) -> Vec<&'a Arc<Plugin>> {
        plugins(self.program, self.schemas, source, provider)
    }

    /// The schema of a resource or data source; none where the provider has none, or has no schema at all.
    pub(super) fn schema(&self, provider: &Text, block: &hir::Block) -> Option<&'a Arc<Block>> {
        let ty = block.word(0)?;
        self.plugins(block.span.file, provider).into_iter().find_map(|plugin| plugin.find(block.keyword.text == "data", ty))
    }

    /// What a resource is for the expressions that refer to it.
    pub(super) fn resource_ty(&mut self, implementation: &'a Implementation, block: &hir::Block) -> Ty {
        let Some(ty) = block.word(0) else { return Ty::Error };
        let key = (self.schemas.is_of_library(block.span.file), block.keyword.text == "data", ty.clone());
        let one = match self.resources.get(&key) {
            Some(known) => known.clone(),
            None => {
                let made = self.schema(&implementation.provider.text, block).map_or(Ty::Error, |schema| schema.reads_as(ty));
                self.resources.insert(key, made.clone());
                made
            }
        };
        match (&block.repeat, &block.condition) {
            (Some(_), _) => one.map(),
            (None, Some(_)) => absent(&one),
            (None, None) => one,
        }
    }
}

/// A resource that may be absent: so may each of its attributes.
fn absent(one: &Ty) -> Ty {
    let Ty::Record(record) = one else { return one.clone() };
    let fields = record.fields.iter().map(|field| crate::ty::FieldTy { ty: field.ty.known().optional().deferred(), ..field.clone() });
    Ty::Record(Arc::new(crate::ty::RecordTy { name: record.name.clone(), fields: fields.collect() }))
}

/// Where a contract declares an output that it gives itself.
fn known_output(contract: &Definition, name: &Text) -> Option<Span> {
    contract.outputs.get(name).filter(|output| output.value.is_some()).map(|output| output.name.span)
}
