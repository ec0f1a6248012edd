//! A name that the product uses is served, where the product makes the zone that it lies in.
//!
//! Ways in, stores and locks are reached by names. A zone of the product that lacks one answers that there is none.
//!
//! ```infra
//! stack vpn  access { on = eu, reaches = [mgmt] }            # entered as `vpn.example.com`
//! stack edge front  { on = cf, origins = [web], inside = [mgmt] }   # and no `gates`
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::plan::names::Leads;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        // The lacking names by zone and by what uses them.
        let mut lacking: BTreeMap<(Span, Span), (Text, Vec<Text>)> = BTreeMap::new();
        let gates = plan.gates();
        for needed in plan.needed_names() {
            // Machines that are entered by names of their own may be known to those who enter them in another way.
            if matches!(&needed.leads, Leads::Public(host) if !gates.iter().any(|gate| gate.host == *host)) {
                continue;
            }
            let Some((id, domain)) = plan.zone_of(&needed.name) else { continue };
            if !plan.serves(&needed.name) {
                let at = (place::named_at(plan, id), place::named_at(plan, needed.service));
                lacking.entry(at).or_insert_with(|| (domain.clone(), Vec::new())).1.push(needed.name);
            }
        }
        for ((zone, used), (domain, mut names)) in lacking {
            names.sort();
            names.dedup();
            let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            found.push(
                Diagnostic::error(
                    Code::DanglingReference,
                    zone,
                    format!("the zone {domain} has no {}, which the product uses", listed.join(", ")),
                )
                .related(used, "it is the name of what stands here")
                .help("let the zone name it: `gates = […]` for ways in, `inside = […]` for services"),
            );
        }
    }
}
