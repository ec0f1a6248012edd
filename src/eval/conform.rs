//! A value at the border of a type: literals take the form of their domain, absent optional fields are filled in, and what
//! does not fit is said.

use super::text_of;
use crate::base::{Text, similar, text};
use crate::diag::Code;
use crate::ty::{RecordTy, Ty};
use crate::value::{Entries, Value};
use ipnet::IpNet;
use std::net::IpAddr;

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// `TypeMismatch`, `InvalidLiteral`, `UnknownField` or `Missing`.
    pub code: Code,
    /// What is wrong, as a sentence in lower case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mismatch {
    fn new(code: Code, message: impl Into<String>) -> Mismatch {
        Mismatch { code, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Mismatch {
        self.help = Some(help.into());
        self
    }
}

/// The value in the form of the type. What is left for a tool is taken as it is; what fits already is the same value, and not a copy.
pub fn conform(value: Value, ty: &Ty) -> Result<Value, Mismatch> {
    Ok(changed(&value, ty)?.unwrap_or(value))
}

/// The value in the form of the type, where that is another one.
fn changed(value: &Value, ty: &Ty) -> Result<Option<Value>, Mismatch> {
    let wrong = |value: &Value| Mismatch::new(Code::TypeMismatch, format!("`{ty}` is needed, this is {}", kind_of(value)));
    match (ty, value) {
        (_, Value::Residual(_)) | (Ty::Error, _) => Ok(None),
        (Ty::Refined(refined), value) => changed(value, &refined.base),
        (Ty::Deferred(ty), value) => changed(value, ty),
        (Ty::Optional(_) | Ty::None, Value::None) => Ok(None),
        (Ty::Optional(ty), value) => changed(value, ty),
        (Ty::List(of), Value::List(list)) => elements(list, of),
        (Ty::Map(of), Value::Map(map)) => entries(map, of),
        (Ty::Record(record), Value::Map(map)) => fields(record, map),
        (Ty::Secret(_), Value::Secret(_)) => Ok(None),
        (Ty::Secret(_), _) => {
            // The value is not repeated: it may well be the secret.
            Err(Mismatch::new(Code::SecretExposed, "a reference to a secret is needed, this is a value")
                .help("write where it is, such as `secret(\"env:NAME\")`: a value in the source would be in every file"))
        }
        (Ty::Bool, Value::Bool(_))
        | (Ty::Int, Value::Int(_))
        | (Ty::Float, Value::Float(_))
        | (Ty::Ip, Value::Ip(_))
        | (Ty::Bytes, Value::Bytes(_))
        | (Ty::Duration, Value::Duration(_))
        | (Ty::Money, Value::Money(..))
        | (Ty::Instance(..), Value::Instance(_)) => Ok(None),
        (Ty::Protocol, Value::Port(ports)) if ports.is_sound() => Ok(None),
        (Ty::Protocol, Value::Port(ports)) => {
            let protocol = &ports.protocol;
            let mismatch = Mismatch::new(Code::InvalidLiteral, format!("`{ports}`: {protocol} has no ports"));
            // The one of the sixth version has no name of its own: ranges say which it is.
            let alone = if protocol == "icmpv6" { "icmp" } else { protocol };
            Err(mismatch.help(format!("write `{alone}` alone; ports belong to `tcp`, `udp` and `sctp`")))
        }
        (Ty::Float, Value::Int(int)) => Ok(Some(Value::Float(*int as f64))),
        (Ty::Definition(keyword), Value::Definition(of, _)) if keyword == of => Ok(None),
        (Ty::Cidr, Value::Cidr(cidr)) => network(*cidr).map(|_| None),
        (Ty::Cidr, Value::Text(text)) => match text.parse::<IpNet>() {
            Ok(cidr) => network(cidr).map(Some),
            Err(_) => Err(invalid(ty, text)),
        },
        (Ty::Ip, Value::Text(text)) => text.parse::<IpAddr>().map(|ip| Some(Value::Ip(ip))).map_err(|_| invalid(ty, text)),
        (Ty::Port, Value::Int(int)) if (1..=65535).contains(int) => Ok(None),
        (Ty::Port, Value::Int(int)) => {
            Err(Mismatch::new(Code::InvalidLiteral, format!("`{int}` is no port")).help("ports go from 1 to 65535"))
        }
        (Ty::Enum(of), Value::Text(text)) => {
            if of.members.contains(text) {
                return Ok(None);
            }
            let mismatch = Mismatch::new(Code::TypeMismatch, format!("`{text}` is no `{}`", of.name));
            Err(match similar::nearest(text, of.members.iter().map(Text::as_str)) {
                Some(nearest) => mismatch.help(format!("did you mean `{nearest}`?")),
                None => mismatch.help(format!("there are {}", of.members.join(", "))),
            })
        }
        (Ty::Name, Value::Text(text)) => domain(ty, text, is_name),
        (Ty::Fqdn, Value::Text(text)) if is_fqdn(text) && text.chars().any(char::is_uppercase) => {
            // Names are compared as text by more than one tool.
            Err(invalid(ty, text).help(format!("write it in lower case: `{}`", text.to_lowercase())))
        }
        (Ty::Fqdn, Value::Text(text)) => domain(ty, text, is_fqdn),
        (Ty::Email, Value::Text(text)) => domain(ty, text, is_email),
        (Ty::Url, Value::Text(text)) => domain(ty, text, is_url),
        (Ty::Path, Value::Text(text)) => domain(ty, text, |text| text.starts_with('/') && !text.contains('\0')),
        (Ty::Version, Value::Text(text)) => {
            domain(ty, text, is_version).map_err(|why| why.help("write exactly one release, such as `1.12.6`"))
        }
        (Ty::String | Ty::Constraint, Value::Text(_)) => Ok(None),
        (Ty::String, value @ (Value::Ip(_) | Value::Cidr(_))) => {
            text_of(value).map(|text| Some(Value::Text(text))).ok_or_else(|| wrong(value))
        }
        (_, Value::Int(int)) => match with_unit(ty, *int) {
            Some(written) => Err(wrong(value).help(format!("write it with its unit, such as `{written}`"))),
            None => Err(wrong(value)),
        },
        (_, value) => Err(wrong(value)),
    }
}

/// A number as it may have been meant where an amount, a size, a time or a port with its transport is needed.
fn with_unit(ty: &Ty, number: i64) -> Option<String> {
    match ty {
        Ty::Duration => Some(format!("{number}s")),
        Ty::Bytes => Some(format!("{number}MiB")),
        Ty::Money => Some(format!("{number}EUR")),
        Ty::Protocol if (1..=65535).contains(&number) => Some(format!("{number}/tcp")),
        _ => None,
    }
}

fn elements(list: &[Value], of: &Ty) -> Result<Option<Value>, Mismatch> {
    let mut values: Option<Vec<Value>> = None;
    for (at, value) in list.iter().enumerate() {
        match (changed(value, of)?, &mut values) {
            (Some(new), values) => values.get_or_insert_with(|| list[..at].to_vec()).push(new),
            (None, Some(values)) => values.push(value.clone()),
            (None, None) => {}
        }
    }
    Ok(values.map(Value::list))
}

fn entries(map: &Entries, of: &Ty) -> Result<Option<Value>, Mismatch> {
    let mut all: Option<Entries> = None;
    for (key, value) in map {
        if let Some(new) = changed(value, of)? {
            all.get_or_insert_with(|| map.clone()).insert(key.clone(), new);
        }
    }
    Ok(all.map(|all| Value::Map(all.into())))
}

fn fields(record: &RecordTy, map: &Entries) -> Result<Option<Value>, Mismatch> {
    // Most records have the fields of their type already, in its order.
    if map.len() == record.fields.len() && map.keys().zip(&record.fields).all(|(key, field)| *key == field.name) {
        let mut all: Option<Entries> = None;
        for (field, (key, value)) in record.fields.iter().zip(map) {
            if let Some(new) = changed(value, &field.ty)? {
                all.get_or_insert_with(|| map.clone()).insert(key.clone(), new);
            }
        }
        return Ok(all.map(|all| Value::Map(all.into())));
    }
    if let Some(unknown) = map.keys().find(|key| record.field(key).is_none()) {
        let mismatch = Mismatch::new(Code::UnknownField, format!("there is no field `{unknown}`{}", record.named()));
        return Err(match similar::nearest(unknown, record.fields.iter().map(|field| field.name.as_str())) {
            Some(nearest) => mismatch.help(format!("did you mean `{nearest}`?")),
            None => mismatch,
        });
    }
    let mut entries = Entries::with_capacity(record.fields.len());
    for field in &record.fields {
        let value = match map.get(&field.name) {
            Some(value) => conform(value.clone(), &field.ty)?,
            None if matches!(field.ty.plain(), Ty::Optional(_)) => Value::None,
            None => return Err(Mismatch::new(Code::Missing, format!("the field `{}`{} is missing", field.name, record.named()))),
        };
        entries.insert(field.name.clone(), value);
    }
    Ok(Some(Value::Map(entries.into())))
}

fn network(cidr: IpNet) -> Result<Value, Mismatch> {
    if cidr == cidr.trunc() {
        return Ok(Value::Cidr(cidr));
    }
    let mismatch = Mismatch::new(Code::InvalidLiteral, format!("`{cidr}` has bits behind its prefix"));
    Err(mismatch.help(format!("the network is `{}`", cidr.trunc())))
}

fn domain(ty: &Ty, text: &str, holds: fn(&str) -> bool) -> Result<Option<Value>, Mismatch> {
    if holds(text) { Ok(None) } else { Err(invalid(ty, text)) }
}

fn invalid(ty: &Ty, text: &str) -> Mismatch {
    Mismatch::new(Code::InvalidLiteral, text!("{:?} is no `{ty}`", text).to_string())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_'))
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// RFC 1035 § 2.3.4: labels of 1 to 63 octets, 253 characters in all.
fn is_fqdn(text: &str) -> bool {
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

/// One release: it begins with a number, and has no space and no operator.
fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_alphanumeric() || "._+~:-".contains(c))
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && local.chars().all(|c| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c)) && is_fqdn(domain)
    })
}

fn is_url(text: &str) -> bool {
    let known = ["https://", "http://", "ssh://", "git://", "s3://"];
    known.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)))
}

/// What a value is, in the words of the language.
fn kind_of(value: &Value) -> String {
    match value {
        Value::None => "`none`".to_owned(),
        Value::Bool(_) => "a `bool`".to_owned(),
        Value::Int(int) => format!("the int `{int}`"),
        Value::Float(_) => "a `float`".to_owned(),
        Value::Text(text) => format!("the text `{text}`"),
        Value::Ip(ip) => format!("the ip `{ip}`"),
        Value::Cidr(cidr) => format!("the cidr `{cidr}`"),
        Value::Port(ports) => format!("the protocol `{ports}`"),
        Value::Bytes(_) | Value::Duration(_) | Value::Money(..) => format!("`{}`", text_of(value).unwrap_or_default()),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Instance(_) => "an instance".to_owned(),
        Value::Definition(keyword, name) => format!("the {keyword} `{name}`"),
        Value::Secret(_) => "a secret".to_owned(),
        Value::Residual(_) => "known to a tool only".to_owned(),
    }
}
