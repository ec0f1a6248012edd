//! Applies the repairs that diagnostics carry, round after round until none is left.

use super::{Files, Options, compile};
use crate::base::{FileId, Span, Text, Workspace};
use crate::diag::{Diagnostic, Fix};
use crate::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// More rounds than mistakes that hide each other: a repair that brings its own mistake back must end too.
const MOST_ROUNDS: usize = 10;

/// What became of the sources.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The sources afterwards; files that were in the canonical layout are in it again, so far as that can be told.
    pub workspace: Workspace,
    /// How many repairs were applied.
    pub applied: usize,
    /// What is found in the sources afterwards.
    pub left: Vec<Diagnostic>,
}

impl Repaired {
    /// The files that differ from what they were, with their text before and after.
    pub fn changes<'r>(&'r self, before: &'r Workspace) -> impl Iterator<Item = (&'r Text, &'r str, &'r str)> {
        let files = before.files().zip(self.workspace.files());
        files.filter(|((_, old), (_, new))| old.text != new.text).map(|((_, old), (_, new))| (&old.path, &*old.text, &*new.text))
    }
}

/// Applies what `found` would repair in `workspace`, then what is found in what came of it. Where two repairs meet, the
/// first counts, and the next round sees whether the other is still needed. The embedded library is left alone.
pub fn repair(workspace: &Workspace, options: &Options, found: &[Diagnostic]) -> Repaired {
    repair_within(workspace, options, found, &|_| true)
}

/// As above, with no other files touched than those whose paths `may_change` takes.
pub fn repair_within(workspace: &Workspace, options: &Options, found: &[Diagnostic], may_change: &dyn Fn(&str) -> bool) -> Repaired {
    let mut repaired = Repaired { workspace: workspace.clone(), applied: 0, left: found.to_vec() };
    for _ in 0..MOST_ROUNDS {
        let fixes = repaired.left.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        let (mut texts, applied) = round(&repaired.workspace, fixes, may_change);
        if applied == 0 {
            break;
        }
        for (file, text) in &mut texts {
            if let Some(formatted) = laid_out(*file, &workspace.file(*file).text, text) {
                *text = formatted;
            }
        }
        repaired.applied += applied;
        repaired.workspace = with(&repaired.workspace, texts);
        repaired.left = compile(&repaired.workspace, &Options { files: Files::LetGo, ..options.clone() }).diagnostics;
    }
    repaired
}

/// The texts that change in one round, and how many repairs change them.
fn round<'d>(
    workspace: &Workspace,
    fixes: impl Iterator<Item = &'d Fix>,
    may_change: &dyn Fn(&str) -> bool,
) -> (BTreeMap<FileId, String>, usize) {
    let mut taken = BTreeMap::<FileId, Vec<(Span, &str)>>::new();
    let mut applied = 0;
    for fix in fixes {
        let edits: Vec<(Span, &str)> = fix.edits.iter().map(|edit| edit.resolved(workspace)).collect();
        let path = |span: Span| &workspace.file(span.file).path;
        let is_ours = |span: Span| !path(span).starts_with('<') && may_change(path(span));
        let is_free = |span: Span| !taken.get(&span.file).is_some_and(|taken| meets(taken, span));
        if edits.iter().all(|(span, _)| is_ours(*span) && is_free(*span)) {
            for (span, text) in edits {
                taken.entry(span.file).or_default().push((span, text));
            }
            applied += 1;
        }
    }
    let texts = taken.into_iter().map(|(file, mut edits)| {
        edits.sort();
        (file, replace(&workspace.file(file).text, &edits))
    });
    (texts.collect(), applied)
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

/// A repaired text in the canonical layout, if it was in it before, or would have been without the mistake: nothing but
/// lines that were repaired, or that lie between such, would change.
fn laid_out(file: FileId, before: &str, after: &str) -> Option<String> {
    let formatted = fmt::format(file, after).ok()?;
    let was_laid_out = fmt::format(file, before).is_ok_and(|canonical| canonical == before) || {
        let (repaired, new) = (same_lines(before, after), same_lines(after, &formatted));
        new.0 >= repaired.0 && new.1 >= repaired.1
    };
    was_laid_out.then_some(formatted)
}

/// How many lines are the same at the beginning and at the end.
fn same_lines(a: &str, b: &str) -> (usize, usize) {
    let ahead = a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count();
    let behind = a.lines().rev().zip(b.lines().rev()).take_while(|(a, b)| a == b).count();
    (ahead, behind)
}

/// The workspace with other texts; the paths stay, and the ids with them.
fn with(workspace: &Workspace, mut texts: BTreeMap<FileId, String>) -> Workspace {
    Workspace::new(workspace.files().map(|(file, source)| {
        let text = texts.remove(&file).map_or_else(|| source.text.clone(), Arc::from);
        (source.path.clone(), text)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    fn span(start: u32, end: u32) -> Span {
        Span::new(FileId(0), start, end)
    }

    #[test]
    fn places_are_replaced_from_the_original_text() {
        let edits = [(span(0, 2), "one"), (span(3, 3), "+"), (span(4, 7), "")];
        assert_eq!(replace("ab cdef!", &edits), "one +c!");
        assert_eq!(replace("ab", &[(span(5, 9), "x")]), "ab");
        assert!(meets(&edits, span(7, 8)) && meets(&edits, span(3, 3)) && !meets(&edits, span(8, 9)));
    }

    #[test]
    fn only_what_was_laid_out_is_again() {
        let file = FileId(0);
        let laid_out = |before: &str, after: &str| laid_out(file, before, after);
        assert_eq!(laid_out("a {\n  b = 1\n}\n", "a {\n  b  = 2\n}\n").as_deref(), Some("a {\n  b = 2\n}\n"));
        assert_eq!(laid_out("a  {\n  b = 1\n}\n", "a  {\n  b = 2\n}\n"), None);
        assert_eq!(laid_out("a {\n  b = 1;\n}\n", "a {\n  b = 1,\n}\n").as_deref(), Some("a {\n  b = 1\n}\n"));
        assert_eq!(laid_out("a  {\n  b = 1;\n}\n", "a  {\n  b = 1,\n}\n"), None);
    }

    #[test]
    fn of_two_repairs_that_meet_the_first_counts() {
        let workspace = Workspace::new([("a.infra".into(), "one two\n".into()), ("<stdlib>/b.infra".into(), "one\n".into())]);
        let (file, _) = workspace.find("a.infra").expect("it is there");
        let (library, _) = workspace.find("<stdlib>/b.infra").expect("it is there");
        let at = |file, start, end, text: &str| {
            let span = Span::new(file, start, end);
            Diagnostic::error(Code::UnknownName, span, "wrong").fix("write it", span, text).fix
        };
        let fixes = [at(file, 0, 3, "1"), at(file, 2, 4, "x"), at(file, 4, 7, "2"), at(library, 0, 3, "1")];
        let (texts, applied) = round(&workspace, fixes.iter().flatten(), &|_| true);
        assert_eq!((applied, texts.len()), (2, 1));
        assert_eq!(texts[&file], "1 2\n");
    }
}
