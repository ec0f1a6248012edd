//! The mistakes of one file, up to a limit: hostile text must not cost memory without bound.

use super::limits::MAX_MESSAGES;
use crate::base::Span;
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

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.0.len()
    }

    /// Takes back what was said of the text from `start` on, except for the first `keep` messages.
    pub fn take_back(&mut self, start: u32, keep: usize) {
        let taken = self.found.0[keep..].iter().rev().take_while(|found| found.primary.span.start >= start).count();
        self.found.0.truncate(self.found.0.len() - taken);
    }

    /// What was found, by place.
    pub fn into_diagnostics(mut self, text: &str) -> Diagnostics {
        self.found.0.sort();
        self.found.0.dedup();
        self.drop_consequences(text);
        self.found
    }

    /// Where a quote lacks its partner, text and code of that line have changed places: nothing else said of the line
    /// holds. Where a bracket does, what stands behind it is read as part of something else: two messages say enough.
    fn drop_consequences(&mut self, text: &str) {
        let line = |found: &Diagnostic| {
            let start = found.primary.span.start as usize;
            text.get(..start).and_then(|before| before.rfind('\n'))
        };
        let all = std::mem::take(&mut self.found.0);
        for run in all.chunk_by(|a, b| line(a) == line(b)) {
            let unclosed = |found: &&Diagnostic| found.code == Code::Unclosed;
            let quotes = run.iter().filter(unclosed).any(|found| is_quote(text, found.primary.span));
            let kept = run
                .iter()
                .enumerate()
                .filter(|(index, found)| *index == 0 && !quotes || unclosed(found) || found.code == Code::LimitExceeded);
            match run.iter().any(|found| unclosed(&found)) {
                true => self.found.0.extend(kept.take(2).map(|(_, found)| found.clone())),
                false => self.found.0.extend_from_slice(run),
            }
        }
    }
}

/// Whether a place is a quote or `${` of one line.
fn is_quote(text: &str, span: Span) -> bool {
    matches!(text.get(span.start as usize..span.end as usize), Some("\"" | "${"))
}
