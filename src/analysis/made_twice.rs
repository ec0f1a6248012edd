//! What a provider takes once in an account is made once there.
//!
//! Keys and zones are known by what they are, under whatever name: the API refuses the second one, after half of the rest was made. Instances
//! of one provider are one account where one has the credentials of the other.
//!
//! ```infra
//! stack management mgmt { on = eu }
//! stack compute    web  { on = eu, public = true }   # without `keys`, it registers those of mgmt again
//! ```

use super::{Facts, place};
use crate::base::{Text, text, with_article};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::OnceInAccount;
use crate::plan::Plan;
use crate::value::InstanceId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let mut seen: BTreeMap<(Text, &Text, &Text), InstanceId> = BTreeMap::new();
        let mut blamed: BTreeSet<InstanceId> = BTreeSet::new();
        for (at, instance) in plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "module") {
            let id = InstanceId(at as u32);
            let (Some(once), Some(account)) = (instance.block::<OnceInAccount<'_>>(), account(plan, instance.provider)) else { continue };
            let Some(what) = once.what() else { continue };
            for value in once.values() {
                let Some(first) = seen.insert((account.clone(), what, value), id) else { continue };
                let stack = |id: InstanceId| plan.instance(id).and_then(|of| of.stack);
                // What one stack makes twice is known where it is defined.
                if stack(first) != stack(id) && blamed.insert(id) {
                    let stack = |id: InstanceId| stack(id).and_then(|stack| plan.instance(stack));
                    let name = |id: InstanceId| stack(id).map(|stack| stack.name.clone()).unwrap_or_default();
                    let message = format!(
                        "`{}` makes {} that `{}` makes in the same account already: {}",
                        name(id),
                        with_article(what),
                        name(first),
                        short(value)
                    );
                    let mut diagnostic = Diagnostic::error(Code::DuplicateName, place::named_at(plan, id), message)
                        .related(place::named_at(plan, first), "it is made here first");
                    if let Some(instead) = once.instead() {
                        diagnostic = diagnostic.help(instead.clone());
                    }
                    found.push(diagnostic);
                }
            }
        }
    }
}

/// What tells the account of a provider's instance from others: its kind, and the account that it says or whose credentials it uses.
fn account(plan: &Plan, provider: Option<InstanceId>) -> Option<Text> {
    let provider = plan.instance(provider?)?;
    let said = provider.fields.get("account").and_then(|account| account.as_text());
    Some(text!("{} {}", provider.definition, said.unwrap_or_else(|| provider.account())))
}

/// A value that fits on a line: keys are known by their end, where the comment stands.
fn short(value: &str) -> String {
    const SHOWN: usize = 40;
    match value.char_indices().rev().nth(SHOWN) {
        Some((at, _)) => format!("…{}", &value[at..]),
        None => value.to_owned(),
    }
}
