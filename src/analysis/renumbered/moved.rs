//! What exists does not change its place, and volumes do not become smaller, by a word in the source.
//!
//! The lock remembers where each provider makes things, where the states are, how large volumes are and which module made what a unit holds.
//! Tools answer a change of the first by making everything anew, of the second by an empty state, after which they make everything once
//! more, of the third not at all or by a new volume, and of the last by destroying what is there.

use super::super::place;
use super::weight::{UNMEANT, Weight};
use crate::base::{Span, Text, text};
use crate::diag::Diagnostics;
use crate::plan::lock::{self, Fact, Lock, Renumber};
use crate::plan::{Plan, Remembered, What};

/// Says what of a plan is not as the lock remembers it.
pub(super) fn moved(plan: &Plan, lock: &Lock, renumber: &Renumber, found: &mut Diagnostics) {
    if let Some(fact) = lock.fact(&lock::of_state(&plan.environment)).filter(|_| !plan.is_ready()) {
        forgotten(plan, fact, renumber, found);
    }
    for of in plan.remembered() {
        let Some(fact) = lock.fact(&of.key).filter(|fact| fact.says != of.says) else { continue };
        let (Some(change), name) = (change(plan, &of, fact), name(plan, &of.what)) else { continue };
        let is_named = renumber.stack(&plan.product.name.text, &plan.environment, &name);
        let weight = Weight::of(plan, is_named);
        let diagnostic = weight.finding(change.place, change.message).related(fact.span, "the lock remembers this");
        let named = format!("`infrac build --renumber {}/{}/{name}`", plan.product.name.text, plan.environment);
        let refused = format!("{} is protected: take the change back; {}: {named}", plan.environment, change.way);
        found.push(weight.advised(diagnostic, refused, UNMEANT.to_owned()));
    }
}

/// Nothing says any more that the environment is there: pipelines leave it alone, and the guide makes it anew.
fn forgotten(plan: &Plan, fact: &Fact, renumber: &Renumber, found: &mut Diagnostics) {
    let (environment, product) = (&plan.environment, &plan.product.name.text);
    let weight = Weight::of(plan, renumber.stack(product, environment, "state"));
    let message = format!(
        "the states of {environment} are in `{}`, and `ready` of `state` does not name {environment} any more: pipelines leave it alone, and \
         its first run would make everything once more",
        fact.says
    );
    let place = place::setting_at(&plan.product, "state", "ready");
    let diagnostic = weight.finding(place, message).related(fact.span, "the lock remembers this");
    let refused = format!(
        "{environment} is protected: name it in `ready`; where its states are brought back by `migrate-state`, say so: \
         `infrac build --renumber {product}/{environment}/state`"
    );
    found.push(weight.advised(diagnostic, refused, UNMEANT.to_owned()));
}

/// A change, as it is told.
struct Change {
    place: Span,
    message: String,
    /// What to do where it is meant.
    way: &'static str,
}

fn change(plan: &Plan, of: &Remembered, fact: &Fact) -> Option<Change> {
    let environment = &plan.environment;
    let (old, new) = (&fact.says, &of.says);
    Some(match of.what {
        What::Provider(id) => Change {
            place: said_where(plan, id, old, new),
            message: format!(
                "`{}` of {environment} was `{old}` and becomes `{new}`: everything on it is made anew there",
                name(plan, &of.what)
            ),
            way: "where everything on it may be lost, say so",
        },
        What::State(_) => Change {
            place: place::setting_at(&plan.product, "state", "store"),
            message: format!(
                "the states of {environment} are in `{old}`, and would be looked for in `{new}`: without them everything is made once more"
            ),
            way: "take the environment out of `ready`, move the states back by `migrate-state` and out again; where they were moved by hand, say so",
        },
        What::Unit(id) => Change {
            place: place::named_at(plan, id),
            message: format!(
                "`{}` of {environment} holds what `{old}` made, and `{new}` is to make it: what is there is destroyed",
                path(plan, id)
            ),
            way: "where that may be lost, say so",
        },
        What::Volumes(id) if label(old).is_some_and(|label| Some(label) != self::label(new)) => Change {
            place: place::named_at(plan, id),
            message: format!(
                "the volumes of `{}` in {environment} are `{old}` and become `{new}`: new ones take their place",
                path(plan, id)
            ),
            way: "where those that there are may be lost, say so",
        },
        What::Volumes(id) => {
            if lock::size(old)? <= lock::size(new)? {
                return None;
            }
            let (path, [old, new]) = (path(plan, id), [old, new].map(|said| size_of(said)));
            Change {
                place: place::said_at(plan, id, "size"),
                message: format!("the volumes of `{path}` in {environment} shrink from {old} to {new}: no provider makes a volume smaller"),
                way: "move what they hold to others; where those that there are may be lost, say so",
            }
        }
    })
}

/// The size of volumes, of all that is remembered of them.
fn size_of(said: &str) -> &str {
    said.split_once(' ').map_or(said, |(size, _)| size)
}

/// The name by which somebody may say that a change is meant.
fn name(plan: &Plan, what: &What) -> Text {
    match what {
        What::Provider(id) => plan.instance(*id).map(|of| of.name.clone()).unwrap_or_default(),
        What::State(_) => "state".into(),
        What::Volumes(id) | What::Unit(id) => {
            plan.units.iter().find(|unit| unit.instance == *id).map(|unit| unit.stack.clone()).unwrap_or_default()
        }
    }
}

/// What volumes are known by.
fn label(says: &str) -> Option<&str> {
    says.split_once(' ').map(|(_, label)| label)
}

fn path(plan: &Plan, id: crate::value::InstanceId) -> Text {
    let unit = plan.units.iter().find(|unit| unit.instance == id);
    unit.map(|unit| text!("{}.{}", unit.stack, unit.name)).unwrap_or_default()
}

/// Where a provider instance is given what is new; its name where none of its own attributes is that.
fn said_where(plan: &Plan, id: crate::value::InstanceId, old: &str, new: &str) -> Span {
    let known: Vec<&str> = old.split(' ').collect();
    let added: Vec<&str> = new.split(' ').filter(|word| !known.contains(word)).filter_map(|word| Some(word.split_once('=')?.1)).collect();
    let given = plan.given_where(id, |value| value.as_text().is_some_and(|text| added.contains(&text.as_str())));
    given.unwrap_or_else(|| place::named_at(plan, id))
}
