//! The fields that a record leaves out and its type gives a default. It is evaluated over the fields beside it, as far as the record says
//! them; one that comes to `none` says nothing, and the field is missing.

use super::{Evaluated, Locals, Scope, Stop, Work, conform, eval_with};
use crate::base::{Key, Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir;
use crate::ty::{FieldTy, RecordTy, Ty};
use crate::value::{Entries, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A default that could not be evaluated: where in the value, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Incomplete {
    /// The record whose field has no value.
    pub path: Vec<Key>,
    /// What the record says of the fields that the default reads; texts that may be anything come first.
    pub said: Vec<(Text, Value)>,
    /// What was found in the default; nothing where that was said already.
    pub why: Option<Box<Diagnostic>>,
}

/// The value with every field that has a default; what is complete already is the same value, and not a copy.
pub fn complete(value: Value, ty: &Ty, scope: &mut dyn Scope) -> Result<Value, Incomplete> {
    if !matches!(value, Value::List(_) | Value::Map(_)) || !ty.has_defaults() {
        return Ok(value);
    }
    let mut filling = Filling { scope, path: Vec::new() };
    Ok(filling.value(&value, ty)?.unwrap_or(value))
}

/// The same where what is wrong with a default is told at one place.
pub fn complete_at(value: Value, ty: &Ty, span: Span, scope: &mut dyn Scope) -> Evaluated {
    complete(value, ty, scope).map_err(|incomplete| {
        incomplete.at(span).into_iter().for_each(|diagnostic| scope.report(diagnostic));
        Stop
    })
}

struct Filling<'s> {
    scope: &'s mut dyn Scope,
    path: Vec<Key>,
}

impl Filling<'_> {
    fn value(&mut self, value: &Value, ty: &Ty) -> Result<Option<Value>, Incomplete> {
        match (ty, value) {
            (Ty::Refined(refined), value) => self.value(value, &refined.base),
            (Ty::Optional(of) | Ty::Deferred(of), value) => self.value(value, of),
            (Ty::List(of), Value::List(list)) => {
                let mut changed = None;
                for (at, value) in list.iter().enumerate() {
                    if let Some(new) = self.part(value, of, Key::At(at))? {
                        changed.get_or_insert_with(|| list.to_vec())[at] = new;
                    }
                }
                Ok(changed.map(Value::list))
            }
            (Ty::Map(of), Value::Map(map)) => {
                let mut changed: Option<Entries> = None;
                for (key, value) in map.iter() {
                    if let Some(new) = self.part(value, of, Key::Name(key.clone()))? {
                        changed.get_or_insert_with(|| Entries::clone(map)).insert(key.clone(), new);
                    }
                }
                Ok(changed.map(|map| Value::Map(map.into())))
            }
            (Ty::Record(record), Value::Map(map)) => self.record(record, map),
            _ => Ok(None),
        }
    }

    fn part(&mut self, value: &Value, ty: &Ty, step: Key) -> Result<Option<Value>, Incomplete> {
        self.path.push(step);
        let new = self.value(value, ty)?;
        self.path.pop();
        Ok(new)
    }

    fn record(&mut self, record: &RecordTy, map: &Entries) -> Result<Option<Value>, Incomplete> {
        let mut changed: Option<Entries> = None;
        for field in record.fields.iter().filter(|field| field.ty.has_defaults()) {
            let Some(value) = map.get(&field.name) else { continue };
            if let Some(new) = self.part(value, &field.ty, Key::Name(field.name.clone()))? {
                changed.get_or_insert_with(|| map.clone()).insert(field.name.clone(), new);
            }
        }
        // A default reads what is said, and that is complete by now.
        let mut left_out = record.fields.iter().filter(|field| field.has_default && !map.contains_key(&field.name)).peekable();
        if left_out.peek().is_some() {
            let said = changed.take().unwrap_or_else(|| map.clone());
            let mut whole = said.clone();
            for field in left_out {
                whole.extend(self.default(record, field, &said)?.map(|new| (field.name.clone(), new)));
            }
            changed = Some(whole);
        }
        Ok(changed.map(|map| Value::Map(map.into())))
    }

    /// What a default gives may leave out fields that have defaults themselves. What is wrong there is wrong with the record.
    fn completed(&mut self, value: Value, field: &FieldTy) -> Result<Value, Incomplete> {
        if !field.ty.has_defaults() {
            return Ok(value);
        }
        let depth = self.path.len();
        let complete = self.part(&value, &field.ty, Key::Name(field.name.clone())).map_err(|mut incomplete| {
            incomplete.path.truncate(depth);
            Incomplete { said: Vec::new(), ..incomplete }
        })?;
        Ok(complete.unwrap_or(value))
    }

    fn default(&mut self, record: &RecordTy, field: &FieldTy, map: &Entries) -> Result<Option<Value>, Incomplete> {
        let named = record.name.as_ref().and_then(|name| self.scope.named_type(name));
        let Some(default) = named.as_ref().and_then(|named| named.defaults.get(&field.name)) else { return Ok(None) };
        // What does not fit, or is not there and must be, is said where the whole is taken.
        let known = record.known_to_defaults().map(|known| match map.get(&known.name) {
            Some(value) => conform(value.clone(), &known.ty).ok(),
            None => known.ty.is_optional().then_some(Value::None),
        });
        let Some(mut locals) = known.collect::<Option<Locals>>() else { return Ok(None) };
        let mut apart = Apart { scope: self.scope, found: None };
        let why = match eval_with(default, &mut apart, &mut locals) {
            Ok(Value::None) if !field.ty.is_optional() => {
                let message = format!("nothing says the field `{}`{}", field.name, record.named());
                Some(Box::new(Diagnostic::error(Code::Missing, default.span, message)))
            }
            Ok(value) => return self.completed(value, field).map(Some),
            Err(Stop) => apart.found.map(|mut why| {
                if why.code == Code::EvaluationFailed {
                    why.code = Code::InvalidLiteral;
                }
                why.message = format!("`{}` follows from what is said here: {}", field.name, why.message);
                Box::new(why)
            }),
        };
        let is_missing = why.as_ref().is_some_and(|why| why.code == Code::Missing);
        let said = if is_missing { Vec::new() } else { read(default, record, map) };
        Err(Incomplete { path: std::mem::take(&mut self.path), said, why })
    }
}

