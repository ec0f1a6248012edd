//! An answer as plain data.

use crate::base::{Span, Text};
use crate::eval::text_of;
pub use crate::plan::origin::How;
use crate::plan::origin::Origin;
use crate::value::{InstanceId, Value};
use serde_json::Value as Json;

/// One place that takes part in what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What has the value: `web_eu.nodes.servers`.
    pub what: Text,
    /// How it got it.
    pub how: How,
    /// The expression that says it, as near to the asked part as can be told.
    pub place: Span,
    /// Its value in the words of the language, as far as a line holds it.
    pub value: Option<String>,
    /// The same for programs, whole.
    pub data: Option<Json>,
    /// What the expression reads, in the order of the text; what was said before is not repeated.
    pub from: Vec<Reason>,
}

impl From<Origin> for Reason {
    fn from(origin: Origin) -> Reason {
        Reason {
            what: origin.what,
            how: origin.how,
            place: origin.place,
            value: origin.value.as_ref().map(shown),
            data: origin.value.as_ref().map(data),
            from: origin.from.into_iter().map(Reason::from).collect(),
        }
    }
}

/// A value in the words of the language, as far as a line holds it.
pub(in crate::driver) fn shown(value: &Value) -> String {
    shown_by(value, &|_| "an instance".to_owned())
}

/// The same, where somebody knows what instances are called.
pub(in crate::driver) fn shown_by(value: &Value, called: &dyn Fn(InstanceId) -> String) -> String {
    const LONGEST: usize = 60;
    let shown = |value: &Value| shown_by(value, called);
    let text = match value {
        Value::None => "none".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            format!("{{ {} }}", map.iter().map(|(key, value)| format!("{key} = {}", shown(value))).collect::<Vec<_>>().join(", "))
        }
        Value::Instance(id) => called(*id),
        Value::Definition(keyword, name) => format!("{keyword} {name}"),
        Value::Secret(_) => "a secret".to_owned(),
        Value::Residual(_) => "known to a tool".to_owned(),
        value => text_of(value).map(|text| text.to_string()).unwrap_or_default(),
    };
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// A value for programs. What no JSON holds is a text: an address, an amount, a secret by its kind.
fn data(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(truth) => Json::from(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(list) => list.iter().map(data).collect(),
        Value::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.to_string(), data(value))).collect()),
        Value::Instance(_) | Value::Definition(..) | Value::Secret(_) | Value::Residual(_) => Json::from(shown(value)),
        value => Json::from(text_of(value).map(|text| text.to_string()).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::{data, shown};
    use crate::value::Value;

    #[test]
    fn values_are_shown_in_one_line() {
        assert_eq!(shown(&Value::list([Value::Int(1), Value::text("a")])), "[1, \"a\"]");
        assert_eq!(shown(&Value::map([("a", Value::None)])), "{ a = none }");
        assert_eq!(shown(&Value::text("x".repeat(100))).chars().count(), 61);
    }

    #[test]
    fn programs_get_values_whole() {
        let long = "x".repeat(100);
        let value = Value::map([("a", Value::None), ("b", Value::list([Value::Int(1), Value::text(long.as_str()), Value::Bool(true)]))]);
        assert_eq!(data(&value), serde_json::json!({ "a": null, "b": [1, long, true] }));
    }
}
