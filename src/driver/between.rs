//! Products that refer to each other: in which order they are planned, and what one gets of the others.

use super::layers::Linked;
use super::product::{self, With};
use crate::base::graph::Graph;
use crate::base::{Span, Text};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::{ExprKind, Item, Meaning, Place, Product};
use crate::plan::Imports;
use std::collections::{BTreeMap, BTreeSet};

/// The products that one names, each with the first place.
pub(super) fn refers(product: &Product, types: &Types) -> BTreeMap<Text, Span> {
    let mut found = BTreeMap::new();
    let blocks = product.block.body.blocks().flat_map(|block| block.body.items.iter());
    let settings = product.block.body.items.iter().chain(blocks);
    let settings = settings.filter_map(|item| if let Item::Attribute(attribute) = item { Some(attribute) } else { None });
    let of_instances = product.instances.iter().flat_map(|instance| {
        let overrides = instance.overrides.iter().flat_map(|(_, attributes)| attributes);
        instance.attributes.values().chain(overrides)
    });
    for attribute in settings.chain(of_instances) {
        attribute.value.walk(&mut |expr| {
            if let ExprKind::Name(name) = &expr.kind
                && types.meaning(name) == Meaning::Place(Place::Product)
            {
                found.entry(name.text.clone()).or_insert(expr.span);
            }
        });
    }
    found
}

/// The products by name; of two of one name the first one.
pub(super) fn by_name<'l>(linked: impl Iterator<Item = &'l Linked>) -> BTreeMap<&'l Text, &'l Linked> {
    let mut found = BTreeMap::new();
    for linked in linked {
        if let Some(product) = &linked.product {
            found.entry(&product.name.text).or_insert(linked);
        }
    }
    found
}

fn graph(products: &BTreeMap<&Text, &Linked>) -> Graph<Text> {
    let mut graph = Graph::default();
    for (name, linked) in products {
        graph.node((*name).clone());
        linked.refers.keys().filter(|other| products.contains_key(*other)).for_each(|other| graph.edge((*name).clone(), other.clone()));
    }
    graph
}

/// The names of products in groups, each behind those that it refers to. Nothing where they go in a circle.
pub(super) fn waves(products: &BTreeMap<&Text, &Linked>) -> Vec<Vec<Text>> {
    graph(products).ranks().unwrap_or_default()
}

/// Every product that these refer to, and those that they refer to in turn.
pub(super) fn behind(products: &BTreeMap<&Text, &Linked>, names: impl Iterator<Item = Text>) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    let mut open: Vec<Text> = names.collect();
    while let Some(name) = open.pop() {
        for other in products.get(&name).into_iter().flat_map(|linked| linked.refers.keys()) {
            if found.insert(other.clone()) {
                open.push(other.clone());
            }
        }
    }
    found
}

/// Products that serve each other: none of them can be the first.
pub(super) fn circle<'l>(linked: impl Iterator<Item = &'l Linked>) -> Diagnostics {
    let products = by_name(linked);
    let Err(circle) = graph(&products).order() else { return Diagnostics::default() };
    let names: Vec<String> = circle.iter().chain(circle.first()).map(|name| format!("`{name}`")).collect();
    let message = format!("products stand on each other: {}", names.join(" → "));
    let place = |at: usize| {
        let next = circle.get((at + 1) % circle.len())?;
        products.get(circle.get(at)?)?.refers.get(next).copied()
    };
    let Some(first) = place(0) else { return Diagnostics::default() };
    let mut diagnostic = Diagnostic::error(Code::BootstrapCycle, first, message)
        .help("one of them keeps its state and secrets itself, and has nothing of the others");
    for (at, name) in circle.iter().enumerate().skip(1) {
        if let Some(span) = place(at) {
            diagnostic = diagnostic.related(span, format!("`{name}` stands on the next one here"));
        }
    }
    Diagnostics(vec![diagnostic])
}

/// What the products that one refers to export, planned for that alone. Nothing where one of them has mistakes, which are added.
pub(super) fn imports(with: With<'_>, products: &BTreeMap<&Text, &Linked>, of: &Linked, found: &mut Diagnostics) -> Option<Imports> {
    let mut imports = Imports::new();
    for name in of.refers.keys() {
        let linked = products.get(name)?;
        let product = linked.product.as_ref().filter(|_| !linked.diagnostics.has_errors())?;
        let beside = self::imports(with, products, linked, found)?;
        let (exports, diagnostics) = product::exports(with, &linked.types, product, &beside);
        found.extend(diagnostics);
        imports.insert(name.clone(), exports?);
    }
    Some(imports)
}

/// What one refers to, of what products export; nothing where some of it is not there.
pub(super) fn of_those(exports: &Imports, of: &Linked) -> Option<Imports> {
    of.refers.keys().map(|name| Some((name.clone(), exports.get(name)?.clone()))).collect()
}
