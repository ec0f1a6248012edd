//! A request to an API, as a value of the library.

use super::Context;
use crate::artifact::Error;
use crate::artifact::yaml::{Map, Node};
use crate::base::Text;
use crate::target::ansible::lower;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn request(name: impl Into<Text>, value: &Value, context: &Context<'_>) -> Result<Task, Error> {
    let scope = &context.scope;
    let field = |name: &str| value.field(name).filter(|value| **value != Value::None);
    let mut arguments = Map::new();
    if let Some(url) = field("url") {
        arguments.push("url", Node::Folded(lower::text(url, scope)?));
    }
    if let Some(method) = field("method").and_then(Value::as_text).filter(|method| *method != "GET") {
        arguments.push("method", method.clone());
    }
    if let Some(headers) = field("headers") {
        arguments.push("headers", lower::node(headers, scope)?);
    }
    if let Some(body) = field("body") {
        arguments = arguments.with("body_format", "json").with("body", lower::node(body, scope)?);
    }
    if let Some(authority) = field("authority") {
        arguments.push("ca_path", lower::text(authority, scope)?);
    }
    let expected = expected(value);
    if expected != [200] {
        arguments.push("status_code", expected);
    }
    Ok(Task::new(name, "ansible.builtin.uri", arguments).quiet(scope.has_secret(value)))
}

/// The status codes of success.
pub(super) fn expected(value: &Value) -> Vec<i64> {
    value.field("expect").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_int).collect()
}
