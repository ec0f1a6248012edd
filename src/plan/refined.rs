//! The rules of types and inputs over what was evaluated: at inputs, `let`s, outputs and attributes, and at each of their parts.
//! The finding stands at the text that says the part which breaks the rule.

use super::planner::Planner;
use super::written::Written;
use crate::base::{Key, Path, Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Stop, broken};
use crate::hir::{self, Input};
use crate::ty::Ty;
use crate::value::{InstanceId, Value};
use std::sync::Arc;

/// Of so many elements the one that breaks a rule is looked for.
const MOST_PARTS: usize = 64;

/// Something with a type, whose value is judged.
#[derive(Clone, Copy)]
pub(super) struct Typed<'e> {
    /// In whose body its rules are evaluated.
    pub id: InstanceId,
    /// Its name.
    pub name: &'e Text,
    /// What gave the value; nothing where the field of that name did.
    pub written: Option<Written<'e>>,
}

impl Planner<'_> {
    /// The rules of an input and of its type.
    pub(super) fn keeps_input(&mut self, of: Typed<'_>, input: &Input, value: &Value) -> Result<(), Stop> {
        self.keeps_type(of, &input.ty, value, &mut Vec::new())?;
        match &input.rule {
            Some(rule) => self.keeps_rule(of, rule, value, &[]),
            None => Ok(()),
        }
    }

    /// The rules of a type and of the types in it; `path` leads to the value within the whole.
    pub(super) fn keeps_type(&mut self, of: Typed<'_>, ty: &Ty, value: &Value, path: &mut Vec<Key>) -> Result<(), Stop> {
        match (ty, value) {
            (Ty::Refined(refined), value) => {
                self.keeps_type(of, &refined.base, value, path)?;
                let named = self.named_type(of.id, &refined.name);
                match named.as_ref().and_then(|named| named.rule.as_ref()) {
                    Some(rule) => self.keeps_rule(of, rule, value, path),
                    None => Ok(()),
                }
            }
            (Ty::Optional(ty) | Ty::Deferred(ty), value) => self.keeps_type(of, ty, value, path),
            (Ty::List(ty), Value::List(list)) if ty.has_rules() => {
                list.iter().enumerate().try_for_each(|(at, value)| self.keeps_part(of, ty, value, path, Key::At(at)))
            }
            (Ty::Map(ty), Value::Map(map)) if ty.has_rules() => {
                map.iter().try_for_each(|(key, value)| self.keeps_part(of, ty, value, path, Key::Name(key.clone())))
            }
            (Ty::Record(record), Value::Map(map)) => record.fields.iter().try_for_each(|field| match map.get(&field.name) {
                Some(value) => self.keeps_part(of, &field.ty, value, path, Key::Name(field.name.clone())),
                None => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    /// A type that the definition of an instance declares, or the program.
    pub(super) fn named_type(&self, of: InstanceId, name: &Text) -> Option<Arc<hir::NamedType>> {
        let own = self.node(of).definition.as_ref().and_then(|definition| definition.types.get(name).cloned());
        own.or_else(|| self.program.types.get(name).cloned())
    }

    fn keeps_part(&mut self, of: Typed<'_>, ty: &Ty, value: &Value, path: &mut Vec<Key>, step: Key) -> Result<(), Stop> {
        path.push(step);
        let kept = self.keeps_type(of, ty, value, path);
        path.pop();
        kept
    }

    fn keeps_rule(&mut self, of: Typed<'_>, rule: &hir::Refinement, value: &Value, path: &[Key]) -> Result<(), Stop> {
        if *value == Value::None || !value.is_known() {
            return Ok(());
        }
        let mut locals = vec![value.clone()];
        let holds = self.eval_in(&rule.condition, of.id, &mut locals)?;
        if holds != Value::Bool(false) {
            return Ok(());
        }
        let said = |planner: &mut Self, expr: &Option<Arc<hir::Expr>>| -> Option<Text> {
            let expr = expr.as_ref()?;
            let mut locals = vec![value.clone()];
            let value = planner.eval_in(expr, of.id, &mut locals).ok()?;
            value.as_text().cloned()
        };
        let name = text!("{}{}", of.name, Path(path));
        let message = broken(Some(&name), Some(value), said(self, &rule.message).as_deref());
        let place = match self.broken_part(of.id, rule, value) {
            Some((step, part)) => self.broken_at(of, &[path, &[step]].concat(), part),
            None => self.broken_at(of, path, value),
        };
        let mut diagnostic = Diagnostic::error(Code::CheckFailed, place, message).related(rule.condition.span, "the rule stands here");
        if let Some(help) = said(self, &rule.help) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        Err(Stop)
    }

    /// The one element that breaks a rule over all of them: without it, the rule holds.
    fn broken_part<'v>(&mut self, id: InstanceId, rule: &hir::Refinement, value: &'v Value) -> Option<(Key, &'v Value)> {
        let mut holds = |rest: Value| {
            let mut locals = vec![rest];
            self.eval_in(&rule.condition, id, &mut locals) == Ok(Value::Bool(true))
        };
        match value {
            Value::List(list) if list.len() <= MOST_PARTS => list.iter().enumerate().rev().find_map(|(at, part)| {
                let rest = list.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| value.clone());
                holds(Value::list(rest)).then_some((Key::At(at), part))
            }),
            Value::Map(map) if map.len() <= MOST_PARTS => map.iter().rev().find_map(|(key, part)| {
                let rest = map.iter().filter(|(other, _)| *other != key).map(|(key, value)| (key.clone(), value.clone()));
                holds(Value::map(rest)).then_some((Key::Name(key.clone()), part))
            }),
            _ => None,
        }
    }

    /// The place of the part that breaks a rule.
    fn broken_at(&self, of: Typed<'_>, path: &[Key], value: &Value) -> Span {
        match of.written {
            None => {
                let found = self.origin_of_field(of.id, of.name, path, Some(value));
                found.unwrap_or_else(|| self.inventory_place(of.id, Some(of.name)))
            }
            Some(written) => self.origin_of(written, path, Some(value)).unwrap_or_else(|| self.place_of_text(of.id, written.expr.span)),
        }
    }

    /// A place in the text of the project; for one in the library, where the inventory names what it makes.
    pub(super) fn place_of_text(&self, id: InstanceId, span: Span) -> Span {
        if self.is_of_project(span) { span } else { self.inventory_place(id, None) }
    }
}
