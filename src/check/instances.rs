//! Instances: their definition, what they set, what they leave out, and what differs by environment.

use super::Checker;
use super::report;
use super::scope::Scope;
use crate::base::{Text, similar};
use crate::diag::Code;
use crate::hir::{self, Definition, ExprKind, Input, Instance};
use crate::ty::Ty;

/// Names that Ansible keeps for groups and Terragrunt for folders.
pub(super) const RESERVED: &[&str] = &["all", "ungrouped", "localhost", "environment", "hosts", "children", "vars"];

/// Attributes that name environments of the product.
pub(super) const OF_ENVIRONMENTS: &[&str] = &["only", "protected", "approve", "ready"];

impl<'a> Checker<'a> {
    /// An instance in a product or in a definition; `environments` are those of the product.
    pub(super) fn instance(&mut self, instance: &'a Instance, environments: &[hir::Name], scope: &mut Scope<'a>) {
        let program = self.program;
        if RESERVED.iter().any(|known| instance.name.text == *known) {
            self.error(report::reserved(&instance.name, "the tools keep it for themselves"));
        }
        let key = (instance.keyword.clone(), instance.definition.text.clone());
        let Some(definition) = program.definitions.get(&key) else {
            let known = self.definitions_of(&instance.keyword);
            let diagnostic = report::unknown_definition(&instance.keyword, &instance.definition.text, instance.definition.span, known);
            let turned = (instance.keyword.clone(), instance.name.text.clone());
            self.error(match program.definitions.contains_key(&turned) {
                true => report::turned(diagnostic, instance),
                false => diagnostic,
            });
            return;
        };
        let depth = scope.locals.len();
        if let Some(repeat) = &instance.repeat {
            self.repeated_instance(instance, repeat, scope);
        }
        if let Some(condition) = &instance.condition {
            self.check(condition, &Ty::Bool, scope);
        }
        self.where_it(instance.condition.as_deref(), true, scope, |checker, scope| {
            checker.of_instance(instance, definition, environments, scope);
        });
        scope.locals.truncate(depth);
    }

    /// What an instance sets.
    fn of_instance(&mut self, instance: &'a Instance, definition: &'a Definition, environments: &[hir::Name], scope: &mut Scope<'a>) {
        let common = self.program.instances.get(&instance.keyword);
        let find = |name: &Text| definition.inputs.get(name).or_else(|| common.and_then(|common| common.inputs.get(name)));
        let what = format!("{} `{}`", instance.keyword, instance.definition.text);
        let overrides = instance.overrides.iter().flat_map(|(_, attributes)| attributes);
        for attribute in instance.attributes.values().chain(overrides.clone()) {
            let Some(input) = find(&attribute.name.text) else {
                self.unexpected(&attribute.value, scope);
                let known = definition.inputs.keys().chain(common.iter().flat_map(|common| common.inputs.keys())).map(Text::as_str);
                let diagnostic = report::unknown_attribute(&attribute.name, &what, known, Some(definition.name.span));
                self.error(match attribute.name.text.as_str() {
                    "only" => report::no_only(diagnostic, &instance.keyword),
                    _ => diagnostic,
                });
                continue;
            };
            self.setting(attribute, input, scope);
            if attribute.name.text == "only" {
                self.written_out(attribute);
            }
            if OF_ENVIRONMENTS.contains(&attribute.name.text.as_str()) {
                self.environments(&attribute.value, environments);
            }
        }
        // What cannot be extended at all is said where its type is looked at.
        let extended =
            |attribute: &&std::sync::Arc<hir::Attribute>| find(&attribute.name.text).is_none_or(|input| is_extensible(&input.ty));
        instance.attributes.values().filter(extended).for_each(|attribute| self.set_once(attribute));
        let blocks = instance.overrides.iter();
        self.override_blocks(blocks.map(|(of, attributes)| (of, attributes.iter().map(|attribute| &attribute.name.text).collect())));
        self.overrides(instance.overrides.iter().flat_map(|(of, attributes)| attributes.iter().map(move |attribute| (of, &**attribute))));
        for (environment, _) in &instance.overrides {
            self.environment(environment, environments);
        }
        let required = definition.inputs.values().chain(common.iter().flat_map(|common| common.inputs.values()));
        let required = required.filter(|input| input.is_needed());
        let set = |input: &&Input| {
            let name = &input.name.text;
            let is_block = || instance.blocks.iter().any(|block| block.keyword.text == *name);
            instance.attributes.contains_key(name) || overrides.clone().any(|attribute| attribute.name.text == *name) || is_block()
        };
        let missing: Vec<&Input> = required.filter(|input| !set(input)).collect();
        if !missing.is_empty() {
            self.error(report::missing(instance.name.span, &format!("{} `{}`", instance.keyword, instance.name.text), &missing));
        }
        let what = format!("{} `{}`", instance.keyword, instance.name.text);
        let is_input = |block: &&hir::Block| definition.inputs.contains_key(&block.keyword.text);
        let (inputs, blocks): (Vec<&hir::Block>, Vec<&hir::Block>) = instance.blocks.iter().map(AsRef::as_ref).partition(is_input);
        inputs.into_iter().for_each(|block| self.error(report::attribute_as_block(block)));
        match common {
            Some(common) => self.blocks(common, &what, blocks.into_iter(), scope),
            None => {
                let read = blocks.into_iter().filter(|block| block.has_body());
                read.for_each(|block| self.error(report::unknown_block(&block.keyword, &what, [])));
            }
        }
    }

