//! Every machine has an address of its own, within its subnet and not one that the provider keeps; every subnet lies in its network.
//!
//! The compiler allocates addresses, but a module may compute its subnets itself. A gateway or a second machine on the same address
//! is noticed by no tool before packets go astray.
//!
//! ```infra
//! output subnets: list(subnet) = [subnet(key = "a", zone = "a", range = 10.99.0.0/24)]   # whatever the range of the network is
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{OfSubnets, PrivateNetwork, Subnet};
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    subnets(facts, found);
    for plan in facts.plans {
        hosts(plan, found);
    }
}

/// Modules that cut subnets out of something else than their range, each once.
fn subnets(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    for plan in facts.plans {
        for (id, network) in plan.networks() {
            let Some(instance) = plan.instance(id) else { continue };
            let said: Option<PrivateNetwork<'_>> = instance.block();
            for range in said.into_iter().flat_map(|said| said.subnets()).filter_map(Subnet::range) {
                if network.contains(&range) || !blamed.insert(&instance.definition) {
                    continue;
                }
                let message = format!("subnet {range} lies outside {network}, the range of its network");
                found.push(
                    Diagnostic::error(Code::AddressReserved, place::block_at(facts, plan, id, "private_network", "range"), message)
                        .related(instance.declaration.name.span, "the network is made here")
                        .help("cut the subnets out of the network's range with `cidr_subnet`"),
                );
            }
        }
    }
}

/// Machines on an address outside their subnet, on a reserved one, or on that of another machine.
fn hosts(plan: &Plan, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<IpAddr, &Text> = BTreeMap::new();
    for host in &plan.hosts {
        let Some((address, subnet)) = host.said().and_then(|host| Some((host.address()?, host.subnet()?))) else { continue };
        let mut wrong = None;
        if let Some(range) = subnet.range()
            && !range.contains(&address)
        {
            wrong = Some(format!("{address} of `{}` lies outside its subnet {range}", host.name));
        }
        if reserved(plan, &host.stack, &address) {
            wrong = Some(format!("{address} of `{}` is an address that the provider keeps for itself", host.name));
        }
        if let Some(first) = seen.insert(address, &host.name) {
            wrong = Some(format!("`{}` and `{first}` have one address, {address}", host.name));
        }
        if let Some(message) = wrong {
            let place = place::machine_at(plan, host);
            found.push(
                Diagnostic::error(Code::AddressReserved, place, message)
                    .related(host.span, "the machine is made here")
                    .help("leave the address to the compiler, which knows the free ones"),
            );
        }
    }
}

/// Whether the provider of a stack keeps an address for itself.
fn reserved(plan: &Plan, stack: &str, address: &IpAddr) -> bool {
    let stack = plan.instances.iter().find(|instance| instance.keyword == "stack" && instance.name == stack);
    let provider = stack.and_then(|stack| plan.instance(stack.provider?));
    let subnets = provider.and_then(|provider| provider.block::<OfSubnets<'_>>());
    subnets.is_some_and(|subnets| subnets.reserved().any(|net| net.contains(address)))
}
