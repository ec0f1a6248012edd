//! What serves the state or the secrets does not need them before it runs.
//!
//! The stack that holds the object store has a state itself, and the stack that holds the secret store has secrets itself. Somebody
//! has to say where they are until the store runs (`bootstrap`), and no secret of that stack may be read from the store it makes.
//!
//! ```infra
//! state { store = mgmt.garage, lock = mgmt.consul }   # where is the state of mgmt before garage runs?
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::SecretStore;
use crate::plan::Plan;
use crate::value::{InstanceId, Secret, Value};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let (state, secrets) = (plan.state(), plan.secrets());
        let of_state = state.and_then(|of| Some((of.store()?, of.bootstrap())));
        let of_secrets = secrets.and_then(|of| Some((of.store()?, of.bootstrap())));
        for (setting, holds, of) in [("state", "state", of_state), ("secrets", "secrets", of_secrets)] {
            let Some((store, bootstrap)) = of else { continue };
            let instance = &plan.instances[store.0 as usize];
            let Some(stack) = instance.stack else { continue };
            let name = &plan.instances[stack.0 as usize].name;
            if bootstrap.is_none() {
                let span = place::setting_at(facts.product, setting, "store");
                let message = format!("the {holds} of `{name}` would be kept by `{}`, which runs in `{name}`", instance.definition);
                found.push(
                    Diagnostic::error(Code::BootstrapCycle, span, message)
                        .related(place::named_at(plan, store), "this stack is there before what it serves")
                        .help(format!("say in `{setting}` where they are until it runs: `bootstrap = …`")),
                );
            }
            if setting == "secrets" {
                early_secrets(facts, plan, store, stack, found);
            }
        }
    }
}

/// Secrets of the stack that are to be read from the store which that stack makes.
fn early_secrets(facts: &Facts<'_>, plan: &Plan, store: InstanceId, stack: InstanceId, found: &mut Vec<Diagnostic>) {
    let of = &plan.instances[store.0 as usize];
    let Some(scheme) = of.block::<SecretStore<'_>>().and_then(SecretStore::scheme) else { return };
    for (at, instance) in plan.instances.iter().enumerate() {
        if instance.stack != Some(stack) && at != stack.0 as usize {
            continue;
        }
        for (field, value) in &instance.fields {
            let Value::Secret(secret) = value else { continue };
            let Secret::Reference { scheme: of_secret, .. } = &**secret else { continue };
            if *of_secret == scheme {
                let message = format!("`{field}` of `{}` is read from `{}` before that runs", instance.name, of.definition);
                found.push(
                    Diagnostic::error(Code::BootstrapCycle, place::said_at(plan, InstanceId(at as u32), field), message)
                        .related(place::setting_at(facts.product, "secrets", "store"), "the secrets are kept here")
                        .help("take it from where the first secrets are, such as `env:` or `op:`, or let `generated(…)` make it"),
                );
            }
        }
    }
}
