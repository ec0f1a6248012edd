//! A waiver waives something.
//!
//! What it was written for has gone; the next thing of that name would be waived without anybody having thought of it.
//!
//! ```infra
//! waive source-available { on = [consul, garage], because = "…" }   # garage is under AGPL-3.0, which is open source
//! ```

use super::Facts;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::Product;
use crate::syntax::ast::{ExprKind, Item, LabelValue, Name};
use std::collections::BTreeSet;

/// A waiver as it is written.
pub(super) struct Waiver {
    pub policy: Name,
    pub on: Vec<Name>,
    /// The whole block.
    pub span: Span,
}

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // What an environment without a plan would use cannot be told.
    if facts.plans.len() < facts.product.environments.len() {
        return;
    }
    let used: BTreeSet<&(Text, Text)> = facts.plans.iter().flat_map(|plan| &plan.used_waivers).collect();
    for waiver in waivers(facts.product) {
        if !facts.program.definitions.contains_key(&("policy".into(), waiver.policy.text.clone())) {
            continue;
        }
        for name in waiver.on.iter().filter(|name| !used.contains(&(waiver.policy.text.clone(), name.text.clone()))) {
            if super::unknown_waiver::exists(facts, &name.text) {
                let message = format!("`{}` keeps the policy `{}` already", name.text, waiver.policy.text);
                found.push(
                    Diagnostic::error(Code::UnusedWaiver, name.span, message)
                        .related(waiver.policy.span, "it is waived here")
                        .help(format!("remove `{}` from the waiver", name.text))
                        .remove(
                            if waiver.on.len() == 1 { "remove the waiver".to_owned() } else { format!("remove `{}`", name.text) },
                            if waiver.on.len() == 1 { waiver.span } else { name.span },
                        ),
                );
            }
        }
    }
}

/// The waivers of a product.
pub(super) fn waivers(product: &Product) -> Vec<Waiver> {
    let blocks = product.block.body.items.iter().filter_map(|item| if let Item::Block(block) = item { Some(block) } else { None });
    let blocks = blocks.filter(|block| block.keyword.text == "waive");
    blocks
        .filter_map(|block| {
            let label = block.labels.first()?;
            let LabelValue::Word(text) = &label.value else { return None };
            let on = block.body.items.iter().find_map(|item| match item {
                Item::Attribute(attribute) if attribute.name.text == "on" => Some(&attribute.value.kind),
                _ => None,
            });
            let names = match on {
                Some(ExprKind::List(list)) => list.iter().filter_map(|element| match &element.kind {
                    ExprKind::Name(text) => Some(Name { text: text.clone(), span: element.span }),
                    _ => None,
                }),
                _ => return None,
            };
            Some(Waiver { policy: Name { text: text.clone(), span: label.span }, on: names.collect(), span: block.span })
        })
        .collect()
}
