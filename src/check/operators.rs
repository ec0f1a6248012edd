//! Operators: which operands they take, and what they give.

use super::Checker;
use super::assign;
use super::report;
use super::scope::Scope;
use crate::base::Span;
use crate::hir::{Binary, Expr, ExprKind, Unary};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    pub(super) fn unary(&mut self, operator: Unary, operand: &Expr, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        match operator {
            Unary::Not => self.condition(operand, scope),
            Unary::Maybe => self.check(operand, expected, scope),
            Unary::Negate => {
                let wanted = if matches!(expected.present(), Ty::Float) { Ty::Float.deferred() } else { Ty::Error };
                let ty = self.check(operand, &wanted, scope);
                if !matches!(ty.plain(), Ty::Int | Ty::Float | Ty::Error) {
                    self.error(report::no_number(operand.span, &ty));
                    return Ty::Error;
                }
                ty
            }
        }
    }

    /// `a ?? b`: the second counts where the first is absent.
    pub(super) fn default(&mut self, left: &Expr, right: &Expr, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let first = self.check(left, &expected.clone().optional(), scope);
        let second = self.check(right, expected, scope);
        if matches!(expected.present(), Ty::Error) && second.holds_secret() && is_plain(&first) {
            self.error(report::secret_default(right.span));
            return Ty::Error;
        }
        let first = match first {
            Ty::Deferred(of) => present(&of).deferred(),
            other => present(&other),
        };
        first.join(&second).unwrap_or(Ty::Error)
    }

    pub(super) fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr, span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let (ty, outside) = match operator {
            Binary::And | Binary::Or => {
                let a = self.condition(left, scope);
                let b = self.where_it(Some(left), operator == Binary::And, scope, |checker, scope| checker.condition(right, scope));
                (Ty::Bool, assign::is_outside(&a) || assign::is_outside(&b))
            }
            Binary::Equal | Binary::NotEqual => {
                let (a, b) = self.same(left, right, scope);
                (Ty::Bool, a.is_deferred() || b.is_deferred())
            }
            Binary::In => {
                let (element, whole) = self.sought(left, right, scope);
                let fit = match whole.present() {
                    Ty::List(_) | Ty::Map(_) | Ty::Record(_) | Ty::Error => true,
                    Ty::Cidr => matches!(element.present(), Ty::Ip | Ty::Cidr | Ty::Error),
                    Ty::Protocol => matches!(element.present(), Ty::Protocol | Ty::Error),
                    _ => false,
                };
                if !fit {
                    self.error(report::holds_nothing(right.span, &whole));
                }
                (Ty::Bool, whole.is_deferred() || element.is_deferred())
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                let before = self.diagnostics.0.len();
                let (a, b) = self.same(left, right, scope);
                // Two that are never the same are told about already.
                let alike = self.diagnostics.0.len() == before;
                for (ty, side) in [(&a, left), (&b, right)] {
                    if alike && !is_ordered(ty.plain()) {
                        self.error(report::no_order(side.span, ty));
                        break;
                    }
                }
                (Ty::Bool, a.is_deferred() || b.is_deferred())
            }
            _ => return self.arithmetic(operator, left, right, span, expected, scope),
        };
        if outside { ty.deferred() } else { ty }
    }

    /// `a in b`: words have the type of the other side, those of a list that is written here too.
    fn sought(&mut self, left: &Expr, right: &Expr, scope: &mut Scope<'a>) -> (Ty, Ty) {
        if matches!(right.kind, ExprKind::List(_)) && !self.is_word(left, scope) {
            let element = self.check(left, &Ty::Error, scope);
            let whole = self.check(right, &comparable(&element).list().deferred(), scope);
            return (element, whole);
        }
        let whole = self.check(right, &Ty::Error, scope);
        let of = match whole.present() {
            Ty::List(of) => of.known().optional().deferred(),
            Ty::Map(_) | Ty::Record(_) => Ty::String.deferred(),
            Ty::Protocol => Ty::Protocol,
            _ => Ty::Error,
        };
        if self.is_word(left, scope) {
            self.asked_of_lacks(left, right);
        }
        (self.check(left, &of, scope), whole)
    }

    /// Checks two expressions against each other. A word has the type of what it is compared with.
    fn same(&mut self, left: &Expr, right: &Expr, scope: &mut Scope<'a>) -> (Ty, Ty) {
        let (first, second, turned) = if self.is_word(left, scope) { (right, left, true) } else { (left, right, false) };
        let a = self.check(first, &Ty::Error, scope);
        let wanted = comparable(&a);
        // What is written out has the type of what it is compared with, but for a number: it is an integer or not by itself.
        let by_other = is_written_out(second) && !matches!(wanted, Ty::Float);
        if by_other || self.is_word(second, scope) {
            return self.pair(a, second, &wanted, turned, scope);
        }
        let b = self.check(second, &Ty::Error, scope);
        let alike = matches!(b.present(), Ty::None)
            || self.fits(&b.present().known(), &wanted).is_ok()
            || self.fits(&wanted, &b.present().known()).is_ok();
        let text = wanted.is_text() && b.present().is_text();
        if !alike && !text {
            self.error(report::never_equal(second.span, &a, &b));
        }
        if turned { (b, a) } else { (a, b) }
    }

    /// A bare name that the scope does not know.
    pub(super) fn is_word(&mut self, expr: &Expr, scope: &Scope<'a>) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => self.lookup(&name.text, scope).is_none(),
            _ => false,
        }
    }

    fn pair(&mut self, a: Ty, second: &Expr, wanted: &Ty, turned: bool, scope: &mut Scope<'a>) -> (Ty, Ty) {
        let b = self.check(second, &wanted.clone().optional().deferred(), scope);
        if turned { (b, a) } else { (a, b) }
    }

    fn arithmetic(&mut self, operator: Binary, left: &Expr, right: &Expr, span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let lists = match expected.present() {
            Ty::List(_) => expected.clone(),
            _ => Ty::Error,
        };
        let (a, b) = (self.check(left, &lists, scope), self.check(right, &lists, scope));
        let outside = assign::is_outside(&a) || assign::is_outside(&b);
        for (ty, side) in [(&a, left), (&b, right)] {
            if matches!(ty.plain(), Ty::Optional(_) | Ty::None) {
                self.error(report::absent_operand(side.span, ty));
                return Ty::Error;
            }
        }
        let add = operator == Binary::Add;
        let sum = add || operator == Binary::Subtract;
        let result = match (a.plain(), b.plain()) {
            (Ty::Error, _) | (_, Ty::Error) => Ty::Error,
            (Ty::List(x), Ty::List(y)) if sum => match x.join(y) {
                Some(of) => of.list(),
                None => Ty::Error.list(),
            },
            (Ty::Int | Ty::Port, Ty::Int | Ty::Port) => Ty::Int,
            (Ty::Int | Ty::Float | Ty::Port, Ty::Int | Ty::Float | Ty::Port) => Ty::Float,
            (x @ (Ty::Bytes | Ty::Duration | Ty::Money), y) if sum && x == y => x.clone(),
            (x @ (Ty::Bytes | Ty::Duration | Ty::Money), Ty::Int) | (Ty::Int, x @ (Ty::Bytes | Ty::Duration | Ty::Money))
                if operator == Binary::Multiply =>
            {
                x.clone()
            }
            _ => {
                self.error(report::no_arithmetic(span, operator, &a, &b));
                return Ty::Error;
            }
        };
        if outside { result.deferred() } else { result }
    }
}

/// Whether it is a value that is no secret.
fn is_plain(ty: &Ty) -> bool {
    !matches!(ty.present(), Ty::Error | Ty::None) && !ty.holds_secret()
}

fn present(ty: &Ty) -> Ty {
    match ty {
        Ty::Optional(of) => of.as_ref().clone(),
        Ty::None => Ty::Error,
        other => other.clone(),
    }
}

/// What a value may be compared with: text of any kind with any other, whole numbers with others.
fn comparable(ty: &Ty) -> Ty {
    match ty.present() {
        Ty::None => Ty::Error,
        Ty::Int | Ty::Port => Ty::Float,
        name @ (Ty::Name | Ty::Enum(_)) => name.clone(),
        text if text.is_text() => Ty::String,
        other => other.known(),
    }
}

/// Whether what is expected of it decides what it is.
fn is_written_out(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Template(_) | ExprKind::List(_) | ExprKind::Map(_))
}

fn is_ordered(ty: &Ty) -> bool {
    use Ty::{Bytes, Duration, Error, Float, Int, Ip, Money, Port};
    ty.is_text() || matches!(ty, Int | Float | Port | Bytes | Duration | Money | Ip | Error)
}
