//! Rules of types and inputs over what is written out: a value that needs nothing but the text is judged where it stands, in
//! every body, whether or not a product uses it. What is only known when a product is evaluated, the plan judges.

use super::{Checker, report};
use crate::base::{Span, Text};
use crate::diag::Diagnostic;
use crate::eval::{self, Evaluated, Locals, Scope, Stop, Work, conform};
use crate::hir::{self, ExprKind, FunctionId, Refinement};
use crate::ty::Ty;
use crate::value::Value;
use std::sync::Arc;

/// Of so many elements the one that breaks a rule is looked for.
const MOST_PARTS: usize = 64;

impl Checker<'_> {
    /// Looks at the value of an attribute or field, which messages name.
    pub(super) fn naming<T>(&mut self, name: &Text, look: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.named.replace(name.clone());
        let found = look(self);
        self.named = outer;
        found
    }

    /// Judges an expression by the rules of the type that it is for, if it can be evaluated alone.
    pub(super) fn keeps_rules(&mut self, expr: &hir::Expr, ty: &Ty) {
        let mut rules = Vec::new();
        self.rules_of(ty, &mut rules);
        for rule in rules {
            if !self.keeps_rule(expr, ty, &rule) {
                return;
            }
        }
    }

    /// Whether a number keeps the rules of a type for text once it stands in quotes; of other values it is not asked.
    pub(super) fn quoted_keeps_rules(&mut self, value: &Value, ty: &Ty) -> bool {
        let Value::Int(number) = value else { return true };
        let text = Value::text(number.to_string());
        let mut rules = Vec::new();
        self.rules_of(ty, &mut rules);
        !rules.iter().filter_map(|named| named.rule.as_ref()).any(|rule| self.holds(rule, &text) == Some(false))
    }

    /// The rules of a type itself, the innermost first. Those of its parts are judged at the parts.
    fn rules_of(&self, ty: &Ty, rules: &mut Vec<Arc<hir::NamedType>>) {
        match ty {
            Ty::Refined(refined) => {
                self.rules_of(&refined.base, rules);
                let of_program = self.program.types.get(&refined.name).filter(|named| named.ty == *ty);
                let own = || self.program.definitions.values().filter_map(|of| of.types.get(&refined.name)).find(|named| named.ty == *ty);
                rules.extend(of_program.or_else(own).cloned());
            }
            Ty::Deferred(of) | Ty::Optional(of) => self.rules_of(of, rules),
            _ => {}
        }
    }

    fn keeps_rule(&mut self, expr: &hir::Expr, ty: &Ty, named: &hir::NamedType) -> bool {
        named.rule.as_ref().is_none_or(|rule| self.keeps(expr, ty, rule))
    }

    /// Whether an expression keeps one rule, as far as the text alone says; what breaks it is said.
    pub(super) fn keeps(&mut self, expr: &hir::Expr, ty: &Ty, rule: &Refinement) -> bool {
        let Some(value) = self.alone(expr, ty) else { return true };
        if self.holds(rule, &value) != Some(false) {
            return true;
        }
        let (field, place) = self.broken_at(expr, ty, rule).unwrap_or((None, expr));
        let shown = self.alone(place, &Ty::Error);
        let message = rule.message.as_deref().and_then(|text| self.said(text, &value));
        let help = rule.help.as_deref().and_then(|text| self.said(text, &value));
        let named = field.cloned().or_else(|| self.named.clone());
        self.error(report::breaks_rule(place.span, named.as_ref(), shown.as_ref(), message, help, rule.condition.span));
        false
    }

    /// The one element that breaks a rule over all of them: without it, the rule holds. Of a record that has one field which does
    /// so, this field and its name.
    fn broken_at<'e>(&mut self, expr: &'e hir::Expr, ty: &Ty, rule: &Refinement) -> Option<(Option<&'e Text>, &'e hir::Expr)> {
        let parts: Vec<&hir::Expr> = match &expr.kind {
            ExprKind::List(elements) => elements.iter().collect(),
            ExprKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            _ => return None,
        };
        parts.iter().enumerate().take(MOST_PARTS).rev().find_map(|(at, part)| {
            let mut rest = expr.clone();
            match &mut rest.kind {
                ExprKind::List(elements) => *elements = elements.without(at),
                ExprKind::Map(entries) => drop(entries.remove(at)),
                _ => return None,
            }
            let rest = self.alone(&rest, ty)?;
            (self.holds(rule, &rest) == Some(true)).then(|| self.broken_field(expr, ty, rule, at, part).unwrap_or((None, part)))
        })
    }

    /// The one text of a record in a list that breaks a rule over all of the list: with another text, the rule holds.
    fn broken_field<'e>(
        &mut self,
        list: &hir::Expr,
        ty: &Ty,
        rule: &Refinement,
        at: usize,
        part: &'e hir::Expr,
    ) -> Option<(Option<&'e Text>, &'e hir::Expr)> {
        let ExprKind::Map(fields) = &part.kind else { return None };
        let list = self.alone(list, ty)?;
        let record = list.as_list()?.get(at)?.as_map()?;
        let mut broken = fields.iter().filter_map(|(key, field)| {
            let other = Value::text(format!("{} (another)", record.get(&key.text)?.as_text()?));
            let mut record = record.clone();
            record.insert(key.text.clone(), other);
            let mut elements = list.as_list()?.to_vec();
            elements[at] = Value::Map(Arc::new(record));
            (self.holds(rule, &Value::list(elements)) == Some(true)).then_some((Some(&key.text), field))
        });
        broken.next().filter(|_| broken.next().is_none())
    }

    /// The value of an expression that needs nothing around it.
    fn alone(&mut self, expr: &hir::Expr, ty: &Ty) -> Option<Value> {
        let value = self.evaluated(expr, &mut Vec::new())?;
        let value = conform(value, ty).ok()?;
        (value.is_known() && value != Value::None).then_some(value)
    }

    fn holds(&mut self, rule: &Refinement, it: &Value) -> Option<bool> {
        match self.evaluated(&rule.condition, &mut vec![it.clone()])? {
            Value::Bool(holds) => Some(holds),
            _ => None,
        }
    }

    fn said(&mut self, text: &hir::Expr, it: &Value) -> Option<Text> {
        self.evaluated(text, &mut vec![it.clone()])?.as_text().cloned()
    }

    /// Evaluates where nothing is known; all of a program together takes no more steps than the plan of one product.
    fn evaluated(&mut self, expr: &hir::Expr, locals: &mut Locals) -> Option<Value> {
        let mut nowhere = Nowhere { work: std::mem::take(&mut self.work), checker: self };
        let value = eval::eval_with(expr, &mut nowhere, locals).ok();
        self.work = nowhere.work;
        value
    }
}

/// A place where nothing is known but words, definitions and functions.
struct Nowhere<'c, 'a> {
    checker: &'c Checker<'a>,
    work: Work,
}

impl Scope for Nowhere<'_, '_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.checker.types.meaning(name)
    }

    fn name(&mut self, _: &Text, _: crate::hir::Place, _: Span) -> Option<Evaluated> {
        Some(Err(Stop))
    }

    fn member(&mut self, _: &Value, _: &hir::Name) -> Evaluated {
        Err(Stop)
    }

    fn call(&mut self, _: &hir::Name, _: &[Value], _: Span) -> Evaluated {
        Err(Stop)
    }

    fn function(&self, id: FunctionId) -> Option<Arc<hir::Function>> {
        self.checker.program.function(id).cloned()
    }

    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>> {
        self.checker.program.types.get(name).cloned()
    }

    /// What is wrong with an expression is said where it is checked.
    fn report(&mut self, _: Diagnostic) {}

    fn work(&mut self) -> &mut Work {
        &mut self.work
    }
}
