//! Mistakes at a name that stands alone: `name` is `name = name`, so what is found of the one half is not written over the other.

use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostics, Edit};
use crate::resolve::Source;
use std::collections::{BTreeMap, BTreeSet};

/// The same findings, with one for each name that stands alone, and repairs that change what is wrong and nothing else.
pub(super) fn told<'s>(found: Diagnostics, sources: impl Iterator<Item = &'s Source>) -> Diagnostics {
    let files: BTreeSet<FileId> = found.0.iter().map(|found| found.primary.span.file).collect();
    let sources = sources.filter(|source| files.contains(&source.file));
    let alone: BTreeMap<Span, &Text> = sources.flat_map(|source| &source.tree.alone).map(|name| (name.span, &name.text)).collect();
    let at = |code: &dyn Fn(Code) -> bool| -> BTreeSet<Span> {
        let found = found.0.iter().filter(|found| code(found.code)).map(|found| found.primary.span);
        found.filter(|span| alone.contains_key(span)).collect()
    };
    let is_untaken = |code: Code| matches!(code, Code::UnknownAttribute | Code::UnknownField | Code::UnknownResourceAttribute);
    let (untaken, unknown) = (at(&is_untaken), at(&|code| code == Code::UnknownName));
    let mut kept = Vec::with_capacity(found.0.len());
    for mut found in found.0 {
        let span = found.primary.span;
        match alone.get(&span) {
            // Where nothing takes it, what it would be is no matter.
            Some(_) if untaken.contains(&span) && !is_untaken(found.code) => continue,
            // Neither half is known: the name that is meant is meant for both.
            Some(_) if untaken.contains(&span) && unknown.contains(&span) => {}
            Some(name) => {
                let edits = found.fix.iter_mut().flat_map(|fix| &mut fix.edits);
                edits.for_each(|edit| one_half(edit, span, name, untaken.contains(&span)));
            }
            None => {}
        }
        kept.push(found);
    }
    Diagnostics(kept)
}

/// An edit of a name that stands alone, as one of what it sets or of its value.
fn one_half(edit: &mut Edit, alone: Span, name: &Text, is_untaken: bool) {
    match edit {
        Edit::Replace(place, text) if *place == alone && is_untaken => *text = format!("{text} = {name}"),
        Edit::Replace(place, text) if place.start == alone.start => *text = format!("{name} = {text}"),
        Edit::Replace(..) | Edit::Remove(_) => {}
    }
}
