//! A store that a product declares keeps states, of this product or of others.
//!
//! ```infra
//! store s3 states { bucket = "acme-states" }   # and neither `state { store = states }` nor `exports = [states]`
//! ```

use super::Facts;
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Body, Expr, Item};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let product = facts.product;
    for store in product.instances.iter().filter(|instance| instance.keyword == "store") {
        let name = BTreeSet::from([store.name.text.clone()]);
        let others = product.instances.iter().filter(|other| other.name.span != store.name.span);
        let given = others.flat_map(|other| {
            let overridden = other.overrides.iter().flat_map(|(_, attributes)| attributes);
            other.attributes.values().map(|of| &of.value).chain(overridden.map(|of| &of.value))
        });
        if !mentions(&product.block.body, &name) && !given.into_iter().any(|value| Expr::mentions(value, &name)) {
            let message = format!("nothing keeps its states in `{}`", store.name.text);
            found.push(Diagnostic::warning(Code::DanglingReference, store.name.span, message).help(format!(
                "name it (`state {{ store = {0} }}`), let others name it (`exports = [{0}]`), or remove it",
                store.name.text
            )));
        }
    }
}

/// Whether something in a body of the product has one of these names in it.
fn mentions(body: &Body, names: &BTreeSet<Text>) -> bool {
    body.items.iter().any(|item| match item {
        Item::Attribute(attribute) => attribute.value.mentions(names),
        Item::Block(block) => mentions(&block.body, names),
        _ => false,
    })
}
