//! The text type of Jinja: syntax comes from the program, everything else through an escaper.

use crate::artifact::text::float;
use crate::artifact::{Error, Problem};

/// Jinja under construction.
#[derive(Clone, Debug, Default)]
pub(in crate::artifact) struct Code {
    text: String,
}

/// Words that are not read as variables.
const KEYWORDS: [&str; 13] = ["and", "else", "false", "if", "in", "is", "none", "not", "or", "true", "False", "None", "True"];

/// Whether text can stand as a name.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.contains(&name)
}

/// A piece of literal text.
enum Piece<'a> {
    /// Stands between single quotes as it is.
    Raw(&'a str),
    /// `"'"`.
    Quote,
    /// A character that the lexer would change, by its number.
    Format(&'static str),
}

/// Characters that do not stand between single quotes as they are.
const CHANGED: [char; 3] = ['\'', '\\', '\r'];

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for part in text.split_inclusive(CHANGED) {
        let raw = part.trim_end_matches(CHANGED);
        if !raw.is_empty() {
            pieces.push(Piece::Raw(raw));
        }
        match &part[raw.len()..] {
            "'" => pieces.push(Piece::Quote),
            "\\" => pieces.push(Piece::Format("('%c' | format(92))")),
            "\r" => pieces.push(Piece::Format("('%c' | format(13))")),
            _ => {}
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Raw(text));
    }
    pieces
}

/// Whether literal text is written in pieces.
pub(super) fn is_pieced(text: &str) -> bool {
    pieces(text).len() > 1
}

impl Code {
    /// The finished text.
    pub(in crate::artifact) fn finish(self) -> String {
        self.text
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Syntax of the program.
    pub(in crate::artifact) fn syntax(&mut self, syntax: &'static str) {
        self.text.push_str(syntax);
    }

    /// A variable, a function, a filter, an argument.
    pub(super) fn name(&mut self, name: &str) -> Result<(), Error> {
        if !is_name(name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.text.push_str(name);
        Ok(())
    }

    /// A filter, a test or a function, which may belong to a collection: `ansible.utils.ipaddr`.
    pub(super) fn qualified(&mut self, name: &str) -> Result<(), Error> {
        if !name.split('.').all(is_name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.text.push_str(name);
        Ok(())
    }

    /// A test, which may have the name of a constant.
    pub(super) fn test(&mut self, name: &str) -> Result<(), Error> {
        match name {
            "none" => self.syntax("none"),
            "true" => self.syntax("true"),
            "false" => self.syntax("false"),
            "in" => self.syntax("in"),
            _ => self.qualified(name)?,
        }
        Ok(())
    }

    /// Literal text as an expression.
    pub(super) fn literal(&mut self, text: &str) {
        for (at, piece) in pieces(text).iter().enumerate() {
            self.syntax(if at == 0 { "" } else { " ~ " });
            match piece {
                Piece::Raw(raw) => {
                    self.text.push('\'');
                    self.text.push_str(raw);
                    self.text.push('\'');
                }
                Piece::Quote => self.syntax("\"'\""),
                Piece::Format(call) => self.syntax(call),
            }
        }
    }

    /// Text outside of expressions; `followed` by a tag, its last brace must not become part of that.
    pub(in crate::artifact) fn outside(&mut self, text: &str, followed: bool) {
        if let Some(rest) = text.strip_prefix("#jinja2:")
            && self.is_empty()
        {
            self.syntax("{{ '#jinja2:' }}");
            return self.outside(rest, followed);
        }
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek()) {
                ('{', Some('{' | '%' | '#' | '\r')) => self.syntax("{{ '{' }}"),
                ('{', None) if followed => self.syntax("{{ '{' }}"),
                ('\r', _) => self.syntax("{{ '%c' | format(13) }}"),
                _ => self.text.push(character),
            }
        }
    }

    /// A whole number.
    pub(super) fn int(&mut self, value: i64) {
        self.text.push_str(&value.to_string());
    }

    /// A finite number, which keeps its point so that it stays one.
    pub(super) fn float(&mut self, value: f64) -> Result<(), Error> {
        let digits = float(value).ok_or(Problem::NotFinite)?;
        self.text.push_str(&digits);
        self.text.push_str(if digits.contains(['.', 'e']) { "" } else { ".0" });
        Ok(())
    }
}
