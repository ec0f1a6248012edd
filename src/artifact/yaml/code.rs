//! The text type of YAML: syntax comes from the program, everything else through an escaper.

use super::scalar::{Place, is_plain};
use crate::artifact::text::{characters, comment_lines, hexadecimal, invisible, plain_bytes};
use crate::artifact::{Error, Problem};

/// YAML under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    text: String,
}

impl Code {
    /// Nothing yet, with room for a file of usual length.
    pub(super) fn of_a_file() -> Code {
        Code { text: String::with_capacity(4096) }
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// How many characters there are.
    pub(super) fn width(&self) -> usize {
        characters(&self.text)
    }

    /// How many units of UTF-16 there are.
    pub(super) fn units(&self) -> usize {
        if self.text.is_ascii() { self.text.len() } else { self.text.encode_utf16().count() }
    }

    /// Syntax of the program.
    pub(super) fn syntax(&mut self, syntax: &'static str) {
        self.text.push_str(syntax);
    }

    /// Other code.
    pub(super) fn append(&mut self, other: &Code) {
        self.text.push_str(&other.text);
    }

    /// The indentation of a level.
    pub(super) fn indent(&mut self, level: usize) {
        self.text.extend(std::iter::repeat_n("  ", level));
    }

    /// Text, plain or in double quotes.
    pub(super) fn scalar(&mut self, text: &str, place: Place) {
        if is_plain(text, place) {
            self.text.push_str(text);
            return;
        }
        self.text.push('"');
        let mut rest = text;
        loop {
            let (plain, behind) = rest.split_at(plain_bytes(rest));
            self.text.push_str(plain);
            let mut characters = behind.chars();
            let Some(character) = characters.next() else { break };
            rest = characters.as_str();
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\t' => self.text.push_str("\\t"),
                '\r' => self.text.push_str("\\r"),
                _ if invisible(character) || character.is_whitespace() && character != ' ' => self.escape(character),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    fn escape(&mut self, character: char) {
        let (prefix, digits) = match character as u32 {
            0..=0xff => ("\\x", 2),
            0x100..=0xffff => ("\\u", 4),
            _ => ("\\U", 8),
        };
        self.text.push_str(prefix);
        self.text.push_str(&hexadecimal(character, digits));
    }

    /// A line of a block scalar, which its judge in `scalar` has found exact.
    pub(super) fn block_line(&mut self, level: usize, line: &str) {
        if !line.is_empty() {
            self.indent(level);
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// A whole number.
    pub(super) fn int(&mut self, value: i64) {
        self.text.push_str(&value.to_string());
    }

    /// A finite number, in the only form that YAML 1.1 reads as one.
    pub(super) fn float(&mut self, value: f64) -> Result<(), Error> {
        let text = crate::artifact::text::float(value).ok_or(Problem::NotFinite)?;
        let (mantissa, exponent) = text.split_once('e').map_or((text.as_str(), None), |(m, e)| (m, Some(e)));
        self.text.push_str(mantissa);
        if !mantissa.contains('.') {
            self.text.push_str(".0");
        }
        if let Some(exponent) = exponent {
            self.text.push_str(if exponent.starts_with('-') { "e" } else { "e+" });
            self.text.push_str(exponent);
        }
        Ok(())
    }

    /// A comment, each line on a line of its own.
    pub(super) fn comment(&mut self, level: usize, text: &str) {
        for line in comment_lines(text) {
            self.indent(level);
            self.text.push('#');
            if !line.is_empty() {
                self.text.push(' ');
                self.text.push_str(&line);
            }
            self.text.push('\n');
        }
    }

    /// A comment behind a value.
    pub(super) fn trailing(&mut self, text: &str) {
        self.text.push_str(" #");
        for line in comment_lines(text) {
            self.text.push(' ');
            self.text.push_str(&line);
        }
    }
}
