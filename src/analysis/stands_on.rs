//! What a product stands on is there before it: in pipelines, and in as many places as those have.
//!
//! ```infra
//! state { store = platform.mgmt.garage, ready = [prod] }   # and `prod` of `platform` is not ready
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::hir::Product;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let own = plan.product.environments.iter().find(|environment| environment.text == plan.environment);
        let unready = plan.instances.iter().filter_map(|instance| instance.elsewhere.as_ref()).find(|of| !of.ready);
        if let Some(there) = unready.filter(|_| plan.is_ready()) {
            let (name, other) = (&plan.environment, format!("`{}` of `{}`", there.environment, there.product));
            let message = format!("`{name}` is ready, and {other}, on which it stands, is not");
            let span = place::setting_at(facts.product, "state", "ready");
            found.push(
                Diagnostic::error(Code::BootstrapCycle, span, message)
                    .related(place::setting_at(facts.product, "state", "store"), "its states are kept there")
                    .help(format!("bring up {other} first, and list it in its `ready`")),
            );
        }
        if plan.rank >= Product::MOST_ENVIRONMENTS {
            let most = Product::MOST_ENVIRONMENTS;
            let message = format!(
                "a change would reach `{}` behind {} other environments, and pipelines have {most} places",
                plan.environment, plan.rank
            );
            let mut diagnostic = Diagnostic::error(Code::LimitExceeded, own.map_or(facts.product.name.span, |own| own.span), message)
                .help("stand on a product with fewer environments, or on one that stands on no other");
            if let Some(at) = plan.instances.iter().find(|instance| instance.is_elsewhere()) {
                diagnostic = diagnostic.related(at.declaration.name.span, format!("`{}` is changed before it", at.name));
            }
            found.push(diagnostic);
        }
    }
}
