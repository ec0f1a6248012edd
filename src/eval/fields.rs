//! Fields of single values: `range.prefix`, `port.number`.

use crate::base::{FileId, Span};
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
        ty: || Ty::Port,
        doc: "The number of the port.",
        get: |value| match value {
            Value::Port(number, _) => Some(Value::Int((*number).into())),
            _ => None,
        },
    },
    Field {
        name: "protocol",
        ty: transport,
        doc: "The transport: `tcp` or `udp`.",
        get: |value| match value {
            Value::Port(_, transport) => Some(Value::Text(transport.clone())),
            _ => None,
        },
    },
];

/// The transports that a port may have: words that fit every enum which has them.
fn transport() -> Ty {
    let members = vec!["tcp".into(), "udp".into()];
    Ty::Enum(Arc::new(EnumTy { name: "tcp | udp".into(), members, span: Span::new(FileId(0), 0, 0) }))
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
    use crate::value::Value;

    #[test]
    fn fields_of_networks_and_ports() {
        let range = Value::Cidr("10.0.0.0/16".parse().unwrap());
        assert_eq!(field(&range, "prefix"), Some(Value::Int(16)));
        assert_eq!(field(&range, "last"), Some(Value::Ip("10.0.255.255".parse().unwrap())));
        assert_eq!(field(&range, "length"), None);
        assert_eq!(field(&Value::Port(443, "tcp".into()), "number"), Some(Value::Int(443)));
    }
}
