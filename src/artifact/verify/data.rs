//! YAML and JSON as plain data, read by serde-saphyr and serde_json.

use super::{difference, unreadable};
use crate::artifact::yaml::Node;
use crate::artifact::{Error, json};
use serde_json::{Map, Number, Value};

/// What a YAML file says.
pub(super) fn read_yaml(text: &str) -> Result<Value, Error> {
    // The file is our own, so that no budget protects against it.
    let options = serde_saphyr::options! { budget: None };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| unreadable(&error))
}

/// What a JSON file says.
pub(super) fn read_json(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// What a YAML tree means.
pub(super) fn from_yaml(node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Int(value) => Value::Number((*value).into()),
        Node::Float(value) => float(*value),
        Node::Text(text) | Node::Folded(text) => Value::String(text.to_string()),
        Node::Seq(seq) => Value::Array(seq.items.iter().map(|item| from_yaml(&item.value)).collect()),
        Node::Map(map) => Value::Object(map.entries.iter().map(|entry| (entry.key.to_string(), from_yaml(&entry.value))).collect()),
    }
}

/// What a JSON tree means.
pub(super) fn from_json(value: &json::Value) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Bool(value) => Value::Bool(*value),
        json::Value::Int(value) => Value::Number((*value).into()),
        json::Value::Float(value) => float(*value),
        json::Value::Text(text) => Value::String(text.to_string()),
        json::Value::List(values) => Value::Array(values.iter().map(from_json).collect()),
        json::Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.to_string(), from_json(value))).collect::<Map<_, _>>())
        }
    }
}

fn float(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Nothing, or the first difference with the way to it.
pub(super) fn compare(meant: &Value, read: &Value) -> Result<(), Error> {
    match (meant, read) {
        (Value::Object(meant), Value::Object(read)) => {
            for (key, value) in meant {
                match read.get(key) {
                    Some(other) => compare(value, other).map_err(|error| error.within(key.as_str()))?,
                    None => return Err(difference(value.to_string(), "nothing").within(key.as_str())),
                }
            }
            match read.iter().find(|(key, _)| !meant.contains_key(*key)) {
                Some((key, value)) => Err(difference("nothing", value.to_string()).within(key.as_str())),
                None => Ok(()),
            }
        }
        (Value::Array(meant), Value::Array(read)) if meant.len() == read.len() => meant
            .iter()
            .zip(read)
            .enumerate()
            .try_for_each(|(at, (meant, read))| compare(meant, read).map_err(|error| error.within(at.to_string()))),
        // A whole number is another value than the same one with a fraction.
        (meant, read) if meant == read => Ok(()),
        (meant, read) => Err(difference(meant.to_string(), read.to_string())),
    }
}
