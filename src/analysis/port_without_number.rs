//! A `port` of a service says what it listens on, and numbers belong to what has ports.
//!
//! A port that says neither a number nor a span opens nothing, in no firewall, and its service waits for nobody.
//!
//! ```infra
//! define service a { port web { from = [clients] } }
//! define service b { port tunnel { number = 47, protocols = [gre], from = [clients] } }
//! ```

use super::Facts;
use crate::base::ports::WITHOUT_PORTS;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::Port;
use crate::hir::{Block, Definition, LabelValue};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut judged: BTreeSet<(&Text, &Text)> = BTreeSet::new();
    for plan in facts.plans {
        for service in &plan.services {
            for (label, port) in plan.instance(service.instance).into_iter().flat_map(|of| of.said().labelled::<Port<'_>>()) {
                let Some(block) = block(facts, &service.service, label) else { continue };
                // A service of several machines is told about once.
                let without = port.protocols().find(|protocol| WITHOUT_PORTS.contains(&protocol.as_str()));
                if without.is_none() && port.listened().is_empty() && judged.insert((&service.service, label)) {
                    let message = format!("the port `{label}` says neither `number` nor `listens`");
                    found
                        .push(Diagnostic::error(Code::Missing, block.keyword.span.to(block.labels[0].span), message).help(
                            "write `number = 443`, or `listens = [30000..30100/udp]` for spans of ports and protocols without ports",
                        ));
                }
                if let Some(protocol) = without
                    && judged.insert((&service.service, label))
                {
                    let message = format!("the port `{label}` gives {protocol} a number, and {protocol} has no ports");
                    found.push(
                        Diagnostic::error(Code::InvalidLiteral, said_at(block, "protocols"), message)
                            .help(format!("take it out of `protocols` and write `listens = [{protocol}]`")),
                    );
                }
            }
        }
    }
}

fn block<'a>(facts: &'a Facts<'_>, service: &Text, label: &Text) -> Option<&'a Block> {
    let definition: &Definition = facts.program.definitions.get(&("service".into(), service.clone()))?;
    definition.blocks.iter().map(AsRef::as_ref).find(|block: &&Block| {
        let named = block.labels.first().is_some_and(|first| matches!(&first.value, LabelValue::Word(word) if word == label));
        block.keyword.text == "port" && named
    })
}

fn said_at(block: &Block, attribute: &str) -> Span {
    block.body.attribute(attribute).map_or(block.keyword.span, |attribute| attribute.value.span)
}
