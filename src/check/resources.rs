//! `resource` and `data` bodies against the schema of the provider's plugin.

use super::Checker;
use super::assign::Why;
use super::report;
use super::scope::Scope;
use crate::base::{Span, Text, similar};
use crate::hir::{self, ExprKind, Implementation, Item};
use crate::schema::{Attribute, Block, NestedAttributes, Nesting};
use crate::ty::Ty;
use std::collections::{BTreeMap, BTreeSet};

/// What OpenTofu itself understands in every resource: names, and whether each is a truth.
pub const LIFECYCLE: [(&str, bool); 4] =
    [("create_before_destroy", true), ("ignore_changes", false), ("prevent_destroy", true), ("replace_triggered_by", false)];

impl<'a> Checker<'a> {
    pub(super) fn resource(&mut self, implementation: &'a Implementation, block: &'a hir::Block, scope: &mut Scope<'a>) {
        let depth = scope.locals.len();
        if let Some(repeat) = &block.repeat {
            if self.bindings(&repeat.bindings, scope) {
                self.error(report::deferred_repetition(repeat.bindings.first().map_or(block.keyword.span, |binding| binding.source.span)));
            }
            match &repeat.by {
                Some(by) => {
                    self.check(by, &Ty::String, scope);
                }
                None => self.error(report::no_key(block)),
            }
            if let Some(condition) = &block.condition {
                self.error(report::not_filtered(condition.span));
            }
            for binding in repeat.bindings.iter().filter(|binding| binding.key.is_some()) {
                if matches!(self.quietly(|checker| checker.check(&binding.source, &Ty::Error, scope)).present(), Ty::List(_)) {
                    self.error(report::no_index(binding));
                }
            }
        }
        if let Some(condition) = &block.condition {
            self.check(condition, &Ty::Bool, scope);
        }
        self.where_it(block.condition.as_deref(), true, scope, |checker, scope| checker.of_plugin(implementation, block, scope));
        scope.locals.truncate(depth);
    }

    /// What a resource holds.
    fn of_plugin(&mut self, implementation: &'a Implementation, block: &'a hir::Block, scope: &mut Scope<'a>) {
        let plugins = self.plugins(block.span.file, &implementation.provider.text);
        match self.schema(&implementation.provider.text, block) {
            Some(schema) => {
                let what = block.word(0).cloned().unwrap_or_default();
                self.resource_body(schema, &what, block, scope, true);
            }
            None => {
                if !plugins.is_empty() {
                    let data = block.keyword.text == "data";
                    let known = plugins.iter().flat_map(|plugin| if data { plugin.data_sources.keys() } else { plugin.resources.keys() });
                    self.error(report::unknown_resource(block, &implementation.provider.text, known.map(Text::as_str)));
                }
                self.unchecked(&block.body, scope);
            }
        }
    }

    fn unchecked(&mut self, body: &'a hir::Body, scope: &mut Scope<'a>) {
        for item in &body.items {
            match item {
                Item::Attribute(attribute) if attribute.name.text != "ignore_changes" => {
                    self.check(&attribute.value, &Ty::Error, scope);
                }
                Item::Block(inner) => self.unchecked(&inner.body, scope),
                _ => {}
            }
        }
    }

