//! Compares the lines of a lock with what a plan gives.

use super::super::place;
use super::{Damage, Differences, Line};
use crate::base::{Span, Text, text};
use crate::plan::lock::{Entry, Held, Key, Lock};
use crate::plan::{Allocation, Instance, Misfit, Plan};
use crate::value::{InstanceId, Value};
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};

/// The stacks of a plan's environment for which the lock holds something else, with what that is.
pub(super) fn compare<'a>(plan: &'a Plan, lock: &'a Lock) -> BTreeMap<&'a str, Differences<'a>> {
    let facts = Facts::new(plan, lock);
    let mut stacks = BTreeMap::<&str, Differences<'_>>::new();
    for (key, entry) in lock.of(&plan.environment) {
        let Some(parts) = Key::read(key) else { continue };
        let line = |new: Option<String>| Line { key, span: entry.span, old: entry.value.to_string(), new };
        match plan.allocations.get(key) {
            Some(made) if made.value == entry.value => {}
            Some(made) => {
                let differences = stacks.entry(parts.stack()).or_default();
                match facts.damage(entry, made) {
                    Some(damage) => differences.damaged.push((line(Some(made.value.to_string())), damage)),
                    None => differences.changed.push((line(Some(made.value.to_string())), facts.pool_place(entry, made))),
                }
            }
            None => match facts.gone(&parts, entry) {
                Gone::Kept => {}
                Gone::Left => stacks.entry(parts.stack()).or_default().left.push(line(None)),
                Gone::Changed(new, place) => stacks.entry(parts.stack()).or_default().changed.push((line(new), place)),
            },
        }
    }
    stacks
}

/// What became of a line that nothing asks for any more.
enum Gone {
    /// The source says the same value itself now.
    Kept,
    /// One of several is not there any more.
    Left,
    /// It has another value now, or none; and where the source says so, as far as that is known.
    Changed(Option<String>, Option<Span>),
}

struct Facts<'a> {
    plan: &'a Plan,
    lock: &'a Lock,
    /// Instances by path: `mgmt`, `mgmt.nodes`.
    instances: BTreeMap<Text, (InstanceId, &'a Instance)>,
    /// Who has a network.
    networks: BTreeMap<Ipv4Net, &'a Text>,
    /// Paths with a new thing beside those that the lock knows.
    replaced: BTreeSet<&'a str>,
}

