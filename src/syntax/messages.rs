//! The mistakes of one file, up to a limit: hostile text must not cost memory without bound.

use super::limits::MAX_MESSAGES;
use crate::diag::{Code, Diagnostic, Diagnostics};

/// Collects diagnostics.
#[derive(Default)]
pub(crate) struct Messages {
    found: Diagnostics,
}

impl Messages {
    /// Adds one; behind the limit one more says that there are others.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        match self.found.0.len() {
            ..MAX_MESSAGES => self.found.push(diagnostic),
            MAX_MESSAGES => self.found.push(
                Diagnostic::error(
                    Code::LimitExceeded,
                    diagnostic.primary.span,
                    format!("more than {MAX_MESSAGES} mistakes, the others are not shown"),
                )
                .help("repair the first ones"),
            ),
            _ => {}
        }
    }

    /// What was found, by place.
    pub fn into_diagnostics(mut self) -> Diagnostics {
        self.found.0.sort();
        self.found.0.dedup();
        self.found
    }
}
