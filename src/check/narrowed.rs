//! What a condition says of values that may be absent: where `x != none` holds, `x` is there.

use super::Checker;
use super::scope::Scope;
use crate::base::Text;
use crate::hir::{Binary, Expr, ExprKind, Literal, Unary};
use crate::ty::Ty;

/// A name and the fields behind it: `host.disk.size`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    root: Root,
    fields: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq)]
enum Root {
    Local(u32),
    Name(Text),
}

fn way(expr: &Expr) -> Option<Way> {
    match &expr.kind {
        ExprKind::Local(place) => Some(Way { root: Root::Local(place.0), fields: Vec::new() }),
        ExprKind::Name(name) => Some(Way { root: Root::Name(name.text.clone()), fields: Vec::new() }),
        ExprKind::Member(base, field) | ExprKind::Maybe(base, field) => {
            let mut way = way(base)?;
            way.fields.push(field.text.clone());
            Some(way)
        }
        _ => None,
    }
}

/// Adds what is there where a condition holds, or where it does not.
fn there(condition: &Expr, holds: bool, into: &mut Vec<Way>) {
    match (&condition.kind, holds) {
        (ExprKind::Binary(Binary::NotEqual, a, b), true) | (ExprKind::Binary(Binary::Equal, a, b), false) => {
            let is_none = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Literal::None));
            let asked = if is_none(b) { a } else { b };
            if is_none(a) || is_none(b) {
                present(asked, into);
            }
        }
        (ExprKind::Binary(Binary::And, a, b), true) | (ExprKind::Binary(Binary::Or, a, b), false) => {
            there(a, holds, into);
            there(b, holds, into);
        }
        (ExprKind::Unary(Unary::Not, of), holds) => there(of, !holds, into),
        _ => {}
    }
}

/// What is there where an expression is: `a` and `a.b` where `a?.b` is.
fn present(expr: &Expr, into: &mut Vec<Way>) {
    into.extend(way(expr));
    let mut at = expr;
    while let ExprKind::Member(base, _) | ExprKind::Maybe(base, _) = &at.kind {
        if matches!(at.kind, ExprKind::Maybe(..)) {
            into.extend(way(base));
        }
        at = base;
    }
}

impl<'a> Checker<'a> {
    /// Checks something that counts only where a condition holds, or does not.
    pub(super) fn where_it<T>(
        &mut self,
        condition: Option<&Expr>,
        holds: bool,
        scope: &mut Scope<'a>,
        inside: impl FnOnce(&mut Self, &mut Scope<'a>) -> T,
    ) -> T {
        let depth = scope.there.len();
        if let Some(condition) = condition {
            there(condition, holds, &mut scope.there);
        }
        let done = inside(self, scope);
        scope.there.truncate(depth);
        done
    }
}

impl Scope<'_> {
    /// The type of something, where a condition around it may have said that it is there.
    pub(super) fn known_there(&self, expr: &Expr, ty: Ty) -> Ty {
        if self.there.is_empty() || !may_be_absent(&ty) || !way(expr).is_some_and(|way| self.there.contains(&way)) {
            return ty;
        }
        match ty {
            Ty::Optional(of) => of.as_ref().clone(),
            Ty::Deferred(of) => of.present().clone().deferred(),
            other => other,
        }
    }
}

fn may_be_absent(ty: &Ty) -> bool {
    match ty {
        Ty::Optional(_) => true,
        Ty::Deferred(of) => may_be_absent(of),
        _ => false,
    }
}
