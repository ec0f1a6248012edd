//! No units of a stack need each other's outputs.
//!
//! What a unit gives is known once it is applied: of units in a circle none can be the first, and Terragrunt refuses all of them. Circles
//! through several stacks are told where the order of the stacks is made.
//!
//! ```infra
//! define stack two {
//!   module half left  { other = right.id }
//!   module half right { other = left.id }
//! }
//! ```

use super::{Facts, place};
use crate::base::graph::Graph;
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::value::InstanceId;
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    for plan in facts.plans {
        let Some(cycle) = cycle(plan) else { continue };
        let Some(first) = cycle.first().copied() else { continue };
        let next = |at: usize| cycle.get(at + 1).copied().unwrap_or(first);
        let at = place::needing(plan, first, next(0));
        if !blamed.insert(at) {
            continue;
        }
        let names: Vec<String> = cycle.iter().map(|id| format!("`{}`", plan.instances[id.0 as usize].name)).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} needs an output of its own"),
            names => format!("{} need each other's outputs: none can be made first", names.join(", ")),
        };
        let mut diagnostic = Diagnostic::error(Code::AttributeCycle, at, message).help("take one of these references out");
        for (at, id) in cycle.iter().enumerate().skip(1) {
            let name = &plan.instances[next(at).0 as usize].name;
            diagnostic = diagnostic.related(place::needing(plan, *id, next(at)), format!("`{name}` is needed here"));
        }
        found.push(diagnostic);
    }
}

/// Units of one stack, each of which needs the next one and the last the first.
fn cycle(plan: &Plan) -> Option<Vec<InstanceId>> {
    let mut graph: Graph<InstanceId> = Graph::default();
    for unit in &plan.units {
        let stack = |id: InstanceId| plan.instances.get(id.0 as usize).and_then(|instance| instance.stack);
        for needed in unit.needs().filter(|needed| stack(needed.instance) == stack(unit.instance)) {
            graph.edge(unit.instance, needed.instance);
        }
    }
    graph.ranks().err()
}
