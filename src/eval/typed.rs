//! What goes into a function and comes out of it keeps the rules of its types.

use super::expression::Evaluator;
use super::{Evaluated, Stop, broken, complete_at, conform, eval_with};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir;
use crate::ty::Ty;
use crate::value::Value;
use std::sync::Arc;

impl Evaluator<'_> {
    /// The value in the form of the type, whose rules it keeps. Of lists and maps without rules that is known from their types.
    pub(super) fn typed(&mut self, value: Value, ty: &Ty, name: Option<&Text>, span: Span) -> Evaluated {
        let parts = matches!(value, Value::List(_) | Value::Map(_));
        if parts && !ty.has_rules() && !ty.has_defaults() {
            return Ok(value);
        }
        if parts {
            let weight = self.scope.work().hold_all(std::slice::from_ref(&value));
            let weight = weight.map_err(|beyond| self.exceeds(beyond, span))?;
            self.take(weight, span)?;
        }
        let value = complete_at(value, ty, span, self.scope)?;
        let value = conform(value, ty).map_err(|why| {
            let diagnostic = Diagnostic::error(why.code, span, why.message);
            self.stop(match why.help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            })
        })?;
        self.keeps(&value, ty, name, span)?;
        Ok(value)
    }

    fn keeps(&mut self, value: &Value, ty: &Ty, name: Option<&Text>, span: Span) -> Result<(), Stop> {
        match (ty, value) {
            (Ty::Refined(refined), value) => {
                self.keeps(value, &refined.base, name, span)?;
                let named = self.scope.named_type(&refined.name);
                match named.as_ref().and_then(|named| named.rule.as_ref()) {
                    Some(rule) => self.keeps_rule(value, rule, name, span),
                    None => Ok(()),
                }
            }
            (Ty::Optional(ty) | Ty::Deferred(ty), value) => self.keeps(value, ty, name, span),
            (Ty::List(ty), Value::List(list)) if ty.has_rules() => list.iter().try_for_each(|value| self.keeps(value, ty, name, span)),
            (Ty::Map(ty), Value::Map(map)) if ty.has_rules() => map.values().try_for_each(|value| self.keeps(value, ty, name, span)),
            (Ty::Record(record), Value::Map(map)) => record.fields.iter().try_for_each(|field| match map.get(&field.name) {
                Some(value) => self.keeps(value, &field.ty, Some(&field.name), span),
                None => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    fn keeps_rule(&mut self, value: &Value, rule: &hir::Refinement, name: Option<&Text>, span: Span) -> Result<(), Stop> {
        if *value == Value::None || !value.is_known() {
            return Ok(());
        }
        if eval_with(&rule.condition, self.scope, &mut vec![value.clone()])? != Value::Bool(false) {
            return Ok(());
        }
        let mut said = |expr: &Option<Arc<hir::Expr>>| -> Option<Text> {
            let value = eval_with(expr.as_ref()?, self.scope, &mut vec![value.clone()]).ok()?;
            value.as_text().cloned()
        };
        let message = broken(name, Some(value), said(&rule.message).as_deref());
        let diagnostic = Diagnostic::error(Code::CheckFailed, span, message).related(rule.condition.span, "the rule stands here");
        let help = said(&rule.help);
        Err(self.stop(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }))
    }
}
