//! The waivers of a product as they are written, and what they may name.

use super::Facts;
use crate::base::{Span, Text};
use crate::hir::Product;
use crate::syntax::ast::{ExprKind, Item, LabelValue, Name};
use crate::ty::Ty;
use std::collections::BTreeSet;

/// A waiver as it is written.
pub(super) struct Waiver {
    pub policy: Name,
    pub on: Vec<Name>,
    /// The whole block.
    pub span: Span,
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

/// What a waiver may name: instances, definitions, and the members of enums, such as where first secrets are.
pub(super) fn things(facts: &Facts<'_>) -> BTreeSet<Text> {
    let instances = facts.product.instances.iter().map(|instance| instance.name.text.clone());
    let definitions = facts.program.definitions.keys().filter(|(keyword, _)| keyword != "policy").map(|(_, name)| name.clone());
    let members = facts.program.types.values().filter_map(|named| match &named.ty {
        Ty::Enum(of) => Some(of.members.clone()),
        _ => None,
    });
    instances.chain(definitions).chain(members.flatten()).collect()
}
