//! A machine has one instance of a service.
//!
//! A machine runs a role once: of a second instance with other values nothing would be left. Two of different stacks that say the same are
//! one. A stack may have a service for each of its groups of machines; what brings members together does so once in a stack.
//!
//! ```infra
//! define stack cell {
//!   service base entrance { hosts = gate.hosts }
//!   service base inner    { hosts = concat(gate.hosts, nodes.hosts) }   # the gate would have two
//! }
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Service};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    for plan in facts.plans {
        in_stack(facts, plan, &mut blamed, found);
        on_machine(plan, &mut blamed, found);
    }
}

/// Two instances of a service in a stack, on one machine or with members to be brought together.
fn in_stack(facts: &Facts<'_>, plan: &Plan, blamed: &mut BTreeSet<Span>, found: &mut Vec<Diagnostic>) {
    for (at, service) in plan.services.iter().enumerate() {
        let is_same = |first: &&Service| first.stack == service.stack && first.service == service.service;
        let earlier: Vec<&Service> = plan.services[..at].iter().filter(is_same).collect();
        let shared = earlier.iter().find_map(|first| Some((*first, service.hosts.iter().find(|host| first.hosts.contains(host))?)));
        let (first, message) = match (shared, earlier.first()) {
            (Some((first, host)), _) => {
                (first, format!("a second `{}` in one stack for `{host}`: a machine runs it once", service.service))
            }
            (None, Some(first)) if is_brought_together(facts, service) => {
                (*first, format!("a second `{}` in one stack: its members are brought together once", service.service))
            }
            _ => continue,
        };
        if blamed.insert(service.span) {
            found.push(
                Diagnostic::error(Code::DuplicateName, service.span, message)
                    .related(first.span, "the first one is here")
                    .help("leave one of them, give it machines of its own, or take a stack for each"),
            );
        }
    }
}

/// Whether something is done once for all members of a service.
fn is_brought_together(facts: &Facts<'_>, service: &Service) -> bool {
    let definition = facts.program.definitions.get(&("service".into(), service.service.clone()));
    let mut blocks = definition.into_iter().flat_map(|definition| &definition.blocks).flat_map(|block| block.body.blocks());
    blocks.any(|block| block.keyword.text == "cluster")
}

/// Two instances of a service, of two stacks, that would have another value each on a machine.
fn on_machine(plan: &Plan, blamed: &mut BTreeSet<Span>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(&Text, &Text), &Service> = BTreeMap::new();
    for service in &plan.services {
        for host in &service.hosts {
            let Some(first) = seen.insert((host, &service.service), service) else { continue };
            let at = place::named_at(plan, service.instance);
            // Machines of stacks with names that become equal are told about as that.
            let group = |of: &Service| of.stack.replace('-', "_");
            if group(first) == group(service) || same_on(host, first, service) || !blamed.insert(at) {
                continue;
            }
            let message = format!("`{host}` would have `{}` twice, of `{}` and `{}`", service.service, first.stack, service.stack);
            found.push(
                Diagnostic::error(Code::DuplicateName, at, message)
                    .related(place::named_at(plan, first.instance), "the other stack is here")
                    .help("a machine runs a service once: leave one of them, or give it machines of its own"),
            );
        }
    }
}

/// Whether a machine gets the same values from both.
fn same_on(host: &Text, first: &Service, second: &Service) -> bool {
    let values = |of: &Service| -> BTreeMap<Text, Value> {
        let of_host = of.host_vars.get(host).into_iter().flatten();
        of.group_vars.iter().chain(of_host).cloned().collect()
    };
    values(first) == values(second)
}
