//! Strings: of one line, of several lines, with interpolations.
//!
//! A string of one line ends with its line, and so does an interpolation: a forgotten quote cannot swallow the file. A
//! string of several lines begins behind `"""` at the end of a line and ends with `"""` at the start of one.

use super::{Kind, Lexer, Token};
use crate::diag::{Code, Diagnostic};
use crate::syntax::limits::MAX_STRING;

/// A string or an interpolation that is open.
pub(super) enum Mode {
    /// Between the quotes of one line; `open` is the offset of the first quote.
    String { open: usize },
    /// Between `"""` and `"""`; `end` is where the text ends, `closed` whether quotes stand there.
    Lines { open: usize, end: usize, closed: bool },
    /// Between `${` and `}`; `braces` are open within.
    Interpolation { open: usize, braces: u32 },
}

impl Lexer<'_> {
    /// A `"` in code.
    pub(super) fn quote(&mut self) {
        let start = self.at;
        if self.modes.is_empty() && self.bytes[start..].starts_with(b"\"\"\"") {
            return self.open_lines();
        }
        // Most strings have neither escapes nor parts: one token.
        let mut end = start + 1;
        loop {
            match self.byte(end) {
                b'"' => {
                    self.at = end + 1;
                    self.check_length(start);
                    return self.push(Kind::String, start);
                }
                b'\\' | b'\n' => break,
                b'$' if self.byte(end + 1) == b'{' => break,
                0 if end >= self.bytes.len() => break,
                _ => end += 1,
            }
        }
        self.at = start + 1;
        self.push(Kind::Quote, start);
        self.modes.push(Mode::String { open: start });
    }

    /// Text, interpolation or end of a string of one line.
    pub(super) fn string_piece(&mut self) {
        let start = self.at;
        loop {
            match self.byte(self.at) {
                b'"' => {
                    self.text_token(start);
                    self.sign(Kind::QuoteEnd, 1);
                    if let Some(Mode::String { open }) = self.modes.pop() {
                        self.check_length(open);
                    }
                    return;
                }
                b'\\' if !matches!(self.byte(self.at + 1), b'\n' | b'\r' | 0) => self.at += 2,
                b'$' if self.byte(self.at + 1) == b'{' => {
                    self.text_token(start);
                    return self.open_interpolation();
                }
                b'\n' => {
                    self.text_token(start);
                    return self.close_line();
                }
                0 if self.at >= self.bytes.len() => {
                    self.text_token(start);
                    return self.close_line();
                }
                _ => self.at += 1,
            }
        }
    }

    /// Text, interpolation or end of a string of several lines.
    pub(super) fn lines_piece(&mut self, end: usize) {
        let start = self.at;
        while self.at < end {
            match self.byte(self.at) {
                b'\\' => self.at = (self.at + 2).min(end),
                b'$' if self.byte(self.at + 1) == b'{' => {
                    self.text_token(start);
                    return self.open_interpolation();
                }
                _ => self.at += 1,
            }
        }
        self.text_token(start);
        let Some(Mode::Lines { open, closed, .. }) = self.modes.pop() else {
            return;
        };
        if closed {
            self.sign(Kind::QuoteEnd, 3);
            self.check_length(open);
        } else {
            let error = Diagnostic::error(Code::Unclosed, self.span(open, open + 3), "`\"\"\"` is not closed");
            self.report(
                error.related(self.span(end, end), "the text must have ended here").help("close it with `\"\"\"` on a line of its own"),
            );
            self.push_broken(Kind::QuoteEnd);
            self.newline = true;
        }
    }

    /// `"""` in code: finds where the text ends before anything in it is read.
    fn open_lines(&mut self) {
        let start = self.at;
        let mut line_end = start + 3;
        while matches!(self.byte(line_end), b' ' | b'\t' | b'\r') {
            line_end += 1;
        }
        if line_end < self.bytes.len() && self.bytes[line_end] != b'\n' {
            return self.text_behind_quotes(start);
        }
        let (end, closed) = self.find_lines_end(start, line_end);
        if !closed && self.ends_text(start) {
            return;
        }
        self.at = (line_end + 1).min(self.bytes.len());
        self.push(Kind::Quote, start);
        if self.at > end {
            self.at = end;
        }
        self.modes.push(Mode::Lines { open: start, end, closed });
    }

    /// Takes `"""` on a line of its own for the end of a text whose beginning is missing, if the lines above look like one:
    /// they are indented at least as deep, up to a line that is not. What was read of them is taken back.
    fn ends_text(&mut self, start: usize) -> bool {
        let line = self.line_start(start);
        let indent = self.indentation(line);
        let wants_value = |kind: Kind| kind.is_assign() || matches!(kind, Kind::LeftParen | Kind::LeftBracket | Kind::Comma | Kind::Colon);
        let wants_value = self.tokens.last().is_none_or(|last| wants_value(last.kind));
        if line + indent != start || wants_value {
            return false;
        }
        let mut first = line;
        let head = loop {
            if first <= self.texts {
                return false;
            }
            let above = self.line_start(first - 1);
            let blank = self.text[above..first].trim().is_empty();
            if !blank && self.indentation(above) < indent {
                break first - 1;
            }
            first = above;
        };
        self.texts = start + 3;
        if first == line {
            return false;
        }
        let head = self.text[..head].trim_end_matches('\r').len();
        self.tokens.truncate(self.tokens.partition_point(|token| (token.start as usize) < head));
        self.comments.truncate(self.comments.partition_point(|comment| (comment.span.start as usize) < head));
        self.messages.take_back(head as u32, self.known);
        (self.newline, self.doc, self.skipped) = (false, false, false);
        let error = Diagnostic::error(Code::Unclosed, self.span(start, start + 3), "`\"\"\"` closes nothing");
        self.report(
            error.related(self.span(head, head), "the text must have begun here").help("begin the text with `\"\"\"` at the end of a line"),
        );
        self.at = start + 3;
        self.push(Kind::Broken, head);
        true
    }

    /// `"""` with text directly behind it: one mistake and one operand, up to the next quotes or the end of the line.
    fn text_behind_quotes(&mut self, start: usize) {
        self.at = start + 3;
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            if self.bytes[self.at..].starts_with(b"\"\"\"") {
                self.at += 3;
                break;
            }
            self.at += 1;
        }
        let error = self.error(start, start + 3, "text stands directly behind `\"\"\"`");
        self.report(error.help("the text begins on the next line; on one line, use `\"`"));
        self.push(Kind::Broken, start);
    }

    /// Where the text that `"""` at `open` begins ends, and whether quotes stand there. Without them the text ends where
    /// a line is indented no deeper than the one it began on, so that the file behind it is still read.
    fn find_lines_end(&self, open: usize, line_end: usize) -> (usize, bool) {
        let depth = self.indentation(self.line_start(open));
        let mut dedent = None;
        let mut at = line_end + 1;
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let indent = self.indentation(at);
            let line = self.text[at + indent..end].trim_end_matches([' ', '\t', '\r']);
            if line.starts_with("\"\"\"") {
                return (at + indent, true);
            }
            if !line.is_empty() && indent <= depth && dedent.is_none() {
                dedent = Some(at);
            }
            if opens_lines(line) {
                return (dedent.unwrap_or(at), false);
            }
            at = end + 1;
        }
        (dedent.unwrap_or(self.bytes.len()), false)
    }

    fn line_start(&self, at: usize) -> usize {
        self.bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |line| line + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
    }

    fn indentation(&self, line: usize) -> usize {
        let rest = self.bytes.get(line..).unwrap_or_default();
        rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    }

    fn open_interpolation(&mut self) {
        let open = self.at;
        self.sign(Kind::Interpolation, 2);
        self.modes.push(Mode::Interpolation { open, braces: 0 });
    }

    /// The line ends while a string or an interpolation is open: says so once, and reads the line as code where it can.
    pub(super) fn close_line(&mut self) {
        // The innermost interpolation explains more than a quote that it made ambiguous.
        let mut unclosed: Option<(usize, &str)> = None;
        for mode in self.modes.iter().rev() {
            match *mode {
                Mode::Lines { .. } => break,
                Mode::String { open } => unclosed = unclosed.or(Some((open, "\""))),
                Mode::Interpolation { open, .. } if unclosed.is_none_or(|(_, sign)| sign == "\"") => unclosed = Some((open, "${")),
                Mode::Interpolation { .. } => {}
            }
        }
        if let Some((open, sign)) = unclosed {
            self.report_unclosed(open, sign);
        }
        match self.modes.first() {
            Some(Mode::String { open }) if self.explained < self.at => self.read_as_code(*open),
            _ => self.close_modes(),
        }
    }

    /// Reads a line again from a quote without its partner on: what stands behind it is more likely code than text, and the
    /// brackets in it belong to the lines around.
    fn read_as_code(&mut self, open: usize) {
        let text = &self.text[open + 1..self.at];
        // Where an interpolation is at fault, the next quote still ends the text.
        let has_code = self.modes.iter().any(|mode| matches!(mode, Mode::Interpolation { .. }));
        let quote = text.match_indices('"').map(|(at, _)| at).find(|at| !text[..*at].ends_with('\\'));
        let end = quote.filter(|_| has_code).map_or(open + 1, |at| open + at + 2);
        let first = self.tokens.partition_point(|token| (token.start as usize) < open);
        if let Some(opener) = self.tokens.get(first) {
            (self.newline, self.doc) = (opener.newline(), opener.doc());
        }
        self.tokens.truncate(first);
        // The quotes before it may be those of its neighbours: what stands between them explains nothing either.
        let line = self.tokens.iter().rposition(|token| token.newline()).unwrap_or(0);
        let quotes = self.tokens[line..].iter_mut().skip_while(|token| !matches!(token.kind, Kind::String | Kind::Quote));
        quotes.for_each(|token| *token = token.broken());
        self.modes.clear();
        self.explained = self.at;
        self.at = end;
        self.push(Kind::Broken, open);
    }

    /// Ends every string and interpolation that cannot go on behind the line.
    fn close_modes(&mut self) {
        while let Some(mode) = self.modes.last() {
            let kind = match mode {
                Mode::Lines { .. } => break,
                Mode::String { .. } => Kind::QuoteEnd,
                Mode::Interpolation { .. } => Kind::InterpolationEnd,
            };
            self.push_broken(kind);
            self.modes.pop();
        }
    }

    fn report_unclosed(&mut self, open: usize, sign: &str) {
        let closer = if sign == "\"" { "\"" } else { "}" };
        let error = Diagnostic::error(Code::Unclosed, self.span(open, open + sign.len()), format!("`{sign}` is not closed"));
        self.report(
            error
                .related(self.span(self.at, self.at), "the line ends here")
                .help(format!("close it with `{closer}` before the end of the line")),
        );
    }

    /// Text of a string, if there is any.
    fn text_token(&mut self, start: usize) {
        if self.at > start {
            self.push(Kind::Text, start);
        }
    }

    /// An empty token that a diagnostic explains.
    fn push_broken(&mut self, kind: Kind) {
        self.tokens.push(Token::new(kind, self.at, self.at).broken());
    }

    fn check_length(&mut self, start: usize) {
        if self.at - start > MAX_STRING {
            let error = Diagnostic::error(
                Code::LimitExceeded,
                self.span(start, start + 1),
                format!("a string has {} bytes, more than {MAX_STRING}", self.at - start),
            );
            self.report(error.help("keep large texts in files of their own"));
        }
    }
}

/// Whether a line ends in `"""` that no backslash escapes: it begins another text.
fn opens_lines(line: &str) -> bool {
    line.strip_suffix("\"\"\"").is_some_and(|before| {
        let slashes = before.bytes().rev().take_while(|b| *b == b'\\').count();
        slashes % 2 == 0
    })
}
