//! What runs is not renumbered without a word.
//!
//! The lock says what everything has, the plans say what it would get. A difference is a damaged line or a change of the source, and
//! each is told with both values and both places. A line that contradicts what it was taken from is an error everywhere. A change of
//! the source is a warning, and in an environment that is protected an error until somebody names what may be renumbered. A machine
//! that leaves takes nothing from anybody, so that is only told. What the lock remembers beside places of the network is told the same
//! way: the region and the account of a provider, where the states are, the size of volumes, which units there are.
//!
//! ```infra
//! product shop {
//!   ranges = { prod = 10.9.0.0/16 }   # was 10.0.0.0/16, where every network and machine of prod is
//! }
//! ```

mod compare;
mod moved;
mod tell;
mod vanished;
mod weight;

use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Product;
use crate::plan::Plan;
use crate::plan::lock::{Lock, Renumber};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Of so many stacks of an environment is said what becomes of them.
const SHOWN: usize = 20;

/// Says what the plans of a product would give other places than its lock, and what of it would give its place up.
pub fn renumbered(product: &Product, plans: &[Plan], lock: &Lock, renumber: &Renumber) -> Diagnostics {
    let mut found = Diagnostics::default();
    for plan in plans {
        let name = &plan.product.name.text;
        moved::moved(plan, lock, renumber, &mut found);
        let stacks = compare::compare(plan, lock);
        let named = |stack: &str| renumber.stack(name, &plan.environment, stack);
        for (stack, differences) in stacks.iter().take(SHOWN) {
            // What would follow from a damaged line is no news.
            if differences.damaged.is_empty() || named(stack) {
                tell::tell(plan, stack, differences, named(stack), &mut found);
            }
        }
        let unnamed = stacks.iter().take(SHOWN).filter(|(stack, _)| !named(stack));
        tell::damaged(plan, unnamed.flat_map(|(stack, differences)| differences.damaged.iter().map(|line| (*stack, line))), &mut found);
        let is_told = |differences: &Differences<'_>| !differences.damaged.is_empty() || !differences.changed.is_empty();
        let told: BTreeSet<&str> = stacks.iter().filter(|(_, differences)| is_told(differences)).map(|(stack, _)| *stack).collect();
        vanished::vanished(plan, lock, &told, renumber, &mut found);
        let more: Vec<_> = stacks.iter().skip(SHOWN).collect();
        let is_named = more.iter().all(|(stack, _)| renumber.stack(name, &plan.environment, stack));
        tell::more(plan, &more, is_named, &mut found);
    }
    environments(product, lock, renumber, &mut found);
    found
}

/// Environments that the product does not have any more. Whether they were protected nobody can tell now.
fn environments(product: &Product, lock: &Lock, renumber: &Renumber, found: &mut Diagnostics) {
    let there: BTreeSet<&str> = product.environments.iter().map(|environment| environment.text.as_str()).collect();
    let mut gone = BTreeMap::<&str, (Span, usize)>::new();
    for (key, entry) in lock.entries() {
        let environment = key.split('/').next().unwrap_or_default();
        if !there.contains(environment) {
            gone.entry(environment).or_insert((entry.span, 0)).1 += 1;
        }
    }
    let name = &product.name.text;
    for (environment, (span, count)) in gone {
        let message = format!("the lock holds {} of `{environment}`, which `{name}` does not have any more", places(count));
        let named = renumber.environment(name, environment);
        let finding = if named { Diagnostic::warning } else { Diagnostic::error };
        let mut diagnostic = finding(Code::Renumbered, span, message).related(product.name.span, "the product is declared here");
        if !named {
            diagnostic = diagnostic.help(format!(
                "take the environment back; if everything in it is gone, or is to go, say so: `infrac build --renumber {name}/{environment}`"
            ));
        }
        found.push(diagnostic);
    }
}

/// What a lock remembers of a product that is not there: a folder whose `product` was removed, or moved without its lock.
pub fn left_behind<'a>(products: &[Arc<Product>], locks: impl Iterator<Item = (FileId, &'a str, &'a str)>) -> Diagnostics {
    let folders: BTreeSet<&str> = products.iter().map(|product| product.folder.as_str()).collect();
    let left = locks.filter(|(_, folder, _)| !folders.contains(folder));
    let found = left.map(|(file, folder, text)| {
        let first = text.lines().next().unwrap_or_default().len();
        Diagnostic::error(Code::LockMissing, Span::new(file, 0, first as u32), format!("`{folder}` has a lock and no product"))
            .help("take the product back, move the lock to where the product is now, or remove it with what it stands for")
    });
    Diagnostics(found.collect())
}

/// `1 place`, `3 places`
fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}

/// A line of the lock that differs from what the plan gives.
#[derive(Debug)]
struct Line<'a> {
    key: &'a Text,
    span: Span,
    /// What the lock holds.
    old: String,
    /// What it gets instead; nothing where it is given up.
    new: Option<String>,
}

/// How the lock differs from the plan for one stack.
#[derive(Debug, Default)]
struct Differences<'a> {
    /// Lines that contradict what they were taken from.
    damaged: Vec<(Line<'a>, Damage)>,
    /// Lines that the source changed.
    changed: Vec<(Line<'a>, Option<Span>)>,
    /// Machines and other single things that are gone, while what they were part of is there.
    left: Vec<Line<'a>>,
}

/// What a line contradicts.
#[derive(Debug)]
struct Damage {
    /// `lies outside 10.20.0.0/16, …`
    says: String,
    /// Another line of the lock, or the source.
    other: Span,
    /// What stands there.
    label: String,
}
