//! Operators over values: computed where both sides are known, left for the tool otherwise.

use super::foreign::foreign;
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Binary, Unary};
use crate::value::{Operator, Residual, ResidualFor, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

type Computed = Result<Value, Box<Diagnostic>>;

/// `not x`, `-x`.
pub(super) fn unary(operator: Unary, value: Value, span: Span) -> Computed {
    if let Some(foreign) = foreign([&value]) {
        return Ok(foreign);
    }
    match (operator, value) {
        (Unary::Not, Value::Bool(bool)) => Ok(Value::Bool(!bool)),
        (Unary::Negate, Value::Int(int)) => int.checked_neg().map(Value::Int).ok_or_else(|| overflow(span)),
        (Unary::Negate, Value::Float(float)) => Ok(Value::Float(-float)),
        (Unary::Not, value @ Value::Residual(_)) => Ok(Value::residual(Residual::Not(value))),
        (Unary::Negate, value @ Value::Residual(_)) => Ok(Value::residual(Residual::Negate(value))),
        (Unary::Maybe, value) => Ok(value),
        (Unary::Not, _) => Err(mismatch(span, "`not` takes true or false")),
        (Unary::Negate, _) => Err(mismatch(span, "`-` takes a number")),
    }
}

/// `a op b`.
pub(super) fn binary(operator: Binary, left: Value, right: Value, span: Span) -> Computed {
    if let Some(foreign) = foreign([&left, &right]) {
        return Ok(foreign);
    }
    let known = match operator {
        Binary::Equal => equal(&left, &right).map(Value::Bool),
        Binary::NotEqual => equal(&left, &right).map(|equal| Value::Bool(!equal)),
        Binary::In => contains(&left, &right).map(Value::Bool),
        _ => None,
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let residual = |value: &Value| matches!(value, Value::Residual(_));
    let inexact = matches!(operator, Binary::Equal | Binary::NotEqual | Binary::In);
    if residual(&left) || residual(&right) || inexact {
        return Ok(simplified(operator, left, right));
    }
    match operator {
        Binary::And | Binary::Or => match (&left, &right) {
            (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(if operator == Binary::And { *a && *b } else { *a || *b })),
            _ => Err(mismatch(span, "`and` and `or` take true or false")),
        },
        Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
            let Some(ordering) = compare(&left, &right) else { return Err(mismatch(span, "these two have no order")) };
            Ok(Value::Bool(match operator {
                Binary::Less => ordering == Ordering::Less,
                Binary::LessEqual => ordering != Ordering::Greater,
                Binary::Greater => ordering == Ordering::Greater,
                _ => ordering != Ordering::Less,
            }))
        }
        _ => arithmetic(operator, left, right, span),
    }
}

/// Two lists of which a tool knows something: after each other, or the one without the elements of the other.
pub(super) fn lists(operator: Binary, left: &Value, right: &Value) -> Option<Value> {
    if foreign([left, right]).is_some() {
        return None;
    }
    if operator == Binary::Add {
        let is_open = matches!((left, right), (Value::Residual(_), _) | (_, Value::Residual(_)));
        return is_open.then(|| Value::residual(Residual::Call("concat".into(), vec![left.clone(), right.clone()])));
    }
    if left.is_known() && right.is_known() {
        return None;
    }
    let name = unbound("element", right);
    let element = Value::residual(Residual::Local(name.clone()));
    let among = Value::residual(Residual::Binary(Operator::In, element.clone(), right.clone()));
    Some(Value::residual(Residual::For(Box::new(ResidualFor {
        key: None,
        value: name,
        source: left.clone(),
        condition: Some(Value::residual(Residual::Not(among))),
        entry: None,
        result: element,
    }))))
}

/// A name that nothing in a value means.
fn unbound(name: &str, inside: &Value) -> Text {
    let mut taken = BTreeSet::new();
    inside.walk(&mut |residual| {
        if let Residual::Local(name) = residual {
            taken.insert(name.clone());
        }
    });
    let mut names = std::iter::once(name.into()).chain((2..).map(|number| text!("{name}-{number}")));
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// `true and x` is `x`: what is known does not reach the tool.
fn simplified(operator: Binary, left: Value, right: Value) -> Value {
    match (operator, &left, &right) {
        (Binary::And, Value::Bool(true), _) | (Binary::Or, Value::Bool(false), _) => right,
        (Binary::And, _, Value::Bool(true)) | (Binary::Or, _, Value::Bool(false)) => left,
        _ => Value::residual(Residual::Binary(lowered(operator), left, right)),
    }
}

fn lowered(operator: Binary) -> Operator {
    match operator {
        Binary::Default => Operator::Default,
        Binary::Or => Operator::Or,
        Binary::And => Operator::And,
        Binary::Equal => Operator::Equal,
        Binary::NotEqual => Operator::NotEqual,
        Binary::Less => Operator::Less,
        Binary::LessEqual => Operator::LessEqual,
        Binary::Greater => Operator::Greater,
        Binary::GreaterEqual => Operator::GreaterEqual,
        Binary::In => Operator::In,
        Binary::Add => Operator::Add,
        Binary::Subtract => Operator::Subtract,
        Binary::Multiply => Operator::Multiply,
        Binary::Divide => Operator::Divide,
        Binary::Remainder => Operator::Remainder,
    }
}

/// The same for an operator that was left for a tool, once both sides are known.
pub(super) fn residual_operator(operator: Operator, left: Value, right: Value) -> Option<Value> {
    let nowhere = Span::new(crate::base::FileId(0), 0, 0);
    let written = [Binary::Or, Binary::And, Binary::Less, Binary::LessEqual, Binary::Greater, Binary::GreaterEqual, Binary::Add];
    let more = [Binary::Subtract, Binary::Multiply, Binary::Divide, Binary::Remainder];
    let binary_of = written.into_iter().chain(more).find(|binary| lowered(*binary) == operator)?;
    binary(binary_of, left, right, nowhere).ok()
}

/// Whether two values are the same; none where only a tool can say.
pub(super) fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Residual(_), _) | (_, Value::Residual(_)) => None,
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Some(*a as f64 == *b),
        (a, b) if a.is_known() && b.is_known() => Some(a == b),
        (Value::List(a), Value::List(b)) if a.len() != b.len() => Some(false),
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => None,
        _ => Some(false),
    }
}

