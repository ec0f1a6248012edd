//! Cuts a text into tokens. Total: what is no token is reported and left out, and every string ends, at the latest with
//! its line.

mod numbers;
mod strings;
mod words;

use super::messages::Messages;
use super::text::is_control;
use super::token::{Kind, Token};
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::Comment;
use strings::Mode;
pub use words::is_reserved;

/// A text as tokens.
pub(crate) struct Lexed {
    /// In the order of the text; the last one is `End`.
    pub tokens: Vec<Token>,
    /// Every comment, in the order of the text.
    pub comments: Vec<Comment>,
}

/// Cuts `text` into tokens.
pub(crate) fn lex(file: FileId, text: &str, messages: &mut Messages) -> Lexed {
    let mut lexer = Lexer {
        file,
        text,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        newline: true,
        doc: false,
        skipped: false,
        modes: Vec::new(),
        explained: 0,
        texts: 0,
        tokens: Vec::with_capacity(text.len() / 4 + 1),
        comments: Vec::new(),
        known: messages.len(),
        messages,
    };
    lexer.run();
    Lexed { tokens: lexer.tokens, comments: lexer.comments }
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Whether a line break stands before the next token.
    newline: bool,
    /// Whether a documentation comment stands before the next token.
    doc: bool,
    /// Whether something unknown was left out before the next token: what is missing there is explained.
    skipped: bool,
    /// The strings and interpolations that are open, outermost first.
    modes: Vec<Mode>,
    /// Up to where a message explains whatever is found: the end of a line on which a quote lacks its partner.
    explained: usize,
    /// Up to where lines have been searched for the start of a text whose end alone was found.
    texts: usize,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    /// How many messages there were before the first token.
    known: usize,
    messages: &'a mut Messages,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            match self.modes.last() {
                Some(Mode::String { .. }) => self.string_piece(),
                Some(Mode::Lines { end, .. }) => {
                    let end = *end;
                    self.lines_piece(end);
                }
                _ if self.at >= self.bytes.len() => {
                    if self.modes.is_empty() {
                        break;
                    }
                    self.close_line();
                }
                _ => self.code(),
            }
        }
        self.newline = true;
        self.push(Kind::End, self.at);
    }

    /// The byte at an offset; 0 behind the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Adds a token that begins at `start` and ends here.
    #[inline]
    fn push(&mut self, kind: Kind, start: usize) {
        let token = Token::new(kind, start, self.at).after_newline(self.newline).after_doc(self.doc);
        self.tokens.push(if self.skipped || start < self.explained { token.broken() } else { token });
        self.skipped = false;
        self.newline = false;
        self.doc = false;
    }

    /// Adds a token of `length` bytes that begins here.
    #[inline]
    fn sign(&mut self, kind: Kind, length: usize) {
        let start = self.at;
        self.at += length;
        self.push(kind, start);
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start as u32, end as u32)
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::InvalidToken, self.span(start, end), message)
    }

    /// One token, space or comment of code.
    #[inline]
    fn code(&mut self) {
        match self.byte(self.at) {
            b' ' | b'\t' => self.at += 1,
            b'\n' if self.modes.is_empty() => {
                self.at += 1;
                self.newline = true;
            }
            b'\n' => self.close_line(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' => self.quote(),
            b'#' if self.modes.is_empty() => self.comment(1),
            b'(' => self.sign(Kind::LeftParen, 1),
            b')' => self.sign(Kind::RightParen, 1),
            b'[' => self.sign(Kind::LeftBracket, 1),
            b']' => self.sign(Kind::RightBracket, 1),
            b'{' => {
                if let Some(Mode::Interpolation { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                self.sign(Kind::LeftBrace, 1);
            }
            b'}' => self.right_brace(),
            b',' => self.sign(Kind::Comma, 1),
            b':' => self.sign(Kind::Colon, 1),
            b'.' => self.sign(Kind::Dot, 1),
            _ => self.operator(),
        }
    }

    fn operator(&mut self) {
        let (kind, length) = match (self.byte(self.at), self.byte(self.at + 1)) {
            (b'=', b'=') => (Kind::Equal, 2),
            (b'=', b'>') => (Kind::FatArrow, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b'!', b'=') => (Kind::NotEqual, 2),
            (b'<', b'=') => (Kind::LessEqual, 2),
            (b'<', _) => (Kind::Less, 1),
            (b'>', b'=') => (Kind::GreaterEqual, 2),
            (b'>', _) => (Kind::Greater, 1),
            (b'?', b'?') => (Kind::Coalesce, 2),
            (b'?', _) => (Kind::Question, 1),
            (b'+', b'=') => (Kind::PlusAssign, 2),
            (b'+', _) => (Kind::Plus, 1),
            (b'-', b'=') => (Kind::MinusAssign, 2),
            (b'-', b'>') => (Kind::Arrow, 2),
            (b'-', _) => (Kind::Minus, 1),
            (b'*', _) => (Kind::Star, 1),
            (b'/', b'/') if self.modes.is_empty() => {
                let error = self.error(self.at, self.at + 2, "`//` begins no comment");
                self.report(error.help("comments begin with `#`").fix("write `#`", self.span(self.at, self.at + 2), "#"));
                return self.comment(2);
            }
            (b'/', _) => (Kind::Slash, 1),
            (b'%', _) => (Kind::Percent, 1),
            _ => return self.foreign(),
        };
        self.sign(kind, length);
    }

    /// A `}`: the end of an interpolation, or a brace within it.
    fn right_brace(&mut self) {
        match self.modes.last_mut() {
            Some(Mode::Interpolation { braces: 0, .. }) => {
                self.sign(Kind::InterpolationEnd, 1);
                self.modes.pop();
            }
            Some(Mode::Interpolation { braces, .. }) => {
                *braces -= 1;
                self.sign(Kind::RightBrace, 1);
            }
            _ => self.sign(Kind::RightBrace, 1),
        }
    }

    /// A comment whose sign has `sign` bytes.
    fn comment(&mut self, sign: usize) {
        let start = self.at;
        let mut end = start + sign;
        while end < self.bytes.len() && self.bytes[end] != b'\n' {
            end += 1;
        }
        self.at = end;
        if self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        // Behind other code it speaks of that code; a row of `#` is a rule, not a text.
        let doc = self.newline && self.text[start..end].starts_with("##") && self.byte(start + 2) != b'#';
        self.doc |= doc;
        self.comments.push(Comment { span: self.span(start, end), doc });
    }

    /// A sign of another language: reported, and read as what was meant where that is certain.
    fn foreign(&mut self) {
        let start = self.at;
        let byte = self.byte(start);
        if byte == b'\r' {
            self.at += 1;
            if self.byte(start + 1) != b'\n' {
                let error = self.error(start, start + 1, "a carriage return without a line feed");
                let place = self.span(start, start + 1);
                self.report(error.help("lines end in LF or CRLF").fix("end the line with a line feed", place, "\n"));
                self.newline = true;
            }
            return;
        }
        if is_control(byte) {
            // `check_text` has reported it.
            self.at += 1;
            return;
        }
        let known = match (byte, self.byte(start + 1)) {
            (b'&', b'&') => Some((Kind::And, 2, "write `and`", "and")),
            (b'|', b'|') => Some((Kind::Or, 2, "write `or`", "or")),
            (b'!', _) => Some((Kind::Not, 1, "write `not`", "not ")),
            (b';', _) => Some((Kind::Comma, 1, "a line break or `,` separates", ",")),
            _ => None,
        };
        if let Some((kind, length, help, word)) = known {
            let found = &self.text[start..start + length];
            let error = self.error(start, start + length, format!("`{found}` is no sign of the language"));
            let fix = format!("replace it with `{}`", word.trim());
            self.report(error.help(help).fix(fix, self.span(start, start + length), word));
            return self.sign(kind, length);
        }
        if byte == b'\'' {
            return self.apostrophe();
        }
        self.unknown();
    }

    /// A string in single quotes, or a stray one.
    fn apostrophe(&mut self) {
        let start = self.at;
        let rest = &self.text[start + 1..];
        let stop = rest.find(['\'', '\n']).filter(|at| rest[*at..].starts_with('\''));
        let Some(length) = stop else {
            return self.unknown();
        };
        let end = start + length + 2;
        let mut error = self.error(start, end, "a string in single quotes").help("strings stand in double quotes");
        let inner = &self.text[start + 1..end - 1];
        // These would mean something else between other quotes.
        if !inner.contains(['"', '\\', '$']) {
            error = error.fix("write double quotes", self.span(start, end), format!("\"{inner}\""));
        }
        self.report(error);
        self.at = end;
        self.push(Kind::Broken, start);
    }

    /// Characters that nothing begins with, as one mistake.
    fn unknown(&mut self) {
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return;
        };
        if first.is_alphabetic() {
            return self.word();
        }
        let length = rest
            .find(|c: char| {
                c.is_whitespace() && c.is_ascii() || c.is_ascii_alphanumeric() || "_\"#()[]{},:.=<>?+-*/%!&|;'".contains(c) && c != first
            })
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        self.at = start + length;
        self.skipped = true;
        let found: String = rest[..length].chars().take(16).collect();
        let error = self.error(start, self.at, format!("unknown character `{found}`"));
        let quotes = ['“', '”', '„', '‘', '’', '«', '»'];
        let error = if quotes.contains(&first) {
            error.help("strings stand in straight double quotes")
        } else {
            error.help("remove it, or put the text in quotes")
        };
        self.report(error);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if diagnostic.primary.span.start as usize >= self.explained {
            self.messages.push(diagnostic);
        }
    }
}
