//! `task "module" "Name" { … }`: its arguments are what the module's own specification says.

use super::Checker;
use super::report;
use super::scope::Scope;
use crate::base::{Span, Text};
use crate::hir::{self, LabelValue, RESULT};
use crate::schema::{ModuleOption, collection_of};
use crate::ty::Ty;
use std::collections::BTreeMap;

impl<'a> Checker<'a> {
    /// A task against the specification of its module.
    pub(super) fn task(&mut self, kind: &hir::Kind, block: &hir::Block, scope: &mut Scope<'a>) {
        let attributes = || block.body.attributes();
        let Some(label) = block.labels.first() else { return };
        let LabelValue::Template(parts) = &label.value else { return };
        let Some(name) = crate::hir::plain_text(parts) else { return };
        let schemas = self.schemas;
        let Some(module) = schemas.modules.get(name.as_str()) else {
            self.error(report::unknown_module(label.span, &name, schemas.modules.keys().map(Text::as_str)));
            attributes().for_each(|attribute| {
                self.check(&attribute.value, &Ty::Error, scope);
            });
            return;
        };
        if let Some(collection) = collection_of(&name).filter(|collection| !schemas.collections.contains_key(*collection)) {
            self.error(report::unknown_collection(label.span, &name, collection));
        }
        let mut seen = BTreeMap::new();
        let mut secret = None;
        for attribute in attributes() {
            if let Some(first) = seen.insert(&attribute.name.text, attribute.name.span) {
                self.error(report::twice(&format!("`{}`", attribute.name.text), attribute.name.span, first));
            }
            match module.option(&attribute.name.text) {
                Some(option) => {
                    if self.argument_of_task(attribute, option, scope).holds_secret() {
                        secret.get_or_insert(attribute.value.span);
                    }
                }
                None => match kind.inputs.get(&attribute.name.text) {
                    Some(input) => _ = self.check(&attribute.value, &input.ty, scope),
                    None => {
                        self.unexpected(&attribute.value, scope);
                        self.error(report::unknown_option(&attribute.name, &module.module, module.options.keys().map(Text::as_str)));
                    }
                },
            }
        }
        let given = |name: &Text, option: &ModuleOption| {
            attributes().any(|attribute| attribute.name.text == *name || option.aliases.contains(&attribute.name.text))
        };
        let missing: Vec<&str> =
            module.options.iter().filter(|(name, option)| option.required && !given(name, option)).map(|(name, _)| name.as_str()).collect();
        if !missing.is_empty() {
            self.error(report::missing_options(block.keyword.span, &module.module, &missing));
        }
        if let Some(label) = block.labels.get(RESULT).filter(|_| block.result().is_none()) {
            self.error(report::answer_in_quotes(label.span));
        }
        if let (Some(label), Some(secret)) = (block.labels.get(RESULT), secret) {
            self.error(report::answer_with_secret(label.span, secret));
        }
    }

    /// What a task answers, by the specification of its module.
    pub(super) fn answer(&mut self, block: &hir::Block, name: &Text, span: Span, scope: &Scope<'a>) -> Ty {
        let declared = scope.definition().is_some_and(|definition| self.declared(definition, name).is_some());
        if declared || scope.locals.iter().any(|(local, _)| local == name) {
            self.error(report::answer_named_twice(span, name));
        }
        if let Some(head) = block.repeat.as_ref().and_then(|repeat| repeat.bindings.first()).map(|binding| binding.source.span) {
            self.error(report::answer_of_many(span, head));
        } else if let Some(condition) = &block.condition {
            self.error(report::answer_of_a_condition(span, condition.span));
        }
        let module = block.labels.first().and_then(hir::Label::plain);
        module.and_then(|module| self.schemas.modules.get(&module)).map_or(Ty::Error, |module| module.answers())
    }

    fn argument_of_task(&mut self, attribute: &hir::Attribute, option: &ModuleOption, scope: &mut Scope<'a>) -> Ty {
        // Ansible makes text of everything and lists of single values, but no number or truth of anything else.
        let wanted = match option.ty.as_str() {
            "bool" => Ty::Bool.deferred(),
            "int" => Ty::Int.deferred(),
            _ => Ty::Error,
        };
        let found = self.check(&attribute.value, &wanted, scope);
        if let Some(word) = attribute.value.as_text().filter(|word| !option.takes(word)) {
            self.error(report::no_choice(attribute, &word, option.words()));
        }
        found
    }
}
