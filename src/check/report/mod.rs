//! The wording of the checker: one function for each thing that can be wrong.

mod bodies;
mod names;
mod resources;
mod tasks;
mod values;

pub(super) use bodies::*;
pub(super) use names::*;
pub(super) use resources::*;
pub(super) use tasks::*;
pub(super) use values::*;

use crate::base::{Span, similar};
use crate::diag::Diagnostic;

/// Adds the name that was meant, with the fix, or says which there are where they are few.
fn meant<'k>(diagnostic: Diagnostic, name: &str, span: Span, known: impl IntoIterator<Item = &'k str>) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    match similar::nearest(name, known.iter().copied()) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), span, nearest),
        None if known.is_empty() => diagnostic,
        None if known.len() <= 12 => diagnostic.help(format!("there {} {}", if known.len() == 1 { "is" } else { "are" }, listed(&known))),
        None => diagnostic,
    }
}

/// `a`, `b` and `c`
fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
