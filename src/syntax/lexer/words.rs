//! Identifiers and keywords.

use super::{Kind, Lexer};

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const JOIN: u8 = 8;
const UNDERSCORE: u8 = 16;

/// What each byte is within a word; 0 ends it.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'_' => UNDERSCORE,
            b'-' => JOIN,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// Whether a byte may stand in a word.
pub(super) fn is_word(byte: u8) -> bool {
    CLASS[byte as usize] != 0
}

impl Lexer<'_> {
    /// A word: letters, digits, `_`, and `-` between them.
    #[inline]
    pub(super) fn word(&mut self) {
        let start = self.at;
        let first = CLASS[self.byte(start) as usize];
        let mut seen = 0;
        let mut end = start;
        while let class @ 1.. = CLASS[self.byte(end) as usize] {
            seen |= class;
            end += 1;
        }
        // `x-` before `=` or `>` is a word and an operator.
        while end > start && self.bytes[end - 1] == b'-' {
            end -= 1;
        }
        self.at = end;
        if self.byte(end) >= 0x80 {
            return self.foreign_word(start);
        }
        let kind = if first == LOWER && seen & UPPER == 0 {
            keyword(&self.bytes[start..end])
        } else if first == UPPER && seen & (JOIN | UNDERSCORE) == 0 {
            Kind::TypeName
        } else if end == start + 1 {
            Kind::Wildcard
        } else {
            Kind::Word
        };
        self.push(kind, start);
    }

    /// A word with letters beyond ASCII: reported, then a name like any other.
    fn foreign_word(&mut self, start: usize) {
        let rest = &self.text[start..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        if length == 0 {
            return self.unknown();
        }
        let end = (start + length).max(self.at);
        if end == self.at {
            // A sign beyond ASCII directly behind a word: the word is whole.
            return self.push(Kind::Name, start);
        }
        self.at = end;
        let word = &self.text[start..end];
        let letter = word.chars().find(|c| !c.is_ascii()).unwrap_or(' ');
        let error = self.error(start, end, format!("name `{word}` holds `{letter}`"));
        self.report(error.help("names are made of ASCII letters, digits, `_` and `-`"));
        self.push(Kind::Name, start);
    }
}

/// The keyword that a word is, or a name.
#[inline]
fn keyword(word: &[u8]) -> Kind {
    if word.len() > 6 {
        return Kind::Name;
    }
    match word {
        b"input" => Kind::Input,
        b"output" => Kind::Output,
        b"let" => Kind::Let,
        b"check" => Kind::Check,
        b"fn" => Kind::Fn,
        b"type" => Kind::Type,
        b"enum" => Kind::Enum,
        b"if" => Kind::If,
        b"then" => Kind::Then,
        b"else" => Kind::Else,
        b"match" => Kind::Match,
        b"for" => Kind::For,
        b"in" => Kind::In,
        b"and" => Kind::And,
        b"or" => Kind::Or,
        b"not" => Kind::Not,
        b"true" => Kind::True,
        b"false" => Kind::False,
        b"none" => Kind::None,
        b"by" => Kind::By,
        b"where" => Kind::Where,
        b"at" => Kind::At,
        b"help" => Kind::Help,
        _ => Kind::Name,
    }
}

/// Whether a word is one of the language that no expression may use as a name.
pub fn is_reserved(word: &str) -> bool {
    keyword(word.as_bytes()).is_reserved()
}