    fn resource_body(&mut self, schema: &'a Block, what: &Text, block: &'a hir::Block, scope: &mut Scope<'a>, top: bool) {
        let mut set: BTreeMap<&Text, Vec<Span>> = BTreeMap::new();
        for item in &block.body.items {
            match item {
                Item::Attribute(attribute) => {
                    set.entry(&attribute.name.text).or_default().push(attribute.name.span);
                    if top && attribute.name.text == "depends_on" {
                        self.depends_on(&attribute.value, scope);
                    } else {
                        self.argument(schema, what, attribute, scope);
                    }
                }
                Item::Block(inner) if top && inner.keyword.text == "lifecycle" => self.lifecycle(schema, what, inner, scope),
                Item::Block(inner) => {
                    set.entry(&inner.keyword.text).or_default().push(inner.keyword.span);
                    self.nested(schema, what, inner, scope);
                }
                other => self.error(report::no_declaration(super::bodies::span_of(other), &format!("`{what}`"))),
            }
        }
        let at = block.place();
        let required = schema.attributes.iter().filter(|(_, attribute)| attribute.required).map(|(name, _)| name);
        let required = required.chain(schema.blocks.iter().filter(|(_, nested)| nested.min > 0).map(|(name, _)| name));
        // What was meant by an unknown name is there.
        let known = || schema.attributes.keys().chain(schema.blocks.keys()).map(Text::as_str);
        let unknown = set.keys().filter(|name| !schema.attributes.contains_key(**name) && !schema.blocks.contains_key(**name));
        let meant: BTreeSet<&str> = unknown.filter_map(|name| similar::nearest(name, known())).collect();
        let is_missing = |name: &&Text| !set.contains_key(*name) && !meant.contains(name.as_str());
        let missing: Vec<&str> = required.filter(is_missing).map(Text::as_str).collect();
        if !missing.is_empty() {
            self.error(report::missing_arguments(at, what, &missing));
        }
        for (name, places) in set {
            let most = match (schema.attributes.get(name), schema.blocks.get(name)) {
                (Some(_), _) => Some(1),
                (_, Some(nested)) => nested.max,
                _ => None,
            };
            if let (Some(most), [first, ..]) = (most, places.as_slice())
                && places.len() > most
            {
                self.error(report::twice(&format!("`{name}`"), places[most], *first));
            }
        }
    }

    fn argument(&mut self, schema: &'a Block, what: &Text, attribute: &'a hir::Attribute, scope: &mut Scope<'a>) {
        let name = &attribute.name;
        match (schema.attributes.get(&name.text), schema.blocks.get(&name.text)) {
            (Some(of), _) if of.is_read_only() => {
                self.check(&attribute.value, &Ty::Error, scope);
                self.error(report::computed(name, attribute.span, what));
            }
            (Some(of), _) => self.value(of, &attribute.value, scope),
            (None, Some(_)) => {
                self.check(&attribute.value, &Ty::Error, scope);
                self.error(report::is_a_block(attribute, what));
            }
            (None, None) => {
                self.check(&attribute.value, &Ty::Error, scope);
                self.error(report::unknown_argument(name, what, schema.names()));
            }
        }
    }

    /// A value for an attribute of the schema; objects with a schema of their own are checked by name.
    fn value(&mut self, of: &'a Attribute, value: &'a hir::Expr, scope: &mut Scope<'a>) {
        if let Some(nested) = &of.nested {
            if is_of_another_form(nested.nesting, value) {
                let found = self.check(value, &Ty::Error, scope);
                return self.error(report::misfit(value.span, &found, &of.ty, Why::Mismatch));
            }
            return self.objects(nested, of, value, scope);
        }
        let found = self.check(value, &Ty::Error, scope);
        if would_be_kept(&found, of) {
            return self.error(report::secret_in_state(value.span));
        }
        self.suits(value, &found, of);
    }

    /// The same for what configures a plugin: what is no value or secret there is told with what is given.
    pub(super) fn suits_plugin(&mut self, value: &hir::Expr, found: &Ty, of: &Attribute) {
        if !found.holds_secret() && !found.holds_instance() {
            self.suits(value, found, of);
        }
    }

    fn suits(&mut self, value: &hir::Expr, found: &Ty, of: &Attribute) {
        if of.required && matches!(found.plain(), Ty::Optional(_) | Ty::None) {
            self.error(report::misfit(value.span, found, &of.ty, Why::Absent));
        } else if !takes(&of.ty, &found.known(), found.is_deferred()) && !becomes(value, &of.ty) {
            self.error(report::misfit(value.span, found, &of.ty, Why::Mismatch));
        }
    }

