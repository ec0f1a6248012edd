//! Says how a lock differs from a plan: one finding for what is damaged, one for what changes, one for what leaves.

use super::weight::{UNMEANT, Weight, is_protected};
use super::{Damage, Differences, Line, places};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::items::MachineGroup;
use crate::plan::lock::Key;
use crate::plan::{Plan, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Of so many lines of one finding is said what they hold.
const SHOWN: usize = 8;

/// Says what differs for a stack; `is_named` says that somebody named it as what may be renumbered.
pub(super) fn tell(plan: &Plan, stack: &str, differences: &Differences<'_>, is_named: bool, found: &mut Diagnostics) {
    let name = format!("{}/{}/{stack}", plan.product.name.text, plan.environment);
    let damaged = differences.damaged.iter().map(|(line, _)| (line, None));
    let changed = differences.changed.iter().map(|(line, place)| (line, *place));
    let changed: Vec<(&Line<'_>, Option<Span>)> = damaged.chain(changed).collect();
    if !changed.is_empty() {
        found.push(change(plan, stack, &name, &changed, is_named));
    }
    if !differences.left.is_empty() {
        found.push(left(plan, stack, &differences.left));
    }
}

/// Says of further stacks how many there are: a lock may be of anything.
pub(super) fn more(plan: &Plan, stacks: &[(&&str, &Differences<'_>)], is_named: bool, found: &mut Diagnostics) {
    let first = |of: &Differences<'_>| {
        let lines = of.damaged.iter().map(|(line, _)| line).chain(of.changed.iter().map(|(line, _)| line)).chain(&of.left);
        lines.map(|line| line.span).min()
    };
    let Some((span, (stack, _))) = stacks.iter().find_map(|of| Some((first(of.1)?, of))) else { return };
    let harmless = stacks.iter().all(|(_, of)| of.damaged.is_empty() && (of.changed.is_empty() || !is_protected(plan)));
    let finding = if is_named || harmless { Diagnostic::warning } else { Diagnostic::error };
    let environment = &plan.environment;
    let message = format!("`{stack}` and {} more stacks of {environment} differ from the lock, too", stacks.len() - 1);
    let name = format!("{}/{environment}", plan.product.name.text);
    found.push(
        finding(Code::Renumbered, span, message)
            .related(plan.product.name.span, "the product is declared here")
            .help(format!("take the lock back from version control, or name what may be renumbered: `infrac build --renumber {name}`")),
    );
}

/// One finding for each place that lines contradict, whatever stacks they are of.
pub(super) fn damaged<'d>(plan: &Plan, lines: impl Iterator<Item = (&'d str, &'d (Line<'d>, Damage))>, found: &mut Diagnostics) {
    let mut by_place = BTreeMap::<(Span, &str), Vec<(&str, &(Line<'_>, Damage))>>::new();
    for (stack, line) in lines {
        by_place.entry((line.1.other, line.1.says.as_str())).or_default().push((stack, line));
    }
    for lines in by_place.into_values() {
        let stacks: BTreeSet<&str> = lines.iter().map(|(stack, _)| *stack).collect();
        let Some(((stack, (first, damage)), rest)) = lines.split_first() else { continue };
        let environment = format!("{}/{}", plan.product.name.text, plan.environment);
        let name = if stacks.len() == 1 { format!("{environment}/{stack}") } else { environment };
        let more = match rest.len() {
            0 => String::new(),
            1 => "; so does 1 more line".to_owned(),
            number => format!("; so do {number} more lines"),
        };
        let message = format!("{} of `{}` {}{more}", first.old, first.key, damage.says);
        let mut diagnostic = Diagnostic::error(Code::LockConflict, first.span, message).related(damage.other, damage.label.clone());
        for (_, (line, _)) in rest.iter().take(SHOWN) {
            diagnostic = diagnostic.related(line.span, "this one, too");
        }
        found.push(diagnostic.help(format!(
            "take the line back from version control; if it is right and the source changed, name what may be renumbered: \
             `infrac build --renumber {name}`"
        )));
    }
}

fn change(plan: &Plan, stack: &str, name: &str, lines: &[(&Line<'_>, Option<Span>)], is_named: bool) -> Diagnostic {
    let environment = &plan.environment;
    let (first, _) = lines[0];
    // A network says more than the machines in it.
    let headline = lines.iter().map(|(line, _)| *line).find(|line| line.old.contains('/')).unwrap_or(first);
    let what = match &headline.new {
        Some(new) => format!("{} becomes {new}", headline.old),
        None => format!("{} is given up", headline.old),
    };
    let more = if lines.len() > 1 { format!(", and {} more", places(lines.len() - 1)) } else { String::new() };
    let declared = plan.instances.iter().any(|instance| instance.stack.is_none() && instance.name == stack);
    let message = match declared {
        true => format!("`{stack}` of {environment} is renumbered: {what}{more}"),
        // No file is left that could take away what was made.
        false => format!("`{stack}` of {environment} is gone: {what}{more}, and the machines and all else that it has made stay"),
    };
    let weight = Weight::of(plan, is_named);
    let mut diagnostic = weight.finding(headline.span, message).label(fate(headline));
    let (span, label) = source(plan, stack, lines);
    diagnostic = diagnostic.related(span, label);
    for (line, _) in lines.iter().filter(|(line, _)| line.span != headline.span).take(SHOWN) {
        diagnostic = diagnostic.related(line.span, fate(line));
    }
    let (refused, told) = match declared {
        true => (
            format!("{environment} is protected: take the change back, or name what may be renumbered: `infrac build --renumber {name}`"),
            format!("what runs there has to move; {UNMEANT}"),
        ),
        false => (
            format!(
                "{environment} is protected: take the change back; under another name it is made once more. Where it is to go, destroy it first, in \
                 `live/{name}` of the last build, and say so: `infrac build --renumber {name}`"
            ),
            format!("{UNMEANT}; where it is to go, destroy it first, in `live/{name}` of the last build"),
        ),
    };
    weight.advised(diagnostic, refused, told)
}

/// What becomes of a line.
fn fate(line: &Line<'_>) -> String {
    match &line.new {
        Some(new) => format!("becomes {new}"),
        None => "is given up".to_owned(),
    }
}

/// Where the source says what changes a stack.
fn source(plan: &Plan, stack: &str, lines: &[(&Line<'_>, Option<Span>)]) -> (Span, String) {
    if let Some(span) = lines.iter().find_map(|(_, place)| *place) {
        return (span, "the source says this now".to_owned());
    }
    let Some(declared) = plan.product.instances.iter().find(|instance| instance.name.text == stack) else {
        return (plan.product.name.span, format!("the product has no `{stack}` any more"));
    };
    let is_there = plan.instances.iter().any(|instance| instance.stack.is_none() && instance.name == stack);
    match declared.attributes.get("only") {
        Some(only) if !is_there => (only.value.span, format!("`{stack}` is not in {} any more", plan.environment)),
        _ => (declared.name.span, format!("`{stack}` is declared here")),
    }
}

fn left(plan: &Plan, stack: &str, lines: &[Line<'_>]) -> Diagnostic {
    // Somebody may have an address in several networks.
    let who: BTreeSet<&str> = lines.iter().map(|line| name(line.key)).collect();
    let names: Vec<String> = who.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if who.len() > SHOWN { format!(" and {} more", who.len() - SHOWN) } else { String::new() };
    let leave = if who.len() == 1 { "leaves" } else { "leave" };
    let message = format!("{}{more} {leave} `{stack}` of {}, and nobody else is renumbered", names.join(", "), plan.environment);
    let mut diagnostic = Diagnostic::warning(Code::Renumbered, lines[0].span, message).label(format!("{} is free again", lines[0].old));
    if let Some(declared) = plan.product.instances.iter().find(|instance| instance.name.text == stack) {
        diagnostic = diagnostic.related(declared.name.span, format!("`{stack}` is declared here"));
    }
    let makes = |unit: &&Unit| lines.iter().any(|line| Key::read(line.key).is_some_and(|key| is_of(&key, unit)));
    let machines = |unit: &Unit| plan.instance(unit.instance).is_some_and(|of| of.block::<MachineGroup<'_>>().is_some());
    match plan.units.iter().find(makes) {
        Some(unit) if is_protected(plan) && machines(unit) => diagnostic.help(format!(
            "{} is protected, so the apply refuses to destroy a machine: take it out of `protected` for this change, and back behind it",
            plan.environment
        )),
        _ => diagnostic,
    }
}

/// Whether a line is of something in a unit.
fn is_of(key: &Key<'_>, unit: &Unit) -> bool {
    key.path.split_once('.').is_some_and(|(stack, name)| stack == unit.stack && name == unit.name)
}

/// The name in a key: that of a machine.
fn name(key: &Text) -> &str {
    let of = key.rsplit_once('@').map_or(key.as_str(), |(of, _)| of);
    of.rsplit('/').next().unwrap_or_default()
}
