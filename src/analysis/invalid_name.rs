//! Every machine's name is one that its provider takes, and a label of DNS: at most 63 letters, digits and hyphens.
//!
//! A name is legal where it is written and too long only after product, environment, stack and number are put before and behind it.
//!
//! ```infra
//! stack compute the_part_of_the_shop_that_visitors_from_europe_see_at_first { on = eu }
//! ```

use super::{Facts, place, resource_name};
use crate::base::pattern;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::Names;
use crate::plan::Plan;
use std::collections::BTreeSet;

/// The most that a label of a DNS name may hold (RFC 1035).
const LABEL: usize = 63;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut places = BTreeSet::new();
    for plan in facts.plans {
        let mut blamed = BTreeSet::new();
        for host in &plan.hosts {
            let pattern = pattern(plan, &host.stack);
            let refused = pattern.as_ref().is_some_and(|pattern| pattern::matches(pattern, &host.name) == Ok(false));
            let long = host.name.len() > LABEL;
            if !refused && !long || !blamed.insert(host.stack.clone()) {
                continue;
            }
            let why = if long {
                format!("has {} letters, and a host name at most {LABEL}", host.name.len())
            } else {
                "is no name for a server there".to_owned()
            };
            let Some(stack) = plan.stack(&host.stack) else { continue };
            let span = place::named_at(plan, stack.instance);
            let mut diagnostic = Diagnostic::error(Code::InvalidName, span, format!("`{}` {why}", host.name))
                .related(host.span, "the machine is made here")
                .help("choose a shorter name of letters, digits and hyphens for the stack");
            if let Some(provider) = plan.instances[stack.instance.0 as usize].provider {
                let definition = &plan.instances[provider.0 as usize].definition;
                if let Some(span) = declared_at(facts, definition) {
                    diagnostic = diagnostic.related(span, format!("`{definition}` says what names may look like"));
                }
            }
            places.insert(span);
            found.push(diagnostic);
        }
    }
    // A stack whose machines need another name is told so once.
    resource_name::check(facts, &mut places, found);
}

/// What the provider of a stack says of the names of servers.
fn pattern(plan: &Plan, stack: &str) -> Option<String> {
    let stack = plan.stack(stack)?;
    let provider = plan.instances[stack.instance.0 as usize].provider?;
    plan.instance(provider)?.block::<Names<'_>>()?.server().map(|pattern| pattern.to_string())
}

fn declared_at(facts: &Facts<'_>, provider: &str) -> Option<crate::base::Span> {
    let definition = facts.program.definitions.get(&("provider".into(), provider.into()))?;
    let block = definition.blocks.iter().find(|block| block.keyword.text == "names")?;
    block.body.attribute("server").map(|attribute| attribute.value.span)
}
