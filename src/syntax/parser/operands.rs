//! Operands: literals, names, calls, lists, maps, comprehensions, and what stands behind them.

use super::Parser;
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Argument, Comprehension, Expr, ExprKind, Key, Name, Part, Unary};
use crate::syntax::limits::MAX_NESTING;
use crate::syntax::literals::{literal, meant};
use crate::syntax::token::Kind;
use std::sync::Arc;

impl Parser<'_> {
    /// An operand with its members and indexes.
    pub(super) fn postfix(&mut self) -> Expr {
        let start = self.token().start;
        let mut value = self.operand();
        loop {
            let kind = match self.kind_here() {
                Kind::Question if self.kind_behind() == Kind::Dot => {
                    self.bump();
                    self.height += 1;
                    ExprKind::Unary(Unary::Maybe, Arc::new(value))
                }
                Kind::Dot => {
                    self.bump();
                    let name = match self.kind_here().is_word() {
                        true => self.take_name(),
                        false => {
                            // What is read of the value nobody knows: that the value alone does not fit is no news.
                            self.expected_with("the name of a member", self.member_help());
                            return self.error_expression(start);
                        }
                    };
                    self.height += 1;
                    ExprKind::Member(Arc::new(value), name)
                }
                Kind::LeftBracket => {
                    let base = self.height;
                    let Some(index) = self.bracketed(Kind::RightBracket, "`]`") else {
                        return value;
                    };
                    self.height = self.height.max(base) + 1;
                    ExprKind::Index(Arc::new(value), Arc::new(index))
                }
                Kind::LeftParen => {
                    let error = Diagnostic::error(Code::UnexpectedToken, self.span(self.token()), "this is no function");
                    self.fail(error.help("only a name can be called: there are functions, no methods"));
                    self.skip_group();
                    continue;
                }
                _ => return value,
            };
            if self.height > MAX_NESTING {
                let error = Diagnostic::error(
                    Code::LimitExceeded,
                    self.span_from(start),
                    format!("more than {MAX_NESTING} members and indexes in a row"),
                );
                self.fail(error.help("give parts of it names with `let`"));
                return self.error_expression(start);
            }
            value = Expr { span: self.span_from(start), kind };
        }
    }

    fn member_help(&self) -> Option<&'static str> {
        match self.kind_here() {
            Kind::Int => Some("elements are reached by `[0]`"),
            Kind::Star => Some("write `[for x in xs : x.name]`"),
            _ => None,
        }
    }

    /// The expression in brackets that begin here.
    fn bracketed(&mut self, closer: Kind, expected: &str) -> Option<Expr> {
        self.deeper(|p| {
            p.bump();
            let outer = (std::mem::replace(&mut p.head, false), p.quiet);
            p.quiet |= p.in_unclosed();
            let value = p.expression();
            p.close(closer, expected);
            (p.head, p.quiet) = outer;
            value
        })
    }

    fn operand(&mut self) -> Expr {
        let token = self.token();
        let start = token.start;
        let kind = match token.kind {
            kind if kind.is_name() => {
                return self.name_or_call();
            }
            Kind::String | Kind::Quote => ExprKind::Template(self.template()),
            Kind::True | Kind::False | Kind::None | Kind::Int | Kind::Float => self.literal(),
            Kind::Ip | Kind::Cidr | Kind::Port | Kind::Quantity => self.literal(),
            Kind::LeftParen => {
                let value = self.bracketed(Kind::RightParen, "`)`");
                self.height += 1;
                let kind = value.map(|value| ExprKind::Paren(Arc::new(value)));
                return self.form(start, kind);
            }
            Kind::LeftBracket => return self.list(),
            Kind::LeftBrace => return self.map(),
            Kind::Broken => {
                self.failed = true;
                self.bump();
                ExprKind::Error
            }
            Kind::If => {
                self.needs_parentheses();
                return self.conditional();
            }
            Kind::Match => {
                self.needs_parentheses();
                return self.matching();
            }
            Kind::TypeName | Kind::Word => {
                let word = self.slice(token);
                let error = Diagnostic::error(Code::UnexpectedToken, self.span(token), format!("expected a value, found `{word}`"));
                self.fail(error.help("values have names in lower case; a text stands in quotes"));
                self.bump();
                ExprKind::Error
            }
            _ => return self.missing_value("a value"),
        };
        if !matches!(kind, ExprKind::Template(_)) {
            self.height = 1;
        }
        Expr { span: self.span_from(start), kind }
    }

    fn literal(&mut self) -> ExprKind {
        let token = self.bump();
        match literal(token.kind, self.slice(token)) {
            Ok(value) => ExprKind::Literal(value),
            Err((code, message, help)) => {
                let error = Diagnostic::error(code, self.span(token), message).help(help);
                self.report(match meant(self.slice(token)) {
                    Some(meant) if code == Code::InvalidToken => error.fix(format!("write `{meant}`"), self.span(token), meant),
                    _ => error,
                });
                ExprKind::Error
            }
        }
    }

    fn name_or_call(&mut self) -> Expr {
        let start = self.token().start;
        if self.kind_behind() != Kind::LeftParen {
            let token = self.bump();
            self.height = 1;
            return Expr { span: self.span(token), kind: ExprKind::Name(Text::new(self.slice(token))) };
        }
        let name = self.take_name();
        let mut height = 0;
        let arguments = self.deeper(|p| {
            p.bump();
            p.elements(Kind::RightParen, "`,` or `)`", |p| {
                let argument = p.argument();
                height = height.max(p.height);
                argument
            })
        });
        self.height = height + 1;
        self.form(start, arguments.map(|arguments| ExprKind::Call(name, arguments)))
    }

    fn argument(&mut self) -> Argument {
        let mut name = None;
        if self.kind().is_word() && self.kind_behind() == Kind::Assign {
            self.check_lower(self.token());
            name = Some(self.take_name());
            self.bump();
        }
        let value = self.value_behind_assign();
        Argument { name, value }
    }

    /// The value behind `=`, unless it was forgotten and the next line goes on with something else.
    pub(super) fn value_behind_assign(&mut self) -> Expr {
        if self.misses_value() { self.missing_value("a value") } else { self.expression() }
    }

    /// `[a, b]` or `[for x in xs if p : e]`
    fn list(&mut self) -> Expr {
        let start = self.token().start;
        let mut height = 0;
        let kind = self.deeper(|p| {
            p.bump();
            if p.kind() == Kind::For {
                let comprehension = p.comprehension(false, Kind::RightBracket, "`]`");
                height = p.height;
                return ExprKind::ListFor(Box::new(comprehension));
            }
            ExprKind::List(p.elements(Kind::RightBracket, "`,` or `]`", |p| {
                let value = p.expression();
                height = height.max(p.height);
                value
            }))
        });
        self.height = height + 1;
        self.form(start, kind)
    }

    /// `{ a = 1 }` or `{ for k, v in xs if p : key => value }`
    fn map(&mut self) -> Expr {
        let start = self.token().start;
        let mut height = 0;
        let kind = self.deeper(|p| {
            p.bump();
            if p.kind() == Kind::For && !p.kind_behind().is_assign() {
                let comprehension = p.comprehension(true, Kind::RightBrace, "`}`");
                height = p.height;
                return ExprKind::MapFor(Box::new(comprehension));
            }
            ExprKind::Map(p.elements(Kind::RightBrace, "`,`, a line break or `}`", |p| {
                let entry = p.entry();
                height = height.max(p.height);
                entry
            }))
        });
        self.height = height + 1;
        self.form(start, kind)
    }

    fn entry(&mut self) -> (Key, Expr) {
        if self.kind().is_name() && self.ends_behind() && !self.failed {
            let name = self.take_name();
            self.alone.push(name.clone());
            self.height = 1;
            let Name { text, span } = name;
            return (Key { span, text: text.clone(), quoted: false }, Expr { span, kind: ExprKind::Name(text) });
        }
        let key = self.key();
        let mut colon = false;
        match self.kind_here() {
            Kind::Assign => {
                self.bump();
            }
            Kind::Colon if !self.failed => {
                self.colon_for_assign();
                self.bump();
                colon = true;
            }
            _ => self.expected("`=` and the value of the key"),
        }
        let value = if self.failed { self.error_expression(self.token().start) } else { self.value_behind_assign() };
        // One colon speaks for those of the entries behind it.
        self.failed |= colon;
        (key, value)
    }

    /// `:` where `=` belongs: said once, read as meant.
    pub(super) fn colon_for_assign(&mut self) {
        let span = self.span(self.token());
        let error = Diagnostic::error(Code::UnexpectedToken, span, "expected `=`, found `:`");
        self.report(error.fix("replace `:` with `=`", span, " ="));
    }

    fn key(&mut self) -> Key {
        let start = self.token().start;
        let (text, quoted) = match self.kind() {
            kind if kind.is_word() => (self.take_name().text, false),
            Kind::String | Kind::Quote => (self.quoted_key(), true),
            _ => {
                self.expected_with("a key", Some("a key is a name or a string"));
                (Text::default(), false)
            }
        };
        Key { span: self.span_from(start), text, quoted }
    }

    /// The name of an attribute in quotes.
    pub(super) fn quoted_name(&mut self) -> Name {
        let start = self.token().start;
        let text = self.quoted_key();
        Name { text, span: self.span_from(start) }
    }

    fn quoted_key(&mut self) -> Text {
        let start = self.token().start;
        if self.slice(self.token()).starts_with("\"\"\"") {
            self.expected_with("a key", Some("a key is a name or a string of one line"));
        }
        let parts = self.template();
        let mut text = String::new();
        for part in &parts {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Expr(_) => {
                    let error = Diagnostic::error(Code::UnexpectedToken, self.span_from(start), "a key holds an expression");
                    self.report(error.help("build the map with `{ for x in xs : key => value }`"));
                    break;
                }
            }
        }
        Text::new(text)
    }

    /// `for x in xs if p : e` with its closer; with `key => ` before the value in a map.
    fn comprehension(&mut self, keyed: bool, closer: Kind, expected: &str) -> Comprehension {
        let outer = (self.failed, self.head, self.quiet);
        (self.failed, self.head) = (false, false);
        self.quiet |= self.in_unclosed();
        self.bump();
        let mut height = 0;
        let bindings = self.bindings();
        height = height.max(self.height);
        let condition = (!self.failed && self.eat(Kind::If)).then(|| self.expression());
        height = height.max(self.height);
        if !self.eat(Kind::Colon) {
            self.expected("`:` and what each element gives");
        }
        let first = self.expression();
        height = height.max(self.height);
        let (key, value) = if keyed {
            if !self.eat(Kind::FatArrow) {
                self.expected_with("`=>` and the value of the key", Some("a map is built by `key => value`"));
            }
            let value = self.expression();
            height = height.max(self.height);
            (Some(first), value)
        } else {
            (None, first)
        };
        self.close(closer, expected);
        (self.failed, self.head, self.quiet) = outer;
        self.height = height;
        Comprehension { bindings, condition, key, value }
    }
}