/// What a record says of the fields that a default reads.
fn read(default: &hir::Expr, record: &RecordTy, map: &Entries) -> Vec<(Text, Value)> {
    let mut places = BTreeSet::new();
    default.walk(&mut |expr| {
        if let hir::ExprKind::Local(hir::Local(at)) = expr.kind {
            places.insert(at as usize);
        }
    });
    let read = record.known_to_defaults().enumerate().filter(|(at, _)| places.contains(at));
    let mut said: Vec<_> = read.filter_map(|(_, field)| Some((field, map.get(&field.name)?.clone()))).collect();
    said.sort_by_key(|(field, _)| !matches!(field.ty.present(), Ty::String));
    said.into_iter().map(|(field, value)| (field.name.clone(), value)).collect()
}

/// The scope of what takes the value, which keeps what is found: it is said at the text of who left the field out.
struct Apart<'s> {
    scope: &'s mut dyn Scope,
    found: Option<Diagnostic>,
}

impl Scope for Apart<'_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.scope.meaning(name)
    }

    fn name(&mut self, name: &Text, place: hir::Place, span: Span) -> Option<Evaluated> {
        self.scope.name(name, place, span)
    }

    fn member(&mut self, base: &Value, field: &hir::Name) -> Evaluated {
        self.scope.member(base, field)
    }

    fn call(&mut self, function: &hir::Name, arguments: &[Value], span: Span) -> Evaluated {
        self.scope.call(function, arguments, span)
    }

    fn function(&self, id: hir::FunctionId) -> Option<Arc<hir::Function>> {
        self.scope.function(id)
    }

    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>> {
        self.scope.named_type(name)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.get_or_insert(diagnostic);
    }

    fn work(&mut self) -> &mut Work {
        self.scope.work()
    }
}

impl Incomplete {
    /// The finding at a place of who left the field out, where there is one.
    pub fn at(self, span: Span) -> Option<Diagnostic> {
        let why = *self.why?;
        let mut diagnostic = Diagnostic::error(why.code, span, why.message);
        diagnostic.help = why.help;
        Some(diagnostic.related(why.primary.span, "it is computed here"))
    }
}
