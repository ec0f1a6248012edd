//! The expressions that one is made of, in the order of the text: who looks for something in expressions says what it is, and no list of
//! their kinds stands twice.

use super::ast::{Arm, Comprehension, Expr, ExprKind, Part};
use std::sync::Arc;

impl Expr {
    /// Shows each expression that this one is made of, but not what those are made of.
    pub fn each_part<'e>(&'e self, see: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => parts.iter().filter_map(Part::expr).for_each(see),
            ExprKind::Member(base, _) | ExprKind::Unary(_, base) | ExprKind::Paren(base) => see(base),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|part| see(part)),
            ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| see(&argument.value)),
            ExprKind::List(elements) => elements.iter().for_each(see),
            ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| see(value)),
            ExprKind::ListFor(of) | ExprKind::MapFor(of) => {
                of.bindings.iter().for_each(|binding| see(&binding.source));
                of.condition.iter().chain(&of.key).chain([&of.value]).for_each(see);
            }
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| see(part)),
            ExprKind::Match(of, arms) => {
                see(of);
                arms.iter().for_each(|arm| arm.pattern.iter().chain([&arm.value]).for_each(&mut *see));
            }
        }
    }

    /// The same to who changes them.
    pub fn each_part_mut(&mut self, see: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => parts.iter_mut().filter_map(Part::expr_mut).for_each(see),
            ExprKind::Member(base, _) | ExprKind::Unary(_, base) | ExprKind::Paren(base) => see(Arc::make_mut(base)),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|part| see(Arc::make_mut(part))),
            ExprKind::Call(_, arguments) => arguments.iter_mut().for_each(|argument| see(&mut argument.value)),
            ExprKind::List(elements) => elements.iter_mut().for_each(see),
            ExprKind::Map(entries) => entries.iter_mut().for_each(|(_, value)| see(value)),
            ExprKind::ListFor(of) | ExprKind::MapFor(of) => {
                of.bindings.iter_mut().for_each(|binding| see(Arc::make_mut(&mut binding.source)));
                let Comprehension { condition, key, value, .. } = of.as_mut();
                condition.iter_mut().chain(key).chain([value]).for_each(see);
            }
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| see(Arc::make_mut(part))),
            ExprKind::Match(of, arms) => {
                see(Arc::make_mut(of));
                arms.iter_mut().for_each(|Arm { pattern, value }| pattern.iter_mut().chain([value]).for_each(&mut *see));
            }
        }
    }
}

impl Part {
    /// The expression between `${` and `}`.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Part::Expr(expr) => Some(expr),
            Part::Text(_) => None,
        }
    }

    /// The same to who changes it.
    pub fn expr_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Part::Expr(expr) => Some(expr),
            Part::Text(_) => None,
        }
    }
}
