//! Environments and products have domains of their own.
//!
//! Everything that stands in a domain has one owner: the zone, its settings, and the names of services. Two environments that share
//! one overwrite each other's records with every change.
//!
//! ```infra
//! product acme { domain = "acme.example.com", environments = [staging, prod] }   # and nothing for staging
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Item, LabelValue, Product};
use crate::plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Domains that two products write out. One that is computed is compared within its product alone: products are judged without each
/// other's values.
pub(super) fn between_products(products: &[Arc<Product>], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<Text, (&Product, Span)> = BTreeMap::new();
    for product in products {
        for (domain, span) in written(product) {
            match seen.get(&domain) {
                Some((first, other)) if first.name.text != product.name.text => {
                    let message = format!(
                        "products `{}` and `{}` share the domain `{domain}`: each would make its zone, and the names in it",
                        first.name.text, product.name.text
                    );
                    let (one, blamed) = (span.min(*other), span.max(*other));
                    found.push(
                        Diagnostic::error(Code::DuplicateName, blamed, message)
                            .related(one, "the same name")
                            .help(format!("give one of them its own, such as `{}.{domain}`", product.name.text.replace('_', "-"))),
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert(domain, (product, span));
                }
            }
        }
    }
}

/// The domains that a product writes out, for all environments and for single ones.
fn written(product: &Product) -> Vec<(Text, Span)> {
    let body = &product.block.body;
    let of_environments = body.blocks().filter(|block| block.keyword.text == "in").flat_map(|block| block.body.attributes());
    let said = body.attributes().chain(of_environments).filter(|attribute| attribute.name.text == "domain");
    said.filter_map(|attribute| match place::literal(&attribute.value)? {
        place::Literal::Text(domain) => Some((domain, attribute.value.span)),
        _ => None,
    })
    .collect()
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
