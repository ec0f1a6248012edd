//! The values of literals: what the digits and units of a token mean.

use super::ast::Literal;
use super::token::Kind;
use crate::base::{Ports, Text};
use crate::diag::Code;
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr};

/// What may stand behind the number of a port, or is known not to.
pub(super) const PROTOCOLS: [&str; 8] = ["tcp", "udp", "sctp", "icmp", "icmpv6", "esp", "gre", "ah"];

/// Units of `bytes` with their size.
const BYTES: [(&str, u64); 9] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// Units of `duration` in milliseconds.
const DURATIONS: [(&str, u64); 6] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

/// Currencies, by their ISO 4217 code: a closed list, so that a misspelt unit is no money.
const CURRENCIES: [&str; 12] = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "NZD"];

/// Why a literal has no value: the code, the message and the help.
pub(super) type Mistake = (Code, String, &'static str);

/// The value of a literal token.
pub(super) fn literal(kind: Kind, text: &str) -> Result<Literal, Mistake> {
    match kind {
        Kind::True => Ok(Literal::Bool(true)),
        Kind::False => Ok(Literal::Bool(false)),
        Kind::Int => int(text),
        Kind::Float => float(text),
        Kind::Ip => text
            .parse::<Ipv4Addr>()
            .map(|ip| Literal::Ip(IpAddr::V4(ip)))
            .map_err(|_| invalid(text, "address", "each of the four numbers is between 0 and 255")),
        Kind::Cidr => text
            .parse::<Ipv4Net>()
            .map(|net| Literal::Cidr(IpNet::V4(net)))
            .map_err(|_| invalid(text, "range", "four numbers up to 255, then `/` and 0 to 32")),
        Kind::Port => port(text),
        Kind::Quantity => quantity(text),
        _ => Ok(Literal::None),
    }
}

fn invalid(text: &str, what: &str, help: &'static str) -> Mistake {
    (Code::InvalidLiteral, format!("`{text}` is no {what}"), help)
}

fn int(text: &str) -> Result<Literal, Mistake> {
    if text.len() > 1 && text.starts_with('0') {
        return Err(invalid(text, "number", "numbers do not begin with 0; put a file mode in quotes"));
    }
    text.parse().map(Literal::Int).map_err(|_| invalid(text, "number of 64 bits", "the largest is 9223372036854775807"))
}

fn float(text: &str) -> Result<Literal, Mistake> {
    if text.starts_with('0') && !text.starts_with("0.") {
        return Err(invalid(text, "number", "numbers do not begin with 0"));
    }
    match text.parse() {
        Ok(value) if f64::is_finite(value) => Ok(Literal::Float(value)),
        _ => Err(invalid(text, "number of 64 bits", "write a smaller number")),
    }
}

fn port(text: &str) -> Result<Literal, Mistake> {
    let (numbers, protocol) = text.split_once('/').unwrap_or((text, ""));
    let (first, last) = numbers.split_once("..").unwrap_or((numbers, numbers));
    match (first.parse(), last.parse()) {
        (Ok(first @ 1..), Ok(last @ 1..)) if first <= last => {
            Ok(Literal::Port(Ports { span: Some((first, last)), protocol: Text::new(protocol) }))
        }
        (Ok(1..), Ok(1u16..)) => Err(invalid(text, "span of ports", "the lower port stands first")),
        _ => Err(invalid(text, "port", "ports are numbers from 1 to 65535")),
    }
}

fn quantity(text: &str) -> Result<Literal, Mistake> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scaled = |scale: u64, what: &str, help| scale_exactly(number, scale).ok_or_else(|| invalid(text, what, help));
    if let Some((_, scale)) = BYTES.iter().find(|(name, _)| *name == unit) {
        return scaled(*scale, "size", "it must be a whole number of bytes below 16 EiB").map(Literal::Bytes);
    }
    if let Some((_, scale)) = DURATIONS.iter().find(|(name, _)| *name == unit) {
        return scaled(*scale, "duration", "it must be a whole number of milliseconds").map(Literal::Duration);
    }
    if CURRENCIES.contains(&unit) {
        let hundredths = scaled(100, "amount", "an amount has at most two decimals")?;
        return i64::try_from(hundredths)
            .map(|amount| Literal::Money(amount, Text::new(unit)))
            .map_err(|_| invalid(text, "amount", "write a smaller amount"));
    }
    Err((
        Code::InvalidToken,
        format!("unknown unit `{unit}`"),
        "sizes: `B KiB MiB GiB TiB kB MB GB TB`; durations: `ms s m h d w`; money: `EUR USD GBP CHF …`",
    ))
}

/// A quantity with the unit that was meant: the only one that differs in nothing but the case of its letters.
pub(super) fn meant(text: &str) -> Option<String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let known = BYTES.iter().chain(&DURATIONS).map(|(name, _)| *name).chain(CURRENCIES);
    // One letter alone could be short for much.
    let mut alike = known.filter(|name| unit.len() > 1 && name.eq_ignore_ascii_case(unit));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(format!("{number}{only}")),
        _ => None,
    }
}

/// A decimal number times `scale`, if that is a whole number of 64 bits.
fn scale_exactly(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    if fraction.is_empty() {
        return Some(whole);
    }
    let divisor = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let scaled = fraction.parse::<u128>().ok()?.checked_mul(u128::from(scale))?;
    if scaled % divisor != 0 {
        return None;
    }
    whole.checked_add(u64::try_from(scaled / divisor).ok()?)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Literal, Ports, literal};

    #[test]
    fn quantities_are_exact() {
        let value = |text| literal(Kind::Quantity, text);
        assert_eq!(value("40GiB"), Ok(Literal::Bytes(40 << 30)));
        assert_eq!(value("1.5KiB"), Ok(Literal::Bytes(1536)));
        assert_eq!(value("30d"), Ok(Literal::Duration(30 * 86_400_000)));
        assert_eq!(value("9.50USD"), Ok(Literal::Money(950, "USD".into())));
        for refused in ["1.0001KiB", "0.5ms", "1.005EUR", "99999999999TiB", "5KIB", "2fa"] {
            assert!(value(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_unit_in_other_letters_is_recognised() {
        let meant = [("5KIB", Some("5KiB")), ("1.5gb", Some("1.5GB")), ("9eur", Some("9EUR")), ("3M", None), ("3xb", None), ("3", None)];
        for (text, unit) in meant {
            assert_eq!(super::meant(text).as_deref(), unit, "{text}");
        }
    }

    #[test]
    fn numbers_stay_in_their_domain() {
        assert_eq!(literal(Kind::Port, "443/tcp"), Ok(Literal::Port(Ports::one(443, "tcp"))));
        assert_eq!(literal(Kind::Port, "1..9/udp"), Ok(Literal::Port(Ports { span: Some((1, 9)), protocol: "udp".into() })));
        for (kind, refused) in [
            (Kind::Port, "0/tcp"),
            (Kind::Port, "65536/udp"),
            (Kind::Port, "9..1/udp"),
            (Kind::Port, "0..1/udp"),
            (Kind::Int, "0644"),
            (Kind::Int, "9223372036854775808"),
            (Kind::Ip, "10.0.0.256"),
            (Kind::Cidr, "10.0.0.0/33"),
        ] {
            assert!(literal(kind, refused).is_err(), "{refused}");
        }
    }
}
