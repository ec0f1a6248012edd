//! OpenTofu reaches the service on which a provider stands: it comes from where operators are.
//!
//! ```infra
//! port http { number = 4646, from = [members] }   # and `provider nomad jobs { address = plat.scheduler.address }`
//! ```

use super::Facts;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::Port;
use std::collections::BTreeSet;

/// Those who may open a connection from where operators are.
const OUTSIDE: [&str; 2] = ["operators", "internet"];

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed: BTreeSet<Span> = BTreeSet::new();
    for plan in facts.plans {
        for (provider, ground) in plan.grounds() {
            let Some(provider) = plan.instance(provider) else { continue };
            let services =
                ground.on.iter().filter_map(|(id, span)| Some((plan.instance(*id).filter(|of| of.keyword == "service")?, *span)));
            for (service, span) in services {
                let ports: Vec<_> = service.said().labelled::<Port<'_>>().collect();
                // A service without a port may be asked by another one's.
                let lets_in = |port: &Port<'_>| port.from().any(|who| OUTSIDE.contains(&who.as_str()));
                if ports.is_empty() || ports.iter().any(|(_, port)| lets_in(port)) || !blamed.insert(span) {
                    continue;
                }
                let message = format!(
                    "`{}` stands on `{}`, none of whose ports lets in who works on it: OpenTofu comes from where operators are",
                    provider.name, service.name
                );
                found.push(
                    Diagnostic::error(Code::NoRoute, span, message)
                        .related(service.declaration.name.span, "the service stands here")
                        .help("let operators in at the port that the provider asks: `from = [operators]`"),
                );
            }
        }
    }
}
