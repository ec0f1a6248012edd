//! Two ways in have two names.
//!
//! A name leads to one of them: half of the machines would be entered through the wrong one, and half of the operators would meet a key
//! that they do not know.
//!
//! ```infra
//! stack vpn access { on = eu, reaches = [mgmt] }
//! stack vpn second { on = us, reaches = [core] }   # both are `vpn`
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::plan::Gate;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let gates = plan.gates();
        let mut seen: BTreeMap<&Text, &Gate> = BTreeMap::new();
        for gate in gates {
            let Some(first) = seen.get(&gate.name) else {
                seen.insert(&gate.name, gate);
                continue;
            };
            // One machine that speaks two protocols is one way in.
            if first.host == gate.host {
                continue;
            }
            let message = format!("`{}` and `{}` are both entered as `{}`", first.stack, gate.stack, gate.name);
            let (a, b) = (place::named_at(plan, first.service), place::named_at(plan, gate.service));
            found.push(
                Diagnostic::error(Code::DuplicateName, a.max(b), message)
                    .related(a.min(b), "the other one is named here")
                    .help("give one of them a name of its own: `label = \"…\"`"),
            );
        }
    }
}