    fn objects(&mut self, nested: &'a NestedAttributes, of: &'a Attribute, value: &'a hir::Expr, scope: &mut Scope<'a>) {
        match &value.kind {
            ExprKind::List(elements) => elements.iter().for_each(|element| self.objects(nested, of, element, scope)),
            ExprKind::For(comprehension) => {
                let depth = scope.locals.len();
                self.bindings(&comprehension.bindings, scope);
                if let Some(condition) = &comprehension.condition {
                    self.condition(condition, scope);
                }
                self.where_it(comprehension.condition.as_ref(), true, scope, |checker, scope| {
                    if let Some(key) = &comprehension.key {
                        checker.check(key, &Ty::String.deferred(), scope);
                    }
                    checker.objects(nested, of, &comprehension.value, scope);
                });
                scope.locals.truncate(depth);
            }
            ExprKind::Map(entries) if nested.nesting != crate::schema::Nesting::Map => {
                for (key, value) in entries {
                    let name = hir::Name { text: key.text.clone(), span: key.span };
                    match nested.attributes.get(&key.text) {
                        Some(inner) if inner.is_read_only() => {
                            self.error(report::computed(&name, key.span.to(value.span), &"the object".into()))
                        }
                        Some(inner) => self.value(inner, value, scope),
                        None => {
                            self.check(value, &Ty::Error, scope);
                            let known = nested.attributes.keys().map(Text::as_str);
                            self.error(report::unknown_argument(&name, &"the object".into(), known));
                        }
                    }
                }
                let missing =
                    nested.attributes.iter().filter(|(name, inner)| inner.required && !entries.iter().any(|(key, _)| key.text == **name));
                let missing: Vec<&str> = missing.map(|(name, _)| name.as_str()).collect();
                if !missing.is_empty() {
                    self.error(report::missing_arguments(value.span, &"the object".into(), &missing));
                }
            }
            ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| self.objects(nested, of, value, scope)),
            _ => {
                // An object that is made elsewhere is judged by the tool: which of its attributes are optional is not in its type.
                let found = self.check(value, &Ty::Error, scope);
                if would_be_kept(&found, of) {
                    self.error(report::secret_in_state(value.span));
                } else if is_single(&found) {
                    self.error(report::misfit(value.span, &found, &of.ty, Why::Mismatch));
                }
            }
        }
    }

    /// A block in a resource: a nested block, or the objects of an attribute in the form of blocks.
    fn nested(&mut self, schema: &'a Block, what: &Text, block: &'a hir::Block, scope: &mut Scope<'a>) {
        let depth = scope.locals.len();
        if let Some(repeat) = &block.repeat {
            self.bindings(&repeat.bindings, scope);
        }
        if let Some(condition) = &block.condition {
            self.condition(condition, scope);
        }
        self.where_it(block.condition.as_deref(), true, scope, |checker, scope| checker.nested_body(schema, what, block, scope));
        scope.locals.truncate(depth);
    }

    fn nested_body(&mut self, schema: &'a Block, what: &Text, block: &'a hir::Block, scope: &mut Scope<'a>) {
        let name = &block.keyword;
        match (schema.blocks.get(&name.text), schema.attributes.get(&name.text)) {
            (Some(nested), _) => self.resource_body(&nested.block, &name.text, block, scope, false),
            (None, Some(of)) if of.is_read_only() => {
                self.unchecked(&block.body, scope);
                self.error(report::computed(name, block.span, what));
            }
            // Objects that older plugins say as an attribute are blocks for OpenTofu as well; nothing else is.
            (None, Some(of)) if of.nested.is_none() && matches!(of.ty.plain(), Ty::List(of) if matches!(of.plain(), Ty::Record(_))) => {
                self.unchecked(&block.body, scope);
            }
            (None, Some(_)) => {
                self.unchecked(&block.body, scope);
                self.error(report::is_an_attribute(block, what));
            }
            (None, None) => {
                self.unchecked(&block.body, scope);
                self.error(report::unknown_argument(name, what, schema.names().chain(["lifecycle"])));
            }
        }
    }

    fn lifecycle(&mut self, schema: &'a Block, what: &Text, block: &'a hir::Block, scope: &mut Scope<'a>) {
        for item in &block.body.items {
            let Item::Attribute(attribute) = item else { continue };
            match attribute.name.text.as_str() {
                "ignore_changes" => {
                    let ExprKind::List(names) = &attribute.value.kind else { continue };
                    for element in names {
                        let Some(text) = element.as_name() else { continue };
                        if !schema.names().any(|known| known == text) {
                            let name = hir::Name { text: text.clone(), span: element.span };
                            self.error(report::unknown_argument(&name, what, schema.names()));
                        }
                    }
                }
                "create_before_destroy" | "prevent_destroy" => {
                    self.check(&attribute.value, &Ty::Bool, scope);
                }
                "replace_triggered_by" => self.depends_on(&attribute.value, scope),
                _ => self.error(report::unknown_argument(&attribute.name, &"lifecycle".into(), LIFECYCLE.iter().map(|(name, _)| *name))),
            }
        }
    }

    /// A list of resources of the same body.
    fn depends_on(&mut self, value: &hir::Expr, scope: &mut Scope<'a>) {
        match &value.kind {
            ExprKind::List(elements) => elements.iter().for_each(|element| {
                self.check(element, &Ty::Error, scope);
            }),
            _ => {
                self.check(value, &Ty::Error.list(), scope);
            }
        }
    }
}

