//! References to other products: `platform.mgmt.garage` is what the product `platform` exports as `garage` of its stack `mgmt`.

use super::Checker;
use super::report;
use super::scope::{Place, Scope};
use crate::base::Text;
use crate::hir::{self, Export, ExprKind, Meaning, Path};
use crate::ty::Ty;
use std::collections::BTreeMap;

/// The attribute of a product that says what others may use.
pub(super) const EXPORTS: &str = "exports";

impl<'a> Checker<'a> {
    /// The type of an expression that names another product, or what that exports; nothing where it does neither.
    pub(super) fn of_other(&mut self, expr: &hir::Expr, scope: &Scope<'a>) -> Option<Ty> {
        let Place::Product(product, instances) = &scope.place else { return None };
        let (named, path): (&hir::Expr, Option<Path>) = match &expr.kind {
            ExprKind::Member(base, second) => match &base.kind {
                ExprKind::Member(base, first) => (base.as_ref(), Some((first.text.clone(), Some(second.text.clone())))),
                _ => (base.as_ref(), Some((second.text.clone(), None))),
            },
            _ => (expr, None),
        };
        let ExprKind::Name(name) = &named.kind else { return None };
        if instances.contains_key(name.text.as_str()) || hir::Ambient::of(&name.text, None).is_some() {
            return None;
        }
        let other = self.program.others.get(&name.text)?.clone();
        let found = path.as_ref().and_then(|path| other.exports.get(path)).cloned();
        // What has a name of its own has fields, which are asked for as those of anything else.
        if let (None, Some((first, Some(_)))) = (&found, &path)
            && other.exports.contains_key(&(first.clone(), None))
        {
            return None;
        }
        let Some(path) = path.filter(|(_, second)| second.is_some() || found.is_some()) else {
            self.error(report::incomplete_path(expr.span, &other));
            return Some(Ty::Error);
        };
        // A value is the same wherever it is read.
        if scope.others.is_empty() && matches!(found, Some(Export::Instance(..))) {
            self.error(report::beyond_settings(expr.span, &other));
            return Some(Ty::Error);
        }
        if !other.is_readable {
            self.means(name, Meaning::Place(hir::Place::Product));
            return Some(Ty::Error);
        }
        let Some(export) = found else {
            self.error(report::not_exported(expr.span, &other, &path));
            return Some(Ty::Error);
        };
        for environment in product.environments.iter().filter(|environment| other.serving(&environment.text).is_none()) {
            if self.unserved.insert((other.name.text.clone(), environment.text.clone())) {
                self.error(report::unserved(named.span, &other, environment));
            }
        }
        self.means(name, Meaning::Place(hir::Place::Product));
        Some(export.ty())
    }

    /// What a product exports is known to others before it is evaluated.
    pub(super) fn exports(&mut self, value: &'a hir::Expr, product: &'a hir::Product, scope: &mut Scope<'a>) {
        let elements = match &value.kind {
            ExprKind::List(elements) => elements,
            ExprKind::Error => return,
            _ => return self.error(report::computed_exports(value.span)),
        };
        let mut seen = BTreeMap::new();
        for element in elements.iter() {
            let (first, second) = match &element.kind {
                ExprKind::Error => continue,
                ExprKind::Name(name) => (&name.text, None),
                ExprKind::Member(base, second) => match base.as_name() {
                    Some(first) => (first, Some(&second.text)),
                    None => {
                        self.error(report::computed_exports(element.span));
                        continue;
                    }
                },
                _ => {
                    self.error(report::computed_exports(element.span));
                    continue;
                }
            };
            if let Some(before) = seen.insert((first, second), element.span) {
                self.error(report::twice(
                    &format!("`{}`", second.map_or_else(|| first.to_string(), |second| format!("{first}.{second}"))),
                    element.span,
                    before,
                ));
                continue;
            }
            let ty = self.quietly(|checker| checker.check(element, &Ty::Error, scope));
            let instance = product.instances.iter().find(|instance| instance.name.text == *first);
            match instance {
                Some(instance) => {
                    if let Some(why) = self.stays(instance, second, &ty) {
                        self.error(report::stays(element.span, &ty, why));
                    }
                }
                None => {
                    let known = product.instances.iter().map(|instance| instance.name.text.as_str());
                    self.error(report::no_instance(element.span, first, known));
                }
            }
        }
    }

    /// Whether something of a stack is a module that keeps states.
    fn keeps_states(&self, stack: &hir::Instance, name: Option<&Text>) -> bool {
        let definition = self.program.definitions.get(&(stack.keyword.clone(), stack.definition.text.clone()));
        let inner = definition.zip(name).and_then(|(of, name)| of.instances.iter().find(|inner| inner.name.text == *name));
        inner.is_some_and(|inner| inner.repeat.is_none() && hir::keeps_states(self.program, inner))
    }

    /// Why something of a product means nothing to others, with the advice; nothing where it crosses, or is not there at all.
    fn stays(&self, instance: &hir::Instance, second: Option<&Text>, ty: &Ty) -> Option<(&'static str, &'static str)> {
        let name_what = "name what others may use of it: a service, or an output with a value";
        match (ty, second) {
            (Ty::Error, _) => return None,
            (Ty::Instance(keyword, _), _) => match keyword.as_str() {
                "service" | "store" => return None,
                "module" if self.keeps_states(instance, second) => return None,
                "stack" => return Some(("a stack is its machines and modules, which stay in their product", name_what)),
                "provider" => return Some(("an account is entered by its own product alone", "each product has its own providers")),
                _ => {
                    let help = "export an output of the stack that is known before, or the service that it is for";
                    return Some(("what a module makes is known to the states of its own product alone", help));
                }
            },
            (_, None) => return Some(("a store, or something of a stack, has a name for others", name_what)),
            _ => {}
        }
        let definition = self.program.definitions.get(&(instance.keyword.clone(), instance.definition.text.clone()))?;
        if instance.keyword != "stack" {
            return Some(("only stacks have values for others", "give a stack an output with it"));
        }
        match hir::stays(ty) {
            Some(hir::Stays::Instance) => {
                Some(("it holds instances, which stay in their product", "export an output of what is said of them"))
            }
            Some(hir::Stays::Deferred) => {
                let help = "export what is known before, such as the name by which it is found";
                Some(("only a tool will know it, when this product's units are there", help))
            }
            Some(hir::Stays::Secret) => {
                Some(("a secret stays in its product", "let the other product keep one of its own: `secret(…)` or `generated(…)`"))
            }
            None => {
                let name = second?;
                let is_said = definition.outputs.contains_key(name) || definition.inputs.contains_key(name);
                (!is_said).then_some(("it is no output of the stack", "give the stack an output with its type: `output NAME: TYPE = …`"))
            }
        }
    }
}
