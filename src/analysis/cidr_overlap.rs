//! Networks of one environment do not overlap.
//!
//! They can meet: a tunnel leads operators into them, and a later peering would join them. An address that two networks have is
//! reached in the nearer one, so traffic for the other gets lost without a message. The same holds for the bridges that a service
//! makes on its machines (`bridges`), and for the addresses that operators get in the tunnel (`way_in`).
//!
//! ```infra
//! stack management mgmt   { on = eu, range = 10.20.0.0/20 }
//! stack compute    web_eu { on = eu, range = 10.20.8.0/21 }   # lies within the range of mgmt
//! ```

use super::{Facts, place};
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Service, View, WayIn};
use crate::plan::Plan;
use crate::value::InstanceId;
use ipnet::IpNet;

/// A network with who has it and where that is said.
struct Network {
    range: IpNet,
    owner: Text,
    of: InstanceId,
    span: Span,
}

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let networks = networks(facts, plan);
        for (at, second) in networks.iter().enumerate() {
            let clash = networks[..at].iter().find(|first| first.of != second.of && meet(&first.range, &second.range));
            let Some(first) = clash else { continue };
            found.push(
                Diagnostic::error(
                    Code::CidrOverlap,
                    second.span,
                    format!("{} of {} overlaps {} of {}", second.range, second.owner, first.range, first.owner),
                )
                .related(first.span, format!("{} is said here", first.range))
                .help("take another range, or leave it out: the compiler allocates one that is free"),
            );
        }
    }
}

/// What has addresses in an environment, those of modules first.
fn networks(facts: &Facts<'_>, plan: &Plan) -> Vec<Network> {
    let stack = |of: InstanceId| {
        let instance = &plan.instances[of.0 as usize];
        instance.stack.map_or(&instance.name, |stack| &plan.instances[stack.0 as usize].name)
    };
    let made = plan.networks().map(|(of, range)| {
        let span = place::block_at(facts, plan, of, "private_network", "range");
        Network { range, owner: text!("`{}`", stack(of)), of, span }
    });
    let mut networks: Vec<Network> = made.collect();
    for (at, service) in plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "service") {
        let of = InstanceId(at as u32);
        networks.extend(service.block().and_then(WayIn::range).map(|range| {
            let span = place::block_at(facts, plan, of, "way_in", "range");
            Network { range, owner: text!("the tunnel of `{}`", stack(of)), of, span }
        }));
        for range in Service::over(service.said()).bridges() {
            let owner = text!("the bridges of `{}`", service.definition);
            networks.push(Network { range, owner, of, span: place::named_at(plan, of) });
        }
    }
    networks
}

fn meet(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}
