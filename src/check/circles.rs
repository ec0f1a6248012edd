//! Defaults that need each other: nothing could be computed where none of them is set. Resources that need each other: none could be made
//! first, which OpenTofu says at the first plan.

use super::{Checker, report};
use crate::base::Span;
use crate::base::Text;
use crate::base::graph::Graph;
use crate::hir::{Block, Definition, Expr, Implementation, Item, Name};
use std::collections::BTreeMap;

impl<'a> Checker<'a> {
    /// Says that inputs of a definition go around in a circle by way of their defaults, directly or through `let`s.
    pub(super) fn circle_of_defaults(&mut self, definition: &'a Definition) {
        let defaults = definition.inputs.values().filter_map(|input| Some((&input.name, input.default.as_deref()?)));
        let lets = definition.lets.values().map(|binding| (&binding.name, &*binding.value));
        let said: BTreeMap<&Text, (&Name, &Expr)> = defaults.chain(lets).map(|(name, value)| (&name.text, (name, value))).collect();
        let mut needs: Graph<Text> = Graph::default();
        for (name, (_, value)) in &said {
            value.walk(&mut |expr| {
                if let Some(used) = expr.as_name()
                    && said.contains_key(used)
                {
                    needs.edge((*name).clone(), used.clone());
                }
            });
        }
        let Err(circle) = needs.order() else { return };
        // A circle of `let`s alone is said where their types are looked for.
        let Some(first) = definition.inputs.keys().find(|input| circle.contains(input)) else { return };
        let Some((name, value)) = said.get(first) else { return };
        let mut used = None;
        value.walk(&mut |expr| {
            if expr.as_name().is_some_and(|name| circle.contains(name)) {
                used.get_or_insert(expr.span);
            }
        });
        let names: Vec<&str> = circle.iter().map(Text::as_str).collect();
        self.error(report::circle_of_defaults(used.unwrap_or(value.span), &names, name.span));
    }

    /// Says that resources of an implementation go around in a circle.
    pub(super) fn circle_of_resources(&mut self, implementation: &'a Implementation) {
        let resources: BTreeMap<&Text, &Block> =
            implementation.resources.iter().filter_map(|block| Some((block.word(1)?, block.as_ref()))).collect();
        let mut needs: Graph<Text> = Graph::default();
        let mut places: BTreeMap<(&Text, &Text), Span> = BTreeMap::new();
        for (name, block) in &resources {
            expressions(block, &mut |expr| {
                if let Some(used) = expr.as_name()
                    && resources.contains_key(used)
                {
                    needs.edge((*name).clone(), used.clone());
                    places.entry((*name, used)).or_insert(expr.span);
                }
            });
        }
        let Err(circle) = needs.order() else { return };
        let steps = circle.iter().zip(circle.iter().cycle().skip(1));
        let places: Vec<(&Text, Span)> = steps.filter_map(|(name, next)| Some((next, *places.get(&(name, next))?))).collect();
        if let [(_, first), ..] = places.as_slice() {
            self.error(report::circle_of_resources(*first, &places));
        }
    }
}

/// Every expression of a resource; what names arguments names nothing that is needed.
fn expressions<'b>(block: &'b Block, visit: &mut dyn FnMut(&'b Expr)) {
    let repeated = block.repeat.iter().flat_map(|repeat| {
        let sources = repeat.bindings.iter().map(|binding| binding.source.as_ref());
        sources.chain(repeat.by.as_deref())
    });
    repeated.chain(block.condition.as_deref()).for_each(|expr| expr.walk(visit));
    for item in &block.body.items {
        match item {
            Item::Attribute(attribute) if attribute.name.text != "ignore_changes" => attribute.value.walk(visit),
            Item::Block(inner) => expressions(inner, visit),
            _ => {}
        }
    }
}
