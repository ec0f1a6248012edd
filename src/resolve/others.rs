//! What products know of each other: the names and environments of all, and the services that each exports.

use super::{Library, Source, word};
use crate::base::Text;
use crate::hir::{Name, Other, Program};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// The attribute of a product that says what others may use.
const EXPORTS: &str = "exports";

/// The product that the files of a folder declare, as others know it.
pub fn other(library: &Library, folder: &Text, sources: &[&Source]) -> Option<Other> {
    let blocks = || sources.iter().flat_map(|source| super::products::top_blocks(source));
    let block = blocks().find(|block| block.keyword.text == "product")?;
    let name = block.labels.first().and_then(word)?;
    let said = block.body.items.iter().find_map(|item| match item {
        ast::Item::Attribute(attribute) if attribute.name.text == EXPORTS => Some(attribute),
        _ => None,
    });
    let mut exports: BTreeMap<Text, BTreeMap<Text, Text>> = BTreeMap::new();
    for (stack, service) in said.iter().flat_map(|attribute| paths(&attribute.value)) {
        let definition = blocks().find_map(|block| definition(library.program(), block, stack, service));
        if let Some(definition) = definition {
            exports.entry(stack.clone()).or_default().insert(service.clone(), definition);
        }
    }
    let environments = super::products::environments(block);
    let is_readable = said.is_none_or(|attribute| matches!(attribute.value.kind, ast::ExprKind::List(_)));
    Some(Other { name, folder: folder.clone(), environments, said: said.map(|attribute| attribute.value.span), is_readable, exports })
}

/// The elements of a list that name a service of a stack: `mgmt.garage`.
fn paths(value: &ast::Expr) -> Vec<(&Text, &Text)> {
    let ast::ExprKind::List(elements) = &value.kind else { return Vec::new() };
    elements
        .iter()
        .filter_map(|element| match &element.kind {
            ast::ExprKind::Member(base, Name { text: service, .. }) => match &base.kind {
                ast::ExprKind::Name(stack) => Some((stack, service)),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// The definition of a service in a stack that a block declares.
fn definition(program: &Program, block: &ast::Block, stack: &Text, service: &Text) -> Option<Text> {
    if block.keyword.text != "stack" {
        return None;
    }
    let of = block.labels.first().and_then(word)?;
    let named = block.labels.get(1).and_then(word).unwrap_or_else(|| of.clone());
    if named.text != *stack {
        return None;
    }
    let definition = program.definitions.get(&("stack".into(), of.text))?;
    let inner = definition.instances.iter().find(|inner| inner.name.text == *service)?;
    (inner.keyword == "service" && inner.repeat.is_none()).then(|| inner.definition.text.clone())
}
