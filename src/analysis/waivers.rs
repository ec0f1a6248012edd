//! The waivers of a product as they are written, and what they may name.

use super::Facts;
use crate::base::{Span, Text};
use crate::hir::{ExprKind, Name, Product};
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
    let blocks = product.block.body.blocks().filter(|block| block.keyword.text == "waive");
    blocks
        .filter_map(|block| {
            let (label, text) = (block.labels.first()?, block.word(0)?);
            let ExprKind::List(list) = &block.body.attribute("on")?.value.kind else { return None };
            let names = list.iter().filter_map(|element| Some(Name { text: element.as_name()?.clone(), span: element.span }));
            Some(Waiver { policy: Name { text: text.clone(), span: label.span }, on: names.collect(), span: block.span })
        })
        .collect()
}

/// What a waiver may name: instances, definitions, stages of pipelines, and the members of enums, such as where first secrets are.
pub(super) fn things(facts: &Facts<'_>) -> BTreeSet<Text> {
    let instances = facts.product.instances.iter().map(|instance| instance.name.text.clone());
    let definitions = facts.program.definitions.keys().filter(|(keyword, _)| keyword != "policy").map(|(_, name)| name.clone());
    let members = facts.program.types.values().filter_map(|named| match &named.ty {
        Ty::Enum(of) => Some(of.members.clone()),
        _ => None,
    });
    let pipelines = facts.program.definitions.values().filter(|of| of.keyword == "pipeline");
    let stages = pipelines.flat_map(|of| &of.blocks).filter(|block| block.keyword.text == "stage");
    let stages = stages.filter_map(|stage| stage.word(0).cloned());
    instances.chain(definitions).chain(stages).chain(members.flatten()).collect()
}
