//! What an expression is made of, as it is written.

use crate::syntax::ast::{Expr, ExprKind, Part};

/// Calls `visit` with an expression and every one in it, the outer before the inner.
pub(super) fn inside<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => {}
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let Part::Expr(expr) = part {
                inside(expr, visit);
            }
        }),
        ExprKind::Member(base, _) | ExprKind::Unary(_, base) | ExprKind::Paren(base) => inside(base, visit),
        ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|expr| inside(expr, visit)),
        ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| inside(&argument.value, visit)),
        ExprKind::List(elements) => elements.iter().for_each(|element| inside(element, visit)),
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| inside(value, visit)),
        ExprKind::ListFor(of) | ExprKind::MapFor(of) => {
            of.bindings.iter().for_each(|binding| inside(&binding.source, visit));
            of.condition.iter().chain(&of.key).for_each(|expr| inside(expr, visit));
            inside(&of.value, visit);
        }
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|expr| inside(expr, visit)),
        ExprKind::Match(of, arms) => {
            inside(of, visit);
            arms.iter().for_each(|arm| inside(&arm.value, visit));
        }
    }
}
