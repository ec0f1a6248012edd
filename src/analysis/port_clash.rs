//! Two services of one machine do not listen on one port, nor on spans that share one.
//!
//! The second one to start fails with "address already in use", on some machines and after a restart only, since the order decides.
//!
//! ```infra
//! define service a { port web { number = 8500, from = [clients] } }
//! define service b { port api { number = 8500, from = [clients] } }
//!
//! service a { hosts = nodes.hosts }
//! service b { hosts = nodes.hosts }
//! ```

use super::{Facts, place};
use crate::base::{Ports, Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::Port;
use crate::hir::{Definition, LabelValue};
use crate::plan::Service;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let mut listening: BTreeMap<&Text, Vec<(Ports, &Service, Text)>> = BTreeMap::new();
        for service in &plan.services {
            let ports = plan.instance(service.instance).into_iter().flat_map(|of| of.said().labelled::<Port<'_>>());
            for (label, port) in ports {
                for ports in port.listened() {
                    for host in &service.hosts {
                        let on_host = listening.entry(host).or_default();
                        let Some((theirs, first, other)) = on_host.iter().find(|(theirs, ..)| theirs.overlaps(&ports)) else {
                            on_host.push((ports.clone(), service, label.clone()));
                            continue;
                        };
                        // Machines of two stacks that have one name are a mistake of their own.
                        if first.service == service.service && first.stack != service.stack {
                            continue;
                        }
                        let first = &first.service;
                        let shared = if theirs.contains(&ports) { &ports } else { theirs };
                        let message = format!("`{}` and `{first}` both listen on {shared} of one machine", service.service);
                        let primary = declared_at(facts, &service.service, label).unwrap_or(service.span);
                        let mut diagnostic = Diagnostic::error(Code::PortClash, primary, message)
                            .help("give one of them another port, or machines of its own");
                        if let Some(other) = declared_at(facts, first, other) {
                            diagnostic = diagnostic.related(other, format!("`{first}` listens here"));
                        }
                        let stack = place::named_at(plan, service.instance);
                        found.push(diagnostic.related(stack, "both run in this stack"));
                    }
                }
            }
        }
    }
}

/// The number of a port in the definition of its service.
fn declared_at(facts: &Facts<'_>, service: &Text, label: &Text) -> Option<Span> {
    let definition: &Definition = facts.program.definitions.get(&("service".into(), service.clone()))?;
    let block = definition.blocks.iter().find(|block| {
        let named = block.labels.first().is_some_and(|first| matches!(&first.value, LabelValue::Word(word) if word == label));
        block.keyword.text == "port" && named
    })?;
    let said = block.body.attribute("number").or_else(|| block.body.attribute("listens"));
    said.map(|attribute| attribute.value.span)
}
