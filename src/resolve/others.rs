//! What products know of each other: the names and environments of all, and what each exports.

use super::{Library, Source, word};
use crate::base::Text;
use crate::hir::{Export, Other, Path, Program, keeps_states, stays};
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
    let mut exports = BTreeMap::new();
    for path in said.iter().flat_map(|attribute| paths(&attribute.value)) {
        if let Some(export) = blocks().find_map(|block| export(library.program(), block, &path)) {
            exports.insert(path, export);
        }
    }
    let environments = super::products::environments(block);
    let is_readable = said.is_none_or(|attribute| matches!(attribute.value.kind, ast::ExprKind::List(_)));
    Some(Other { name, folder: folder.clone(), environments, said: said.map(|attribute| attribute.value.span), is_readable, exports })
}

/// The elements of a list that name something: `mgmt.garage`, or a store.
fn paths(value: &ast::Expr) -> Vec<Path> {
    let ast::ExprKind::List(elements) = &value.kind else { return Vec::new() };
    let path = |element: &ast::Expr| match &element.kind {
        ast::ExprKind::Name(store) => Some((store.clone(), None)),
        ast::ExprKind::Member(base, of) => match &base.kind {
            ast::ExprKind::Name(stack) => Some((stack.clone(), Some(of.text.clone()))),
            _ => None,
        },
        _ => None,
    };
    elements.iter().filter_map(path).collect()
}

/// What a path means in a block that declares what it begins with; nothing where that stays in its product.
fn export(program: &Program, block: &ast::Block, (first, second): &Path) -> Option<Export> {
    let of = block.labels.first().and_then(word)?;
    let named = block.labels.get(1).and_then(word).unwrap_or_else(|| of.clone());
    if named.text != *first {
        return None;
    }
    match (block.keyword.text.as_str(), second) {
        ("store", None) => Some(Export::Instance("store".into(), of.text)),
        ("stack", Some(name)) => {
            let definition = program.definitions.get(&("stack".into(), of.text))?;
            if let Some(inner) = definition.instances.iter().find(|inner| inner.name.text == *name) {
                let is_one = (inner.keyword == "service" || keeps_states(program, inner)) && inner.repeat.is_none();
                return is_one.then(|| Export::Instance(inner.keyword.clone(), inner.definition.text.clone()));
            }
            let output = definition.outputs.get(name).and_then(|output| output.ty.clone());
            let ty = output.or_else(|| definition.inputs.get(name).map(|input| input.ty.clone()))?;
            stays(&ty).is_none().then_some(Export::Value(ty))
        }
        _ => None,
    }
}
