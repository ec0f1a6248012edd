//! JSON: literal where the structure is known, `to_json` at the leaves that are not.

use super::template::Template;
use crate::artifact::yaml::Node;
use crate::artifact::{Error, Problem};
use crate::target::ansible::jinja::Jinja;
use crate::target::ansible::lower::{TO_JSON, expression, scalar};
use crate::target::ansible::scope::Scope;
use crate::value::{Residual, Value};

/// The template of a file.
pub fn json(value: &Value, scope: &Scope<'_>) -> Result<String, Error> {
    let mut template = Template::default();
    write(&mut template, value, scope, 0)?;
    template.line_end();
    Ok(template.finish())
}

fn write(template: &mut Template, value: &Value, scope: &Scope<'_>, level: usize) -> Result<(), Error> {
    match value {
        Value::Map(map) => {
            let entries: Vec<_> = map.iter().filter(|(_, value)| **value != Value::None).collect();
            if entries.is_empty() {
                template.raw("{}");
                return Ok(());
            }
            template.raw("{");
            template.line_end();
            for (at, (key, value)) in entries.iter().enumerate() {
                template.indent(level + 1);
                template.raw(&quoted(key)?);
                template.raw(": ");
                write(template, value, scope, level + 1).map_err(|error| error.within((*key).clone()))?;
                template.raw(if at + 1 < entries.len() { "," } else { "" });
                template.line_end();
            }
            template.indent(level);
            template.raw("}");
        }
        Value::List(list) if list.is_empty() => template.raw("[]"),
        Value::List(list) => {
            template.raw("[");
            template.line_end();
            for (at, value) in list.iter().enumerate() {
                template.indent(level + 1);
                write(template, value, scope, level + 1)?;
                template.raw(if at + 1 < list.len() { "," } else { "" });
                template.line_end();
            }
            template.indent(level);
            template.raw("]");
        }
        Value::Residual(residual) => match &**residual {
            Residual::For(each) if each.entry.is_none() && each.key.is_none() && expression(value, scope).is_err() => {
                let inner = scope.with(&each.value, Jinja::name(&each.value.replace('-', "_")));
                let condition = each.condition.as_ref().map(|condition| expression(condition, &inner)).transpose()?;
                template.raw("[");
                template.line_end();
                template.begin(&each.value.replace('-', "_"), &expression(&each.source, scope)?, condition.as_ref());
                template.indent(level + 1);
                write(template, &each.result, &inner, level + 1)?;
                template.expression(&Jinja::conditional(&Jinja::name("loop.last"), &Jinja::literal(""), &Jinja::literal(",")));
                template.line_end();
                template.end();
                template.indent(level);
                template.raw("]");
            }
            _ => template.expression(&expression(value, scope)?.filter(TO_JSON, &[])),
        },
        value => template.raw(&leaf(value)?),
    }
    Ok(())
}

fn leaf(value: &Value) -> Result<String, Error> {
    match value {
        // Text is written as it is here: it is no template of YAML.
        Value::Text(text) => quoted(text),
        value => match scalar(value) {
            Some(Node::Null) => Ok("null".to_owned()),
            Some(Node::Bool(value)) => Ok(value.to_string()),
            Some(Node::Int(value)) => Ok(value.to_string()),
            Some(Node::Float(value)) => Ok(value.to_string()),
            Some(Node::Text(text)) => quoted(&text),
            _ => Err(Problem::Shape("JSON has no form for an instance or a secret").into()),
        },
    }
}

/// A JSON string, which is a basic string of TOML too.
pub(super) fn quoted(text: &str) -> Result<String, Error> {
    let quoted = serde_json::to_string(text).map_err(|_| Error::new(Problem::Shape("text has no form in JSON")))?;
    Ok(quoted.replace('\u{7f}', "\\u007f"))
}
