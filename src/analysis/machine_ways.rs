//! Every machine that is configured can be entered by who configures it, and left for packages.
//!
//! A machine is entered by its public address, or through a gate that stands in its network. It is left by its public address, by what
//! its provider translates, or through a machine that its network names. Otherwise the playbook waits for it for ever. A product that has
//! no way in at all is left alone, until an environment is `ready`: who operates it comes in a way that it does not say, and pipelines know
//! no such way.
//!
//! ```infra
//! stack compute app { on = eu }   # no public address, and no way in reaches it
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Entry, PrivateNetwork};
use crate::plan::{Host, Plan, Standing};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // A product without any way in is entered in a way that only its operators know, until pipelines are to work on it.
    for plan in facts.plans.iter().filter(|plan| !plan.gates().is_empty() || plan.is_ready()) {
        let mut blamed: BTreeSet<(&Text, &Text)> = BTreeSet::new();
        let machines = Machines::of(plan);
        for host in &plan.hosts {
            let configured = plan.services_on(&host.name).next().is_some();
            let Some(standing) = plan.standing(host).filter(|_| configured && machines.are_right(plan, host)) else { continue };
            let (entered, left) = (not_entered(plan, host, standing), not_left(plan, standing));
            if entered.is_none() && left.is_none() || !blamed.insert((&host.stack, &host.unit)) {
                continue;
            }
            found.push(report(facts, plan, host, entered, left));
        }
    }
}

/// How often machines and stacks have a name.
struct Machines<'p> {
    hosts: BTreeMap<&'p Text, usize>,
    stacks: BTreeMap<String, usize>,
}

impl<'p> Machines<'p> {
    fn of(plan: &'p Plan) -> Machines<'p> {
        let (mut hosts, mut stacks) = (BTreeMap::new(), BTreeMap::new());
        plan.hosts.iter().for_each(|host| *hosts.entry(&host.name).or_default() += 1);
        let names = plan.instances.iter().filter(|of| of.keyword == "stack").map(|of| of.name.replace('_', "-"));
        names.for_each(|name| *stacks.entry(name).or_default() += 1);
        Machines { hosts, stacks }
    }

    /// Whether a machine has a name and an address of its own: others rules judge that.
    fn are_right(&self, plan: &Plan, host: &Host) -> bool {
        let alone = self.hosts.get(&host.name) == Some(&1);
        let named = self.stacks.get(&host.stack.replace('_', "-")) == Some(&1);
        is_inside(plan, host) && alone && named
    }
}

/// Whether the address of a machine lies in its network.
fn is_inside(plan: &Plan, host: &Host) -> bool {
    let network = plan.standing(host).and_then(|standing| plan.range_of(standing.network?));
    let address = host.said().and_then(|said| said.address());
    network.is_none_or(|range| address.is_none_or(|address| range.contains(&address)))
}

/// Why nobody comes in.
fn not_entered(plan: &Plan, host: &Host, standing: Standing) -> Option<&'static str> {
    if plan.gates().iter().any(|gate| gate.host == host.name) || plan.is_open(host) {
        return match (standing.public, plan.is_met_in_public(host)) {
            (false, _) => Some("operators come by its public address, and it has none"),
            (true, false) => Some("operators come from anywhere, and the firewall in front of it lets nobody in"),
            (true, true) => None,
        };
    }
    match (plan.gate_of(host), plan.is_entered_by_name(host)) {
        (Some(_), _) => None,
        (None, true) if !standing.public => Some("operators come by its public address, and it has none"),
        (None, true) => Some("it is entered by its public address, and the firewall in front of it lets no way in through"),
        (None, false) if standing.public => Some("it is entered by its private address, and no way in leads to its network"),
        (None, false) => Some("it has no public address, and no way in leads to its network"),
    }
}

/// Why nothing goes out.
fn not_left(plan: &Plan, standing: Standing) -> Option<&'static str> {
    let network = standing.network.filter(|_| !standing.public)?;
    let said: PrivateNetwork<'_> = plan.instance(network)?.block()?;
    let closed = said.exit() == Some(false) && plan.gateway_of(network).is_none();
    closed.then_some("nothing leads out of its network, so it gets no packages")
}

fn report(facts: &Facts<'_>, plan: &Plan, host: &Host, entered: Option<&str>, left: Option<&str>) -> Diagnostic {
    let what = match (entered, left) {
        (Some(_), Some(_)) => "be neither entered nor left",
        (Some(_), None) => "be entered by nobody",
        (None, _) => "not be left",
    };
    let why: Vec<&str> = entered.into_iter().chain(left).collect();
    let message = format!("`{}` can {what}: {}", host.name, why.join("; "));
    let named = place::machine_at(plan, host);
    // What says how machines are entered is where a stack of one's own goes wrong.
    let entry = entered.and_then(|_| entry_at(facts, plan, host));
    let mut diagnostic = Diagnostic::error(Code::NoRoute, entry.unwrap_or(named), message);
    if entry.is_some() {
        diagnostic = diagnostic.related(named, "these machines");
    }
    for gate in plan.gates() {
        if let Some(stack) = plan.stack(&gate.stack).filter(|stack| stack.name != host.stack) {
            let at = place::named_at(plan, stack.instance);
            let leads: Vec<String> = reached(plan, gate).iter().map(|name| format!("`{name}`")).collect();
            diagnostic = diagnostic.related(at, format!("this way in leads to {}", leads.join(", ")));
        }
    }
    let stack = &host.stack;
    diagnostic.help(match entry {
        Some(_) => "let the firewall in front of them take `gates`, or say `bastion = true` where they are entered from anywhere".to_owned(),
        None if plan.is_entered_by_name(host) => "name the ways in that its firewall lets through: `gates = […]`".to_owned(),
        None => format!(
            "let a way in stand in its network: `stack vpn NAME {{ reaches = [{stack}], label = \"…\" }}`; or give it a public address: `public = true`"
        ),
    })
}

/// The stacks whose machines a gate leads to.
fn reached(plan: &Plan, gate: &crate::plan::Gate) -> BTreeSet<Text> {
    let other = plan.hosts.iter().filter(|host| host.stack != gate.stack && plan.leads_to(gate, host));
    other.map(|host| host.stack.clone()).collect()
}

/// The service of a project's own stack that says how a machine is entered.
fn entry_at(facts: &Facts<'_>, plan: &Plan, host: &Host) -> Option<Span> {
    let says =
        plan.services_on(&host.name).filter_map(|service| plan.instance(service.instance)).find(|of| of.block::<Entry<'_>>().is_some())?;
    let span = says.declaration.definition.span;
    place::is_of_project(facts.program, span).then_some(span)
}
