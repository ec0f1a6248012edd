//! References to other products: `platform.mgmt.garage` is the service `garage` of the stack `mgmt` of the product `platform`.

use super::Checker;
use super::report;
use super::scope::{Place, Scope};
use crate::hir::{self, ExprKind, Meaning};
use crate::ty::Ty;

/// The attribute of a product that says what others may use.
pub(super) const EXPORTS: &str = "exports";

impl<'a> Checker<'a> {
    /// The type of an expression that names another product, or what that exports; nothing where it does neither.
    pub(super) fn of_other(&mut self, expr: &hir::Expr, scope: &Scope<'a>) -> Option<Ty> {
        let Place::Product(product, instances) = &scope.place else { return None };
        let (named, path) = match &expr.kind {
            ExprKind::Member(base, service) => match &base.kind {
                ExprKind::Member(base, stack) => (base.as_ref(), Some((stack, service))),
                _ => (base.as_ref(), None),
            },
            _ => (expr, None),
        };
        let ExprKind::Name(name) = &named.kind else { return None };
        if instances.contains_key(name.text.as_str()) || hir::Ambient::of(&name.text, None).is_some() {
            return None;
        }
        let other = self.program.others.get(&name.text)?.clone();
        let Some((stack, service)) = path else {
            self.error(report::incomplete_path(expr.span, &other));
            return Some(Ty::Error);
        };
        if scope.others.is_empty() {
            self.error(report::beyond_settings(expr.span, &other));
            return Some(Ty::Error);
        }
        if !other.is_readable {
            self.means(name, Meaning::Place(hir::Place::Product));
            return Some(Ty::Error);
        }
        let Some(definition) = other.exports.get(&stack.text).and_then(|services| services.get(&service.text)).cloned() else {
            self.error(report::not_exported(expr.span, &other, stack, service));
            return Some(Ty::Error);
        };
        for environment in product.environments.iter().filter(|environment| other.serving(&environment.text).is_none()) {
            if self.unserved.insert((other.name.text.clone(), environment.text.clone())) {
                self.error(report::unserved(named.span, &other, environment));
            }
        }
        self.means(name, Meaning::Place(hir::Place::Product));
        Some(Ty::Instance("service".into(), Some(definition)))
    }

    /// What a product exports is known to others before it is evaluated.
    pub(super) fn exports(&mut self, value: &hir::Expr) {
        let elements = match &value.kind {
            ExprKind::List(elements) => elements,
            ExprKind::Error => return,
            _ => return self.error(report::computed_exports(value.span)),
        };
        for element in elements.iter() {
            let is_path = matches!(&element.kind, ExprKind::Member(base, _) if base.as_name().is_some());
            if !is_path && !matches!(element.kind, ExprKind::Error) {
                self.error(report::computed_exports(element.span));
            }
        }
    }
}