/// Whether a secret would get into the state by an attribute. One that a tool makes is there already.
fn would_be_kept(found: &Ty, of: &Attribute) -> bool {
    found.holds_secret() && !found.is_deferred() && !of.write_only
}

/// Whether a value that is written out is a list where there is one object, or the other way round.
fn is_of_another_form(nesting: Nesting, value: &hir::Expr) -> bool {
    let is_list = match &value.kind {
        ExprKind::List(_) => true,
        ExprKind::For(of) => of.key.is_none(),
        ExprKind::Map(_) => false,
        _ => return false,
    };
    is_list != matches!(nesting, Nesting::List | Nesting::Set)
}

/// Whether it has neither elements nor fields.
pub(super) fn is_single(ty: &Ty) -> bool {
    !matches!(ty.present(), Ty::Error | Ty::None | Ty::List(_) | Ty::Map(_) | Ty::Record(_))
}

/// Whether OpenTofu makes of a text that is written out what is wanted: `"1"` is a number there.
fn becomes(value: &hir::Expr, wanted: &Ty) -> bool {
    match (wanted, &value.kind) {
        (Ty::List(of), ExprKind::List(elements)) => elements.iter().all(|element| becomes(element, of)),
        (Ty::Float, _) => value.as_text().is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite)),
        (Ty::Bool, _) => value.as_text().is_some_and(|text| matches!(text.as_str(), "true" | "false")),
        _ => false,
    }
}

/// Whether OpenTofu takes a value where the schema has this type. Single values become text by themselves, and text that only the
/// tool knows may be a number: identifiers are text here and numbers there.
fn takes(wanted: &Ty, found: &Ty, deferred: bool) -> bool {
    match (wanted, found) {
        (Ty::Error, _) | (_, Ty::Error | Ty::None) => true,
        (_, Ty::Optional(of)) => takes(wanted, of, deferred),
        (_, Ty::Refined(refined)) => takes(wanted, &refined.base, deferred),
        (_, Ty::Secret(of)) => takes(wanted, of, deferred),
        (Ty::String, found) => found.is_text() || matches!(found, Ty::Bool | Ty::Int | Ty::Float | Ty::Port | Ty::Ip | Ty::Cidr),
        (Ty::Float, found) => matches!(found, Ty::Int | Ty::Float | Ty::Port) || deferred && found.is_text(),
        (Ty::Bool, found) => matches!(found, Ty::Bool) || deferred && found.is_text(),
        (Ty::List(wanted), Ty::List(found)) | (Ty::Map(wanted), Ty::Map(found)) => takes(wanted, found, deferred),
        (Ty::Map(wanted), Ty::Record(record)) => record.fields.iter().all(|field| takes(wanted, &field.ty, deferred)),
        (Ty::Record(wanted), Ty::Record(found)) => {
            found.fields.iter().all(|field| wanted.field(&field.name).is_some_and(|of| takes(&of.ty, &field.ty, deferred)))
        }
        _ => false,
    }
}
