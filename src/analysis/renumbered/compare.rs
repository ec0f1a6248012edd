//! Compares the lines of a lock with what a plan gives.

use super::super::place;
use super::{Damage, Differences, Line};
use crate::base::{Span, Text, text};
use crate::plan::lock::{Entry, Held, Key, Lock};
use crate::plan::{Allocation, Instance, Misfit, Plan};
use crate::value::{InstanceId, Value};
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};

/// The attribute of a stack that names its provider.
const ON: &str = "on";

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
                Gone::Damaged(damage) => stacks.entry(parts.stack()).or_default().damaged.push((line(None), damage)),
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
    /// Nothing that is there ever asked for it.
    Damaged(Damage),
    /// One of several is not there any more.
    Left,
    /// It has another value now, or none; and where the source says so, as far as that is known.
    Changed(Option<String>, Option<Span>),
}

struct Facts<'a> {
    plan: &'a Plan,
    lock: &'a Lock,
    /// Instances by path, `mgmt` and `mgmt.nodes`, those among them that a condition leaves out.
    instances: BTreeMap<Text, (InstanceId, &'a Instance)>,
    /// Who has a network.
    networks: BTreeMap<Ipv4Net, &'a Text>,
    /// Paths with a new thing beside those that the lock knows.
    replaced: BTreeSet<&'a str>,
}

impl<'a> Facts<'a> {
    fn new(plan: &'a Plan, lock: &'a Lock) -> Facts<'a> {
        let mut instances = BTreeMap::new();
        for (at, instance) in plan.instances.iter().enumerate() {
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
                        says: made.from.as_ref().map(says).unwrap_or_default(),
                        other: place::said_by_product(self.plan, "ranges"),
                        label: "the networks of the environment are taken from here".to_owned(),
                    }),
                }
            }
            (Misfit::Outside, Held::Address(address)) => {
                let (network, owner) = self.network_of(&made.from?)?;
                let says = format!("lies outside {network}, the network of `{}`", stack(owner));
                match self.lock.get(owner) {
                    _ if network.contains(&address) => None,
                    Some(held) if held.value == Held::Range(network) => {
                        Some(Damage { says, other: held.span, label: "the network stands here".to_owned() })
                    }
                    // The network moves, and what is in it with it.
                    Some(_) => None,
                    None if self.lock.has_moved(owner) => None,
                    None => Some(Damage {
                        says: format!("{says}, of which the lock has no line"),
                        other: self.declared(&stack(owner)),
                        label: "its network is allocated anew".to_owned(),
                    }),
                }
            }
            // The numbers that may be given are said by the source alone.
            (Misfit::Span(..) | Misfit::Outside, _) => None,
            (Misfit::Size(prefix), _) => {
                Some(Damage { says: format!("is no /{prefix}"), other: made.asked, label: format!("a /{prefix} is asked for here") })
            }
            (Misfit::Reserved, _) => Some(Damage {
                says: format!("is kept for something else in {}", made.from.map(|from| from.to_string()).unwrap_or_default()),
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
        let there = |path: &str| self.instances.get(path).filter(|(_, instance)| !instance.keyword.is_empty());
        let says = || format!("belongs to nothing: `{of}` asks for no `{field}`");
        let stranger =
            || Gone::Damaged(Damage { says: says(), other: self.declared(key.stack()), label: format!("`{}` stands here", key.stack()) });
        if key.name.is_some() {
            if there(key.path).is_some() {
                // A machine with another name takes its place.
                let replaced = moved.is_some() || self.replaced.contains(key.path);
                return if replaced { Gone::Changed(moved, None) } else { Gone::Left };
            }
            return match there(of) {
                Some((_, instance)) if instance.fields.contains_key(field) => Gone::Left,
                Some(_) if !self.instances.contains_key(key.path) => stranger(),
                _ => Gone::Changed(moved, None),
            };
        }
        let Some((id, instance)) = there(of) else {
            let unheard_of = !self.instances.contains_key(of) && there(key.stack()).is_some();
            return if unheard_of { stranger() } else { Gone::Changed(moved, None) };
        };
        let (Some(value), Held::Range(range)) = (instance.fields.get(field), entry.value) else { return stranger() };
        if holds(value, &range) {
            return Gone::Kept;
        }
        let new = if let Value::Cidr(net) = value { Some(net.to_string()) } else { moved };
        // At another provider everything is made anew: that is what the source says.
        let elsewhere = self.elsewhere(key).and_then(|_| self.said_on(key.stack()));
        Gone::Changed(new, Some(elsewhere.unwrap_or_else(|| place::said_at(self.plan, *id, field))))
    }

    /// Where the inventory declares a stack; the product where it does not.
    fn declared(&self, stack: &str) -> Span {
        let product = &self.plan.product;
        let declared = product.instances.iter().find(|instance| instance.name.text == stack);
        declared.map_or(product.name.span, |instance| instance.name.span)
    }

    /// Where a stack says the provider that it runs on.
    fn said_on(&self, stack: &str) -> Option<Span> {
        let declared = self.plan.product.instances.iter().find(|instance| instance.name.text == stack)?;
        let of_environment = declared.overrides.iter().filter(|(environment, _)| environment.text == self.plan.environment);
        let overridden = of_environment.flat_map(|(_, attributes)| attributes).rfind(|attribute| attribute.name.text == ON);
        overridden.or_else(|| declared.attributes.get(ON)).map(|attribute| attribute.value.span)
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
