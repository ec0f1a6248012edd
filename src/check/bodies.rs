//! Bodies by kind: which attributes and blocks they may hold, and which they must.

use super::Checker;
use super::report;
use super::scope::{Place, Scope};
use crate::base::{Span, Text, similar};
use crate::hir::{self, Input, Item, Kind, LabelValue, TASK, plain_text};
use crate::ty::Ty;
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Checker<'a> {
    /// The defaults and rules of a kind itself.
    pub(super) fn kind(&mut self, kind: &'a Kind) {
        for input in kind.inputs.values() {
            self.input(input, &mut Scope::new(Place::Library));
        }
        for inner in kind.blocks.values() {
            self.kind(inner);
        }
    }

    /// The default and the rule of an input.
    pub(super) fn input(&mut self, input: &'a Input, scope: &mut Scope<'a>) {
        // The rule first: what its words mean is what its default is judged by.
        if let Some(rule) = &input.rule {
            self.rule(rule, &input.ty, scope);
        }
        let Some(default) = &input.default else { return };
        let count = self.diagnostics.0.len();
        self.naming(&input.name.text, |checker| {
            checker.check(default, &input.ty, scope);
            if let Some(rule) = &input.rule
                && checker.diagnostics.0.len() == count
            {
                checker.keeps(default, &input.ty, rule);
            }
        });
    }

    /// `where condition else message help advice`, over `it`.
    pub(super) fn rule(&mut self, rule: &hir::Refinement, of: &Ty, scope: &mut Scope<'a>) {
        let it = match of {
            Ty::Optional(present) => present.as_ref().clone(),
            other => other.clone(),
        };
        scope.locals.push(("it".into(), it));
        self.condition(&rule.condition, scope);
        for text in [&rule.message, &rule.help].into_iter().flatten() {
            self.check(text, &Ty::String, scope);
        }
        scope.locals.pop();
    }

    /// A `check`: its condition, what a report names, and what it says.
    pub(super) fn check_item(&mut self, check: &hir::Check, scope: &mut Scope<'a>) {
        self.condition(&check.condition, scope);
        if let Some(at) = &check.at {
            self.check(at, &Ty::Error, scope);
        }
        for text in [&check.message, &check.help].into_iter().flatten() {
            self.check(text, &Ty::String.deferred(), scope);
        }
    }

    /// A loop of checks.
    pub(super) fn loop_item(&mut self, repeat: &hir::For, scope: &mut Scope<'a>) {
        let depth = scope.locals.len();
        self.bindings(&repeat.bindings, scope);
        if let Some(condition) = &repeat.condition {
            self.condition(condition, scope);
        }
        self.where_it(repeat.condition.as_deref(), true, scope, |checker, scope| {
            for item in &repeat.body.items {
                match item {
                    Item::Check(check) => checker.check_item(check, scope),
                    Item::For(inner) => checker.loop_item(inner, scope),
                    other => checker.error(report::not_in_loop(span_of(other))),
                }
            }
        });
        scope.locals.truncate(depth);
    }

    /// A block in a body: its labels, its repetition, and what it holds.
    pub(super) fn block(&mut self, kind: &Kind, block: &hir::Block, scope: &mut Scope<'a>) {
        let depth = scope.locals.len();
        if block.repeat.is_some() && !scope.repeats() {
            self.error(report::not_repeated(block));
        } else if block.condition.is_some() && !scope.is_conditional() {
            self.error(report::not_conditional(block));
        }
        if let Some(repeat) = &block.repeat {
            self.bindings(&repeat.bindings, scope);
            if let Some(by) = &repeat.by {
                self.check(by, &Ty::String, scope);
            }
        }
        if let Some(condition) = &block.condition {
            self.condition(condition, scope);
        }
        self.where_it(block.condition.as_deref(), true, scope, |checker, scope| checker.behind_head(kind, block, scope));
        scope.locals.truncate(depth);
    }

    /// The labels of a block, and what it holds.
    fn behind_head(&mut self, kind: &Kind, block: &hir::Block, scope: &mut Scope<'a>) {
        let (least, most) = kind.labels;
        if block.labels.len() < least || block.labels.len() > most {
            self.error(report::labels(block, least, most));
        }
        for label in &block.labels {
            if let LabelValue::Template(parts) = &label.value
                && plain_text(parts).is_none()
            {
                let text = hir::Expr { span: label.span, kind: hir::ExprKind::Template(parts.clone()) };
                self.check(&text, &Ty::String.deferred(), scope);
            }
        }
        self.of_kind(kind, block);
        scope.depth += 1;
        if block.keyword.text == TASK && kind.open {
            self.task(kind, block, scope);
        } else {
            self.body(kind, &format!("`{}`", kind.name), block.keyword.span, &block.body.items, scope);
        }
        scope.depth -= 1;
    }

    /// What stands in a body, against what its kind says; `at` is where something that is missing is reported.
    pub(super) fn body(&mut self, kind: &Kind, what: &str, at: Span, items: &[Item], scope: &mut Scope<'a>) {
        let attributes = items.iter().filter_map(|item| if let Item::Attribute(attribute) = item { Some(&**attribute) } else { None });
        let blocks = items.iter().filter_map(|item| if let Item::Block(block) = item { Some(&**block) } else { None });
        self.attributes(kind, what, at, attributes, blocks.clone(), scope);
        self.labels_once(kind, blocks.clone());
        self.blocks(kind, what, blocks, scope);
        for item in items {
            if !matches!(item, Item::Attribute(_) | Item::Block(_)) {
                self.error(report::no_declaration(span_of(item), what));
            }
        }
    }

    /// The value of an attribute that nothing declares: its words may be right where the name is.
    pub(super) fn unexpected(&mut self, value: &hir::Expr, scope: &mut Scope<'a>) {
        match &value.kind {
            hir::ExprKind::Name(_) => {}
            hir::ExprKind::List(elements) => elements.iter().for_each(|element| self.unexpected(element, scope)),
            _ => {
                self.check(value, &Ty::Error, scope);
            }
        }
    }

    /// The attributes of a body: each is one of its kind, has its type and stands once; those without a default are there. `blocks` are those
    /// of the same body: one of the name of an attribute is meant as that.
    pub(super) fn attributes<'b>(
        &mut self,
        kind: &Kind,
        what: &str,
        at: Span,
        attributes: impl Iterator<Item = &'b hir::Attribute>,
        blocks: impl Iterator<Item = &'b hir::Block>,
        scope: &mut Scope<'a>,
    ) {
        let mut seen: BTreeMap<&Text, &hir::Attribute> = BTreeMap::new();
        // What was meant by an unknown name is there.
        let mut misspelt: BTreeSet<&str> = blocks.map(|block| block.keyword.text.as_str()).collect();
        for attribute in attributes {
            let name = &attribute.name;
            self.set_once(attribute);
            if let Some(first) = seen.insert(&name.text, attribute) {
                let what = format!("`{}`", name.text);
                self.error(match first.operator == attribute.operator && first.value.says_the_same(&attribute.value) {
                    true => report::repeated(&what, name.span, first.name.span, attribute.span),
                    false => report::twice(&what, name.span, first.name.span),
                });
            }
            match kind.inputs.get(&attribute.name.text) {
                Some(input) => {
                    // What a step of a role or an argument of a plugin is made of may be for the tool to know.
                    let wanted = input.ty.clone().deferred();
                    let count = self.diagnostics.0.len();
                    self.naming(&name.text, |checker| {
                        checker.check(&attribute.value, &wanted, scope);
                        if let Some(rule) = &input.rule
                            && checker.diagnostics.0.len() == count
                        {
                            checker.keeps(&attribute.value, &input.ty, rule);
                        }
                    });
                }
                None if kind.open => {
                    self.check(&attribute.value, &Ty::Error, scope);
                }
                None => {
                    self.unexpected(&attribute.value, scope);
                    let known = kind.inputs.keys().chain(kind.blocks.keys()).map(Text::as_str);
                    misspelt.extend(similar::nearest(&name.text, known.clone()));
                    self.error(report::unknown_attribute(name, what, known, Some(kind.span)));
                }
            }
        }
        let required = |input: &&Input| input.is_needed();
        let is_said = |input: &&Input| seen.contains_key(&input.name.text) || misspelt.contains(input.name.text.as_str());
        let missing = kind.inputs.values().filter(required).filter(|input| !is_said(input));
        let missing: Vec<&Input> = missing.collect();
        if !missing.is_empty() {
            self.error(report::missing(at, what, &missing));
        }
    }

    /// The blocks of a body.
    pub(super) fn blocks<'b>(&mut self, kind: &Kind, what: &str, blocks: impl Iterator<Item = &'b hir::Block>, scope: &mut Scope<'a>) {
        let mut seen: BTreeMap<&Text, Span> = BTreeMap::new();
        for block in blocks {
            let Some(inner) = kind.blocks.get(&block.keyword.text) else {
                if kind.inputs.contains_key(&block.keyword.text) {
                    self.error(report::attribute_as_block(block));
                } else if !kind.open && block.has_body() {
                    let known = kind.blocks.keys().chain(kind.inputs.keys()).map(Text::as_str);
                    self.error(report::unknown_block(&block.keyword, what, known));
                }
                continue;
            };
            if let Some(first) = seen.insert(&block.keyword.text, block.keyword.span)
                && !inner.many
            {
                self.error(report::twice(&format!("`{}`", block.keyword.text), block.keyword.span, first));
            }
            self.block(inner, block, scope);
            if let Some((name, place)) = block.result() {
                let answer = self.answer(block, name, place, scope);
                scope.locals.push((name.clone(), answer));
            }
        }
    }
}

/// Where an item is.
pub(super) fn span_of(item: &Item) -> Span {
    match item {
        Item::Attribute(item) => item.span,
        Item::Block(item) => item.keyword.span,
        Item::Check(item) => item.span,
        Item::For(item) => item.span,
        Item::Declaration(name) => *name,
    }
}
