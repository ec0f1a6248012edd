//! Locks of states are kept by something that can keep them.
//!
//! An object store that ignores the condition of a write (`If-None-Match`) answers a lock with success, to everybody at once: two
//! people who apply together destroy the state, and nothing has said a word.
//!
//! ```infra
//! state { store = mgmt.garage, bootstrap = local }   # no `lock`, and garage keeps none
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::hir::Item;
use crate::hir::items::{StateStore, View};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let Some(state) = plan.state() else { continue };
        let Some(instance) = state.store().and_then(|store| plan.instance(store)) else { continue };
        let locks = instance.block::<StateStore<'_>>().and_then(StateStore::locks);
        if state.lock().is_some() || locks != Some(false) {
            continue;
        }
        let definition = facts.program.definitions.get(&(instance.declaration.keyword.clone(), instance.definition.clone()));
        let blocks = definition.iter().flat_map(|of| &of.blocks).filter(|block| block.keyword.text == StateStore::NAME);
        let said = blocks.flat_map(|block| &block.body.items).find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name.text == "locks" => Some(attribute.value.span),
            _ => None,
        });
        let message = format!("`{}` would grant every lock: it keeps none", instance.definition);
        let mut diagnostic = Diagnostic::error(Code::SilentLock, place::setting_at(facts.product, "state", "store"), message)
            .help("name a service that keeps locks: `lock = …`");
        if let Some(said) = said {
            diagnostic = diagnostic.related(said, "the store says so here");
        }
        found.push(diagnostic);
    }
}
