//! Values as a template of Packer says them: every text of it is a template of HCL, and some fields are one of Go once more.

use crate::artifact::{Error, Problem, hcl, json};
use crate::base::{Text, text};
use crate::eval::text_of;
use crate::value::{Residual, Value};

/// A value in a template; a variable may stand in it.
pub(super) fn value(value: &Value) -> Result<json::Value, Error> {
    Ok(match value {
        Value::Residual(residual) => match &**residual {
            Residual::Variable(name) => json::Value::Text(variable(name)?),
            _ => return Err(Problem::Shape("a builder's setting is not known before the image is baked").into()),
        },
        Value::Text(text) => json::Value::Text(self::text(text)?),
        Value::List(list) => json::Value::List(list.iter().map(self::value).collect::<Result<_, _>>()?),
        Value::Map(map) => {
            let mut object = json::Value::object();
            for (key, value) in map.iter() {
                object.push(self::text(key)?, self::value(value).map_err(|error| error.within(key.clone()))?);
            }
            object
        }
        value => scalar(value)?,
    })
}

/// A value of a variable: it is read as it stands, but Packer still renders it where it arrives.
pub(super) fn literal(value: &Value) -> Result<json::Value, Error> {
    match value {
        Value::Text(text) => Ok(json::Value::Text(rendered_once(text)?.clone())),
        Value::List(_) | Value::Map(_) => {
            Err(Problem::Shape("a list that a provider instance decides cannot be a variable of a template").into())
        }
        value => scalar(value),
    }
}

/// Text in a template, so that nothing in it is replaced.
pub(super) fn text(text: &Text) -> Result<Text, Error> {
    hcl::json_text(rendered_once(text)?)
}

/// Packer renders some fields a second time, with a language that has no way to write its own braces.
fn rendered_once(text: &Text) -> Result<&Text, Error> {
    if text.contains("{{") { Err(Problem::Syntax(text.clone()).into()) } else { Ok(text) }
}

/// What the environment says where Packer runs.
pub(super) fn environment(name: &Text) -> Result<Text, Error> {
    Ok(text!("${{env(\"{}\")}}", identifier(name)?))
}

/// The value of a variable of the template.
pub(super) fn variable(name: &Text) -> Result<Text, Error> {
    Ok(text!("${{var.{}}}", identifier(name)?))
}

fn identifier(name: &Text) -> Result<&Text, Error> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { Ok(name) } else { Err(Problem::Identifier(name.clone()).into()) }
}

fn scalar(value: &Value) -> Result<json::Value, Error> {
    Ok(match value {
        Value::None => json::Value::Null,
        Value::Bool(value) => json::Value::Bool(*value),
        Value::Int(value) => json::Value::Int(*value),
        Value::Float(value) => json::Value::Float(*value),
        value => match text_of(value) {
            Some(text) => json::Value::Text(self::text(&text)?),
            None => return Err(Problem::Shape("a secret, an instance or a definition is no setting of a builder").into()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::json::Value as Json;

    #[test]
    fn nothing_in_data_is_replaced() {
        let printed = |text: &str| value(&Value::text(text)).map(|value| matches!(value, Json::Text(of) if of == "a $${b} %%{c}"));
        assert_eq!(printed("a ${b} %{c}"), Ok(true));
        assert!(value(&Value::text("a {{ b }}")).is_err());
        assert!(literal(&Value::text("a {{ b }}")).is_err());
        assert!(
            literal(&Value::text("a ${b}")).is_ok_and(|value| value == Json::from("a ${b}")),
            "the value of a variable is read as it stands"
        );
    }

    #[test]
    fn a_variable_is_the_only_expression() {
        let variable = Value::residual(Residual::Variable("location".into()));
        assert_eq!(value(&variable), Ok(Json::from("${var.location}")));
        assert!(value(&Value::residual(Residual::Variable("a}${b".into()))).is_err());
        assert!(value(&Value::residual(Residual::Fact("arch".into()))).is_err());
    }
}
