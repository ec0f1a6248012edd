//! Fields of single values: `range.prefix`, `port.number`.

use crate::base::{FileId, Ports, Span, Text, ports};
use crate::ty::{EnumTy, Ty};
use crate::value::{Entries, Value};
use std::sync::Arc;

/// A field of a type that is no record.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: fn() -> Ty,
    /// What it holds, as a sentence.
    pub doc: &'static str,
    get: fn(&Value) -> Option<Value>,
    /// What stands in for it where a value of the type has none; then reading it is a finding.
    lacking: Option<&'static str>,
}

const CIDR: &[Field] = &[
    Field {
        name: "prefix",
        ty: || Ty::Int,
        doc: "The length of the prefix, in bits.",
        get: |value| Some(Value::Int(cidr(value)?.prefix_len().into())),
        lacking: None,
    },
    Field {
        name: "address",
        ty: || Ty::Ip,
        doc: "The address of the network.",
        get: |value| Some(Value::Ip(cidr(value)?.network())),
        lacking: None,
    },
    Field { name: "first", ty: || Ty::Ip, doc: "The lowest address.", get: |value| Some(Value::Ip(cidr(value)?.network())), lacking: None },
    Field {
        name: "last",
        ty: || Ty::Ip,
        doc: "The highest address.",
        get: |value| Some(Value::Ip(cidr(value)?.broadcast())),
        lacking: None,
    },
    Field { name: "family", ty: || Ty::String, doc: "`ipv4` or `ipv6`.", get: |value| Some(family(cidr(value)?.addr())), lacking: None },
];

const IP: &[Field] = &[Field {
    name: "family",
    ty: || Ty::String,
    doc: "`ipv4` or `ipv6`.",
    get: |value| match value {
        Value::Ip(ip) => Some(family(*ip)),
        _ => None,
    },
    lacking: None,
}];

const PROTOCOL: &[Field] = &[
    Field {
        name: "single",
        ty: || Ty::Bool,
        doc: "Whether it is one port, so that it has a `number`.",
        get: |value| Some(Value::Bool(ports(value)?.number().is_some())),
        lacking: None,
    },
    Field {
        name: "number",
        ty: || Ty::Port,
        doc: "The number of the port. A span of ports has none, and what has no ports: ask `single` before.",
        get: |value| ports(value)?.number().map(|number| Value::Int(number.into())),
        lacking: Some("ask `single` before, or read `first` and `last`, which are absent where there are no ports"),
    },
    Field {
        name: "first",
        ty: || Ty::Port.optional(),
        doc: "The lowest port; absent where the protocol has none.",
        get: |value| Some(numbered(ports(value)?.span.map(|span| span.0))),
        lacking: None,
    },
    Field {
        name: "last",
        ty: || Ty::Port.optional(),
        doc: "The highest port; absent where the protocol has none.",
        get: |value| Some(numbered(ports(value)?.span.map(|span| span.1))),
        lacking: None,
    },
    Field {
        name: "protocol",
        ty: transport,
        doc: "The protocol: `tcp`, `udp`, `sctp`, `icmp`, `esp`, `gre` or `ah`.",
        get: |value| Some(Value::Text(ports(value)?.protocol.clone())),
        lacking: None,
    },
];

/// The protocols that there are: words that fit every enum which has them.
fn transport() -> Ty {
    let members: Vec<_> = ports::WITH_PORTS.into_iter().chain(ports::WITHOUT_PORTS).map(Text::from).collect();
    Ty::Enum(Arc::new(EnumTy { name: members.join(" | ").into(), members, span: Span::new(FileId(0), 0, 0) }))
}

fn ports(value: &Value) -> Option<&Ports> {
    if let Value::Port(ports) = value { Some(ports) } else { None }
}

fn numbered(number: Option<u16>) -> Value {
    number.map_or(Value::None, |number| Value::Int(number.into()))
}

/// The fields of a type that is no record; most have none.
pub fn fields(ty: &Ty) -> &'static [Field] {
    match ty.plain() {
        Ty::Cidr => CIDR,
        Ty::Ip => IP,
        Ty::Protocol => PROTOCOL,
        _ => &[],
    }
}

/// The field of a known single value.
pub fn field(value: &Value, name: &str) -> Option<Value> {
    named(value, name).and_then(|field| (field.get)(value))
}

/// Where the type of a value has a field and the value has none: what to do instead.
pub fn lacking(value: &Value, name: &str) -> Option<&'static str> {
    named(value, name).and_then(|field| field.lacking)
}

/// The same for a port of a service as others see it, which has no number of its own where it listens on more than one: what it is.
pub fn numberless(port: &Entries, name: &str) -> Option<String> {
    let listens = port.get("listens")?.as_list()?;
    let all: Vec<Text> = listens.iter().filter_map(super::text_of).collect();
    (name == "number" && port.contains_key("single")).then(|| format!("`{}` has no `number`", all.join(", ")))
}

fn named(value: &Value, name: &str) -> Option<&'static Field> {
    let fields = match value {
        Value::Cidr(_) => CIDR,
        Value::Ip(_) => IP,
        Value::Port(..) => PROTOCOL,
        _ => return None,
    };
    fields.iter().find(|field| field.name == name)
}

fn cidr(value: &Value) -> Option<ipnet::IpNet> {
    match value {
        Value::Cidr(range) => Some(range.trunc()),
        _ => None,
    }
}

fn family(ip: std::net::IpAddr) -> Value {
    Value::text(if ip.is_ipv4() { "ipv4" } else { "ipv6" })
}

#[cfg(test)]
mod tests {
    use super::field;
    use crate::base::Ports;
    use crate::value::Value;

    #[test]
    fn fields_of_networks_and_ports() {
        let range = Value::Cidr("10.0.0.0/16".parse().unwrap());
        assert_eq!(field(&range, "prefix"), Some(Value::Int(16)));
        assert_eq!(field(&range, "last"), Some(Value::Ip("10.0.255.255".parse().unwrap())));
        assert_eq!(field(&range, "length"), None);
        assert_eq!(field(&Value::Port(Ports::one(443, "tcp")), "number"), Some(Value::Int(443)));
        let span = Value::Port(Ports { span: Some((5, 9)), protocol: "udp".into() });
        assert_eq!(
            (field(&span, "number"), field(&span, "last"), field(&span, "single")),
            (None, Some(Value::Int(9)), Some(Value::Bool(false)))
        );
    }
}
