//! JSON, with expressions as `{{ … | to_json(ensure_ascii=False) }}`: surrogate pairs, which that filter would write
//! otherwise, are refused by readers that take JSON for another language.

use super::{Each, Value};
use crate::artifact::jinja;
use crate::artifact::json::Code as Json;
use crate::artifact::{Error, Problem, json};
use crate::base::Text;
use std::collections::BTreeSet;

/// The filter that makes JSON of what an expression yields.
const TO_JSON: &str = " | to_json(ensure_ascii=False)";

/// The text of the file, or of its template.
pub fn json(value: &Value) -> Result<String, Error> {
    let mut code = jinja::Code::default();
    print(&mut code, value, 0)?;
    code.syntax("\n");
    Ok(code.finish())
}

fn print(code: &mut jinja::Code, value: &Value, level: usize) -> Result<(), Error> {
    match value {
        Value::Scalar(value) => scalar(code, value),
        Value::Expr(expr) => code.filtered_tag(expr, TO_JSON),
        Value::Each(each) => print_each(code, each, level),
        Value::List(values) => list(code, values, level),
        Value::Object(entries) => object(code, entries, level),
    }
}

fn list(code: &mut jinja::Code, values: &[Value], level: usize) -> Result<(), Error> {
    if let Some(line) = line(values, level)? {
        return write(code, line);
    }
    code.syntax("[\n");
    for (at, value) in values.iter().enumerate() {
        code.syntax(if at == 0 { "" } else { ",\n" });
        indent(code, level + 1);
        print(code, value, level + 1).map_err(|error| error.within(at.to_string()))?;
    }
    code.syntax("\n");
    indent(code, level);
    code.syntax("]");
    Ok(())
}

fn object(code: &mut jinja::Code, entries: &[(Text, Value)], level: usize) -> Result<(), Error> {
    if entries.is_empty() {
        code.syntax("{}");
        return Ok(());
    }
    let mut keys = BTreeSet::new();
    code.syntax("{\n");
    for (at, (key, value)) in entries.iter().enumerate() {
        if !keys.insert(key) {
            return Err(Problem::Duplicate(key.clone()).into());
        }
        code.syntax(if at == 0 { "" } else { ",\n" });
        indent(code, level + 1);
        let mut head = Json::default();
        head.quoted(key);
        write(code, head)?;
        code.syntax(": ");
        print(code, value, level + 1).map_err(|error| error.within(key.clone()))?;
    }
    code.syntax("\n");
    indent(code, level);
    code.syntax("}");
    Ok(())
}

fn print_each(code: &mut jinja::Code, each: &Each, level: usize) -> Result<(), Error> {
    code.syntax("[\n");
    code.for_start(&each.variable, &each.over, each.condition.as_ref())?;
    indent(code, level + 1);
    print(code, &each.value, level + 1)?;
    code.syntax("{{ '' if loop.last else ',' }}\n");
    code.for_end();
    indent(code, level);
    code.syntax("]");
    Ok(())
}

/// The list in one line, if it holds scalars that are known and is short.
fn line(values: &[Value], level: usize) -> Result<Option<Json>, Error> {
    let mut line = Json::default();
    line.syntax("[");
    for (at, value) in values.iter().enumerate() {
        line.syntax(if at == 0 { "" } else { ", " });
        match value {
            Value::Scalar(value) => {
                line.scalar(value)?;
            }
            _ => return Ok(None),
        }
    }
    line.syntax("]");
    Ok((values.is_empty() || 2 * level + line.width() <= 80).then_some(line))
}

/// A scalar that is known, in JSON whose braces no template engine takes for its own.
pub(super) fn scalar(code: &mut jinja::Code, value: &json::Value) -> Result<(), Error> {
    let mut json = Json::default();
    if !json.scalar(value)? {
        return Err(Problem::Shape("a structure stands where only a scalar fits").into());
    }
    write(code, json)
}

/// JSON of known values inside a template.
fn write(code: &mut jinja::Code, json: Json) -> Result<(), Error> {
    code.outside(&json.finish(), true);
    Ok(())
}

fn indent(code: &mut jinja::Code, level: usize) {
    for _ in 0..level {
        code.syntax("  ");
    }
}
