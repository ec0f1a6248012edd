//! The repairs that findings carry.

use super::super::Analysis;
use super::super::rename::Edit;
use super::Made;
use crate::base::FileId;
use crate::diag::{Diagnostic, Fix};

/// The repair of a finding; nothing where it would change the library of the compiler.
pub(super) fn of(analysis: Analysis<'_>, found: &Diagnostic) -> Option<Made> {
    let fix = found.fix.as_ref()?;
    let edits = edits(analysis, fix)?;
    Some((fix.title.clone(), edits))
}

fn edits(analysis: Analysis<'_>, fix: &Fix) -> Option<Vec<Edit>> {
    let edits = fix.edits.iter().map(|edit| {
        let (span, text) = edit.resolved(analysis.workspace());
        (!analysis.is_of_library(span)).then(|| Edit { span, text: text.to_owned() })
    });
    edits.collect()
}

/// Every repair in a file. Where two meet, the first counts; the next time the other is left, if it is still needed.
pub(super) fn all(analysis: Analysis<'_>, file: FileId, found: &[Diagnostic]) -> Option<Made> {
    let mut taken: Vec<Edit> = Vec::new();
    for edits in found.iter().filter_map(|found| edits(analysis, found.fix.as_ref()?)) {
        let is_free = |edit: &Edit| {
            edit.span.file == file && taken.iter().all(|other| edit.span.start > other.span.end || edit.span.end < other.span.start)
        };
        if edits.iter().all(is_free) {
            taken.extend(edits);
        }
    }
    taken.sort();
    (!taken.is_empty()).then(|| ("apply every certain repair in this file".to_owned(), taken))
}
