//! Who a firewall lets in by a private address has a way to come.
//!
//! A private address is reached within its network. A rule for another network is written, both firewalls are open, and no packet comes.
//!
//! ```infra
//! stack compute web { on = eu, public = true }
//! stack compute app { on = eu, public = true, ports = [8080/tcp], from = [web.range] }   # a network of its own
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{HostFilter, PacketFilter};
use crate::plan::{Host, Plan};
use crate::value::{InstanceId, Value};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let mut blamed: BTreeSet<(&Text, InstanceId)> = BTreeSet::new();
        let by_address = by_address(plan);
        for host in &plan.hosts {
            let Some(network) = plan.standing(host).and_then(|standing| standing.network) else { continue };
            // A range is meant for a network, an address for a machine.
            let (machines, ranges): (Vec<IpNet>, Vec<IpNet>) =
                sources(plan, host).into_iter().partition(|source| source.prefix_len() == source.max_prefix_len());
            for source in ranges {
                let Some((other, _)) = plan.networks().find(|(id, range)| *id != network && range.contains(&source)) else { continue };
                if is_met(plan, network, &source) || comes_from_a_gate(plan, &source) || !blamed.insert((&host.stack, other)) {
                    continue;
                }
                found.push(report(plan, host, &source, other));
            }
            for source in machines {
                let Some(client) = by_address.get(&source) else { continue };
                let Some(other) = plan.standing(client).and_then(|standing| standing.network).filter(|other| *other != network) else {
                    continue;
                };
                // Who is let in and asks nothing needs no way.
                let Some(place) = asks_at(plan, client, host) else { continue };
                if is_met(plan, network, &source) || comes_from_a_gate(plan, &source) || !blamed.insert((&host.stack, other)) {
                    continue;
                }
                found.push(report_client(plan, host, client, place));
            }
        }
    }
}

/// The machines by their private addresses; of several with one address the first.
fn by_address(plan: &Plan) -> BTreeMap<IpNet, &Host> {
    let mut machines = BTreeMap::new();
    for host in &plan.hosts {
        if let Some(address) = host.said().and_then(|said| said.address()) {
            machines.entry(IpNet::from(address)).or_insert(host);
        }
    }
    machines
}

/// A machine of another network that is let in by its address, because a service of it is given one that runs here.
fn report_client(plan: &Plan, host: &Host, client: &Host, place: Span) -> Diagnostic {
    let message = format!(
        "`{}` never reaches `{}`, which lets it in: they are in the networks of `{}` and `{}`, and no way joins the two",
        client.name, host.name, client.stack, host.stack
    );
    let mut diagnostic = Diagnostic::error(Code::NoRoute, place, message);
    for machine in [host, client] {
        let at = place::machine_at(plan, machine);
        if at != place {
            diagnostic = diagnostic.related(at, format!("`{}` has a network of its own", machine.stack));
        }
    }
    diagnostic.help(APART)
}

/// Where the service of one machine is given one of another machine.
fn asks_at(plan: &Plan, client: &Host, host: &Host) -> Option<Span> {
    let asked: BTreeSet<InstanceId> = plan.services_on(&host.name).map(|service| service.instance).collect();
    let asks = |of: InstanceId| {
        let values = plan.instance(of).into_iter().flat_map(|instance| instance.fields.values());
        values.into_iter().any(|value| matches!(value, Value::Instance(id) if asked.contains(id)))
    };
    plan.services_on(&client.name).map(|service| service.instance).find(|of| asks(*of)).map(|of| place::named_at(plan, of))
}

/// What there is to do where two networks are not one.
const APART: &str = "put both into one network, as one stack has it, or let them meet by public addresses and over TLS";

/// The private addresses that a machine's firewalls let in.
fn sources(plan: &Plan, host: &Host) -> BTreeSet<IpNet> {
    let filter = plan.standing(host).and_then(|standing| plan.instance(standing.filter?)?.block::<PacketFilter<'_>>());
    let cloud = filter.into_iter().flat_map(|filter| filter.inbound().flat_map(|rule| rule.sources()).collect::<Vec<_>>());
    let own = plan.services_on(&host.name).filter_map(|service| plan.instance(service.instance)?.block::<HostFilter<'_>>());
    let own = own.flat_map(|filter| filter.inbound().flat_map(|rule| rule.ipv4().chain(rule.ipv6())).collect::<Vec<_>>());
    cloud.chain(own).collect()
}

/// Whether a range is of the network that the machine is in, too.
fn is_met(plan: &Plan, network: InstanceId, source: &IpNet) -> bool {
    plan.range_of(network).is_some_and(|range| range.contains(source))
}

/// Rules for operators hold everywhere, and name the tunnels and the machines that they end on.
fn comes_from_a_gate(plan: &Plan, source: &IpNet) -> bool {
    let gates = plan.gates();
    let mut ends = plan.hosts.iter().filter(|host| gates.iter().any(|gate| gate.host == host.name));
    let tunnel = plan.ways_in().any(|(_, way)| way.range().is_some_and(|range| range.contains(source)));
    tunnel || ends.any(|host| host.said().and_then(|said| said.address()).is_some_and(|address| IpNet::from(address) == *source))
}

fn report(plan: &Plan, host: &Host, source: &IpNet, other: InstanceId) -> Diagnostic {
    let theirs = plan.instance(other).and_then(|of| of.stack).and_then(|stack| plan.instance(stack));
    let name = theirs.map(|stack| stack.name.clone()).unwrap_or_default();
    let ours = plan.stack(&host.stack);
    let named = place::machine_at(plan, host);
    let message = format!("nothing comes from {source} to `{}`: it is in the network of `{name}`, and no way joins the two", host.name);
    let said = ours.and_then(|stack| said_at(plan, stack.instance, source));
    let place = said.unwrap_or(named);
    let mut diagnostic = Diagnostic::error(Code::NoRoute, place, message);
    if place != named {
        diagnostic = diagnostic.related(named, format!("`{}` is in a network of its own", host.stack));
    }
    if let Some(at) = theirs.map(|stack| stack.declaration.name.span).filter(|at| *at != place) {
        diagnostic = diagnostic.related(at, format!("`{name}` is in another one"));
    }
    diagnostic.help(APART)
}

/// The attribute of a stack whose value names a range.
fn said_at(plan: &Plan, stack: InstanceId, source: &IpNet) -> Option<Span> {
    let names = |value: &Value| match value {
        Value::Cidr(range) => range == source,
        Value::List(list) => list.iter().any(|value| *value == Value::Cidr(*source)),
        _ => false,
    };
    plan.given_where(stack, names)
}
