//! What configures a plugin is a value that may stand in a file.
//!
//! ```infra
//! define provider api {
//!   plugin nomad { …, arguments = { secret_id = token } }   # `token` is a secret: `credential token { env = "NOMAD_TOKEN" }`
//!   input token: secret(string)
//! }
//! ```

use super::Facts;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::Plugin;
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    for plan in facts.plans {
        for (at, provider) in plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "provider") {
            for (plugin, of) in provider.said().labelled::<Plugin<'_>>() {
                let arguments = of.arguments().and_then(Value::as_map).into_iter().flatten();
                for (argument, value) in arguments {
                    let Some(wrong) = unwritable(value) else { continue };
                    let given = plan.given_where(InstanceId(at as u32), |value| unwritable(value) == Some(wrong));
                    let place = given.unwrap_or(provider.declaration.name.span);
                    if !blamed.insert(place) {
                        continue;
                    }
                    let what = format!("`{argument}` of the plugin `{plugin}`");
                    found.push(match wrong {
                        Value::Secret(_) => {
                            Diagnostic::error(Code::SecretExposed, place, format!("a secret would become {what}, which stands in a file"))
                                .help("let the plugin read it from the environment: `credential NAME { env = \"…\" }` in the provider")
                        }
                        _ => Diagnostic::error(
                            Code::NotExpressible,
                            place,
                            format!("{what} would be an instance or a definition, which OpenTofu does not know"),
                        )
                        .help("give it what that says, such as its `name` or an output"),
                    });
                }
            }
        }
    }
}

/// A part of a value that no file of OpenTofu holds.
fn unwritable(value: &Value) -> Option<&Value> {
    match value {
        Value::Secret(_) | Value::Instance(_) | Value::Definition(..) => Some(value),
        Value::List(list) => list.iter().find_map(unwritable),
        Value::Map(map) => map.values().find_map(unwritable),
        _ => None,
    }
}
