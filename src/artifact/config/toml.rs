//! TOML, with expressions as JSON: a JSON scalar is a TOML one, but for U+007F.

use super::{Each, Value};
use crate::artifact::{Error, Problem, jinja, json};
use crate::base::Text;
use std::collections::BTreeSet;

/// The filters that make TOML of what an expression yields.
const TO_TOML: &str = r#" | to_json(ensure_ascii=False) | replace("\x7f", "\\u007f")"#;

/// The text of the file, or of its template. The root is an object.
pub fn toml(value: &Value) -> Result<String, Error> {
    let Value::Object(entries) = value else {
        return Err(Problem::Shape("the root of a TOML file is not an object").into());
    };
    let mut code = jinja::Code::default();
    table(&mut code, entries, &[])?;
    Ok(code.finish())
}

type Entries = [(Text, Value)];

/// Whether the value stands in a table of its own, below the plain values.
fn is_table(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::List(values) => !values.is_empty() && values.iter().all(|value| matches!(value, Value::Object(_))),
        Value::Each(each) => matches!(each.value, Value::Object(_)),
        Value::Scalar(_) | Value::Expr(_) => false,
    }
}

fn table(code: &mut jinja::Code, entries: &Entries, path: &[&Text]) -> Result<(), Error> {
    let mut keys = BTreeSet::new();
    for (key, value) in entries {
        if !keys.insert(key) {
            return Err(Problem::Duplicate(key.clone()).into());
        }
        if !is_table(value) {
            key_text(code, key)?;
            code.syntax(" = ");
            inline(code, value).map_err(|error| error.within(key.clone()))?;
            code.syntax("\n");
        }
    }
    let mut first = path.is_empty() && entries.iter().all(|(_, value)| is_table(value));
    for (key, value) in entries.iter().filter(|(_, value)| is_table(value)) {
        let path: Vec<&Text> = path.iter().copied().chain([key]).collect();
        let mut blank = |code: &mut jinja::Code| code.syntax(if std::mem::take(&mut first) { "" } else { "\n" });
        let printed = match value {
            Value::Object(entries) if entries.iter().any(|(_, value)| !is_table(value)) || entries.is_empty() => {
                blank(code);
                header(code, &path, "[", "]\n").and_then(|()| table(code, entries, &path))
            }
            Value::Object(entries) => table(code, entries, &path),
            Value::List(values) => values.iter().try_for_each(|value| {
                blank(code);
                element(code, value, &path)
            }),
            Value::Each(each) => {
                let Each { variable, over, condition, value } = each.as_ref();
                code.for_start(variable, over, condition.as_ref())?;
                code.syntax("\n");
                element(code, value, &path)?;
                code.for_end();
                Ok(())
            }
            Value::Scalar(_) | Value::Expr(_) => Ok(()),
        };
        printed.map_err(|error| error.within(key.clone()))?;
    }
    Ok(())
}

/// A table of a list of tables.
fn element(code: &mut jinja::Code, value: &Value, path: &[&Text]) -> Result<(), Error> {
    header(code, path, "[[", "]]\n")?;
    match value {
        Value::Object(entries) => table(code, entries, path),
        _ => Err(Problem::Shape("a list of tables has an element that is no table").into()),
    }
}

fn header(code: &mut jinja::Code, path: &[&Text], open: &'static str, close: &'static str) -> Result<(), Error> {
    code.syntax(open);
    for (at, key) in path.iter().enumerate() {
        code.syntax(if at == 0 { "" } else { "." });
        key_text(code, key)?;
    }
    code.syntax(close);
    Ok(())
}

fn inline(code: &mut jinja::Code, value: &Value) -> Result<(), Error> {
    match value {
        Value::Scalar(json::Value::Null) => Err(Problem::Shape("TOML has no null").into()),
        Value::Scalar(scalar) => super::json::scalar(code, scalar),
        Value::Expr(expr) => code.filtered_tag(expr, TO_TOML),
        Value::List(values) => {
            code.syntax("[");
            for (at, value) in values.iter().enumerate() {
                code.syntax(if at == 0 { "" } else { ", " });
                inline(code, value).map_err(|error| error.within(at.to_string()))?;
            }
            code.syntax("]");
            Ok(())
        }
        Value::Each(each) => {
            code.syntax("[\n");
            code.for_start(&each.variable, &each.over, each.condition.as_ref())?;
            code.syntax("  ");
            inline(code, &each.value)?;
            code.syntax(",\n");
            code.for_end();
            code.syntax("]");
            Ok(())
        }
        Value::Object(entries) => {
            code.syntax(if entries.is_empty() { "{" } else { "{ " });
            for (at, (key, value)) in entries.iter().enumerate() {
                code.syntax(if at == 0 { "" } else { ", " });
                key_text(code, key)?;
                code.syntax(" = ");
                inline(code, value).map_err(|error| error.within(key.clone()))?;
            }
            code.syntax(if entries.is_empty() { "}" } else { " }" });
            Ok(())
        }
    }
}

fn key_text(code: &mut jinja::Code, key: &Text) -> Result<(), Error> {
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        code.outside(key, true);
        return Ok(());
    }
    super::json::scalar(code, &json::Value::Text(key.clone()))
}
