//! A name that the product uses is served, where the product makes the zone that it lies in.
//!
//! Ways in, stores, locks and machines with public addresses are reached by names. A zone of the product that lacks one answers that
//! there is none.
//!
//! ```infra
//! stack vpn  access { on = eu, reaches = [mgmt] }            # entered as `vpn.example.com`
//! stack edge front  { on = cf, origins = [web], inside = [mgmt] }   # and no `gates`
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::plan::names::{Leads, NeededName};
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        // The lacking names by zone and by what uses them.
        let mut lacking: BTreeMap<(Span, Span), Lacking> = BTreeMap::new();
        for needed in plan.needed_names() {
            let Some((id, domain)) = plan.zone_of(&needed.name) else { continue };
            if !plan.serves(&needed.name) {
                let at = (place::named_at(plan, id), place::named_at(plan, needed.service));
                lacking.entry(at).or_insert_with(|| Lacking::of(domain)).add(plan, needed);
            }
        }
        for ((zone, used), Lacking { domain, mut names, of }) in lacking {
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
                .help(match of {
                    Some(stack) => format!("let the zone name them: `records = {stack}.records`"),
                    None => "let the zone name it: `gates = […]` for ways in, `inside = […]` for services".to_owned(),
                }),
            );
        }
    }
}

/// What a zone lacks.
struct Lacking {
    domain: Text,
    names: Vec<Text>,
    /// The stack whose machines are entered by these names, where these are no ways in.
    of: Option<Text>,
}

impl Lacking {
    fn of(domain: &Text) -> Lacking {
        Lacking { domain: domain.clone(), names: Vec::new(), of: None }
    }

    fn add(&mut self, plan: &Plan, needed: NeededName) {
        if let Leads::Public(host) = &needed.leads
            && !plan.gates().iter().any(|gate| gate.host == *host)
        {
            self.of = plan.host(host).map(|host| host.stack.clone());
        }
        self.names.push(needed.name);
    }
}
