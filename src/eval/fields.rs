//! Fields of single values: `range.prefix`, `port.number`.

use crate::base::{FileId, Ports, Span, Text, ports};
use crate::ty::{EnumTy, Ty};
use crate::value::Value;
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
}

const CIDR: &[Field] = &[
    Field {
        name: "prefix",
        ty: || Ty::Int,
        doc: "The length of the prefix, in bits.",
        get: |value| Some(Value::Int(cidr(value)?.prefix_len().into())),
    },
    Field { name: "address", ty: || Ty::Ip, doc: "The address of the network.", get: |value| Some(Value::Ip(cidr(value)?.network())) },
    Field { name: "first", ty: || Ty::Ip, doc: "The lowest address.", get: |value| Some(Value::Ip(cidr(value)?.network())) },
    Field { name: "last", ty: || Ty::Ip, doc: "The highest address.", get: |value| Some(Value::Ip(cidr(value)?.broadcast())) },
    Field { name: "family", ty: || Ty::String, doc: "`ipv4` or `ipv6`.", get: |value| Some(family(cidr(value)?.addr())) },
];

const IP: &[Field] = &[Field {
    name: "family",
    ty: || Ty::String,
    doc: "`ipv4` or `ipv6`.",
    get: |value| match value {
        Value::Ip(ip) => Some(family(*ip)),
        _ => None,
    },
}];

const PROTOCOL: &[Field] = &[
    Field {
        name: "number",
        ty: || Ty::Port.optional(),
        doc: "The number of the port; absent for a span of them, and where the protocol has none.",
        get: |value| Some(numbered(ports(value)?.number())),
    },
    Field {
        name: "first",
        ty: || Ty::Port.optional(),
        doc: "The lowest port; absent where the protocol has none.",
        get: |value| Some(numbered(ports(value)?.span.map(|span| span.0))),
    },
    Field {
        name: "last",
        ty: || Ty::Port.optional(),
        doc: "The highest port; absent where the protocol has none.",
        get: |value| Some(numbered(ports(value)?.span.map(|span| span.1))),
    },
    Field {
        name: "protocol",
        ty: transport,
        doc: "The protocol: `tcp`, `udp`, `sctp`, `icmp`, `esp`, `gre` or `ah`.",
        get: |value| Some(Value::Text(ports(value)?.protocol.clone())),
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
    let fields = match value {
        Value::Cidr(_) => CIDR,
        Value::Ip(_) => IP,
        Value::Port(..) => PROTOCOL,
        _ => return None,
    };
    fields.iter().find(|field| field.name == name).and_then(|field| (field.get)(value))
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
        assert_eq!((field(&span, "number"), field(&span, "last")), (Some(Value::None), Some(Value::Int(9))));
    }
}
