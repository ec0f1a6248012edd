//! Where the library says what a tool has no form for: the call of a function that it lacks, or the whole expression.

use crate::base::{Span, Text};
use crate::hir::{Expr, ExprKind, Let};
use crate::value::{Residual, Value};
use std::sync::Arc;

/// A part of the library that a tool has no form for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// The expression.
    pub span: Span,
    /// What is wrong with it, without the place.
    pub why: String,
}

/// The function that the tool lacks in a value which it has no form for: one that is given what it has a form for.
pub fn lacking(value: &Value, has_form: &dyn Fn(&Value) -> bool) -> Option<Text> {
    let mut found = None;
    value.walk(&mut |residual| {
        if let Residual::Call(function, arguments) = residual
            && found.is_none()
            && arguments.iter().all(has_form)
            && !has_form(&Value::residual(residual.clone()))
        {
            found = Some(function.clone());
        }
    });
    found
}

/// The place in an expression where a function is called; where the expression takes it from a `let`, the place in that.
pub fn call_in<'e>(expr: &'e Expr, lets: impl IntoIterator<Item = &'e Arc<Let>>, function: &str) -> Option<Span> {
    let lets = lets.into_iter().map(|of| &*of.value);
    [expr].into_iter().chain(lets).find_map(|expr| {
        let mut found = None;
        expr.walk(&mut |inner| {
            if matches!(&inner.kind, ExprKind::Call(callee, _) if callee.name.text == function) {
                found.get_or_insert(inner.span);
            }
        });
        found
    })
}
