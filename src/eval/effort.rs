//! What operations cost beside the values that they make: as many steps as they look at.

use super::limits::{MAX_VALUE, Work, weight};
use crate::base::pattern;
use crate::hir::Binary;
use crate::value::Value;

/// What an operator looks at.
pub(super) fn of_operator(operator: Binary, left: &Value, right: &Value) -> u64 {
    match (operator, left, right) {
        // A list is gone through once for what is known of it, then each element is compared.
        (Binary::In, element, Value::List(list)) => size(right).saturating_add((list.len() as u64).saturating_mul(size(element))),
        (Binary::Subtract, Value::List(list), others @ Value::List(_)) => {
            size(left).saturating_add((list.len() as u64).saturating_mul(size(others)))
        }
        (Binary::In, Value::Text(key), _) => key.len() as u64 / 16,
        (Binary::Equal | Binary::NotEqual, ..) => size(left).saturating_add(size(right)),
        (Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual, Value::Text(a), Value::Text(b)) => {
            a.len().min(b.len()) as u64 / 16
        }
        _ => 0,
    }
}

/// What a built-in function does beside looking at its arguments, which weigh `weight`, once.
pub(super) fn of_call(function: &str, arguments: &[Value], weight: u64, work: &mut Work) -> u64 {
    match function {
        "sort" => {
            let length = arguments.first().and_then(Value::as_list).map_or(0, <[Value]>::len);
            weight.saturating_mul(u64::from(length.checked_ilog2().unwrap_or(0)))
        }
        "distinct" => weight.saturating_mul(5),
        // Letter by letter, or with something new for each part.
        "length" | "join" | "merge" | "lower" | "upper" | "slug" | "short_name" | "split" | "pieces" | "replace" | "to_json" | "base64"
        | "url_encode" | "sha256" => weight,
        "allocate" | "allocate_range" | "allocate_address" | "host" | "rules_for" | "clients_of" => 100,
        "matches" => of_pattern(arguments, work),
        _ => 0,
    }
}

/// Compiling a regular expression, where that is new, and looking for it: at worst each byte is looked at in each of its states.
fn of_pattern(arguments: &[Value], work: &mut Work) -> u64 {
    let [Value::Text(text), Value::Text(pattern)] = arguments else { return 0 };
    if pattern.len() > pattern::MAX_PATTERN {
        return 0;
    }
    // What is new is paid for before it is known how large it is.
    let compiling = if work.is_new_pattern(pattern) { 1_000 + 10 * pattern.len() as u64 } else { 0 };
    let Ok(size) = pattern::size(pattern) else { return compiling };
    let states = size as u64 / 1024;
    compiling + states * 4 * compiling.min(1) + (1 + text.len() as u64 / 16).saturating_mul(states)
}

/// What a value weighs, and what is too heavy as much as a value may.
fn size(value: &Value) -> u64 {
    weight(value).unwrap_or(MAX_VALUE)
}
