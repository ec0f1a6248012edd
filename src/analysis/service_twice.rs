//! A stack has one instance of a service, and so has a machine.
//!
//! The values of a role stand beside the group of its stack (`group_vars/<stack>/<service>.yml`), and a machine runs a role once: of a second
//! instance with other values nothing would be left. Two that say the same are one.
//!
//! ```infra
//! define stack cell {
//!   service base entrance { hosts = gate.hosts }
//!   service base inner    { hosts = nodes.hosts }   # the second `base` of this stack
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
        in_stack(plan, &mut blamed, found);
        on_machine(plan, &mut blamed, found);
    }
}

/// Two instances of a service in a stack.
fn in_stack(plan: &Plan, blamed: &mut BTreeSet<Span>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(&Text, &Text), &Service> = BTreeMap::new();
    for service in &plan.services {
        let Some(first) = seen.insert((&service.stack, &service.service), service) else { continue };
        if blamed.insert(service.span) {
            let message = format!("a second `{}` in one stack: the values of both would be in one file", service.service);
            found.push(
                Diagnostic::error(Code::DuplicateName, service.span, message)
                    .related(first.span, "the first one is here")
                    .help("leave one of them, or take a stack for each"),
            );
        }
    }
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
