//! An environment is ready only behind those that a change reaches before it.
//!
//! Pipelines leave alone what is not ready: a change would be applied where it counts without having been applied anywhere else.
//!
//! ```infra
//! environments = [staging, prod]
//! state { store = mgmt.garage, bootstrap = local, ready = [prod] }
//! ```

use super::Facts;
use crate::diag::{Code, Diagnostic};
use crate::hir::ExprKind;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let product = facts.product;
    for block in product.block.body.blocks() {
        let Some(ready) = block.body.attribute("ready") else { continue };
        let ExprKind::List(elements) = &ready.value.kind else { continue };
        let is_ready = |name: &str| elements.iter().any(|element| element.as_name().is_some_and(|of| of == name));
        for element in elements {
            let Some(name) = element.as_name() else { continue };
            let earlier = product.environments.iter().take_while(|environment| environment.text != *name);
            let Some(skipped) = earlier.into_iter().find(|environment| !is_ready(&environment.text)) else { continue };
            found.push(
                Diagnostic::error(
                    Code::BootstrapCycle,
                    element.span,
                    format!("`{name}` is ready and `{}` is not, which a change reaches before it", skipped.text),
                )
                .related(skipped.span, "the environments in order")
                .help(format!("bring `{}` up first, and list it too", skipped.text)),
            );
            return;
        }
    }
}
