//! A waiver names a policy and things that exist.
//!
//! A misspelt waiver waives nothing, and whoever reads it believes that it does.
//!
//! ```infra
//! waive proprietery { on = [cloudflare], because = "…" }
//! ```

use super::Facts;
use super::waivers::{things, waivers};
use crate::base::{Text, similar};
use crate::diag::{Code, Diagnostic};

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
                None => diagnostic.help("name an instance, a definition, a stage or a source of first secrets"),
            });
        }
    }
}
