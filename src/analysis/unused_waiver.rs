//! A waiver waives something.
//!
//! What it was written for has gone; the next thing of that name would be waived without anybody having thought of it.
//!
//! ```infra
//! waive source-available { on = [consul, garage], because = "…" }   # garage is under AGPL-3.0, which is open source
//! ```

use super::Facts;
use super::waivers::{things, waivers};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // What an environment without a plan would use cannot be told.
    if facts.plans.len() < facts.product.environments.len() {
        return;
    }
    let used: BTreeSet<&(Text, Text)> = facts.plans.iter().flat_map(|plan| &plan.used_waivers).collect();
    let things = things(facts);
    let mut seen: BTreeMap<(Text, Text), Span> = BTreeMap::new();
    for waiver in waivers(facts.product) {
        if !facts.program.definitions.contains_key(&("policy".into(), waiver.policy.text.clone())) {
            continue;
        }
        for name in &waiver.on {
            if let Some(first) = seen.insert((waiver.policy.text.clone(), name.text.clone()), name.span) {
                let message = format!("the policy `{}` is waived for `{}` already", waiver.policy.text, name.text);
                let again = Diagnostic::error(Code::Duplicate, name.span, message).related(first, "it is waived here first");
                let again = again.help("one waiver with its reason is enough: remove one of the two");
                found.push(match waiver.on.len() {
                    1 => again.remove("remove the second waiver", waiver.span),
                    _ => again.remove(format!("remove `{}` from the second waiver", name.text), name.span),
                });
            }
        }
        for name in waiver.on.iter().filter(|name| !used.contains(&(waiver.policy.text.clone(), name.text.clone()))) {
            if things.contains(&name.text) {
                let message = format!("`{}` keeps the policy `{}` already", name.text, waiver.policy.text);
                let unused = Diagnostic::error(Code::UnusedWaiver, name.span, message).related(waiver.policy.span, "it is waived here");
                found.push(match waiver.on.len() {
                    1 => unused.remove("remove the waiver", waiver.span),
                    _ => unused.remove(format!("remove `{}` from the waiver", name.text), name.span),
                });
            }
        }
    }
}
