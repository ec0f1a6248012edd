//! Pipelines come to the stores of another product, where an environment is theirs to work on.
//!
//! A service that keeps states, locks or secrets stands in the private network of its product. Who stands elsewhere comes there by a way in
//! that this product exports.
//!
//! ```infra
//! product platform { exports = [mgmt.garage, mgmt.vault] … }   # and no `access.tunnel`
//! product shop     { state { store = platform.mgmt.garage, ready = [prod] } … }
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Secrets, State, WayIn};
use crate::plan::Plan;
use crate::value::InstanceId;
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans.iter().filter(|plan| plan.is_ready()) {
        let stores = [
            ("state", "store", plan.state().and_then(State::store)),
            ("state", "lock", plan.state().and_then(State::lock)),
            ("secrets", "store", plan.secrets().and_then(Secrets::store)),
        ];
        let mut blamed: BTreeSet<&Text> = BTreeSet::new();
        for (block, attribute, store) in stores {
            let Some(of) = store.and_then(|id| kept_by(plan, id)) else { continue };
            if is_entered(plan, of) || !blamed.insert(of) {
                continue;
            }
            let environment = &plan.environment;
            let message =
                format!("pipelines are to work on {environment}, and no way in leads to `{of}`, in whose private network this runs");
            found.push(
                Diagnostic::error(Code::NoRoute, place::setting_at(&plan.product, block, attribute), message)
                    .help(format!("let `{of}` export the service of its way in, such as `exports = [access.tunnel]`")),
            );
        }
    }
}

/// The product on whose machines a service runs that is none of this product.
fn kept_by(plan: &Plan, id: InstanceId) -> Option<&Text> {
    plan.instance(id)?.elsewhere.as_ref().filter(|of| of.runs).map(|of| &of.product)
}

/// Whether a way into the network of a product is known here.
fn is_entered(plan: &Plan, product: &Text) -> bool {
    let of_product = plan.instances.iter().filter(|of| of.elsewhere.as_ref().is_some_and(|of| of.product == *product));
    of_product.into_iter().any(|of| of.block::<WayIn<'_>>().is_some())
}
