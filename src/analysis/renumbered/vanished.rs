//! What was made does not vanish from the sources without a word.
//!
//! A tool destroys what a unit does not say any more. Of a unit that is gone, or has another name, it knows nothing: what was made stays
//! where it is, without anybody who changes or removes it, and under another name everything is made once more.

use super::weight::{UNMEANT, Weight};
use crate::base::Span;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::Plan;
use crate::plan::lock::{Fact, Key, Lock, Renumber, size};
use std::collections::{BTreeMap, BTreeSet};

/// Of so many units of one finding is said what they are.
const SHOWN: usize = 8;

/// Says which units the lock remembers and a plan lacks, but for stacks of which more was said.
pub(super) fn vanished(plan: &Plan, lock: &Lock, told: &BTreeSet<&str>, renumber: &Renumber, found: &mut Diagnostics) {
    let there = plan.keys_of_units();
    let mut stacks = BTreeMap::<&str, Vec<(Key<'_>, &Fact)>>::new();
    for (key, fact) in lock.units(&plan.environment).filter(|(key, _)| !there.contains(*key)) {
        let Some(key) = Key::read(key).filter(|key| !told.contains(key.stack())) else { continue };
        stacks.entry(key.stack()).or_default().push((key, fact));
    }
    for (stack, units) in stacks {
        let is_named = renumber.stack(&plan.product.name.text, &plan.environment, stack);
        let to = there.iter().filter_map(|line| Key::read(line)).find(|key| key.path == units[0].0.path).map(|key| key.provider);
        found.push(report(plan, stack, &units, to, is_named));
    }
}

/// `to` is the provider instance that the first of them is at now.
fn report(plan: &Plan, stack: &str, units: &[(Key<'_>, &Fact)], to: Option<&str>, is_named: bool) -> Diagnostic {
    let (environment, product) = (&plan.environment, &plan.product.name.text);
    let names: Vec<String> = units.iter().take(SHOWN).map(|(key, _)| format!("`{}`", key.path)).collect();
    let more = if units.len() > SHOWN { format!(" and {} more", units.len() - SHOWN) } else { String::new() };
    let holds = if units.iter().any(|(_, fact)| size(&fact.says).is_some()) { ", volumes among it," } else { "" };
    let (names, from) = (names.join(", "), units[0].0.provider);
    let message = match to {
        Some(to) => {
            format!("{names}{more} of {environment} leaves `{from}` for `{to}`: all of it is made anew, and what was made{holds} goes")
        }
        None => format!(
            "nothing describes {names}{more} of {environment} any more: what was made there{holds} stays, and nobody changes or removes it"
        ),
    };
    let weight = Weight::of(plan, is_named);
    let (span, label) = declared(plan, stack);
    let mut diagnostic = weight.finding(units[0].1.span, message).related(span, label);
    for (_, fact) in units.iter().skip(1).take(SHOWN) {
        diagnostic = diagnostic.related(fact.span, "this one, too");
    }
    let folder = units[0].0.path.replacen('.', "/", 1);
    let way = format!("destroy it before it goes, in `live/{product}/{environment}/{folder}` of the last build");
    let refused = format!(
        "{environment} is protected: take the change back; if it has another name now, it is made once more under that. Where it is to go, {way}, and say \
         so: `infrac build --renumber {product}/{environment}/{stack}`"
    );
    weight.advised(diagnostic, refused, format!("{UNMEANT}; where it is to go, {way}"))
}

/// Where the stack is declared that a unit was of; the product where it is not.
fn declared(plan: &Plan, stack: &str) -> (Span, String) {
    match plan.product.instances.iter().find(|instance| instance.name.text == stack) {
        Some(of) => (of.name.span, format!("`{stack}` is declared here")),
        None => (plan.product.name.span, format!("the product has no `{stack}` any more")),
    }
}
