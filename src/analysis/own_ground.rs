//! What comes first stands on no service or unit of the product itself.
//!
//! A provider may stand on what the product makes: what is made on it comes behind that. States, their locks and secrets have to be
//! served before, and images are baked before any machine is there.
//!
//! ```infra
//! provider nomad jobs { cluster = mgmt.nomad }
//! state { store = files.bucket, … }   # and `files` runs on `jobs`
//! ```

use super::{Facts, place};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Secrets, State};
use crate::plan::{Plan, Unit};
use crate::value::InstanceId;
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed = BTreeSet::new();
    let mut push = |diagnostic: Diagnostic| {
        if blamed.insert(diagnostic.primary.span) {
            found.push(diagnostic);
        }
    };
    for plan in facts.plans.iter().filter(|plan| plan.grounds().next().is_some()) {
        if let Some(diagnostic) = served(facts, plan) {
            push(diagnostic);
        }
        for (provider, ground) in plan.grounds() {
            let (Some(provider), Some((on, span))) = (plan.instance(provider), ground.on.first_key_value()) else { continue };
            let Some(image) = plan.used_images().find(|image| image.instance == provider.name) else { continue };
            let (name, on) = (&provider.name, named(plan, *on));
            let message = format!("image `{}` is baked on `{name}` before {on} is there, which `{name}` stands on", image.name);
            push(
                Diagnostic::error(Code::ImageNotBuilt, *span, message)
                    .related(provider.declaration.name.span, format!("`{name}` is declared here"))
                    .help("images are baked before anything is made: let these machines start from an image that is there"),
            );
        }
    }
}

/// What serves states, locks and secrets, and the names by which it is called, has to be there first.
fn served(facts: &Facts<'_>, plan: &Plan) -> Option<Diagnostic> {
    if !plan.serves_itself() {
        return None;
    }
    let first = plan.first();
    let (unit, provider, on) = plan.units.iter().filter(|unit| first.units.contains(&unit.path)).find_map(|unit| {
        let provider = plan.instance(unit.instance)?.provider?;
        Some((unit, provider, plan.serving(provider)?))
    })?;
    let (place, what) = setting(facts, plan, unit);
    let by = plan.instance(provider).map_or("", |of| of.name.as_str());
    let message = format!(
        "`{}` has to be there before {what}, and its provider `{by}` stands on {}, which is configured behind that",
        unit.path,
        named(plan, on)
    );
    let stands = plan.ground(provider).and_then(|ground| ground.on.get(&on)).copied();
    let diagnostic = Diagnostic::error(Code::BootstrapCycle, place, message);
    let diagnostic = match stands {
        Some(span) => diagnostic.related(span, format!("`{by}` stands on it")),
        None => diagnostic,
    };
    Some(
        diagnostic
            .related(place::named_at(plan, unit.instance), "this has to be there first")
            .help("take what stands on no service of the product"),
    )
}

/// What a unit has to be there for, with the place that says so: what keeps the states where no other is served by its stack.
fn setting(facts: &Facts<'_>, plan: &Plan, unit: &Unit) -> (Span, &'static str) {
    let of_stack = |id: Option<InstanceId>| {
        let stack = id.and_then(|id| plan.instance(plan.instance(id)?.stack?));
        stack.is_some_and(|stack| stack.name == unit.stack)
    };
    let (state, secrets) = (plan.state(), plan.secrets());
    if of_stack(state.and_then(State::lock)) && !of_stack(state.and_then(State::store)) {
        return (place::setting_at(facts.product, "state", "lock"), "the locks have a place");
    }
    if of_stack(secrets.and_then(Secrets::store)) && !of_stack(state.and_then(State::store)) {
        return (place::setting_at(facts.product, "secrets", "store"), "the secrets have a place");
    }
    (place::setting_at(facts.product, "state", "store"), "the states have a place")
}

/// `mgmt`, or `nomad` of `mgmt`.
fn named(plan: &Plan, id: InstanceId) -> String {
    let Some(of) = plan.instance(id) else { return String::new() };
    match of.stack.and_then(|stack| plan.instance(stack)) {
        Some(stack) => format!("`{}` of `{}`", of.name, stack.name),
        None => format!("`{}`", of.name),
    }
}
