//! A private address behind a name is that of a machine.
//!
//! ```infra
//! module dns zone { zone = "example.org", records = [{ kind = a, name = "www", values = ["10.99.99.99"] }] }   # nobody has it
//! ```

use super::{Facts, place};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{DnsZone, RecordSet};
use crate::plan::Plan;
use crate::plan::lock::Held;
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed: BTreeSet<Span> = BTreeSet::new();
    for plan in facts.plans {
        for (at, instance) in plan.instances.iter().enumerate() {
            let Some(zone) = instance.block::<DnsZone<'_>>() else { continue };
            let id = InstanceId(at as u32);
            for set in zone.records() {
                for address in set.values().filter_map(private) {
                    if facts.plans.iter().any(|plan| has(plan, address)) {
                        continue;
                    }
                    let is_it = |literal: &place::Literal| match literal {
                        place::Literal::Text(text) => text.parse() == Ok(address),
                        place::Literal::Ip(ip) => *ip == address,
                        place::Literal::Int(_) => false,
                    };
                    let said = place::literal_at(facts.program, plan, id, &is_it);
                    let named = place::named_at(plan, id);
                    if !blamed.insert(said.unwrap_or(named)) {
                        continue;
                    }
                    let name = RecordSet::name(set).cloned().unwrap_or_default();
                    let domain = zone.domain().cloned().unwrap_or_default();
                    let message = format!("`{name}` in the zone {domain} leads to {address}, a private address that no machine has");
                    let mut diagnostic = Diagnostic::error(Code::DanglingReference, said.unwrap_or(named), message)
                        .help("name a machine: `nodes.hosts[0].address`, or its public address");
                    if said.is_some() {
                        diagnostic = diagnostic.related(named, "the zone is made for this stack");
                    }
                    found.push(diagnostic);
                }
            }
        }
    }
}

/// A private address that stands in a record.
fn private(value: &Value) -> Option<IpAddr> {
    let address = match value {
        Value::Ip(address) => *address,
        Value::Text(text) => text.parse().ok()?,
        _ => return None,
    };
    let private = match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    };
    private.then_some(address)
}

/// Whether something of a plan has an address: a machine, or what was allocated by name.
fn has(plan: &Plan, address: IpAddr) -> bool {
    plan.hosts.iter().any(|host| host.said().and_then(|said| said.address()) == Some(address))
        || matches!(address, IpAddr::V4(address) if plan.allocations.values().any(|made| made.value == Held::Address(address)))
}
