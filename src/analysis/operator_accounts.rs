//! No operator has the name of an account or group that a machine has already.
//!
//! Operators become accounts of every machine. Under the name of an account of the system or of a daemon, a person would get its
//! files and its processes, and would take them along when leaving.
//!
//! ```infra
//! operators = [{ name = "consul", key = "ssh-ed25519 …" }]   # and the product runs consul
//! ```

use super::Facts;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Item, LabelValue, Part, Program};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut kept: BTreeMap<Text, (Text, Span)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for service in facts.plans.iter().flat_map(|plan| &plan.services).filter(|service| seen.insert(&service.service)) {
        for (account, span) in accounts(facts.program, &service.service) {
            kept.entry(account).or_insert((service.service.clone(), span));
        }
    }
    let operators = facts.plans.iter().flat_map(|plan| plan.said().operators());
    let mut names: Vec<&Text> = operators.filter_map(|operator| operator.name()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let Some((service, span)) = kept.get(name) else { continue };
        let message = format!("`{name}` cannot be an operator: machines with `{service}` have an account or group of that name");
        found.push(
            Diagnostic::error(Code::ReservedName, said_at(facts, name), message)
                .related(*span, format!("`{service}` says so here"))
                .help("choose another name for the operator"),
        );
    }
}

/// The accounts and groups of a service's machines, with the places: what it keeps, and what it makes.
pub(super) fn accounts<'p>(program: &'p Program, service: &Text) -> impl Iterator<Item = (Text, Span)> + 'p {
    let definition = program.definitions.get(&("service".into(), service.clone()));
    let kept = definition.and_then(|definition| definition.attributes.get("keeps")).map(|keeps| &keeps.value.kind);
    let kept = kept.into_iter().flat_map(|kept| if let ExprKind::List(names) = kept { &**names } else { &[] });
    let kept = kept.filter_map(|name| Some((literal(name)?.clone(), name.span)));
    let parts = definition.into_iter().flat_map(|definition| &definition.blocks);
    let parts = parts.filter(|part| part.keyword.text == "install" || part.keyword.text == "configure");
    let made = parts.flat_map(|part| &part.body.items).filter_map(|item| {
        let Item::Block(block) = item else { return None };
        let label = block.labels.first().filter(|_| block.keyword.text == "user" || block.keyword.text == "group")?;
        let LabelValue::Word(name) = &label.value else { return None };
        Some((name.clone(), label.span))
    });
    kept.chain(made)
}

/// The text of an expression that is nothing else.
fn literal(expr: &Expr) -> Option<&Text> {
    match &expr.kind {
        ExprKind::Template(parts) => match parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Where the product writes the name of an operator; its own name where the name is computed.
fn said_at(facts: &Facts<'_>, name: &str) -> Span {
    fn within(items: &[Item], name: &str) -> Option<Span> {
        items.iter().find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name.text == "operators" => written(&attribute.value, name),
            Item::Block(block) if block.keyword.text == "in" => within(&block.body.items, name),
            _ => None,
        })
    }
    within(&facts.product.block.body.items, name).unwrap_or(facts.product.name.span)
}

fn written(operators: &Expr, name: &str) -> Option<Span> {
    let ExprKind::List(list) = &operators.kind else { return None };
    let fields = list.iter().filter_map(|operator| if let ExprKind::Map(fields) = &operator.kind { Some(fields) } else { None });
    let mut names = fields.flatten().filter(|(key, _)| key.text == "name");
    names.find_map(|(_, value)| literal(value).is_some_and(|text| text == name).then_some(value.span))
}