impl<'a> Facts<'a> {
    fn new(plan: &'a Plan, lock: &'a Lock) -> Facts<'a> {
        let mut instances = BTreeMap::new();
        for (at, instance) in plan.instances.iter().enumerate().filter(|(_, instance)| !instance.keyword.is_empty()) {
            let path = match instance.stack {
                Some(stack) => text!("{}.{}", plan.instances[stack.0 as usize].name, instance.name),
                None => instance.name.clone(),
            };
            instances.insert(path, (InstanceId(at as u32), instance));
        }
        let mut networks = BTreeMap::new();
        let mut replaced = BTreeSet::new();
        for (key, made) in &plan.allocations {
            if let Held::Range(net) = made.value {
                networks.insert(net, key);
            }
            if lock.get(key).is_none()
                && let Some(parts) = Key::read(key)
                && parts.name.is_some()
            {
                replaced.insert(parts.path);
            }
        }
        Facts { plan, lock, instances, networks, replaced }
    }

    /// What a line contradicts; nothing where the source changed.
    fn damage(&self, entry: &Entry, made: &Allocation) -> Option<Damage> {
        let stack = |key: &Text| Key::read(key).map(|key| key.stack().to_owned()).unwrap_or_default();
        match (made.misfit.as_ref()?, entry.value) {
            (Misfit::Outside, Held::Range(range)) => {
                let says = |from: &Ipv4Net| format!("lies outside {from}, from which it was taken");
                match self.lock.pools(&self.plan.environment) {
                    Some(pools) if pools.ranges.iter().any(|pool| pool.contains(&range)) => None,
                    Some(pools) => Some(Damage {
                        says: pools.ranges.first().map(says).unwrap_or_default(),
                        other: pools.span,
                        label: "the networks of the environment were taken from here".to_owned(),
                    }),
                    None => Some(Damage {
                        says: says(&made.from),
                        other: place::said_by_product(self.plan, "ranges"),
                        label: "the networks of the environment are taken from here".to_owned(),
                    }),
                }
            }
            (Misfit::Outside, Held::Address(address)) => {
                let (network, owner) = self.network_of(&made.from)?;
                let held = self.lock.get(owner).filter(|held| held.value == Held::Range(network))?;
                (!network.contains(&address)).then(|| Damage {
                    says: format!("lies outside {network}, the network of `{}`", stack(owner)),
                    other: held.span,
                    label: "the network stands here".to_owned(),
                })
            }
            (Misfit::Size(prefix), _) => {
                Some(Damage { says: format!("is no /{prefix}"), other: made.asked, label: format!("a /{prefix} is asked for here") })
            }
            (Misfit::Reserved, _) => Some(Damage {
                says: format!("is kept for something else in {}", made.from),
                other: made.asked,
                label: "the address is asked for here".to_owned(),
            }),
            (Misfit::Taken(owner), _) => {
                let other = self.lock.get(owner).map_or(made.asked, |held| held.span);
                Some(Damage { says: format!("is what `{}` has", stack(owner)), other, label: "the other owner".to_owned() })
            }
        }
    }

    /// The smallest allocated network that a subnet lies in.
    fn network_of(&self, subnet: &Ipv4Net) -> Option<(Ipv4Net, &'a Text)> {
        let wider = (0..=subnet.prefix_len()).rev().filter_map(|prefix| Ipv4Net::new(subnet.network(), prefix).ok());
        wider.map(|net| net.trunc()).find_map(|net| Some((net, *self.networks.get(&net)?)))
    }

    /// Where the ranges of the environment are said, for a network that does not lie in them any more.
    fn pool_place(&self, entry: &Entry, made: &Allocation) -> Option<Span> {
        let outside = made.misfit == Some(Misfit::Outside) && matches!(entry.value, Held::Range(_));
        outside.then(|| place::said_by_product(self.plan, "ranges"))
    }

    fn gone(&self, key: &Key<'_>, entry: &Entry) -> Gone {
        let moved = self.elsewhere(key);
        let (of, field) = match key.path.rsplit_once('.') {
            Some((of, field)) => (of, field.split('[').next().unwrap_or_default()),
            None => (key.path, ""),
        };
        if key.name.is_some() {
            let whole = self.instances.contains_key(key.path);
            let part = self.instances.contains_key(of);
            return match moved {
                // A machine with another name takes its place; what is only named in a field is nothing that runs.
                None if whole && !self.replaced.contains(key.path) => Gone::Left,
                None if !whole && part => Gone::Left,
                moved => Gone::Changed(moved, None),
            };
        }
        let Some((id, instance)) = self.instances.get(of) else { return Gone::Changed(moved, None) };
        let (Some(value), Held::Range(range)) = (instance.fields.get(field), entry.value) else { return Gone::Changed(moved, None) };
        if holds(value, &range) {
            return Gone::Kept;
        }
        let new = if let Value::Cidr(net) = value { Some(net.to_string()) } else { moved };
        Gone::Changed(new, Some(place::said_at(self.plan, *id, field)))
    }

    /// What the same thing got at another provider.
    fn elsewhere(&self, key: &Key<'_>) -> Option<String> {
        let name = key.name.map(|name| format!("/{name}")).unwrap_or_default();
        let prefix = text!("{}/{}{name}@", key.environment, key.path);
        let (other, made) = self.plan.allocations.range(prefix.clone()..).next()?;
        other.starts_with(prefix.as_str()).then(|| made.value.to_string())
    }
}

/// Whether a value is a network, or has it somewhere in it.
fn holds(value: &Value, net: &Ipv4Net) -> bool {
    match value {
        Value::Cidr(ipnet::IpNet::V4(other)) => other == net,
        Value::List(list) => list.iter().any(|value| holds(value, net)),
        Value::Map(map) => map.values().any(|value| holds(value, net)),
        _ => false,
    }
}
