//! The type of an expression, checked against what it is for. `Ty::Error` as what is expected stands for anything.

use super::Checker;
use super::assign::{self, INTERFACE, Why};
use super::meant::{meant, meant_instance};
use super::report;
use super::scope::{Place, Scope};
use crate::base::{Ports, Span, Text, similar};
use crate::eval::conform;
use crate::eval::infer::natural;
use crate::eval::limits::MAX_DEPTH;
use crate::hir::value_of;
use crate::hir::{self, Ambient, Definition, ExprKind, FreeName, Meaning, Part, plain_text};
use crate::ty::{EnumTy, Ty};
use crate::value::Value;
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// Checks an expression against the type it is for, and gives the type that it has.
    pub(super) fn check(&mut self, expr: &hir::Expr, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        if self.depth >= MAX_DEPTH {
            self.error(report::too_deep(expr.span));
            return Ty::Error;
        }
        self.depth += 1;
        let count = self.diagnostics.0.len();
        let ty = self.form(expr, expected, scope);
        self.depth -= 1;
        if let Some(record) = &mut self.record {
            record.add(expr, &ty, expected, &self.types);
        }
        // What has a mistake in it is judged no further.
        if self.diagnostics.0.len() == count && self.quiet == 0 {
            self.keeps_rules(expr, expected);
        }
        ty
    }

    fn form(&mut self, expr: &hir::Expr, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        if let Some(found) = self.of_other(expr, scope) {
            return self.fit(expr.span, found, expected);
        }
        match &expr.kind {
            ExprKind::Error => Ty::Error,
            ExprKind::Literal(literal) => self.constant(value_of(literal), expr.span, expected),
            ExprKind::Template(parts) => self.template(parts, expr.span, expected, scope),
            ExprKind::Word(word) => self.constant(Value::Text(word.clone()), expr.span, expected),
            ExprKind::Local(place) => {
                let found = scope.known_there(expr, scope.local(*place));
                self.fit(expr.span, found, expected)
            }
            ExprKind::Name(name) => {
                let found = self.name(name, expr.span, expected, scope);
                let found = scope.known_there(expr, found);
                self.fit(expr.span, found, expected)
            }
            ExprKind::List(elements) => self.list(elements, expr.span, expected, scope),
            ExprKind::Map(entries) => self.map(entries, expr.span, expected, scope),
            ExprKind::For(comprehension) => self.comprehension(comprehension, expr.span, expected, scope),
            ExprKind::If(condition, yes, no) => {
                let decided = self.condition(condition, scope);
                let branches =
                    [(yes.as_ref(), yes.span, Some((condition.as_ref(), true))), (no.as_ref(), no.span, Some((condition.as_ref(), false)))];
                let ty = self.alternatives(&branches, expected, scope);
                if assign::is_outside(&decided) && !matches!(ty, Ty::Error) {
                    return self.fit(expr.span, ty.deferred(), expected);
                }
                ty
            }
            ExprKind::Match(subject, arms) => self.matched(subject, arms, expr.span, expected, scope),
            ExprKind::Binary(hir::Binary::Default, left, right) => self.default(left, right, expected, scope),
            ExprKind::Binary(operator, left, right) => {
                let found = self.binary(*operator, left, right, expr.span, expected, scope);
                self.fit(expr.span, found, expected)
            }
            ExprKind::Sum(name, operator, left, right) => {
                let found = self.binary(*operator, left, right, expr.span, expected, scope);
                if matches!(found.plain(), Ty::List(_)) {
                    self.means(name, hir::Meaning::Lists);
                }
                self.fit(expr.span, found, expected)
            }
            ExprKind::Unary(operator, operand) => {
                let found = self.unary(*operator, operand, expected, scope);
                self.fit(expr.span, found, expected)
            }
            ExprKind::Member(base, field) => {
                // A word has no fields: whoever asks for one thinks that it is the name of something.
                if let ExprKind::Name(name) = &base.kind
                    && self.is_word(base, scope)
                    && Self::known_later(&name.text, scope).is_none()
                    && !self.program.definitions.keys().any(|(_, of)| *of == name.text)
                {
                    self.error(report::unknown_name(&name.text, base.span, &Ty::Error, scope.names()));
                    return Ty::Error;
                }
                let base = self.check(base, &Ty::Error, scope);
                let found = scope.known_there(expr, self.member(&base, field));
                self.fit(expr.span, found, expected)
            }
            ExprKind::Maybe(base, field) => {
                let of = self.check(base, &Ty::Error, scope);
                let found = scope.known_there(expr, self.maybe(&of, base.span, field));
                self.fit(expr.span, found, expected)
            }
            ExprKind::Index(base, index) => {
                let found = self.index(base, index, scope);
                self.fit(expr.span, found, expected)
            }
            ExprKind::Call(function, arguments) => {
                let found = self.call(function, arguments, expr.span, expected, scope);
                self.fit(expr.span, found, expected)
            }
        }
    }

    /// Says why a value does not fit; gives its type, or the one that fits all.
    pub(super) fn fit(&mut self, span: Span, found: Ty, expected: &Ty) -> Ty {
        match self.fits(&found, expected) {
            Ok(()) => found,
            Err(why) => {
                let is_element =
                    matches!(why, Why::Mismatch) && matches!(expected.present(), Ty::List(of) if self.fits(&found, of).is_ok());
                let asked = match &why {
                    Why::Lacks(name) | Why::Differs(name, _) => self.asked_by_interface(expected, name),
                    _ => None,
                };
                let mut misfit = report::misfit(span, &found, expected, why);
                if let Some(asked) = asked {
                    misfit = misfit.related(asked, "the interface asks for it here");
                }
                self.error(if is_element { report::in_brackets(misfit, span) } else { misfit });
                Ty::Error
            }
        }
    }

    /// Where the interface in a type asks for what one lacks.
    fn asked_by_interface(&self, expected: &Ty, name: &Text) -> Option<Span> {
        match expected {
            Ty::List(of) | Ty::Map(of) | Ty::Optional(of) => self.asked_by_interface(of, name),
            Ty::Refined(refined) => self.asked_by_interface(&refined.base, name),
            Ty::Instance(keyword, Some(of)) if keyword == INTERFACE => {
                let interface = self.program.definitions.get(&(keyword.clone(), of.clone()))?;
                Some(interface.outputs.get(name)?.name.span)
            }
            _ => None,
        }
    }

    /// Checks something that is true or false; it may be for a tool to know.
    pub(super) fn condition(&mut self, expr: &hir::Expr, scope: &mut Scope<'a>) -> Ty {
        self.check(expr, &Ty::Bool.deferred(), scope)
    }

    /// A literal value where a type is expected: its domain is checked as the evaluator would.
    fn constant(&mut self, value: Value, span: Span, expected: &Ty) -> Ty {
        let wanted = expected.known();
        let natural = natural(&value);
        // A network without a type to fit still may have no bits behind its prefix.
        let judged = if matches!(wanted, Ty::Error) { &natural } else { &wanted };
        match conform(value.clone(), judged) {
            Ok(_) if matches!(value, Value::None) => Ty::None,
            Ok(_) if matches!(wanted, Ty::Error) => natural,
            Ok(_) => present(&wanted),
            Err(why) => {
                let is_element = matches!(judged.present(), Ty::List(of) if conform(value.clone(), of).is_ok());
                // What would break a rule was not meant.
                let meant = meant(&value, judged).filter(|_| self.quoted_keeps_rules(&value, judged));
                let unfit = report::unfit(span, why, meant);
                self.error(if is_element { report::in_brackets(unfit, span) } else { unfit });
                Ty::Error
            }
        }
    }

    fn template(&mut self, parts: &[Part], span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        if let Some(text) = plain_text(parts) {
            let count = self.diagnostics.0.len();
            let ty = self.constant(Value::Text(text.clone()), span, expected);
            if self.diagnostics.0.len() == count {
                self.no_credential(&text, span);
            } else if meant_instance(&text, expected, scope)
                && let Some(found) = self.diagnostics.0.pop()
            {
                self.error(report::instance_in_quotes(found, span, &text));
            }
            return ty;
        }
        let mut found = Ty::String;
        let mut secret = false;
        for part in parts {
            let expr = match part {
                Part::Expr(expr) => expr,
                Part::Text(text) => {
                    self.no_credential(text, span);
                    continue;
                }
            };
            let ty = self.check(expr, &Ty::Error, scope);
            match ty.plain() {
                // On the machine it is put together where the file is written; a text that is made of one is one.
                Ty::Secret(_) if scope.steps => secret = true,
                Ty::Secret(_) => self.error(report::secret_in_text(expr.span)),
                Ty::Optional(_) | Ty::None => self.error(report::absent_in_text(expr.span, &ty)),
                Ty::Error => {}
                plain if plain.is_scalar() => {}
                _ => self.error(report::no_text(expr.span, &ty)),
            }
            if ty.is_deferred() {
                found = Ty::String.deferred();
            }
        }
        if secret {
            return self.fit(span, Ty::Secret(Arc::new(Ty::String)), expected);
        }
        // What is put together is judged when it is known: the text may well be an address.
        match expected.present() {
            Ty::Ip | Ty::Cidr if !found.is_deferred() || assign::is_outside(expected) => expected.present().clone(),
            _ => self.fit(span, found, expected),
        }
    }

    /// The definition that is read before a name in it means anything: what it says of itself, and what a product knows.
    fn known_later<'s>(name: &Text, scope: &'s Scope<'a>) -> Option<&'s Definition> {
        let early = scope.definition().filter(|definition| definition.is_early())?;
        (Ambient::of(name, Some(&early.keyword)).is_some() || early.attributes.contains_key(name)).then_some(early)
    }

    fn name(&mut self, free: &FreeName, span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let name = &free.text;
        let wanted = expected.present();
        match wanted {
            Ty::Enum(of) if of.members.contains(name) => {
                self.means(free, Meaning::Word);
                return wanted.clone();
            }
            Ty::Definition(keyword) if self.program.definitions.contains_key(&(keyword.clone(), name.clone())) => {
                self.means(free, Meaning::Definition(keyword.clone()));
                return wanted.clone();
            }
            // A protocol without ports is named alone.
            Ty::Protocol if Ports::bare(name).is_some() => {
                self.means(free, Meaning::Protocol);
                return wanted.clone();
            }
            _ => {}
        }
        if name == "host" && scope.baked {
            self.error(report::no_machine(span));
            return Ty::Error;
        }
        if let Some(ty) = self.lookup(name, scope) {
            // A name is needed, and the name of an instance is one: a waiver names what a policy does not hold for.
            if matches!((wanted, &scope.place, &ty), (Ty::Name, Place::Product(..), Ty::Instance(..))) {
                self.means(free, Meaning::Word);
                return Ty::Name;
            }
            if let Some(place) = self.place(name, scope) {
                self.means(free, Meaning::Place(place));
            }
            return ty;
        }
        if !matches!(wanted, Ty::Name | Ty::Enum(_) | Ty::Definition(_))
            && let Some(early) = Self::known_later(name, scope)
        {
            self.error(report::not_known_yet(name, span, early));
            return Ty::Error;
        }
        // What one element is belongs between brackets; what it is, is said by `fit`.
        if let Ty::List(of) = wanted {
            let is_element = match of.present() {
                Ty::Enum(of) => of.members.contains(name),
                Ty::Definition(keyword) => self.program.definitions.contains_key(&(keyword.clone(), name.clone())),
                Ty::Name => self.types.words.contains(name),
                Ty::Protocol => Ports::bare(name).is_some(),
                _ => false,
            };
            if is_element {
                self.means(free, if matches!(of.present(), Ty::Protocol) { Meaning::Protocol } else { Meaning::Word });
                return of.present().clone();
            }
        }
        match wanted {
            Ty::Name => {
                // A word, unless it is nearly the name of something: then that was meant.
                if scope.definition().is_some() && !self.types.words.contains(name) && similar::nearest(name, scope.names()).is_some() {
                    self.error(report::unknown_name(name, span, expected, scope.names()));
                    return Ty::Error;
                }
                self.means(free, Meaning::Word);
                Ty::Name
            }
            Ty::Enum(of) => {
                self.error(report::no_member(name, span, of));
                Ty::Error
            }
            Ty::Protocol => {
                self.error(report::no_protocol(name, span));
                Ty::Error
            }
            Ty::Definition(keyword) => {
                let known = self.program.definitions.keys().filter(|(of, _)| of == keyword).map(|(_, name)| name.as_str());
                let diagnostic = report::unknown_definition(keyword, name, span, known);
                self.error(diagnostic);
                Ty::Error
            }
            // Where nothing is expected it may be a word that is compared or passed on: its type is the word itself.
            Ty::Error if self.types.words.contains(name) => {
                self.means(free, Meaning::Word);
                Ty::Enum(Arc::new(EnumTy { name: name.clone(), members: vec![name.clone()], span }))
            }
            // One word where a list of such words is needed.
            Ty::List(of) if self.is_one_of(name, of.present()) => {
                let misfit = report::misfit(span, &of.known(), expected, Why::Mismatch);
                self.error(report::in_brackets(misfit, span));
                Ty::Error
            }
            _ => {
                self.error(report::unknown_name(name, span, expected, scope.names()));
                Ty::Error
            }
        }
    }

    /// Whether a bare name is a value of a type.
    fn is_one_of(&self, name: &Text, ty: &Ty) -> bool {
        match ty {
            Ty::Enum(of) => of.members.contains(name),
            Ty::Definition(keyword) => self.program.definitions.contains_key(&(keyword.clone(), name.clone())),
            Ty::Name => true,
            Ty::Protocol => Ports::bare(name).is_some(),
            _ => false,
        }
    }

    fn index(&mut self, base: &hir::Expr, index: &hir::Expr, scope: &mut Scope<'a>) -> Ty {
        let of = self.check(base, &Ty::Error, scope);
        let outside = assign::is_outside(&of);
        let (wanted, element) = match of.plain() {
            Ty::List(element) => (Ty::Int, element.as_ref().clone()),
            Ty::Map(element) => (Ty::String, element.as_ref().clone()),
            Ty::Record(record) => {
                if let Some(key) = index.as_text() {
                    match record.field(&key) {
                        Some(field) => (Ty::String, field.ty.clone()),
                        None => {
                            let known = record.fields.iter().map(|field| field.name.as_str());
                            let key = hir::Name { text: key, span: index.span };
                            self.error(report::unknown_field(&key, &of, known, None));
                            (Ty::Error, Ty::Error)
                        }
                    }
                } else {
                    let joined = record.fields.iter().try_fold(Ty::Error, |joined, field| joined.join(&field.ty));
                    (Ty::String, joined.unwrap_or(Ty::Error))
                }
            }
            Ty::Error => (Ty::Error, Ty::Error),
            Ty::Optional(_) | Ty::None => {
                self.error(report::absent_elements(base.span, &of));
                (Ty::Error, Ty::Error)
            }
            _ => {
                self.error(report::no_elements(base.span, &of));
                (Ty::Error, Ty::Error)
            }
        };
        let at = self.check(index, &wanted.deferred(), scope);
        if outside || assign::is_outside(&at) { element.deferred() } else { element }
    }

    /// The type of several expressions of which one will count.
    pub(super) fn alternatives(&mut self, branches: &[Branch<'_>], expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let mut joined: Option<Ty> = None;
        for (branch, span, condition) in branches {
            let (of, holds) = condition.map_or((None, true), |(of, holds)| (Some(of), holds));
            let ty = self.where_it(of, holds, scope, |checker, scope| checker.check(branch, expected, scope));
            joined = Some(match joined {
                None => ty,
                Some(before) => match before.join(&ty) {
                    Some(together) => together,
                    None => {
                        if matches!(expected.present(), Ty::Error) {
                            self.error(report::different_branches(*span, &before, &ty, branches.first().map(|(_, span, _)| *span)));
                        }
                        Ty::Error
                    }
                },
            });
        }
        joined.unwrap_or(Ty::Error)
    }
}

/// An expression that may count, what is blamed for its type, and the condition that decides, with whether it holds then.
pub(super) type Branch<'b> = (&'b hir::Expr, Span, Option<(&'b hir::Expr, bool)>);

fn present(ty: &Ty) -> Ty {
    match ty {
        Ty::Optional(of) => present(of),
        other => other.clone(),
    }
}
