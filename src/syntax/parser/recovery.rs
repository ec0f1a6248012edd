//! Mistakes: how they are reported, and where reading goes on behind them.

use super::Parser;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::syntax::limits::MAX_NESTING;
use crate::syntax::token::{Kind, Token};

impl Parser<'_> {
    /// Reports a mistake of the element that is read, unless it has one already.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) {
        if !self.failed {
            self.report(diagnostic);
        }
        self.failed = true;
    }

    /// Reports a mistake behind which reading goes on as if it were none.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.quiet {
            self.messages.push(diagnostic);
        }
    }

    /// Reports that something else was expected here.
    pub(super) fn expected(&mut self, what: &str) {
        let help = None;
        self.expected_with(what, help);
    }

    /// Reports that something else was expected here, and what to do.
    pub(super) fn expected_with(&mut self, what: &str, help: Option<&str>) {
        let token = self.token();
        if token.is_broken() || token.kind == Kind::Broken {
            self.failed = true;
            return;
        }
        // Where the line ended too early, its end is the place and not what follows.
        let ended = token.newline() && self.at > self.first;
        let (span, found) = if ended {
            let end = self.last_end();
            (Span::new(self.file, end, end), "the end of the line".to_string())
        } else {
            (self.span(token), self.describe(token))
        };
        let found = if token.kind == Kind::End { "the end of the file".to_string() } else { found };
        let mut error = Diagnostic::error(Code::UnexpectedToken, span, format!("expected {what}, found {found}"));
        error.help = help.map(str::to_string);
        self.fail(error);
    }

    /// A token in words.
    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            Kind::String | Kind::Quote => "a string".to_string(),
            Kind::End => "the end of the file".to_string(),
            _ => {
                let text: String = self.slice(token).chars().take(40).collect();
                format!("`{text}`")
            }
        }
    }

    /// Runs `read` one level deeper. At the limit it reports, passes over what would be read, and gives nothing.
    #[inline]
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_NESTING {
            self.too_deep();
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Some(value)
    }

    fn too_deep(&mut self) {
        let span = self.span(self.token());
        let error = Diagnostic::error(Code::LimitExceeded, span, format!("nested deeper than {MAX_NESTING} levels"));
        self.fail(error.help("give the inner parts names with `let`"));
        self.skip_element();
    }

    /// Takes the next token; the whole group if it opens one.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0u32;
        loop {
            let kind = self.kind();
            if kind == Kind::End {
                return;
            }
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth = depth.saturating_sub(1);
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes over the rest of an element: to `,`, a line break or the closer of the group that it stands in.
    pub(super) fn skip_element(&mut self) {
        let mut first = true;
        loop {
            let token = self.token();
            let ends = token.kind == Kind::Comma || token.newline() && !first;
            if ends || token.kind.is_closer() || token.kind == Kind::End {
                return;
            }
            first = false;
            self.skip_group();
        }
    }

    /// Passes over everything before the closer of the group that is read.
    pub(super) fn skip_to_closer(&mut self) {
        while !self.kind().is_closer() && self.kind() != Kind::End {
            self.skip_group();
        }
    }

    /// Takes the closer of the group that is read. What stands before it is one mistake.
    pub(super) fn close(&mut self, kind: Kind, expected: &str) {
        if self.kind() != kind {
            self.expected(expected);
            self.skip_to_closer();
        }
        // Brackets match, so that only the end of the file could stand here instead.
        self.eat(kind);
    }

    /// Passes over the rest of a broken item: to a line that begins one, to `,` before one, or to the end of the body.
    pub(super) fn skip_item(&mut self) {
        loop {
            let token = self.token();
            if token.kind == Kind::End || token.kind.is_closer() {
                return;
            }
            // A name alone on its line is an item, too.
            if token.newline() && (self.at_head(0) || token.kind == Kind::Name && self.ends_behind()) {
                return;
            }
            if token.kind == Kind::Comma && self.at_head(1) {
                return;
            }
            self.skip_group();
        }
    }

    /// Whether the token `ahead` begins an item, judged by all of its head and never by one word.
    pub(super) fn at_head(&self, ahead: usize) -> bool {
        if !self.ahead(ahead).kind.is_word() {
            return false;
        }
        let next = self.kind_on_line(ahead + 1);
        if next.is_assign() || next == Kind::LeftBrace {
            return true;
        }
        match self.ahead(ahead).kind {
            Kind::Input | Kind::Output | Kind::Let | Kind::Fn | Kind::Type | Kind::Enum => next.is_word(),
            Kind::Check => true,
            Kind::For => next == Kind::Name,
            _ => self.labels_lead_to_body(ahead + 1),
        }
    }

    /// How many tokens stand behind the quote `ahead` up to the one that ends the string.
    fn parts_behind(&self, ahead: usize) -> usize {
        let mut open = 0u32;
        let ends = |token: &Token| {
            match token.kind {
                Kind::Quote => open += 1,
                Kind::QuoteEnd => open -= 1,
                _ => {}
            }
            open == 0
        };
        let first = (self.at + ahead).min(self.tokens.len() - 1);
        self.tokens[first..].iter().position(ends).unwrap_or(0)
    }

    /// Whether words and strings, and then `{`, `for` or `if`, follow on the line.
    fn labels_lead_to_body(&self, first: usize) -> bool {
        const AHEAD: usize = 8;
        // How many tokens the labels with parts have beside their quotes.
        let mut parts = 0;
        for ahead in first..first + AHEAD {
            match self.kind_on_line(ahead + parts) {
                Kind::LeftBrace => return true,
                Kind::For | Kind::If => return ahead > first || !self.ahead(first - 1).kind.is_reserved(),
                Kind::String | Kind::Broken => {}
                // They stand between operands.
                Kind::In | Kind::And | Kind::Or | Kind::Not | Kind::Then | Kind::Else => return false,
                kind if kind.is_word() => {}
                Kind::Quote => parts += self.parts_behind(ahead + parts),
                _ => return false,
            }
        }
        false
    }
}
