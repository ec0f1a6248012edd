//! Which names an expression stands on.

use super::ast::{Expr, ExprKind, Part};
use crate::base::Text;
use std::collections::BTreeSet;

/// Whether an expression names one of `wanted`.
pub fn mentions(expr: &Expr, wanted: &BTreeSet<Text>) -> bool {
    let go = |expr: &Expr| mentions(expr, wanted);
    let part = |part: &Part| matches!(part, Part::Expr(expr) if mentions(expr, wanted));
    match &expr.kind {
        ExprKind::Name(name) => wanted.contains(name),
        ExprKind::Template(parts) => parts.iter().any(part),
        ExprKind::Member(base, _) | ExprKind::Unary(_, base) | ExprKind::Paren(base) => go(base),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => go(a) || go(b),
        ExprKind::Call(_, arguments) => arguments.iter().any(|argument| go(&argument.value)),
        ExprKind::List(list) => list.iter().any(go),
        ExprKind::Map(entries) => entries.iter().any(|(_, value)| go(value)),
        ExprKind::ListFor(f) | ExprKind::MapFor(f) => {
            let parts = [f.condition.as_ref(), f.key.as_ref(), Some(&f.value)];
            f.bindings.iter().any(|binding| go(&binding.source)) || parts.into_iter().flatten().any(go)
        }
        ExprKind::If(a, b, c) => go(a) || go(b) || go(c),
        ExprKind::Match(subject, arms) => go(subject) || arms.iter().any(|arm| go(&arm.value)),
        ExprKind::Literal(_) | ExprKind::Error => false,
    }
}
