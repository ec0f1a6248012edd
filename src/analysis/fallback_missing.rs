//! What a product cannot be without has something that takes over.
//!
//! A service that decides by majority, or that keeps the state, its locks or the secrets, says by a `fallback` block what happens
//! when it is away, and an instance that is named there is another one.
//!
//! ```infra
//! define service consul { quorum = hosts … }   # and no `fallback`
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let used: BTreeSet<InstanceId> = plan.keepers().collect();
        for service in &plan.services {
            let instance = &plan.instances[service.instance.0 as usize];
            let Some(definition) = facts.program.definitions.get(&("service".into(), service.service.clone())) else { continue };
            let place = place::named_at(plan, service.instance);
            let fallbacks = instance.fields.get("fallback").and_then(Value::as_map);
            let needed = definition.attributes.contains_key("quorum") || used.contains(&service.instance);
            if needed && !definition.blocks.iter().any(|block| block.keyword.text == "fallback") {
                let message = format!("nothing takes over when `{}` is away", service.service);
                found.push(
                    Diagnostic::error(Code::FallbackMissing, place, message)
                        .related(definition.name.span, "the service has no `fallback` block")
                        .help("say in its definition what takes over, and why that is enough: `fallback NAME { because = … }`"),
                );
            }
            for (label, fallback) in fallbacks.into_iter().flatten() {
                let wrong = match fallback.field("to") {
                    None | Some(Value::None) => continue,
                    Some(Value::Instance(to)) if *to == service.instance => "is itself".to_owned(),
                    Some(Value::Instance(_)) => continue,
                    Some(to) => {
                        format!("is {}, which is no instance", crate::eval::text_of(to).map_or("a value".into(), |to| format!("`{to}`")))
                    }
                };
                found.push(
                    Diagnostic::error(Code::FallbackMissing, place, format!("the fallback `{label}` of `{}` {wrong}", service.service))
                        .related(definition.name.span, "the fallback is defined here")
                        .help("name another instance of the stack, or leave `to` out and say why that is enough"),
                );
            }
        }
    }
}
