//! A public key is registered once where a provider refuses a second time.
//!
//! A provider that says `keys_within` refuses a key that it has already there, under whatever name: the apply of the second unit fails.
//!
//! ```infra
//! stack compute web { on = eu }
//! stack compute api { on = eu }   # and not `keys = [web.registered]`
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Provider, PublicKeys, View};
use crate::value::InstanceId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed: BTreeSet<(Span, Span)> = BTreeSet::new();
    for plan in facts.plans {
        let mut seen: BTreeMap<(&Text, &str), (InstanceId, &Text)> = BTreeMap::new();
        for unit in &plan.units {
            let registered = plan.instance(unit.instance).and_then(|of| of.block::<PublicKeys<'_>>());
            let provider = plan.provider(&unit.provider_instance).map(|of| Provider::over(of.said()));
            let (Some(keys), Some(within)) = (registered, provider.and_then(Provider::keys_within)) else { continue };
            for (owner, key) in keys.keys() {
                let Some((first, other)) = seen.insert((within, material(key)), (unit.instance, owner)) else { continue };
                let (at, before) = (place::named_at(plan, unit.instance), place::named_at(plan, first));
                if !blamed.insert((at, before)) {
                    continue;
                }
                found.push(match first == unit.instance {
                    true => Diagnostic::error(Code::DuplicateName, at, format!("`{other}` and `{owner}` have one key, which its provider takes once"))
                        .help("give each of them a key of its own"),
                    false => Diagnostic::error(Code::DuplicateName, at, format!("the key of `{owner}` is registered a second time in one account"))
                        .related(before, "the first time is here")
                        .help("the provider refuses that: hand the keys of one stack to the other, such as `keys = [mgmt.keys]`, or `keys = [web.registered]` where that is a stack `compute`"),
                });
            }
        }
    }
}

/// A key without its comment, which tells nothing apart.
fn material(key: &str) -> &str {
    let mut ends = key.trim_end().match_indices(' ').map(|(at, _)| at);
    ends.nth(1).map_or(key.trim_end(), |end| &key[..end])
}
