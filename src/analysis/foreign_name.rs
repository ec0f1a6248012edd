//! A name that visitors use in one environment is not that of another one.
//!
//! The zone of the longer domain answers for it. What the other environment says of it is never heard, or takes its visitors away.
//!
//! ```infra
//! stack edge front { aliases = { www = "www.staging.example.com" } }   # in prod, too
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{DnsZone, PublicNames};
use crate::plan::Plan;
use crate::plan::names::lies_in;
use crate::value::InstanceId;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        for (at, instance) in plan.instances.iter().enumerate() {
            let Some(names) = instance.block::<PublicNames<'_>>() else { continue };
            let id = InstanceId(at as u32);
            for name in names.names() {
                let Some(owner) = owner(facts.plans, name).filter(|owner| owner.environment != plan.environment) else { continue };
                // Environments that share a domain are told as that.
                if owner.zone_of(name).map(|(_, domain)| domain) == plan.zone_of(name).map(|(_, domain)| domain) {
                    continue;
                }
                let is_it = |literal: &place::Literal| matches!(literal, place::Literal::Text(text) if text == name);
                let said = place::literal_at(facts.program, plan, id, &is_it);
                let message = format!("`{name}` is a name of {}, and {} uses it too", owner.environment, plan.environment);
                let mut diagnostic = Diagnostic::error(Code::DuplicateName, said.unwrap_or_else(|| place::named_at(plan, id)), message);
                let domain = place::said_by_product(owner, "domain");
                diagnostic = diagnostic.related(domain, format!("the domain of {} is said here", owner.environment));
                found.push(diagnostic.help(format!("say it for one environment: `in {} {{ … }}`", owner.environment)));
            }
        }
    }
}

/// The environment whose zone answers for a name: that of the longest domain above it.
fn owner<'p>(plans: &'p [Plan], name: &str) -> Option<&'p Plan> {
    let zones = plans.iter().flat_map(|plan| {
        let zones = plan.instances.iter().filter_map(|instance| instance.block::<DnsZone<'_>>()?.domain());
        zones.map(move |domain: &Text| (domain.len(), plan, domain))
    });
    let longest = zones.filter(|(_, _, domain)| lies_in(name, domain)).max_by_key(|(length, ..)| *length);
    longest.map(|(_, plan, _)| plan)
}
