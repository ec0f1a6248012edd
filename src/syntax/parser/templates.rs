//! Strings: escapes, interpolations, and the indentation of several lines.

use super::Parser;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Part};
use crate::syntax::token::{Kind, Token};

/// A part as written: text by its bytes, so that its indentation can still be taken off.
enum Raw {
    Text(u32, u32),
    Expr(Expr),
}

impl Parser<'_> {
    /// The string that begins here.
    pub(super) fn template(&mut self) -> Vec<Part> {
        let open = self.bump();
        let text = self.slice(open);
        if open.kind == Kind::String {
            self.height = 1;
            let inner = &text[1..text.len() - 1];
            return match inner {
                "" => Vec::new(),
                _ => vec![Part::Text(Text::new(inner))],
            };
        }
        let mut height = 1;
        let mut raw = Vec::new();
        let close = loop {
            match self.kind() {
                Kind::Text => {
                    let token = self.bump();
                    raw.push(Raw::Text(token.start, token.end));
                }
                Kind::Interpolation => {
                    let value = self.interpolation();
                    height = height.max(self.height + 1);
                    raw.push(Raw::Expr(value));
                }
                Kind::QuoteEnd => break self.bump(),
                // The lexer writes nothing else between quotes.
                _ => break self.token(),
            }
        };
        self.height = height;
        if text.starts_with("\"\"\"") { self.lines(raw, close) } else { self.line(raw) }
    }

    /// `${expr}`
    fn interpolation(&mut self) -> Expr {
        let start = self.token().start;
        let outer = (self.failed, self.head);
        (self.failed, self.head) = (false, false);
        let value = self.deeper(|p| {
            p.bump();
            let value = p.expression();
            p.close(Kind::InterpolationEnd, "`}`");
            value
        });
        (self.failed, self.head) = (outer.0 || self.failed, outer.1);
        value.unwrap_or_else(|| self.error_expression(start))
    }

    /// The parts of a string of one line.
    fn line(&mut self, raw: Vec<Raw>) -> Vec<Part> {
        raw.into_iter()
            .map(|part| match part {
                Raw::Expr(value) => Part::Expr(value),
                Raw::Text(start, end) => {
                    let mut text = String::new();
                    self.unescape(start, end, &mut text);
                    Part::Text(Text::new(text))
                }
            })
            .collect()
    }

    /// The parts of a string of several lines, without the indentation of its closing quotes. Every line ends in a line
    /// feed, the last one too.
    fn lines(&mut self, raw: Vec<Raw>, close: Token) -> Vec<Part> {
        // Text that nobody closed ends where something else begins: its indentation says nothing.
        let outer = self.quiet;
        self.quiet |= close.is_broken();
        let before = &self.text[..close.start as usize];
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let mut parts = Vec::new();
        let mut line_start = true;
        for part in raw {
            match part {
                Raw::Expr(value) => {
                    if line_start && indent > 0 {
                        self.dedented(value.span.start - 2);
                    }
                    line_start = false;
                    parts.push(Part::Expr(value));
                }
                Raw::Text(start, end) => {
                    let mut text = String::new();
                    let mut at = start as usize;
                    for line in self.text[start as usize..end as usize].split_inclusive('\n') {
                        let skip = if line_start { self.strip(line, indent, at) } else { 0 };
                        let (body, end) = split_line_end(&line[skip..]);
                        let from = at + skip;
                        self.unescape(from as u32, (from + body.len()) as u32, &mut text);
                        text.push_str(end);
                        at += line.len();
                        line_start = line.ends_with('\n');
                    }
                    if !text.is_empty() {
                        parts.push(Part::Text(Text::new(text)));
                    }
                }
            }
        }
        self.quiet = outer;
        parts
    }

    /// How many bytes of a line are indentation that is taken off.
    fn strip(&mut self, line: &str, indent: usize, at: usize) -> usize {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        if blank >= indent {
            return indent;
        }
        let rest = &line[blank..];
        let ends = rest.trim_end_matches(['\r', '\n']).is_empty();
        // The closing quotes stand behind the last piece, which is exactly their indentation or an empty line.
        if !ends {
            self.dedented(at as u32 + blank as u32);
        }
        blank
    }

    fn dedented(&mut self, at: u32) {
        let error =
            Diagnostic::error(Code::InvalidLiteral, Span::new(self.file, at, at), "the line is indented less than the closing `\"\"\"`");
        self.report(error.help("indent it at least as deep, or move the closing quotes to the left"));
    }

    /// The text between two offsets with its escapes resolved.
    fn unescape(&mut self, start: u32, end: u32, into: &mut String) {
        let raw = &self.text[start as usize..end as usize];
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            into.push_str(&rest[..at]);
            let escape = &rest[at..];
            let offset = start as usize + (raw.len() - escape.len());
            let (value, length) = resolve(escape);
            match value {
                Some(c) => into.push(c),
                None if escape.starts_with("\\u{") && length > 3 => {
                    let span = Span::new(self.file, offset as u32, (offset + length) as u32);
                    let message = format!("`{}` is no character", &escape[..length]);
                    let error = Diagnostic::error(Code::InvalidLiteral, span, message);
                    self.report(error.help("characters go up to `\\u{10ffff}`"));
                }
                None => {
                    let span = Span::new(self.file, offset as u32, (offset + length) as u32);
                    let found = &escape[..length];
                    let error = Diagnostic::error(Code::InvalidToken, span, format!("unknown escape `{found}`"));
                    self.report(error.help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\$` and `\\u{1f600}`"));
                }
            }
            rest = &escape[length..];
        }
        into.push_str(rest);
    }

    /// An expression that a mistake took the place of.
    pub(super) fn error_expression(&mut self, start: u32) -> Expr {
        self.height = 1;
        Expr { span: self.span_from(start), kind: ExprKind::Error }
    }
}

/// A line without its line break, and the line break as a value has it.
fn split_line_end(line: &str) -> (&str, &'static str) {
    match line.strip_suffix('\n') {
        Some(body) => (body.strip_suffix('\r').unwrap_or(body), "\n"),
        None => (line, ""),
    }
}

/// What the escape at the start of a text stands for, and how many bytes it takes.
fn resolve(escape: &str) -> (Option<char>, usize) {
    let mut chars = escape.chars().skip(1);
    let Some(letter) = chars.next() else {
        return (None, escape.len());
    };
    let simple = |c| (Some(c), 2);
    match letter {
        '"' | '\\' | '$' => simple(letter),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'u' => {
            let digits = escape[2..]
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'))
                .map(|(digits, _)| digits)
                .filter(|d| (1..=6).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_hexdigit()));
            match digits {
                Some(digits) => {
                    let value = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                    (value, digits.len() + 4)
                }
                None => (None, 2),
            }
        }
        _ => (None, 1 + letter.len_utf8()),
    }
}
