//! A waiver names a policy and things that exist.
//!
//! A misspelt waiver waives nothing, and whoever reads it believes that it does.
//!
//! ```infra
//! waive proprietery { on = [cloudflare], because = "…" }
//! ```

use super::Facts;
use super::unused_waiver::waivers;
use crate::base::{Text, similar};
use crate::diag::{Code, Diagnostic};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let policies: Vec<&Text> = facts.program.definitions.keys().filter(|(keyword, _)| keyword == "policy").map(|(_, name)| name).collect();
    let things = things(facts);
    for waiver in waivers(facts.product) {
        if !policies.contains(&&waiver.policy.text) {
            let diagnostic = Diagnostic::error(
                Code::UnknownDefinition,
                waiver.policy.span,
                format!("there is no policy `{}` to waive", waiver.policy.text),
            );
            let nearest = similar::nearest(&waiver.policy.text, policies.iter().map(|policy| policy.as_str()));
            let all = policies.iter().map(|policy| format!("`{policy}`")).collect::<Vec<_>>().join(", ");
            found.push(match nearest {
                Some(nearest) => {
                    diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), waiver.policy.span, nearest)
                }
                None => diagnostic.help(format!("the policies are {all}")),
            });
            continue;
        }
        for name in waiver.on.iter().filter(|name| !things.contains(&name.text)) {
            let diagnostic = Diagnostic::error(Code::DanglingReference, name.span, format!("nothing here is called `{}`", name.text))
                .related(waiver.policy.span, "a waiver is for a thing that the policy blames");
            let nearest = similar::nearest(&name.text, things.iter().map(Text::as_str));
            found.push(match nearest {
                Some(nearest) => {
                    diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), name.span, nearest)
                }
                None => diagnostic.help("name an instance, a definition or a source of first secrets"),
            });
        }
    }
}

/// Whether a waiver may name something of this name.
pub(super) fn exists(facts: &Facts<'_>, name: &Text) -> bool {
    things(facts).contains(name)
}

/// What a waiver may name: instances, definitions, and the members of enums, such as where first secrets are.
fn things(facts: &Facts<'_>) -> BTreeSet<Text> {
    let instances = facts.product.instances.iter().map(|instance| instance.name.text.clone());
    let definitions = facts.program.definitions.keys().filter(|(keyword, _)| keyword != "policy").map(|(_, name)| name.clone());
    let members = facts.program.types.values().filter_map(|named| match &named.ty {
        crate::ty::Ty::Enum(of) => Some(of.members.clone()),
        _ => None,
    });
    instances.chain(definitions).chain(members.flatten()).collect()
}
