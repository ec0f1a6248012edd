//! The operators of the language in Jinja, where the same sign means another thing for another type.

use super::lower::expression;
use super::scope::Scope;
use crate::artifact::jinja::{Binary, Expr};
use crate::artifact::{Error, Problem};
use crate::eval::infer::bare;
use crate::ty::Ty;
use crate::value::{Operator, Residual, Value};

/// An operator between two values.
pub(super) fn binary(operator: Operator, left: &Value, right: &Value, scope: &Scope<'_>) -> Result<Expr, Error> {
    let [of_left, of_right] = [left, right].map(|side| scope.type_of(side));
    let types = [&of_left, &of_right].map(|ty| ty.as_ref().map(bare));
    let any = |is: fn(&Ty) -> bool| types.iter().flatten().any(|ty| is(ty));
    let (a, b) = (expression(left, scope)?, expression(right, scope)?);
    let operator = match operator {
        Operator::Default => return Ok(default(left, a, b, of_left.is_some())),
        Operator::Or => Binary::Or,
        Operator::And => Binary::And,
        Operator::Equal => Binary::Equal,
        Operator::NotEqual => Binary::NotEqual,
        Operator::In => match types[1] {
            Some(Ty::Cidr) => return Err(no_form("Jinja does not know whether a network holds an address")),
            Some(Ty::Protocol) => return Err(no_form("Jinja does not know whether a span holds a port")),
            _ => Binary::In,
        },
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual if any(is_text_of_another_order) => {
            return Err(no_form("Jinja knows no order of addresses, ports and amounts of money"));
        }
        Operator::Less => Binary::Less,
        Operator::LessEqual => Binary::LessOrEqual,
        Operator::Greater => Binary::Greater,
        Operator::GreaterEqual => Binary::GreaterOrEqual,
        _ if any(|ty| *ty == Ty::Money) => return Err(no_form("Jinja cannot compute with amounts of money")),
        Operator::Add => Binary::Add,
        Operator::Subtract => Binary::Subtract,
        Operator::Multiply => Binary::Multiply,
        Operator::Divide if any(|ty| *ty == Ty::Float) => Binary::Divide,
        Operator::Divide => return Ok(quotient(a, b)),
        // There the rest has the sign of the divisor, here that of the dividend.
        Operator::Remainder => return Ok(a.clone().binary(Binary::Subtract, quotient(a, b.clone()).binary(Binary::Multiply, b))),
    };
    Ok(a.binary(operator, b))
}

/// What is written as text there, whose order is not that of the text.
fn is_text_of_another_order(ty: &Ty) -> bool {
    matches!(ty, Ty::Ip | Ty::Cidr | Ty::Protocol | Ty::Money)
}

/// The whole part of a quotient, towards zero.
fn quotient(a: Expr, b: Expr) -> Expr {
    a.binary(Binary::Divide, b).filter("int")
}

/// The first, or the second where the first is absent. Nothing else is absence: neither `false` nor an empty text. What the compiler has
/// not written itself may lack the field as well.
fn default(left: &Value, a: Expr, b: Expr, is_known: bool) -> Expr {
    let is_variable = matches!(left, Value::Residual(residual) if matches!(&**residual, Residual::Variable(_)));
    let asked = if is_variable && is_known { a.clone() } else { a.clone().filter_with("default", [Expr::None]) };
    asked.is("none").conditional(b, a)
}

/// A value as a part of a text.
pub(super) fn piece(value: &Value, scope: &Scope<'_>) -> Result<Expr, Error> {
    let said = expression(value, scope)?;
    Ok(match scope.type_of(value).as_ref().map(bare) {
        Some(Ty::Bool) => said.filter("string").filter("lower"),
        // A number without a fraction has no point here.
        Some(Ty::Float) => said.filter("string").filter_with("regex_replace", ["\\.0$", ""]),
        Some(ty) if is_bare_number(ty) => return Err(no_form(NO_UNIT)),
        _ => said,
    })
}

/// A value as a text.
pub(super) fn as_text(value: &Value, scope: &Scope<'_>) -> Result<Expr, Error> {
    let is_text = scope.type_of(value).as_ref().map(bare).is_some_and(|ty| ty.is_text() || matches!(ty, Ty::Ip | Ty::Cidr));
    let piece = piece(value, scope)?;
    Ok(if is_text { piece } else { piece.filter("string") })
}

/// Whether a value is written there as a number alone, without the unit that its text has.
pub(super) fn is_bare_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Bytes | Ty::Duration)
}

pub(super) const NO_UNIT: &str = "an amount of data or time is a bare number in Jinja, which has not the unit that its text has here";

fn no_form(what: &'static str) -> Error {
    Problem::Shape(what).into()
}
