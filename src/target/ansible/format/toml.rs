//! TOML: keys of a table before its tables, literal where the value is known.

use super::json::quoted;
use super::template::Template;
use crate::artifact::yaml::Node;
use crate::artifact::{Error, Problem};
use crate::base::Text;
use crate::target::ansible::jinja::Jinja;
use crate::target::ansible::lower::{TO_JSON, expression, scalar};
use crate::target::ansible::scope::Scope;
use crate::ty::Ty;
use crate::value::{Residual, Value};

/// The template of a file.
pub fn toml(value: &Value, scope: &Scope<'_>) -> Result<String, Error> {
    let mut template = Template::default();
    template.managed("#");
    table(&mut template, value, scope, &mut Vec::new())?;
    Ok(template.finish())
}

fn table(template: &mut Template, value: &Value, scope: &Scope<'_>, path: &mut Vec<Text>) -> Result<(), Error> {
    let Some(map) = value.as_map() else { return Err(Problem::Shape("a table of TOML is a map").into()) };
    let is_table = |value: &Value| matches!(value, Value::Map(_));
    let is_tables = |value: &Value| value.as_list().is_some_and(|list| !list.is_empty() && list.iter().all(is_table));
    for (key, value) in map.iter().filter(|(_, value)| **value != Value::None && !is_table(value) && !is_tables(value)) {
        template.raw(&key_of(key)?);
        template.raw(" = ");
        inline(template, value, scope).map_err(|error| error.within(key.clone()))?;
        template.line_end();
    }
    for (key, value) in map.iter().filter(|(_, value)| is_table(value) || is_tables(value)) {
        path.push(key.clone());
        let name = path.iter().map(|part| key_of(part)).collect::<Result<Vec<_>, _>>()?.join(".");
        match value.as_list() {
            Some(list) => {
                for value in list {
                    template.line_end();
                    template.raw("[[");
                    template.raw(&name);
                    template.raw("]]");
                    template.line_end();
                    table(template, value, scope, path)?;
                }
            }
            None => {
                template.line_end();
                template.raw("[");
                template.raw(&name);
                template.raw("]");
                template.line_end();
                table(template, value, scope, path)?;
            }
        }
        path.pop();
    }
    Ok(())
}

fn key_of(key: &str) -> Result<String, Error> {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare { Ok(key.to_owned()) } else { quoted(key) }
}

fn inline(template: &mut Template, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    match value {
        Value::List(list) => {
            template.raw("[");
            for (at, value) in list.iter().enumerate() {
                template.raw(if at > 0 { ", " } else { "" });
                inline(template, value, scope)?;
            }
            template.raw("]");
        }
        Value::Residual(_) => {
            let json = expression(value, scope)?.filter(TO_JSON, &[]);
            let exact = if without_delete(value, scope) {
                json
            } else {
                // The one character that JSON leaves as it is and TOML refuses.
                json.filter("replace", &[Jinja::name(r#""\x7f""#), Jinja::name(r#""\\u007f""#)])
            };
            template.expression(&exact);
        }
        Value::Text(text) => template.raw(&quoted(text)?),
        value => match scalar(value) {
            Some(Node::Bool(value)) => template.raw(&value.to_string()),
            Some(Node::Int(value)) => template.raw(&value.to_string()),
            Some(Node::Float(value)) => template.raw(&format!("{value:?}")),
            Some(Node::Text(text)) => template.raw(&quoted(&text)?),
            _ => return Err(Problem::Shape("TOML has no form for nothing, an instance or a secret").into()),
        },
    }
    Ok(())
}

/// Whether the type of a value says that U+007F is not in it.
fn without_delete(value: &Value, scope: &Scope<'_>) -> bool {
    match value {
        Value::Residual(residual) => match &**residual {
            Residual::Variable(name) => scope.hole(name).is_some_and(|hole| safe(&hole.ty)),
            Residual::Template(parts) => parts.iter().all(|part| without_delete(part, scope)),
            _ => false,
        },
        Value::Text(text) => !text.contains('\u{7f}'),
        _ => true,
    }
}

fn safe(ty: &Ty) -> bool {
    match ty.plain() {
        Ty::Bool
        | Ty::Int
        | Ty::Float
        | Ty::Ip
        | Ty::Cidr
        | Ty::Port
        | Ty::Name
        | Ty::Enum(_)
        | Ty::Bytes
        | Ty::Duration
        | Ty::Version
        | Ty::Fqdn => true,
        Ty::List(of) | Ty::Optional(of) => safe(of),
        _ => false,
    }
}
