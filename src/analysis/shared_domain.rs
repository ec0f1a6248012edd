//! Environments and products have domains of their own.
//!
//! Everything that stands in a domain has one owner: the zone, its settings, and the names of services. Two environments that share
//! one overwrite each other's records with every change.
//!
//! ```infra
//! product acme { domain = "acme.example.com", environments = [staging, prod] }   # and nothing for staging
//! ```

use super::Facts;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Item, LabelValue};
use crate::plan::Plan;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&Text, &Plan> = BTreeMap::new();
    for plan in facts.plans {
        let Some(domain) = plan.said().domain() else { continue };
        let Some(first) = seen.get(domain) else {
            seen.insert(domain, plan);
            continue;
        };
        let message = format!("environments `{}` and `{}` share the domain `{domain}`", first.environment, plan.environment);
        let (place, other) = (said_at(facts, &first.environment), said_at(facts, &plan.environment));
        let mut diagnostic = Diagnostic::error(Code::DuplicateName, place, message)
            .help(format!("give one of them its own: `in {} {{ domain = … }}`", first.environment));
        if other != place {
            diagnostic = diagnostic.related(other, "the same name");
        }
        found.push(diagnostic);
    }
}

/// Where the product says the domain of an environment.
fn said_at(facts: &Facts<'_>, environment: &Text) -> Span {
    let domain = |items: &[Item]| {
        items.iter().find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name.text == "domain" => Some(attribute.value.span),
            _ => None,
        })
    };
    let items = &facts.product.block.body.items;
    let own = items.iter().find_map(|item| match item {
        Item::Block(block) if block.keyword.text == "in" => {
            let of = block.labels.first().is_some_and(|label| matches!(&label.value, LabelValue::Word(word) if word == environment));
            of.then(|| domain(&block.body.items)).flatten()
        }
        _ => None,
    });
    own.or_else(|| domain(items)).unwrap_or(facts.product.name.span)
}
