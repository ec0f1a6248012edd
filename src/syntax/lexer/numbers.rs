//! Literals that begin with a digit: numbers, addresses, ports, quantities. Their values are read by `literals`.

use super::words::is_word;
use super::{Kind, Lexer};
use crate::syntax::literals::PROTOCOLS;

impl Lexer<'_> {
    /// Everything that begins with a digit.
    pub(super) fn number(&mut self) {
        let start = self.at;
        self.digits();
        let mut parts = 1;
        while self.byte(self.at) == b'.' && self.byte(self.at + 1).is_ascii_digit() {
            self.at += 1;
            self.digits();
            parts += 1;
        }
        let kind = match parts {
            1 if self.protocol() => Kind::Port,
            1 | 2 if self.unit() => Kind::Quantity,
            1 => Kind::Int,
            2 => Kind::Float,
            4 if self.byte(self.at) == b'/' && self.byte(self.at + 1).is_ascii_digit() => {
                self.at += 1;
                self.digits();
                Kind::Cidr
            }
            4 => Kind::Ip,
            _ => return self.broken_number(start, "an address has four numbers"),
        };
        if is_word(self.byte(self.at)) && self.byte(self.at) != b'-' {
            return self.broken_number(start, "a letter follows the number directly");
        }
        self.push(kind, start);
    }

    fn digits(&mut self) {
        while self.byte(self.at).is_ascii_digit() {
            self.at += 1;
        }
    }

    /// `/tcp` or `..30100/udp` directly behind a number.
    fn protocol(&mut self) -> bool {
        let mut slash = self.at;
        if self.byte(slash) == b'.' && self.byte(slash + 1) == b'.' && self.byte(slash + 2).is_ascii_digit() {
            slash += 2;
            while self.byte(slash).is_ascii_digit() {
                slash += 1;
            }
        }
        if self.byte(slash) != b'/' || !self.byte(slash + 1).is_ascii_lowercase() {
            return false;
        }
        let start = slash + 1;
        let mut end = start;
        while is_word(self.byte(end)) {
            end += 1;
        }
        let known = PROTOCOLS.iter().any(|p| p.as_bytes() == &self.bytes[start..end]);
        if known {
            self.at = end;
        }
        known
    }

    /// A unit directly behind a number.
    fn unit(&mut self) -> bool {
        let start = self.at;
        if !self.byte(start).is_ascii_alphabetic() {
            return false;
        }
        while is_word(self.byte(self.at)) && self.byte(self.at) != b'-' {
            self.at += 1;
        }
        true
    }

    /// What begins like a number and is none: one mistake and one operand.
    fn broken_number(&mut self, start: usize, help: &str) {
        while is_word(self.byte(self.at)) || self.byte(self.at) == b'.' {
            self.at += 1;
        }
        let found = &self.text[start..self.at];
        let error = self.error(start, self.at, format!("`{found}` is neither a number nor an address"));
        self.report(error.help(help));
        self.push(Kind::Broken, start);
    }
}
