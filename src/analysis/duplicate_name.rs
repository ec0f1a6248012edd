//! No two things get one name.
//!
//! Names are made of product, environment, stack and instance, joined by `-` with `_` written as `-`: different words can give the
//! same name. A provider refuses the second thing, or takes it for the first.
//!
//! ```infra
//! stack compute web_eu { on = eu }
//! stack compute web-eu { on = eu }   # both are `acme-prod-web-eu-…`
//! ```

use super::{Facts, place};
use crate::base::{Span, Text, text, with_article};
use crate::diag::{Code, Diagnostic};
use crate::hir::{ExprKind, Product, Program};
use crate::plan::{Plan, Unit};
use crate::value::InstanceId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const HELP: &str = "rename one of them: names are made of product, environment, stack and instance, with `-` for `_`";

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        variables(plan, found);
        let mut seen: BTreeMap<Text, &Unit> = BTreeMap::new();
        let mut blamed: BTreeSet<(&Text, &Text)> = BTreeSet::new();
        for unit in &plan.units {
            let name = full_name(&plan.product.name.text, &plan.environment, &unit.stack, &unit.name);
            let Some(first) = seen.insert(name, unit) else { continue };
            if !blamed.insert((&first.stack, &unit.stack)) {
                continue;
            }
            found.push(report(
                &format!("`{}` and `{}` would give what they are made of the same names", first.stack, unit.stack),
                place_of(plan, unit),
                place_of(plan, first),
            ));
        }
    }
}

/// Accounts whose credentials would be one variable of the shell: it has no hyphens, and capital letters only.
fn variables(plan: &Plan, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<Text, (Text, Span)> = BTreeMap::new();
    for (at, provider) in plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "provider") {
        let (account, place) = (provider.account(), place::named_at(plan, InstanceId(at as u32)));
        for of in plan.credentials(provider).into_iter().filter(|of| of.held != of.read) {
            match seen.get(&of.held) {
                Some((first, other)) if first != account => {
                    let message = format!("`{}` and `{first}` would both read `{}`, and are two accounts", provider.name, of.held);
                    found.push(
                        Diagnostic::error(Code::DuplicateName, place, message)
                            .related(*other, "the same variable")
                            .help("rename one of them: a variable has `_` for `-`, and capital letters only"),
                    );
                    break;
                }
                _ => {
                    seen.insert(of.held, (account.clone(), place));
                }
            }
        }
    }
}

/// Names that things of different products would share: they may live in one account.
pub(super) fn between_products(program: &Program, products: &[Arc<Product>], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<Text, (&Product, Span)> = BTreeMap::new();
    let mut blamed: BTreeSet<(Span, Span)> = BTreeSet::new();
    let suspects = alike(products.iter().map(AsRef::as_ref));
    for product in products.iter().filter(|product| suspects.contains(&product.name.text)) {
        for (name, span) in names(program, product) {
            match seen.get(&name) {
                Some((first, place)) if first.name.text != product.name.text => {
                    if blamed.insert((span, *place)) {
                        let message = format!(
                            "products `{}` and `{}` would both have {}",
                            first.name.text,
                            product.name.text,
                            with_article(format!("`{name}`"))
                        );
                        found.push(report(&message, span, *place));
                    }
                }
                _ => {
                    seen.insert(name, (product, span));
                }
            }
        }
    }
}

/// The products whose names are the beginning of another one's, and these: names of other products cannot meet.
pub fn alike<'p>(products: impl Iterator<Item = &'p Product>) -> BTreeSet<Text> {
    let mut names: Vec<(String, &Text)> = products.map(|product| (product.name.text.replace('_', "-") + "-", &product.name.text)).collect();
    names.sort();
    let mut found = BTreeSet::new();
    for (at, (beginning, name)) in names.iter().enumerate() {
        for (_, other) in names[at + 1..].iter().take_while(|(other, _)| other.starts_with(beginning.as_str())) {
            found.extend([(*name).clone(), (*other).clone()]);
        }
    }
    found
}

/// The names of everything in the stacks of a product.
fn names(program: &Program, product: &Product) -> Vec<(Text, Span)> {
    let mut names = Vec::new();
    for stack in product.instances.iter().filter(|instance| instance.keyword == "stack") {
        let Some(definition) = program.definitions.get(&("stack".into(), stack.definition.text.clone())) else { continue };
        let only = stack.attributes.get("only").map(|only| &only.value.kind);
        for environment in &product.environments {
            let there = match only {
                Some(ExprKind::List(list)) => list.iter().any(|name| name.as_name() == Some(&environment.text)),
                _ => true,
            };
            for inner in definition.instances.iter().filter(|inner| there && inner.keyword == "module") {
                let name = full_name(&product.name.text, &environment.text, &stack.name.text, &inner.name.text);
                names.push((name, stack.name.span));
            }
        }
    }
    names
}

/// The name of something in a stack.
pub(super) fn full_name(product: &str, environment: &str, stack: &str, name: &str) -> Text {
    text!("{product}-{environment}-{stack}-{name}").replace('_', "-").into()
}

fn place_of(plan: &Plan, unit: &Unit) -> Span {
    place::named_at(plan, unit.instance)
}

/// Blames the later of two places.
fn report(message: &str, one: Span, other: Span) -> Diagnostic {
    let (first, span) = (one.min(other), one.max(other));
    Diagnostic::error(Code::DuplicateName, span, message).related(first, "the other one is named here").help(HELP)
}