pub(super) fn contains(element: &Value, whole: &Value) -> Option<bool> {
    match (element, whole) {
        (Value::Ip(ip), Value::Cidr(cidr)) => Some(cidr.contains(ip)),
        (Value::Cidr(inner), Value::Cidr(outer)) => Some(outer.contains(inner)),
        (Value::Port(inner), Value::Port(outer)) => Some(outer.contains(inner)),
        (Value::Text(key), Value::Map(map)) => Some(map.contains_key(key)),
        (element, Value::List(list)) => {
            let mut is_certain = true;
            for candidate in list.iter() {
                match equal(element, candidate) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => is_certain = false,
                }
            }
            is_certain.then_some(false)
        }
        _ => None,
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Bytes(a), Value::Bytes(b)) | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Money(a, x), Value::Money(b, y)) if x == y => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Ip(a), Value::Ip(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn arithmetic(operator: Binary, left: Value, right: Value, span: Span) -> Computed {
    let result = match (operator, left, right) {
        (Binary::Add, Value::List(a), Value::List(b)) => return Ok(Value::list(a.iter().chain(b.iter()).cloned())),
        (Binary::Subtract, Value::List(a), Value::List(b)) => return Ok(Value::list(a.iter().filter(|value| !b.contains(value)).cloned())),
        (_, Value::Int(a), Value::Int(b)) => integers(operator, a, b, span)?.map(Value::Int),
        (_, Value::Float(a), Value::Float(b)) => floats(operator, a, b, span)?.map(Value::Float),
        (_, Value::Int(a), Value::Float(b)) => floats(operator, a as f64, b, span)?.map(Value::Float),
        (_, Value::Float(a), Value::Int(b)) => floats(operator, a, b as f64, span)?.map(Value::Float),
        (Binary::Add, Value::Bytes(a), Value::Bytes(b)) => a.checked_add(b).map(Value::Bytes),
        (Binary::Subtract, Value::Bytes(a), Value::Bytes(b)) => a.checked_sub(b).map(Value::Bytes),
        (Binary::Multiply, Value::Bytes(a), Value::Int(b)) | (Binary::Multiply, Value::Int(b), Value::Bytes(a)) => {
            u64::try_from(b).ok().and_then(|b| a.checked_mul(b)).map(Value::Bytes)
        }
        (Binary::Add, Value::Duration(a), Value::Duration(b)) => a.checked_add(b).map(Value::Duration),
        (Binary::Subtract, Value::Duration(a), Value::Duration(b)) => a.checked_sub(b).map(Value::Duration),
        (Binary::Multiply, Value::Duration(a), Value::Int(b)) | (Binary::Multiply, Value::Int(b), Value::Duration(a)) => {
            u64::try_from(b).ok().and_then(|b| a.checked_mul(b)).map(Value::Duration)
        }
        (Binary::Add, Value::Money(a, x), Value::Money(b, y)) if x == y => a.checked_add(b).map(|sum| Value::Money(sum, x)),
        (Binary::Subtract, Value::Money(a, x), Value::Money(b, y)) if x == y => a.checked_sub(b).map(|rest| Value::Money(rest, x)),
        (Binary::Multiply, Value::Money(a, x), Value::Int(b)) | (Binary::Multiply, Value::Int(b), Value::Money(a, x)) => {
            a.checked_mul(b).map(|product| Value::Money(product, x))
        }
        _ => return Err(mismatch(span, "these two cannot be computed with each other")),
    };
    result.ok_or_else(|| overflow(span))
}

fn integers(operator: Binary, a: i64, b: i64, span: Span) -> Result<Option<i64>, Box<Diagnostic>> {
    if b == 0 && matches!(operator, Binary::Divide | Binary::Remainder) {
        return Err(Box::new(Diagnostic::error(Code::EvaluationFailed, span, "this divides by zero")));
    }
    Ok(match operator {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        Binary::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    })
}

fn floats(operator: Binary, a: f64, b: f64, span: Span) -> Result<Option<f64>, Box<Diagnostic>> {
    if b == 0.0 && matches!(operator, Binary::Divide | Binary::Remainder) {
        return Err(Box::new(Diagnostic::error(Code::EvaluationFailed, span, "this divides by zero")));
    }
    let result = match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        _ => a % b,
    };
    Ok(result.is_finite().then_some(result))
}

fn overflow(span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::EvaluationFailed, span, "the result does not fit into 64 bits"))
}

fn mismatch(span: Span, message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::TypeMismatch, span, message))
}