    /// What an instance is repeated over, and the key by which each is known: both decide what there is, so that both are known.
    fn repeated_instance(&mut self, instance: &'a Instance, repeat: &'a hir::Repeat, scope: &mut Scope<'a>) {
        let first = repeat.bindings.first().map_or(instance.name.span, |binding| binding.source.span);
        if self.bindings(&repeat.bindings, scope) {
            self.error(report::deferred_repetition(first));
        }
        if let [_, second, ..] = repeat.bindings.as_slice() {
            self.error(report::one_binding(instance, second));
        }
        match &repeat.by {
            Some(by) => drop(self.check(by, &Ty::String, scope)),
            None => self.error(report::instance_without_key(instance, first)),
        }
    }

    /// What an instance sets: of the type of the input; a list or map may be extended or reduced.
    pub(super) fn setting(&mut self, attribute: &hir::Attribute, input: &Input, scope: &mut Scope<'a>) {
        if attribute.operator != hir::Assign::Set && !is_extensible(&input.ty) {
            self.error(report::no_extension(attribute, &input.ty));
        }
        let count = self.diagnostics.0.len();
        let value = &attribute.value;
        self.naming(&attribute.name.text, |checker| {
            checker.check(value, &input.ty, scope);
            if let Some(rule) = &input.rule
                && attribute.operator == hir::Assign::Set
                && checker.diagnostics.0.len() == count
            {
                checker.keeps(value, &input.ty, rule);
            }
        });
        // Where a whole attribute does not fit, its declaration says why.
        for diagnostic in &mut self.diagnostics.0[count..] {
            let is_misspelt = diagnostic.code == Code::UnknownName && diagnostic.fix.is_some();
            if diagnostic.primary.span == attribute.value.span && diagnostic.related.is_empty() && !is_misspelt {
                diagnostic.related.push(crate::diag::Label { span: input.name.span, text: "declared here".to_owned() });
            }
        }
    }

    /// A list of names of environments, which is read before anything is evaluated: it is written out.
    pub(super) fn written_out(&mut self, attribute: &hir::Attribute) {
        let broken = match &attribute.value.kind {
            ExprKind::Error => None,
            // One name where a list is needed is told with its type.
            _ if attribute.value.as_name().is_some() || attribute.value.as_text().is_some() => None,
            ExprKind::List(elements) => elements
                .iter()
                .find(|element| element.as_name().is_none() && !matches!(element.kind, ExprKind::Error))
                .map(|element| (element.span, element.as_text())),
            _ => Some((attribute.value.span, None)),
        };
        if let Some((span, bare)) = broken {
            self.error(report::not_written_out(&attribute.name, span, bare.as_ref()));
        }
    }

    /// A list of names of environments.
    pub(super) fn environments(&mut self, value: &hir::Expr, environments: &[hir::Name]) {
        if let ExprKind::List(elements) = &value.kind {
            for element in elements {
                if let Some(text) = element.as_name() {
                    self.environment(&hir::Name { text: text.clone(), span: element.span }, environments);
                }
            }
        }
    }

    /// The name of an environment; a stack of the library belongs to no product and has none to compare with.
    pub(super) fn environment(&mut self, name: &hir::Name, environments: &[hir::Name]) {
        if environments.is_empty() || environments.iter().any(|known| known.text == name.text) {
            return;
        }
        let nearest = similar::nearest(&name.text, environments.iter().map(|known| known.text.as_str()));
        self.error(report::unknown_environment(name, nearest, environments));
    }
}

/// Whether values of a type can be added to and taken from.
fn is_extensible(ty: &Ty) -> bool {
    matches!(ty.present(), Ty::List(_) | Ty::Map(_) | Ty::Record(_) | Ty::Error)
}
