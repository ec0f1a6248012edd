//! Locks of states are kept by something that can keep them.
//!
//! An object store that ignores the condition of a write (`If-None-Match`) answers a lock with success, to everybody at once: two
//! people who apply together destroy the state, and nothing has said a word.
//!
//! ```infra
//! state { store = mgmt.garage, bootstrap = local }   # no `lock`, and garage has no conditional writes
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::hir::Item;
use crate::value::Value;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let Some(state) = plan.settings.get("state") else { continue };
        let Some(Value::Instance(store)) = state.field("store") else { continue };
        let instance = &plan.instances[store.0 as usize];
        let conditional = instance.fields.get("object_store").and_then(|of| of.field("conditional_writes"));
        if !matches!(state.field("lock"), None | Some(Value::None)) || conditional != Some(&Value::Bool(false)) {
            continue;
        }
        let definition = facts.program.definitions.get(&("service".into(), instance.definition.clone()));
        let blocks = definition.iter().flat_map(|of| &of.blocks).filter(|block| block.keyword.text == "object_store");
        let said = blocks.flat_map(|block| &block.body.items).find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name.text == "conditional_writes" => Some(attribute.value.span),
            _ => None,
        });
        let message = format!("`{}` would grant every lock: it has no conditional writes", instance.definition);
        let mut diagnostic = Diagnostic::error(Code::SilentLock, place::setting_at(facts.product, "state", "store"), message)
            .help("name a service that keeps locks: `lock = …`");
        if let Some(said) = said {
            diagnostic = diagnostic.related(said, "the store says so here");
        }
        found.push(diagnostic);
    }
}
