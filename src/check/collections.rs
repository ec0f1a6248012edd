//! Lists, maps and comprehensions.

use super::Checker;
use super::assign;
use super::report;
use super::scope::Scope;
use crate::base::{Span, Text};
use crate::hir::{self, Comprehension, Expr, Key};
use crate::ty::{FieldTy, RecordTy, Ty};
use std::collections::BTreeMap;
use std::sync::Arc;

impl<'a> Checker<'a> {
    pub(super) fn list(&mut self, elements: &[Expr], span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let of = match expected.present() {
            Ty::List(of) => part(of, expected),
            Ty::Error => Ty::Error,
            _ => {
                let found = self.list(elements, span, &Ty::Error, scope);
                return self.fit(span, found, expected);
            }
        };
        let mut joined = Some(Ty::Error);
        for element in elements {
            let ty = self.check(element, &of, scope);
            joined = joined.and_then(|joined| joined.join(&ty));
        }
        self.each_once(elements, &of);
        joined.unwrap_or(Ty::Error).list()
    }

    pub(super) fn map(&mut self, entries: &[(Key, Expr)], span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let mut seen: BTreeMap<&Text, (Span, &Expr)> = BTreeMap::new();
        for (key, value) in entries {
            match seen.get(&key.text) {
                Some((first, other)) => {
                    let what = format!("the key `{}`", key.text);
                    self.error(match value.says_the_same(other) {
                        true => report::repeated(&what, key.span, *first, key.span.to(value.span)),
                        false => report::twice(&what, key.span, *first),
                    });
                }
                None => {
                    seen.insert(&key.text, (key.span, value));
                }
            }
        }
        match expected.present() {
            Ty::Record(record) => return self.record(entries, span, record, expected, scope),
            Ty::Map(of) => {
                let of = part(of, expected);
                let fields: Vec<_> = entries.iter().map(|(key, value)| (key.text.clone(), self.check(value, &of, scope))).collect();
                return Ty::record(fields);
            }
            Ty::Error => {}
            _ => {
                let fields: Vec<_> = entries.iter().map(|(key, value)| (key.text.clone(), self.check(value, &Ty::Error, scope))).collect();
                return self.fit(span, Ty::record(fields), expected);
            }
        }
        let fields: Vec<_> = entries.iter().map(|(key, value)| (key.text.clone(), self.check(value, &Ty::Error, scope))).collect();
        Ty::record(fields)
    }

    /// `{ … }` where a record is expected: every field is checked by its name.
    fn record(&mut self, entries: &[(Key, Expr)], span: Span, record: &Arc<RecordTy>, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let mut fields = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let ty = match record.field(&key.text) {
                Some(field) => self.naming(&key.text, |checker| checker.check(value, &part(&field.ty, expected), scope)),
                None => {
                    let name = hir::Name { text: key.text.clone(), span: key.span };
                    let known = record.fields.iter().map(|field| field.name.as_str());
                    self.error(report::unknown_field(&name, &Ty::Record(record.clone()), known, None));
                    continue;
                }
            };
            fields.push(FieldTy { name: key.text.clone(), ty, doc: None, has_default: false });
        }
        let given = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let missing = record.fields.iter().filter(|field| !given(&field.name) && !field.has_default && !field.ty.is_optional());
        let missing: Vec<&str> = missing.map(|field| field.name.as_str()).collect();
        if !missing.is_empty() {
            self.error(report::missing_fields(span, record, &missing));
            return Ty::Error;
        }
        let absent = record.fields.iter().filter(|field| !given(&field.name));
        fields.extend(absent.map(|field| FieldTy { ty: if field.has_default { field.ty.clone() } else { Ty::None }, ..field.clone() }));
        Ty::Record(Arc::new(RecordTy { name: record.name.clone(), fields }))
    }

    pub(super) fn comprehension(&mut self, comprehension: &Comprehension, span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let is_map = comprehension.key.is_some();
        let of = match (expected.present(), is_map) {
            (Ty::List(of), false) | (Ty::Map(of), true) => part(of, expected),
            (Ty::Error, _) => Ty::Error,
            _ => {
                let found = self.comprehension(comprehension, span, &Ty::Error, scope);
                return self.fit(span, found, expected);
            }
        };
        let depth = scope.locals.len();
        let outside = self.bindings(&comprehension.bindings, scope);
        if let Some(condition) = &comprehension.condition {
            let ty = self.condition(condition, scope);
            if assign::is_outside(&ty) && !outside {
                self.error(report::deferred_filter(condition.span));
            }
        }
        let value = self.where_it(comprehension.condition.as_ref(), true, scope, |checker, scope| {
            if let Some(key) = &comprehension.key {
                let wanted = if outside { Ty::String.deferred() } else { Ty::String };
                checker.check(key, &wanted, scope);
            }
            checker.check(&comprehension.value, &of, scope)
        });
        scope.locals.truncate(depth);
        let found = if is_map { value.map() } else { value.list() };
        if outside { self.fit(span, found.known().deferred(), expected) } else { found }
    }

    /// Binds what is gone through, outermost first; tells whether any of it is for a tool to know. The caller unbinds.
    pub(super) fn bindings(&mut self, bindings: &[hir::Binding], scope: &mut Scope<'a>) -> bool {
        let mut outside = false;
        for binding in bindings {
            // A word holds nothing: whoever goes through one thinks that it is the name of something.
            let source = match &binding.source.kind {
                hir::ExprKind::Name(name) if self.types.words.contains(&name.text) && self.is_word(&binding.source, scope) => {
                    self.error(report::unknown_name(&name.text, binding.source.span, &Ty::Error, scope.names()));
                    Ty::Error
                }
                _ => self.check(&binding.source, &Ty::Error, scope),
            };
            let deferred = assign::is_outside(&source);
            outside |= deferred;
            let (key, value) = match source.present() {
                Ty::List(of) => (Ty::Int, of.as_ref().clone()),
                Ty::Map(of) => (Ty::String, of.as_ref().clone()),
                Ty::Record(record) => {
                    let joined = record.fields.iter().try_fold(Ty::Error, |joined, field| joined.join(&field.ty));
                    (Ty::String, joined.unwrap_or(Ty::Error))
                }
                Ty::Error => (Ty::Error, Ty::Error),
                _ => {
                    self.error(report::not_iterable(binding.source.span, &source));
                    (Ty::Error, Ty::Error)
                }
            };
            let value = self.bounded(value, binding.value.span);
            let local = |ty: Ty| if deferred { ty.deferred() } else { ty };
            if let Some(name) = &binding.key {
                scope.locals.push((name.text.clone(), local(key)));
            }
            scope.locals.push((binding.value.text.clone(), local(value)));
        }
        outside
    }
}

/// The type of a part, which may be for a tool to know where the whole may.
fn part(of: &Ty, whole: &Ty) -> Ty {
    if assign::is_outside(whole) { of.clone().deferred() } else { of.clone() }
}
