//! The order of values: which of two is less.

use crate::value::Value;
use std::cmp::Ordering;

/// How two values of one ordered kind compare; nothing for values that have no order.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Ip(a), Value::Ip(b)) => Some(a.cmp(b)),
        (Value::Cidr(a), Value::Cidr(b)) => Some(a.cmp(b)),
        (Value::Port(a), Value::Port(b)) => Some(a.cmp(b)),
        (Value::Bytes(a), Value::Bytes(b)) | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Money(a, in_a), Value::Money(b, in_b)) if in_a == in_b => Some(a.cmp(b)),
        _ => None,
    }
}

/// The values in order, or an error that names why there is none. Equal values keep their places.
pub fn sorted(values: &[Value]) -> Result<Vec<Value>, String> {
    if let Some(pair) = values.windows(2).find(|pair| compare(&pair[0], &pair[1]).is_none()) {
        let what = super::text::to_text(&pair[1]).unwrap_or_else(|| "a list, map or instance".into());
        return Err(format!("`{what}` has no order beside the others"));
    }
    let mut values = values.to_vec();
    values.sort_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(values)
}
