//! Functions over addresses, networks and ports.

use super::{Form, Function, int_of, one, unfit};
use crate::base::Ports;
use crate::ty::Ty;
use crate::value::Value;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "cidr_subnet",
        doc: "The network of number `index` among those that are `bits` bits longer than `range`.",
        parameters: &[one("range", Form::Ty(Ty::Cidr)), one("bits", Form::Ty(Ty::Int)), one("index", Form::Ty(Ty::Int))],
        result: Form::Ty(Ty::Cidr),
        evaluate: Some(cidr_subnet),
    },
    Function {
        name: "cidr_host",
        doc: "The address of number `index` in a network; a negative one counts from its end.",
        parameters: &[one("range", Form::Ty(Ty::Cidr)), one("index", Form::Ty(Ty::Int))],
        result: Form::Ty(Ty::Ip),
        evaluate: Some(cidr_host),
    },
    Function {
        name: "cidr_contains",
        doc: "Whether an address or a network lies wholly in a network.",
        parameters: &[one("range", Form::Ty(Ty::Cidr)), one("inner", Form::Network)],
        result: Form::Ty(Ty::Bool),
        evaluate: Some(cidr_contains),
    },
    Function {
        name: "cidr_overlaps",
        doc: "Whether two networks share an address.",
        parameters: &[one("a", Form::Ty(Ty::Cidr)), one("b", Form::Ty(Ty::Cidr))],
        result: Form::Ty(Ty::Bool),
        evaluate: Some(|arguments| {
            let (a, b) = (cidr_of(arguments, 0)?, cidr_of(arguments, 1)?);
            Ok(Value::Bool(a.contains(&b) || b.contains(&a)))
        }),
    },
    Function {
        name: "ports_overlap",
        doc: "Whether two ports or spans of ports share a port. A protocol without ports shares itself.",
        parameters: &[one("a", Form::Ty(Ty::Protocol)), one("b", Form::Ty(Ty::Protocol))],
        result: Form::Ty(Ty::Bool),
        evaluate: Some(|arguments| match arguments {
            [Value::Port(a), Value::Port(b)] => Ok(Value::Bool(a.overlaps(b))),
            [Value::Port(_), other, ..] | [other, ..] => Err(unfit(Some(other), "a port")),
            [] => Err(unfit(None, "a port")),
        }),
    },
    Function {
        name: "parse_protocol",
        doc: "The port, the span of ports or the protocol without ports that a text says, such as `443/tcp`, `30000..30100/udp` or `gre`.",
        parameters: &[one("text", Form::Ty(Ty::String))],
        result: Form::Ty(Ty::Protocol),
        evaluate: Some(|arguments| match arguments.first().and_then(Value::as_text) {
            Some(text) => Ports::said(text).map(Value::Port).ok_or_else(|| {
                format!(
                    "`{text}` is no port, no span of ports and no protocol without ports; such are `443/tcp`, `1000..1999/udp` and `gre`"
                )
            }),
            None => Err(unfit(arguments.first(), "a text")),
        }),
    },
];

fn cidr_of(arguments: &[Value], index: usize) -> Result<IpNet, String> {
    match arguments.get(index) {
        Some(Value::Cidr(range)) => Ok(range.trunc()),
        other => Err(unfit(other, "a network")),
    }
}

fn cidr_subnet(arguments: &[Value]) -> Result<Value, String> {
    let (range, bits, index) = (cidr_of(arguments, 0)?, int_of(arguments, 1)?, int_of(arguments, 2)?);
    let prefix = i64::from(range.prefix_len()) + bits;
    if bits < 0 || prefix > i64::from(range.max_prefix_len()) {
        return Err(format!("`{range}` has no networks that are {bits} bits longer"));
    }
    let room = i64::from(range.max_prefix_len()) - prefix;
    let fits = index >= 0 && (bits >= 63 || index < 1 << bits);
    if !fits {
        return Err(format!("`{range}` has no network number {index} of /{prefix}"));
    }
    // A shift by all bits happens only for the whole range, whose one network has the number 0.
    let offset = (index as u128).checked_shl(room as u32).unwrap_or(0);
    let start = number(range.network()) + offset;
    Ok(Value::Cidr(network(address(start, range), prefix as u8)))
}

