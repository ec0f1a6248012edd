//! Names, labels, and what a block's head goes through.

use super::Parser;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Binding, Label, LabelValue, Name, Repeat};
use crate::syntax::token::{Kind, Token};

impl Parser<'_> {
    /// The next word, whatever it is.
    #[inline]
    pub(super) fn take_name(&mut self) -> Name {
        let token = self.bump();
        Name { text: Text::new(self.slice(token)), span: self.span(token) }
    }

    /// A name that nobody wrote.
    fn missing_name(&mut self, what: &str) -> Name {
        self.expected(what);
        let end = self.last_end();
        Name { text: Text::default(), span: Span::new(self.file, end, end) }
    }

    /// Any identifier.
    pub(super) fn any_name(&mut self, what: &str) -> Name {
        if self.kind().is_word() { self.take_name() } else { self.missing_name(what) }
    }

    /// The word that begins an item.
    pub(super) fn head_name(&mut self) -> Name {
        self.check_lower(self.token());
        self.take_name()
    }

    /// A name in lower case on this line: the other cases are one message and still a name.
    pub(super) fn lower_name(&mut self, what: &str) -> Name {
        if !self.kind_here().is_word() {
            return self.missing_name(what);
        }
        let token = self.token();
        self.check_lower(token);
        self.take_name()
    }

    /// The name of a type on this line.
    pub(super) fn type_name(&mut self, what: &str) -> Name {
        if !self.kind_here().is_word() {
            return self.missing_name(what);
        }
        let token = self.token();
        if token.kind == Kind::Word {
            let message = format!("`{}` is no name of a type", self.slice(token));
            let error = Diagnostic::error(Code::InvalidToken, self.span(token), message);
            self.report(error.help("types are named like `Size`, built-in records like `host`"));
        }
        self.take_name()
    }

    /// Reports a word that is no name in lower case.
    pub(super) fn check_lower(&mut self, token: Token) {
        if !matches!(token.kind, Kind::TypeName | Kind::Word) {
            return;
        }
        let text = self.slice(token);
        let error = Diagnostic::error(Code::InvalidToken, self.span(token), format!("name `{text}` is not in lower case"));
        let lower = text.trim_start_matches('_').to_ascii_lowercase();
        self.report(error.help(format!("names begin with a lower-case letter and hold no capitals: `{lower}`")));
    }

    /// The words and strings behind the keyword of a block.
    pub(super) fn labels(&mut self) -> Vec<Label> {
        let mut labels = Vec::new();
        loop {
            let token = self.token();
            let value = match self.kind_here() {
                Kind::For | Kind::If | Kind::By => break,
                Kind::Broken => {
                    // What stands behind a quote too much is read as if it were not there.
                    self.bump();
                    continue;
                }
                Kind::String | Kind::Quote => LabelValue::Template(self.template()),
                kind if kind.is_word() => {
                    self.check_lower(token);
                    LabelValue::Word(self.take_name().text)
                }
                _ => break,
            };
            labels.push(Label { span: self.span_from(token.start), value });
        }
        labels
    }

    /// `for x in xs by key`, if it stands here.
    pub(super) fn repeat(&mut self) -> Option<Repeat> {
        if !self.eat_here(Kind::For) {
            return None;
        }
        let bindings = self.bindings();
        let by = self.eat_here(Kind::By).then(|| self.shared_expression());
        Some(Repeat { bindings, by })
    }

    /// `x in xs, k, v in ys` behind `for`.
    pub(super) fn bindings(&mut self) -> Vec<Binding> {
        let mut bindings = vec![self.binding()];
        while !self.failed && self.eat_here(Kind::Comma) {
            bindings.push(self.binding());
        }
        bindings
    }

    fn binding(&mut self) -> Binding {
        let start = self.token().start;
        let mut value = self.bound_name();
        let mut key = None;
        if !self.failed && self.eat_here(Kind::Comma) {
            key = Some(value);
            value = self.bound_name();
        }
        if !self.eat_here(Kind::In) {
            self.expected("`in` and what is gone through");
        }
        let source = self.shared_expression();
        Binding { span: self.span_from(start), key, value, source }
    }

    /// A name on this line or, behind `,`, on the next.
    fn bound_name(&mut self) -> Name {
        let token = self.token();
        if token.kind.is_word() && !token.kind.is_reserved() {
            self.check_lower(token);
            self.take_name()
        } else {
            self.missing_name("the name of an element")
        }
    }
}
