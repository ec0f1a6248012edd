//! The texts that are open in the client.

use super::position::{Encoding, Lines};
use crate::base::Text;
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;

/// An open text.
#[derive(Debug)]
pub(super) struct Document {
    /// As the client names it.
    pub uri: Uri,
    /// As the client counts.
    pub version: i32,
    pub text: String,
    /// The project that it belongs to, and its path there.
    pub place: (usize, Text),
}

impl Document {
    /// Applies changes, one after the other.
    pub(super) fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => self.text = whole.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = Lines::new(&self.text, encoding);
                    let (start, end) = (lines.offset(part.range.start), lines.offset(part.range.end));
                    self.text.replace_range(start..end.max(start), &part.text);
                }
            }
        }
    }
}

/// The open texts by what the client calls them.
pub(super) type Documents = BTreeMap<String, Document>;
