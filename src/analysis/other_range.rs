//! A range that is written out lies in no range of another environment.
//!
//! Two environments that are connected, by an operator's tunnel to both or by peering, cannot tell the networks apart; what the other
//! environment allocates later takes the same addresses.
//!
//! ```infra
//! ranges = { staging = 10.100.0.0/16, prod = 10.20.0.0/16 }
//! stack compute web { on = eu, in prod { range = 10.100.240.0/20 } }
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use ipnet::IpNet;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let ranges: BTreeMap<&Text, IpNet> = plan.said().ranges().collect();
        for (id, range) in plan.networks() {
            let Some(stack) = plan.instance(id).and_then(|network| plan.instance(network.stack?)) else { continue };
            let other = plan.said().ranges().find(|(environment, of)| **environment != plan.environment && of.contains(&range));
            // Ranges of environments that hold each other are judged for themselves.
            let own = ranges.get(&plan.environment).is_some_and(|own| own.contains(&range));
            if let Some((environment, of)) = other
                && !own
            {
                found.push(
                    Diagnostic::error(
                        Code::AddressReserved,
                        place::block_at(facts, plan, id, "private_network", "range"),
                        format!("{range} of `{}` in {} lies in {of}, the range of {environment}", stack.name, plan.environment),
                    )
                    .related(place::said_by_product(plan, "ranges"), "the ranges of the environments are said here")
                    .help(format!("take a range out of that of {}, or leave it to the compiler", plan.environment)),
                );
            }
        }
    }
}