fn cidr_host(arguments: &[Value]) -> Result<Value, String> {
    let (range, index) = (cidr_of(arguments, 0)?, int_of(arguments, 1)?);
    let (start, end) = (number(range.network()), number(range.broadcast()));
    let found = if index >= 0 { start.checked_add(index as u128) } else { end.checked_sub(u128::from(index.unsigned_abs()) - 1) };
    match found {
        Some(found) if start <= found && found <= end => Ok(Value::Ip(address(found, range))),
        _ => Err(format!("`{range}` has no address number {index}")),
    }
}

fn cidr_contains(arguments: &[Value]) -> Result<Value, String> {
    let range = cidr_of(arguments, 0)?;
    match arguments.get(1) {
        Some(Value::Ip(ip)) => Ok(Value::Bool(range.contains(ip))),
        Some(Value::Cidr(inner)) => Ok(Value::Bool(range.contains(&inner.trunc()))),
        other => Err(unfit(other, "an address or a network")),
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn address(number: u128, like: IpNet) -> IpAddr {
    match like {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from(number as u32)),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(number)),
    }
}

fn network(address: IpAddr, prefix: u8) -> IpNet {
    match address {
        IpAddr::V4(v4) => IpNet::V4(Ipv4Net::new_assert(v4, prefix)),
        IpAddr::V6(v6) => IpNet::V6(Ipv6Net::new_assert(v6, prefix)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use crate::value::Value;

    fn call(name: &str, range: &str, others: &[Value]) -> Result<String, String> {
        let mut arguments = vec![Value::Cidr(range.parse().unwrap())];
        arguments.extend_from_slice(others);
        let value = (find(name).unwrap().evaluate.unwrap())(&arguments)?;
        Ok(super::super::text::to_text(&value).unwrap().to_string())
    }

    #[test]
    fn subnets_and_hosts() {
        assert_eq!(call("cidr_subnet", "10.0.0.0/16", &[Value::Int(8), Value::Int(3)]).unwrap(), "10.0.3.0/24");
        assert_eq!(call("cidr_subnet", "0.0.0.0/0", &[Value::Int(0), Value::Int(0)]).unwrap(), "0.0.0.0/0");
        assert_eq!(call("cidr_subnet", "2001:db8::/32", &[Value::Int(32), Value::Int(1)]).unwrap(), "2001:db8:0:1::/64");
        assert!(call("cidr_subnet", "10.0.0.0/16", &[Value::Int(8), Value::Int(256)]).unwrap_err().contains("number 256"));
        assert!(call("cidr_subnet", "10.0.0.0/16", &[Value::Int(17), Value::Int(0)]).is_err());
        assert_eq!(call("cidr_host", "10.0.1.0/24", &[Value::Int(2)]).unwrap(), "10.0.1.2");
        assert_eq!(call("cidr_host", "10.0.1.0/24", &[Value::Int(-2)]).unwrap(), "10.0.1.254");
        assert!(call("cidr_host", "10.0.1.0/24", &[Value::Int(256)]).is_err());
        assert_eq!(call("cidr_host", "::/0", &[Value::Int(-1)]).unwrap(), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    #[test]
    fn containment() {
        let inner = Value::Cidr("10.0.1.0/24".parse().unwrap());
        assert_eq!(call("cidr_contains", "10.0.0.0/16", std::slice::from_ref(&inner)).unwrap(), "true");
        assert_eq!(call("cidr_contains", "10.1.0.0/16", std::slice::from_ref(&inner)).unwrap(), "false");
        assert_eq!(call("cidr_overlaps", "10.0.1.128/25", &[inner]).unwrap(), "true");
    }
}
