//! How a change is told: refused in an environment that is protected, until somebody names what may be renumbered.

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;

/// What somebody is told who did not mean it.
pub(super) const UNMEANT: &str = "if that is not meant, take the change back before a build";

/// What a change weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// The environment is protected, and nobody named what changes.
    Refused,
    /// Nothing keeps it from being done.
    Told,
    /// Somebody named what may be renumbered.
    Meant,
}

impl Weight {
    pub(super) fn of(plan: &Plan, is_named: bool) -> Weight {
        match (is_named, is_protected(plan)) {
            (true, _) => Weight::Meant,
            (false, true) => Weight::Refused,
            (false, false) => Weight::Told,
        }
    }

    /// The finding of it.
    pub(super) fn finding(self, span: Span, message: String) -> Diagnostic {
        let finding = if self == Weight::Refused { Diagnostic::error } else { Diagnostic::warning };
        finding(Code::Renumbered, span, message)
    }

    /// The finding with what is to be done: where it is refused, and where it is told.
    pub(super) fn advised(self, diagnostic: Diagnostic, refused: String, told: String) -> Diagnostic {
        match self {
            Weight::Refused => diagnostic.help(refused),
            Weight::Told => diagnostic.help(told),
            Weight::Meant => diagnostic,
        }
    }
}

pub(super) fn is_protected(plan: &Plan) -> bool {
    plan.said().protected().any(|name| *name == plan.environment)
}
