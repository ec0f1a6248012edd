//! What keeps the state, its locks and the secrets is able to.
//!
//! A service, module or store says by a block of its definition what it can do for the product: `state_store`, `lock`, `secret_store`.
//!
//! ```infra
//! state { store = mgmt.garage, lock = mgmt.garage }   # an object store that keeps no locks
//! ```

use super::{Facts, place};
use crate::base::with_article;
use crate::diag::{Code, Diagnostic};
use crate::value::Value;

/// Block and attribute of the product, the block that the service needs, and what that means.
const NEEDED: &[(&str, &str, &str, &str)] = &[
    ("state", "store", "state_store", "keeps no states"),
    ("state", "lock", "lock", "keeps no locks"),
    ("secrets", "store", "secret_store", "keeps no secrets"),
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        for (setting, attribute, block, what) in NEEDED {
            let value = plan.settings.get(setting).and_then(|setting| setting.field(attribute));
            let (named, declared) = match value {
                None | Some(Value::None) => continue,
                Some(Value::Instance(id)) => {
                    let instance = &plan.instances[id.0 as usize];
                    let key = (instance.declaration.keyword.clone(), instance.definition.clone());
                    let Some(of) = facts.program.definitions.get(&key) else { continue };
                    if of.blocks.iter().any(|said| said.keyword.text == *block) {
                        continue;
                    }
                    (format!("`{}`", instance.definition), Some(of.name.span))
                }
                Some(value) => (crate::eval::text_of(value).map_or("a value".into(), |text| format!("the text `{text}`")), None),
            };
            let able = facts.program.definitions.values().filter(|of| of.blocks.iter().any(|said| said.keyword.text == *block));
            let able: Vec<String> = able.map(|of| format!("`{}`", of.name.text)).collect();
            let help = match able.as_slice() {
                [] => format!("define what has {} block", with_article(format!("`{block}`"))),
                _ => format!("take {}", able.join(" or ")),
            };
            let mut diagnostic =
                Diagnostic::error(Code::MissingCapability, place::setting_at(facts.product, setting, attribute), format!("{named} {what}"));
            if let Some(declared) = declared {
                diagnostic = diagnostic.related(declared, format!("it has no `{block}` block"));
            }
            found.push(diagnostic.help(help));
        }
    }
}
