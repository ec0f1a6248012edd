//! The way out of the circle: the units that must be there before the state has a place.
//!
//! These are the units of the stacks that serve state, locks and secrets and of those that lead to them, then the units that make the
//! names by which they are called, and whatever any of them needs.

use super::{Instance, Plan};
use crate::base::Text;
use crate::base::graph::Graph;
use crate::hir::items::{Lock, SecretStore, StateStore, WayIn};
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

/// What an environment needs first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The stacks that are configured first, those that lead to the others before them.
    pub stacks: Vec<Text>,
    /// The paths of the units, each behind what it needs.
    pub units: Vec<Text>,
}

impl Plan {
    /// What its environment needs first.
    pub fn first(&self) -> First {
        let instance = |id: InstanceId| self.instances.get(id.0 as usize);
        let mut graph: Graph<Text> = Graph::default();
        for unit in &self.units {
            graph.node(unit.path.clone());
            unit.needs().for_each(|dependency| graph.edge(unit.path.clone(), dependency.path.clone()));
        }
        // Where the store is there before, nothing has to come first, and whatever was made without it moves there.
        if !self.serves_itself() {
            return First { stacks: Vec::new(), units: graph.order().unwrap_or_default() };
        }
        let stack = |of: &Instance| of.stack.and_then(instance).map(|stack| stack.name.clone());
        let leading = |of: &&Instance| of.block::<WayIn<'_>>().is_some();
        let ways: BTreeSet<Text> = self.instances.iter().filter(leading).filter_map(stack).collect();
        let serving = self.keepers().filter_map(|id| stack(instance(id)?));
        let serving: BTreeSet<Text> = serving.filter(|name| !ways.contains(name)).collect();

        let of_stack = self.units.iter().filter(|unit| ways.contains(&unit.stack) || serving.contains(&unit.stack));
        let mut wanted: BTreeSet<Text> = of_stack.map(|unit| unit.path.clone()).collect();
        for name in called(self) {
            // Several zones may know a name; the one that needs least is enough.
            let makers = self.units.iter().filter(|unit| instance(unit.instance).is_some_and(|unit| resolves(unit, &name)));
            wanted.extend(makers.map(|unit| unit.path.clone()).min_by_key(|path| (graph.reachable(path).len(), path.clone())));
        }
        let needed: Vec<Text> = wanted.iter().flat_map(|path| graph.reachable(path)).collect();
        wanted.extend(needed);

        let stacks = self.configured.iter().filter(|name| ways.contains(*name) || serving.contains(*name)).cloned();
        First {
            stacks: stacks.collect(),
            units: graph.order().unwrap_or_default().into_iter().filter(|path| wanted.contains(path)).collect(),
        }
    }
}

/// The host names by which what serves the product is called.
fn called(plan: &Plan) -> BTreeSet<Text> {
    let endpoint = plan.state_store().and_then(StateStore::address);
    let lock = plan.lock().and_then(Lock::address);
    let secrets = plan.secret_store().and_then(SecretStore::address);
    let ways = plan.instances.iter().filter_map(|instance| instance.block::<WayIn<'_>>()?.name());
    let texts = endpoint.into_iter().chain(lock).chain(secrets).chain(ways);
    texts.map(|text| host(text)).collect()
}

/// The host of a URL; other text is a host itself, or nothing that a zone knows.
fn host(text: &str) -> Text {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    behind.split(['/', ':']).next().unwrap_or_default().into()
}

/// Whether a unit says that it makes a name.
fn resolves(unit: &Instance, name: &str) -> bool {
    let names = unit.fields.get("resolves").and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(Value::as_text).any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_is_found_in_whatever_names_it() {
        assert_eq!(host("https://s3.example.com:3900/bucket"), "s3.example.com");
        assert_eq!(host("vpn.example.com"), "vpn.example.com");
        assert_eq!(host("/etc/passwd"), "");
    }
}
