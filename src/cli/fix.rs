//! Applies the repairs that diagnostics carry.

use super::open::Compiled;
use crate::base::{FileId, Span};
use crate::diag::Fix;
use crate::host::{Failure, library, rewrite};
use std::collections::BTreeMap;
use std::path::Path;

/// Applies every repair whose places no earlier one touches, and says how many there were. What is left is for the
/// next run, which sees the sources as they are then.
pub(super) fn apply(root: &Path, compiled: &Compiled) -> Result<usize, Failure> {
    let workspace = &compiled.project.workspace;
    let is_ours = |span: &Span| !workspace.file(span.file).path.starts_with(library::PREFIX);
    let mut edits = BTreeMap::<FileId, Vec<(Span, &str)>>::new();
    let mut applied = 0;
    for fix in compiled.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        let fits = fix.edits.iter().all(|(span, _)| is_ours(span) && !edits.get(&span.file).is_some_and(|taken| meets(taken, *span)));
        if fits {
            add(&mut edits, fix);
            applied += 1;
        }
    }
    for (file, mut edits) in edits {
        edits.sort();
        let source = workspace.file(file);
        rewrite(&root.join(&source.path), &replace(&source.text, &edits))?;
    }
    Ok(applied)
}

fn add<'d>(edits: &mut BTreeMap<FileId, Vec<(Span, &'d str)>>, fix: &'d Fix) {
    for (span, replacement) in &fix.edits {
        edits.entry(span.file).or_default().push((*span, replacement));
    }
}

/// Whether a place meets one that is changed already; two insertions at one place do, because their order is unclear.
fn meets(taken: &[(Span, &str)], span: Span) -> bool {
    taken.iter().any(|(other, _)| span.start <= other.end && other.start <= span.end)
}

/// The text with sorted, separate places replaced.
fn replace(text: &str, edits: &[(Span, &str)]) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    for (span, replacement) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        // A place that is no place of the text is not repaired.
        let (Some(between), true) = (text.get(at..start), text.is_char_boundary(end.max(start))) else {
            continue;
        };
        replaced.push_str(between);
        replaced.push_str(replacement);
        at = end.max(start);
    }
    replaced.push_str(text.get(at..).unwrap_or_default());
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_replaced_from_the_original_text() {
        let span = |start, end| Span::new(FileId(0), start, end);
        let edits = [(span(0, 2), "one"), (span(3, 3), "+"), (span(4, 7), "")];
        assert_eq!(replace("ab cdef!", &edits), "one +c!");
        assert_eq!(replace("ab", &[(span(5, 9), "x")]), "ab");
        assert!(meets(&edits, span(7, 8)) && meets(&edits, span(3, 3)) && !meets(&edits, span(8, 9)));
    }
}
