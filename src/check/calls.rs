//! Calls of built-in functions and of the program's own.

use super::Checker;
use super::assign::Why;
use super::report;
use super::scope::Scope;
use crate::base::Span;
use crate::eval::functions::{self, Form, Misplaced};
use crate::hir::{self, Argument};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, callee: &hir::Callee, arguments: &[Argument], span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let function = &callee.name;
        if let Some(declared) = callee.declared.and_then(|id| self.program.functions.get(&id)) {
            return self.call_declared(declared, function, arguments, span, scope);
        }
        let Some(builtin) = functions::find(&function.text) else {
            let own = self.program.functions.values().map(|function| function.name.text.as_str());
            let known = functions::all().map(|function| function.name).chain(own);
            self.error(report::unknown_function(function, known));
            for argument in arguments {
                self.check(&argument.value, &Ty::Error, scope);
            }
            return Ty::Error;
        };
        let names: Vec<Option<&str>> = arguments.iter().map(|argument| argument.name.as_ref().map(|name| name.text.as_str())).collect();
        let places = match builtin.arrange(&names) {
            Ok(places) => places,
            // Text that is no expression was told where it is read: what it would have been nobody knows.
            Err(_) if arguments.iter().any(|argument| matches!(argument.value.kind, hir::ExprKind::Error)) => return Ty::Error,
            Err(misplaced) => {
                let at = match misplaced {
                    Misplaced::TooMany(at) | Misplaced::Twice(at) => arguments.get(at).map_or(span, |argument| argument.value.span),
                    Misplaced::Unknown(at) => arguments.get(at).and_then(|argument| argument.name.as_ref()).map_or(span, |name| name.span),
                    Misplaced::Missing(_) => function.span,
                };
                self.error(report::misplaced(at, builtin, &misplaced));
                return Ty::Error;
            }
        };
        let program = self.program;
        let named = |name: &str| program.types.get(name).map_or(Ty::Error, |named| named.ty.clone());
        let hint = element_hint(&builtin.result, expected);
        let most = places.iter().max().map_or(0, |most| most + 1).max(builtin.parameters.len());
        let mut types = vec![Ty::None; most];
        for (argument, place) in arguments.iter().zip(&places) {
            let Some(parameter) = builtin.parameter(*place) else { continue };
            let wanted = hinted(&parameter.form, hint.as_ref(), &|| parameter.expected(&named));
            // Only the plan can do what needs the whole program: it must know the arguments.
            let wanted = match (&wanted, builtin.evaluate) {
                (Ty::Error, _) => Ty::Error,
                (_, None) => wanted,
                _ => tolerant(&wanted),
            };
            // What a tool makes of a secret where a step is done is one. Who asks only whether something is one looks once.
            let is_secret = scope.steps
                && matches!(wanted.known(), Ty::String)
                && (self.quiet > 0
                    || matches!(self.quietly(|checker| checker.check(&argument.value, &Ty::Error, scope)).plain(), Ty::Secret(_)));
            let wanted = if is_secret { Ty::Error } else { wanted };
            let found = self.check(&argument.value, &wanted, scope);
            // What it leaves out is there where the whole is taken.
            let is_completed = !matches!(found, Ty::Error) && !found.is_deferred() && wanted.has_defaults();
            types[*place] = if is_completed { wanted.known() } else { found };
            if parameter.name == "pattern" {
                self.pattern_text(&argument.value);
            }
        }
        if self.lacks_fields(builtin, &mut types, arguments, &places) {
            return Ty::Error;
        }
        match builtin.result(&types, &named) {
            Ok(ty) => ty,
            Err(refused) => {
                let argument = places.iter().position(|place| *place == refused.index).and_then(|at| arguments.get(at));
                let at = argument.map_or(span, |argument| argument.value.span);
                let absent = types.get(refused.index).is_some_and(|ty| matches!(ty.plain(), Ty::Optional(_)));
                self.error(report::refused(span, at, builtin, &refused, absent));
                Ty::Error
            }
        }
    }

    /// Lists of records that go together have the same fields: where one of them has a declared type, the others are of it. Whether
    /// one was found that is not.
    fn lacks_fields(&mut self, builtin: &functions::Function, types: &mut [Ty], arguments: &[Argument], places: &[usize]) -> bool {
        let element =
            |types: &[Ty], place: usize| match (builtin.parameter(place).map(|parameter| &parameter.form), types.get(place)?.known()) {
                (Some(Form::List(Form::A)), Ty::List(of)) => Some(of.as_ref().clone()),
                _ => None,
            };
        let declared = |ty: &Ty| matches!(ty.plain(), Ty::Record(record) if record.name.is_some());
        let Some(wanted) = places.iter().filter_map(|place| element(types, *place)).find(declared) else { return false };
        for (argument, place) in arguments.iter().zip(places) {
            let Some(found) = element(types, *place).filter(|found| !declared(found) && matches!(found.plain(), Ty::Record(_))) else {
                continue;
            };
            match self.fits(&found, &wanted) {
                Err(why @ (Why::MissingField(_) | Why::UnknownField(_))) => {
                    self.error(report::misfit(argument.value.span, &found, &wanted, why));
                    return true;
                }
                Ok(()) if wanted.has_defaults() => types[*place] = wanted.clone().list(),
                _ => {}
            }
        }
        false
    }

    /// A regular expression that is written here is one.
    pub(super) fn pattern_text(&mut self, expr: &hir::Expr) {
        let Some(text) = expr.as_text() else { return };
        if let Err(error) = crate::base::pattern::size(&text) {
            self.error(report::no_pattern(expr.span, &error));
        }
    }

    fn call_declared(
        &mut self,
        declared: &hir::Function,
        name: &hir::Name,
        arguments: &[Argument],
        span: Span,
        scope: &mut Scope<'a>,
    ) -> Ty {
        let is_read = !arguments.iter().any(|argument| matches!(argument.value.kind, hir::ExprKind::Error));
        if is_read && arguments.len() != declared.parameters.len() {
            self.error(report::wrong_count(span, name, declared, arguments.len()));
        }
        let mut outside = false;
        for (argument, (_, ty)) in arguments.iter().zip(&declared.parameters) {
            if let Some(name) = &argument.name {
                self.error(report::no_names(name));
            }
            let found = self.check(&argument.value, &tolerant(ty), scope);
            outside |= found.is_deferred();
        }
        for argument in arguments.iter().skip(declared.parameters.len()) {
            self.check(&argument.value, &Ty::Error, scope);
        }
        if outside { declared.result.clone().deferred() } else { declared.result.known() }
    }
}

/// What the elements of a list will be, where the function gives a list of what it takes.
fn element_hint(result: &Form, expected: &Ty) -> Option<Ty> {
    match (result, expected.present()) {
        (Form::List(Form::A), Ty::List(of)) => Some(of.as_ref().clone()),
        (Form::A, ty) if !matches!(ty, Ty::Error) => Some(ty.clone()),
        _ => None,
    }
}

/// The type to check an argument against, with what is known of the varying type.
fn hinted(form: &Form, hint: Option<&Ty>, otherwise: &dyn Fn() -> Ty) -> Ty {
    match (form, hint) {
        (Form::A, Some(hint)) => hint.clone(),
        (Form::List(Form::A), Some(hint)) => hint.clone().list(),
        (Form::List(Form::List(Form::A)), Some(hint)) => hint.clone().list().list(),
        _ => otherwise(),
    }
}

/// The same type, where it does not matter who knows the value or whether it is a secret: the result will be the same.
fn tolerant(ty: &Ty) -> Ty {
    ty.clone().deferred()
}
