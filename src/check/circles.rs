//! Defaults that need each other: nothing could be computed where none of them is set.

use super::{Checker, report};
use crate::base::Text;
use crate::base::graph::Graph;
use crate::hir::{Definition, Expr, Name};
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
}
