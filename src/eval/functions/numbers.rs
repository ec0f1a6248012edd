//! Functions over numbers and amounts.

use super::order::compare;
use super::{Form, Function, list_of, one, unfit};
use crate::ty::Ty;
use crate::value::Value;
use std::cmp::Ordering;

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "min",
        doc: "The least element; an empty list has none.",
        parameters: &[one("list", Form::List(&Form::A))],
        result: Form::A,
        evaluate: Some(|arguments| extreme(arguments, Ordering::Less)),
    },
    Function {
        name: "max",
        doc: "The greatest element; an empty list has none.",
        parameters: &[one("list", Form::List(&Form::A))],
        result: Form::A,
        evaluate: Some(|arguments| extreme(arguments, Ordering::Greater)),
    },
    Function {
        name: "sum",
        doc: "All elements added up; 0 for an empty list.",
        parameters: &[one("list", Form::List(&Form::A))],
        result: Form::A,
        evaluate: Some(sum),
    },
    Function {
        name: "int",
        doc: "The integer that a text spells in decimal digits.",
        parameters: &[one("text", Form::Ty(Ty::String))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| {
            let text = super::text_of(arguments, 0)?;
            text.parse().map(Value::Int).map_err(|_| format!("`{text}` is no integer"))
        }),
    },
    Function {
        name: "gib",
        doc: "An amount of data in whole gibibytes, rounded up.",
        parameters: &[one("amount", Form::Ty(Ty::Bytes))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| bytes_in(arguments, GIB)),
    },
    Function {
        name: "mib",
        doc: "An amount of data in whole mebibytes, rounded up.",
        parameters: &[one("amount", Form::Ty(Ty::Bytes))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| bytes_in(arguments, MIB)),
    },
    Function {
        name: "count_bytes",
        doc: "An amount of data in bytes.",
        parameters: &[one("amount", Form::Ty(Ty::Bytes))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| bytes_in(arguments, 1)),
    },
    Function {
        name: "milliseconds",
        doc: "A span of time in milliseconds.",
        parameters: &[one("span", Form::Ty(Ty::Duration))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| duration_in(arguments, 1)),
    },
    Function {
        name: "seconds",
        doc: "A span of time in whole seconds, rounded up.",
        parameters: &[one("span", Form::Ty(Ty::Duration))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| duration_in(arguments, 1000)),
    },
    Function {
        name: "minutes",
        doc: "A span of time in whole minutes, rounded up.",
        parameters: &[one("span", Form::Ty(Ty::Duration))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| duration_in(arguments, 60_000)),
    },
    Function {
        name: "hours",
        doc: "A span of time in whole hours, rounded up.",
        parameters: &[one("span", Form::Ty(Ty::Duration))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| duration_in(arguments, 3_600_000)),
    },
    Function {
        name: "days",
        doc: "A span of time in whole days, rounded up.",
        parameters: &[one("span", Form::Ty(Ty::Duration))],
        result: Form::Ty(Ty::Int),
        evaluate: Some(|arguments| duration_in(arguments, 86_400_000)),
    },
];

fn extreme(arguments: &[Value], wanted: Ordering) -> Result<Value, String> {
    let (first, others) = list_of(arguments, 0)?.split_first().ok_or("the list is empty")?;
    let mut found = first;
    for value in others {
        let order = compare(value, found).ok_or_else(|| unfit(Some(value), "a value that has an order"))?;
        if order == wanted {
            found = value;
        }
    }
    Ok(found.clone())
}

fn sum(arguments: &[Value]) -> Result<Value, String> {
    let Some((first, others)) = list_of(arguments, 0)?.split_first() else { return Ok(Value::Int(0)) };
    others.iter().try_fold(first.clone(), |total, value| {
        let total = match (&total, value) {
            (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
            (Value::Float(a), Value::Float(b)) => Some(a + b).filter(|sum| sum.is_finite()).map(Value::Float),
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Some(Value::Float(*a as f64 + b)),
            (Value::Bytes(a), Value::Bytes(b)) => a.checked_add(*b).map(Value::Bytes),
            (Value::Duration(a), Value::Duration(b)) => a.checked_add(*b).map(Value::Duration),
            (Value::Money(a, of), Value::Money(b, other)) if of == other => a.checked_add(*b).map(|sum| Value::Money(sum, of.clone())),
            _ => return Err(unfit(Some(value), "a number like the one before it")),
        };
        total.ok_or_else(|| "the sum is too large".to_owned())
    })
}

fn bytes_in(arguments: &[Value], unit: u64) -> Result<Value, String> {
    match arguments.first() {
        Some(Value::Bytes(bytes)) => whole(*bytes, unit),
        other => Err(unfit(other, "an amount of data")),
    }
}

fn duration_in(arguments: &[Value], unit: u64) -> Result<Value, String> {
    match arguments.first() {
        Some(Value::Duration(span)) => whole(*span, unit),
        other => Err(unfit(other, "a span of time")),
    }
}

fn whole(amount: u64, unit: u64) -> Result<Value, String> {
    i64::try_from(amount.div_ceil(unit)).map(Value::Int).map_err(|_| "the amount is too large".to_owned())
}
