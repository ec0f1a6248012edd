//! A value in the notation of the language; what is left for a tool as the expression that it is.

use crate::base::Text;
use crate::eval::text_of;
use crate::value::{InstanceId, Operator, Residual, Secret, SecretForm, Value};

/// What an instance is called: `module web.nodes`.
pub(super) type Called<'a> = &'a dyn Fn(InstanceId) -> String;

/// The text of a value.
pub(super) fn show(value: &Value, called: Called<'_>) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Float(float) => format!("{float:?}"),
        Value::Text(text) => quoted(text),
        Value::List(list) => format!("[{}]", several(list.iter(), called)),
        Value::Map(map) if map.is_empty() => "{}".to_owned(),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{} = {}", key_of(key), show(value, called))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Instance(id) => called(*id),
        Value::Definition(keyword, name) => format!("{keyword} {name}"),
        Value::Secret(secret) => secret_of(secret),
        Value::Residual(residual) => left(residual, called),
        single => text_of(single).unwrap_or_default().to_string(),
    }
}

fn several<'v>(values: impl Iterator<Item = &'v Value>, called: Called<'_>) -> String {
    values.map(|value| show(value, called)).collect::<Vec<_>>().join(", ")
}

/// Text between quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(c.escape_unicode()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn key_of(key: &Text) -> String {
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && !key.ends_with('-')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_word { key.to_string() } else { quoted(key) }
}

fn secret_of(secret: &Secret) -> String {
    match secret {
        Secret::Reference { scheme, path, field } => {
            let field = field.as_ref().map_or_else(String::new, |field| format!("#{field}"));
            format!("secret({})", quoted(&format!("{}:{path}{field}", scheme.name())))
        }
        Secret::Generated { thing, name, form, .. } => {
            let form = match form {
                SecretForm::Base64(bytes) => format!("bytes = {bytes}"),
                SecretForm::Hex(bytes) => format!("hex = {bytes}"),
                SecretForm::Uuid => "uuid = true".to_owned(),
                SecretForm::Authority => "pem = authority".to_owned(),
                SecretForm::PrivateKey => "pem = private_key".to_owned(),
            };
            format!("generated({}, {form})", quoted(&format!("{thing}/{name}")))
        }
    }
}

fn left(residual: &Residual, called: Called<'_>) -> String {
    let go = |value: &Value| show(value, called);
    match residual {
        Residual::Variable(name) => format!("var.{name}"),
        Residual::Local(name) => name.to_string(),
        Residual::EachKey => "each.key".to_owned(),
        Residual::EachValue => "each.value".to_owned(),
        Residual::Resource { data, ty, name } => format!("{}{ty}.{name}", if *data { "data." } else { "" }),
        Residual::Output(of, name) => format!("{}.{name}", called(*of)),
        Residual::Fact(name) => format!("fact.{name}"),
        Residual::Foreign(_) => "foreign".to_owned(),
        Residual::Member(base, field) => format!("{}.{field}", go(base)),
        Residual::Index(base, at) => format!("{}[{}]", go(base), go(at)),
        Residual::Template(parts) => {
            let parts = parts.iter().map(|part| match part {
                Value::Text(text) => quoted(text).trim_matches('"').to_owned(),
                part => format!("${{{}}}", go(part)),
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        Residual::Call(function, arguments) => format!("{function}({})", several(arguments.iter(), called)),
        Residual::For(f) => {
            let key = f.key.as_ref().map_or_else(String::new, |key| format!("{key}, "));
            let kept = f.condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", go(condition)));
            let head = format!("for {key}{} in {}{kept} :", f.value, go(&f.source));
            match &f.entry {
                Some(entry) => format!("{{ {head} {} => {} }}", go(entry), go(&f.result)),
                None => format!("[{head} {}]", go(&f.result)),
            }
        }
        Residual::If(condition, yes, no) => format!("(if {} then {} else {})", go(condition), go(yes), go(no)),
        Residual::Not(value) => format!("not {}", go(value)),
        Residual::Negate(value) => format!("-{}", go(value)),
        Residual::Binary(operator, left, right) => format!("({} {} {})", go(left), sign(*operator), go(right)),
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Default => "??",
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterEqual => ">=",
        Operator::In => "in",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
    }
}
