//! How a provider is reached is known before anything is made.
//!
//! The arguments of its plugins stand in `environment.hcl`, which every unit reads: nothing there can wait for an output of a unit.
//!
//! ```infra
//! define provider api {
//!   plugin nomad { …, arguments = { address = cluster.endpoint } }   # an output of a unit
//!   input cluster: cluster
//! }
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    for plan in facts.plans {
        for (at, provider) in plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "provider") {
            let plugins = provider.fields.get("plugin").and_then(Value::as_map);
            for (_, plugin) in plugins.into_iter().flatten() {
                let arguments = plugin.field("arguments").and_then(Value::as_map);
                let waiting = arguments.into_iter().flatten().find_map(|(name, value)| Some((name, value.output()?)));
                let Some((argument, (unit, field))) = waiting else { continue };
                let place = place::needing(plan, InstanceId(at as u32), unit);
                if !blamed.insert(place) {
                    continue;
                }
                let needed = &plan.instances[unit.0 as usize].name;
                let message =
                    format!("`{argument}` of the provider would need the output `{field}` of `{needed}`, which only OpenTofu will know");
                found.push(
                    Diagnostic::error(Code::DeferredValue, place, message)
                        .related(provider.declaration.name.span, format!("`{}` is declared here", provider.name))
                        .help("give the provider what is known before: a name that a record of the DNS will have"),
                );
            }
        }
    }
}
