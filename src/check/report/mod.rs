//! The wording of the checker: one function for each thing that can be wrong.

mod backends;
mod bodies;
mod lacks;
mod limits;
mod names;
mod offered;
mod others;
mod resources;
mod tasks;
mod values;

pub(super) use backends::*;
pub(super) use bodies::*;
pub(super) use lacks::*;
pub(super) use limits::*;
pub(super) use names::*;
pub(super) use offered::*;
pub(super) use others::*;
pub(super) use resources::*;
pub(super) use tasks::*;
pub(super) use values::*;

use crate::base::Span;
use crate::diag::{Diagnostic, listed};

/// Adds the name that was meant, with the fix, or says which there are where they are few.
fn meant<'k>(diagnostic: Diagnostic, name: &str, span: Span, known: impl IntoIterator<Item = &'k str>) -> Diagnostic {
    diagnostic.did_you_mean(name, span, known)
}
