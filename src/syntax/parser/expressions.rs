//! Expressions: operators with their binding powers, `if`, `match`.

use super::Parser;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Arm, Binary, Expr, ExprKind, Unary};
use crate::syntax::limits::MAX_NESTING;
use crate::syntax::token::Kind;
use std::sync::Arc;

/// Binding powers, loosest first.
mod power {
    pub const DEFAULT: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const COMPARISON: u8 = 5;
    pub const SUM: u8 = 6;
    pub const PRODUCT: u8 = 7;
}

/// The operator that a token is between two operands, and how strongly it binds.
fn infix(kind: Kind) -> Option<(Binary, u8)> {
    Some(match kind {
        Kind::Coalesce => (Binary::Default, power::DEFAULT),
        Kind::Or => (Binary::Or, power::OR),
        Kind::And => (Binary::And, power::AND),
        Kind::Equal => (Binary::Equal, power::COMPARISON),
        Kind::NotEqual => (Binary::NotEqual, power::COMPARISON),
        Kind::Less => (Binary::Less, power::COMPARISON),
        Kind::LessEqual => (Binary::LessEqual, power::COMPARISON),
        Kind::Greater => (Binary::Greater, power::COMPARISON),
        Kind::GreaterEqual => (Binary::GreaterEqual, power::COMPARISON),
        Kind::In => (Binary::In, power::COMPARISON),
        Kind::Plus => (Binary::Add, power::SUM),
        Kind::Minus => (Binary::Subtract, power::SUM),
        Kind::Star => (Binary::Multiply, power::PRODUCT),
        Kind::Slash => (Binary::Divide, power::PRODUCT),
        Kind::Percent => (Binary::Remainder, power::PRODUCT),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression that is shared: the values of items.
    pub(super) fn shared_expression(&mut self) -> Arc<Expr> {
        Arc::new(self.expression())
    }

    /// Any expression.
    pub(super) fn expression(&mut self) -> Expr {
        match self.kind() {
            Kind::If => self.conditional(),
            Kind::Match => self.matching(),
            _ => self.binary(power::DEFAULT),
        }
    }

    /// Operands joined by operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Expr {
        let start = self.token().start;
        let mut left = match self.kind() {
            Kind::Not => self.negation(least),
            _ => self.unary(),
        };
        let mut height = self.height;
        let mut compared = false;
        while let Some((operator, power)) = self.infix_here() {
            if power < least {
                break;
            }
            if power == power::COMPARISON && std::mem::replace(&mut compared, true) {
                self.chained_comparison();
            }
            self.bump();
            let right = self.operand_behind(|p| p.binary(power + 1));
            height = height.max(self.height) + 1;
            if height > MAX_NESTING {
                // The tree must stay shallow for those who walk it: what is longer keeps its right-most operand only.
                self.too_long(start);
                (left, height) = (right, self.height);
                continue;
            }
            left = Expr { span: self.span_from(start), kind: ExprKind::Binary(operator, Arc::new(left), Arc::new(right)) };
        }
        self.height = height;
        left
    }

    /// The operator that goes on with the expression, on this line or as the first of the next.
    #[inline]
    fn infix_here(&self) -> Option<(Binary, u8)> {
        let token = self.token();
        let found = infix(token.kind)?;
        let attribute = || token.kind.is_word() && self.kind_behind().is_assign();
        let continues = !token.newline() || token.kind.continues_line() && !attribute();
        continues.then_some(found)
    }

    fn chained_comparison(&mut self) {
        let token = self.token();
        let found = self.describe(token);
        let error = Diagnostic::error(Code::UnexpectedToken, self.span(token), format!("{found} follows another comparison"));
        self.fail(error.help("comparisons do not chain: write `a <= b and b <= c`"));
    }

    fn too_long(&mut self, start: u32) {
        let error = Diagnostic::error(Code::LimitExceeded, self.span_from(start), format!("more than {MAX_NESTING} operators in a row"));
        self.fail(error.help("give parts of it names with `let`, or join a list"));
    }

    /// `not x`, which binds weaker than a comparison and stronger than `and`.
    fn negation(&mut self, least: u8) -> Expr {
        let start = self.token().start;
        if least > power::COMPARISON {
            self.needs_parentheses();
        }
        let operand = self.deeper(|p| {
            p.bump();
            p.operand_behind(|p| p.binary(power::COMPARISON))
        });
        self.prefixed(start, Unary::Not, operand)
    }

    /// `-x`
    fn unary(&mut self) -> Expr {
        if self.kind() != Kind::Minus {
            return self.postfix();
        }
        let start = self.token().start;
        let operand = self.deeper(|p| {
            p.bump();
            p.operand_behind(Self::unary)
        });
        self.prefixed(start, Unary::Negate, operand)
    }

    fn prefixed(&mut self, start: u32, operator: Unary, operand: Option<Expr>) -> Expr {
        let Some(operand) = operand else {
            return self.error_expression(start);
        };
        self.height += 1;
        Expr { span: self.span_from(start), kind: ExprKind::Unary(operator, Arc::new(operand)) }
    }

    /// A prefix word or a form that reaches to the end stands where only an operand may.
    pub(super) fn needs_parentheses(&mut self) {
        let token = self.token();
        let word = self.slice(token);
        let error =
            Diagnostic::error(Code::UnexpectedToken, self.span(token), format!("`{word}` stands behind an operator that binds stronger"));
        self.fail(error.help(format!("put it in parentheses: `({word} …)`")));
    }

    /// What stands behind an operator, unless it was forgotten.
    fn operand_behind(&mut self, read: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.misses_value() { self.missing_value("a value behind the operator") } else { read(self) }
    }

    /// Whether the value that should begin here was forgotten: the line ended, and the next one begins an item, or here
    /// begins the body whose head this is.
    pub(super) fn misses_value(&self) -> bool {
        if self.token().newline() { self.begins_item() } else { self.head && self.begins_body() }
    }

    /// Whether a brace of several lines opens a body: behind a map that is a value in a head, the body is still to come.
    fn begins_body(&self) -> bool {
        if self.kind() != Kind::LeftBrace || !self.ahead(1).newline() {
            return false;
        }
        let mut open = 0u32;
        for (at, token) in self.tokens[self.at..].iter().enumerate() {
            if token.kind.closer().is_some() {
                open += 1;
            } else if token.kind.is_closer() {
                open -= 1;
            }
            if open == 0 {
                let behind = self.ahead(at + 1);
                return behind.newline() || behind.kind != Kind::LeftBrace;
            }
        }
        true
    }

    fn begins_item(&self) -> bool {
        let kind = self.kind();
        let next = self.kind_behind();
        if !kind.is_word() {
            return false;
        }
        if next.is_assign() {
            return true;
        }
        if kind.is_reserved() {
            return false;
        }
        let label = next.is_word() && !next.is_reserved();
        let body = next == Kind::LeftBrace && !self.head;
        label || body || matches!(next, Kind::String | Kind::Quote | Kind::For)
    }

    pub(super) fn missing_value(&mut self, what: &str) -> Expr {
        self.expected(what);
        let end = self.last_end();
        self.height = 1;
        Expr { span: Span::new(self.file, end, end), kind: ExprKind::Error }
    }

    /// `if c then a else b`
    pub(super) fn conditional(&mut self) -> Expr {
        let start = self.token().start;
        let parts = self.deeper(|p| {
            p.bump();
            let condition = p.shared_expression();
            let mut height = p.height;
            let mut branch = |p: &mut Self, word, what| {
                if !p.eat(word) {
                    p.expected_with(what, Some("a condition is written `if c then a else b`"));
                    return Arc::new(p.error_expression(p.last_end()));
                }
                let value = Arc::new(p.value_behind_assign());
                height = height.max(p.height);
                value
            };
            let yes = branch(p, Kind::Then, "`then`");
            let no = branch(p, Kind::Else, "`else`");
            p.height = height + 1;
            ExprKind::If(condition, yes, no)
        });
        self.form(start, parts)
    }

    /// `match x { a => 1, _ => 2 }`
    pub(super) fn matching(&mut self) -> Expr {
        let start = self.token().start;
        let parts = self.deeper(|p| {
            p.bump();
            let outer = std::mem::replace(&mut p.head, true);
            let value = p.shared_expression();
            p.head = outer;
            let mut height = p.height;
            if p.kind_here() != Kind::LeftBrace {
                p.expected("`{` and the arms of the `match`");
                return ExprKind::Match(value, Vec::new());
            }
            p.bump();
            if p.kind() == Kind::RightBrace {
                p.expected("an arm `pattern => value`");
            }
            let arms = p.elements(Kind::RightBrace, "`,`, a line break or `}`", |p| {
                let arm = p.arm();
                height = height.max(p.height);
                arm
            });
            p.height = height + 1;
            ExprKind::Match(value, arms)
        });
        self.form(start, parts)
    }

    fn arm(&mut self) -> Arm {
        let mut height = 0;
        let pattern = if self.eat(Kind::Wildcard) {
            None
        } else {
            let pattern = self.expression();
            height = self.height;
            Some(pattern)
        };
        if !self.eat_here(Kind::FatArrow) {
            self.expected("`=>` and the value of the arm");
        }
        let value = self.expression();
        self.height = self.height.max(height);
        Arm { pattern, value }
    }

    /// The expression from `start` to here, or the mistake that took its place.
    pub(super) fn form(&mut self, start: u32, kind: Option<ExprKind>) -> Expr {
        match kind {
            Some(kind) => Expr { span: self.span_from(start), kind },
            None => self.error_expression(start),
        }
    }
}
