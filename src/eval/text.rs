//! How a value stands in a text.

use crate::base::{Text, text};
use crate::value::Value;

/// The value as it stands in a text; none where it has no such form.
pub fn text_of(value: &Value) -> Option<Text> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Bool(bool) => text!("{bool}"),
        Value::Int(int) => text!("{int}"),
        Value::Float(float) => number_text(*float),
        Value::Ip(ip) => text!("{ip}"),
        Value::Cidr(cidr) => text!("{cidr}"),
        Value::Port(number, protocol) => text!("{number}/{protocol}"),
        Value::Bytes(bytes) => bytes_text(*bytes),
        Value::Duration(milliseconds) => duration_text(*milliseconds),
        Value::Money(hundredths, currency) => text!("{}.{:02}{currency}", hundredths / 100, hundredths.unsigned_abs() % 100),
        _ => return None,
    })
}

/// The shortest decimal form that reads back as the same number.
pub fn number_text(float: f64) -> Text {
    text!("{float}")
}

/// The largest unit that divides it: `40GiB`.
fn bytes_text(bytes: u64) -> Text {
    let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.into_iter().find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size)) {
        Some((unit, size)) => text!("{}{unit}", bytes / size),
        None => text!("{bytes}B"),
    }
}

/// The largest unit that divides it: `30d`.
fn duration_text(milliseconds: u64) -> Text {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    match units.into_iter().find(|(_, size)| milliseconds > 0 && milliseconds.is_multiple_of(*size)) {
        Some((unit, size)) => text!("{}{unit}", milliseconds / size),
        None => text!("{milliseconds}ms"),
    }
}
