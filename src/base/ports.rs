//! What a firewall tells apart: a port, a span of ports, or a protocol that has none.

use super::Text;
use std::fmt;

/// The protocols that have ports.
pub const WITH_PORTS: [&str; 3] = ["tcp", "udp", "sctp"];

/// The protocols that have none and are named alone. `icmp` is that of both versions of IP.
pub const WITHOUT_PORTS: [&str; 4] = ["icmp", "esp", "gre", "ah"];

/// `443/tcp`, `30000..30100/udp`, `gre`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The first and the last port, 1 to 65535, in this order; nothing where the protocol has no ports.
    pub span: Option<(u16, u16)>,
    /// The protocol, in lower case.
    pub protocol: Text,
}

impl Ports {
    /// One port.
    pub fn one(number: u16, protocol: impl Into<Text>) -> Ports {
        Ports { span: Some((number, number)), protocol: protocol.into() }
    }

    /// A protocol that has no ports; nothing for other words.
    pub fn bare(protocol: &str) -> Option<Ports> {
        WITHOUT_PORTS.contains(&protocol).then(|| Ports { span: None, protocol: protocol.into() })
    }

    /// What a text says in the words of the language; nothing for another text.
    pub fn said(text: &str) -> Option<Ports> {
        let Some((span, protocol)) = text.split_once('/') else { return Ports::bare(text) };
        let (first, last) = span.split_once("..").unwrap_or((span, span));
        let number = |text: &str| {
            let plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (first, last) = (number(first)?, number(last)?);
        (first <= last && WITH_PORTS.contains(&protocol)).then(|| Ports { span: Some((first, last)), protocol: protocol.into() })
    }

    /// The number, where it is one port.
    pub fn number(&self) -> Option<u16> {
        self.span.filter(|(first, last)| first == last).map(|(first, _)| first)
    }

    /// Whether a port or protocol belongs to both.
    pub fn overlaps(&self, other: &Ports) -> bool {
        self.protocol == other.protocol
            && match (self.span, other.span) {
                (Some(a), Some(b)) => a.0 <= b.1 && b.0 <= a.1,
                (a, b) => a == b,
            }
    }

    /// Whether all of another one belongs to it.
    pub fn contains(&self, other: &Ports) -> bool {
        self.protocol == other.protocol
            && match (self.span, other.span) {
                (Some(a), Some(b)) => a.0 <= b.0 && b.1 <= a.1,
                (a, b) => a == b,
            }
    }

    /// Whether the protocol and the span fit each other: ports for what has ports, none for what has none.
    pub fn is_sound(&self) -> bool {
        if self.span.is_some() { WITH_PORTS.contains(&self.protocol.as_str()) } else { WITHOUT_PORTS.contains(&self.protocol.as_str()) }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            None => f.write_str(&self.protocol),
            Some((first, last)) if first == last => write!(f, "{first}/{}", self.protocol),
            Some((first, last)) => write!(f, "{first}..{last}/{}", self.protocol),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ports;

    fn span(first: u16, last: u16, protocol: &str) -> Ports {
        Ports { span: Some((first, last)), protocol: protocol.into() }
    }

    #[test]
    fn spans_overlap_where_one_port_is_in_both() {
        let of = span(10, 20, "udp");
        for (other, overlaps, contains) in [
            (span(20, 30, "udp"), true, false),
            (span(21, 30, "udp"), false, false),
            (span(12, 12, "udp"), true, true),
            (span(12, 12, "tcp"), false, false),
            (span(1, 65535, "udp"), true, false),
        ] {
            assert_eq!((of.overlaps(&other), other.overlaps(&of), of.contains(&other)), (overlaps, overlaps, contains), "{other}");
        }
    }

    #[test]
    fn a_protocol_without_ports_is_the_same_as_itself_alone() {
        let gre = Ports::bare("gre").unwrap();
        assert!(gre.overlaps(&gre) && gre.contains(&gre) && gre.is_sound());
        assert!(!gre.overlaps(&Ports::bare("esp").unwrap()));
        assert_eq!((Ports::bare("tcp"), gre.to_string(), span(1, 2, "udp").to_string()), (None, "gre".into(), "1..2/udp".into()));
        assert!(!span(5, 5, "gre").is_sound());
    }

    #[test]
    fn a_text_says_what_the_language_does() {
        for ports in [span(443, 443, "tcp"), span(1, 65535, "udp"), Ports::bare("esp").unwrap()] {
            assert_eq!(Ports::said(&ports.to_string()), Some(ports));
        }
        for text in [
            "",
            "/",
            "tcp",
            "443",
            "443/",
            "/tcp",
            "0/tcp",
            "080/tcp",
            "+1/tcp",
            "65536/tcp",
            "9..1/udp",
            "1..2..3/tcp",
            "1/gre",
            "1/TCP",
            " 1/tcp",
        ] {
            assert_eq!(Ports::said(text), None, "{text}");
        }
    }
}
