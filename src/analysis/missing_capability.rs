//! What keeps the state, its locks and the secrets is able to.
//!
//! A service says by a block of its definition what it can do for the product: `object_store`, `lock`, `secret_store`.
//!
//! ```infra
//! state { store = mgmt.garage, lock = mgmt.garage }   # an object store that keeps no locks
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::value::Value;

/// Block and attribute of the product, the block that the service needs, and what that means.
const NEEDED: &[(&str, &str, &str, &str)] = &[
    ("state", "store", "object_store", "keeps no objects, so it cannot hold the state"),
    ("state", "lock", "lock", "keeps no locks"),
    ("secrets", "store", "secret_store", "keeps no secrets"),
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        for (setting, attribute, block, what) in NEEDED {
            let value = plan.settings.get(setting).and_then(|setting| setting.field(attribute));
            let Some(Value::Instance(service)) = value else { continue };
            let definition = &plan.instances[service.0 as usize].definition;
            let Some(of) = facts.program.definitions.get(&("service".into(), definition.clone())) else { continue };
            if of.blocks.iter().any(|said| said.keyword.text == *block) {
                continue;
            }
            let able = facts.program.definitions.values().filter(|of| of.keyword == "service");
            let able = able.filter(|of| of.blocks.iter().any(|said| said.keyword.text == *block));
            let able: Vec<String> = able.map(|of| format!("`{}`", of.name.text)).collect();
            let help = match able.as_slice() {
                [] => format!("define a service with a `{block}` block"),
                _ => format!("take {}", able.join(" or ")),
            };
            found.push(
                Diagnostic::error(
                    Code::MissingCapability,
                    place::setting_at(facts.product, setting, attribute),
                    format!("`{definition}` {what}"),
                )
                .related(of.name.span, format!("it has no `{block}` block"))
                .help(help),
            );
        }
    }
}
