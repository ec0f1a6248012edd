//! A place in a file as people count it.

use super::hide::hide;
use super::sanitise::{sanitise, sanitise_source};
use crate::base::{LineColumn, LineIndex, Span, Workspace};
use std::borrow::Cow;
use std::sync::Arc;

/// A file that reports point into.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path to show.
    pub path: String,
    /// The text, which can do no harm and in which every offset holds.
    pub text: Arc<str>,
    /// Where its lines begin.
    pub lines: LineIndex,
}

/// A place with what is said of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Offset of the first byte; inside the text, on the border of a character.
    pub start: usize,
    /// Offset behind the last byte; likewise.
    pub end: usize,
    /// The line and column of `start`.
    pub from: LineColumn,
    /// The line and column of `end`, where the place no longer is.
    pub to: LineColumn,
    /// A few words; may be empty.
    pub label: String,
}

impl Source {
    /// The file of a span. `prefix` leads from where a reader stands to the project; texts in `hidden` are not shown.
    pub(super) fn new(workspace: &Workspace, span: Span, prefix: &str, hidden: &[Span]) -> Source {
        let file = workspace.file(span.file);
        let prefix = if file.path.starts_with('<') { "" } else { prefix };
        Source {
            path: sanitise(&format!("{prefix}{}", file.path)).into_owned(),
            text: match (sanitise_source(&file.text), hidden) {
                (Cow::Borrowed(_), []) => file.text.clone(),
                (plain, hidden) => hide(plain, hidden).into(),
            },
            lines: LineIndex::new(&file.text),
        }
    }

    /// The offset at which a line begins; the end of the text for a line behind it.
    pub(super) fn line_start(&self, line: u32) -> usize {
        self.lines.start(line).map_or(self.text.len(), |start| start as usize)
    }
}

impl Place {
    /// The place of a span, which is moved into the text where it lies outside.
    pub(super) fn new(source: &Arc<Source>, span: Span, label: &str) -> Place {
        let inside = |offset: u32| {
            let mut offset = (offset as usize).min(source.text.len());
            while !source.text.is_char_boundary(offset) {
                offset -= 1;
            }
            offset
        };
        let start = inside(span.start);
        let end = inside(span.end).max(start);
        Place {
            source: Arc::clone(source),
            start,
            end,
            from: source.lines.line_column(&source.text, start as u32),
            to: source.lines.line_column(&source.text, end as u32),
            label: sanitise(label).into_owned(),
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &str {
        &self.source.path
    }
}
