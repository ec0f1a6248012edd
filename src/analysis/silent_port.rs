//! What a role waits for is answered: some service listens on the port.
//!
//! The role would wait until its time is over, on every run.
//!
//! ```infra
//! port metrics { number = 9100, from = [operators] }
//! configure { ready { port = 9101 } }
//! ```

use super::{Facts, place};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::hir::Definition;
use crate::hir::items::Port;
use crate::plan::{Plan, Service};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed: BTreeSet<Span> = BTreeSet::new();
    for plan in facts.plans {
        for service in &plan.services {
            let Some(definition) = facts.program.definitions.get(&("service".into(), service.service.clone())) else { continue };
            for (port, span, elsewhere) in waited_for(definition) {
                let by: Vec<i64> = listening(plan, service, elsewhere).collect();
                if by.contains(&port) || !blamed.insert(span) {
                    continue;
                }
                let message = format!("`{}` waits for port {port}, on which nothing listens", service.service);
                let mut own: Vec<String> = listening(plan, service, false).map(|port| port.to_string()).collect();
                own.dedup();
                found.push(
                    Diagnostic::error(Code::DanglingReference, span, message)
                        .related(definition.name.span, format!("machines with it listen on {}", own.join(", ")))
                        .help("wait for a port that the service declares, or declare this one with `port`"),
                );
            }
        }
    }
}

/// The ports that a service waits for and writes out, with the places, and whether an address stands beside them.
fn waited_for(definition: &Definition) -> impl Iterator<Item = (i64, Span, bool)> + '_ {
    let configure = definition.blocks.iter().filter(|block| block.keyword.text == "configure");
    let ready = configure.flat_map(|block| block.body.blocks()).filter(|block| block.keyword.text == "ready");
    ready.filter_map(|block| {
        let port = block.body.attribute("port")?;
        match place::literal(&port.value)? {
            place::Literal::Int(number) => Some((number, port.value.span, block.body.attribute("address").is_some())),
            _ => None,
        }
    })
}

/// The ports on which services of the same machines listen; of all machines, where it may be another one that is waited for.
fn listening<'p>(plan: &'p Plan, service: &'p Service, elsewhere: bool) -> impl Iterator<Item = i64> + 'p {
    let meets = move |other: &&Service| elsewhere || other.hosts.iter().any(|host| service.hosts.contains(host));
    let of = plan.services.iter().filter(meets).filter_map(|other| plan.instance(other.instance));
    of.flat_map(|instance| instance.said().labelled::<Port<'_>>()).filter_map(|(_, port)| port.number())
}
