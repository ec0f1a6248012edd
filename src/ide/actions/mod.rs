//! What can be done about a place: repairs of findings, what is missing, a waiver, a name for an expression.

mod extract;
mod fixes;
mod missing;
mod sample;
#[cfg(test)]
mod tests;
mod waive;

use super::rename::Edit;
use super::{Analysis, layout};
use crate::base::{FileId, Span};
use crate::diag::Diagnostic;

/// What an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// It removes a finding, and is certain.
    Repair,
    /// It removes a finding, and somebody has to look at what it writes.
    Suggestion,
    /// It writes the same differently.
    Rewrite,
    /// It applies every certain repair in the file.
    All,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// As an instruction: ``write `servers` ``.
    pub title: String,
    /// What it is for.
    pub sort: Sort,
    /// The finding that it removes, by its place among those that were given.
    pub finding: Option<usize>,
    /// What changes; the places do not overlap.
    pub edits: Vec<Edit>,
}

/// What can be done about a part of a file in which `found` was found last.
pub fn actions(analysis: Analysis<'_>, file: FileId, within: Span, found: &[Diagnostic]) -> Vec<Action> {
    if analysis.tree(file).is_none() && !found.iter().any(|found| found.fix.is_some()) {
        return Vec::new();
    }
    let meets = |span: Span| span.file == file && span.start <= within.end && within.start <= span.end;
    let here: Vec<(usize, &Diagnostic)> = found.iter().enumerate().filter(|(_, found)| meets(found.primary.span)).collect();
    let mut actions = Vec::new();
    for (at, diagnostic) in here {
        let suggested = [
            fixes::of(analysis, diagnostic).map(|action| (Sort::Repair, action)),
            missing::of(analysis, diagnostic).map(|action| (Sort::Suggestion, action)),
            waive::of(analysis, diagnostic).map(|action| (Sort::Suggestion, action)),
            extract::lifted(analysis, diagnostic).map(|action| (Sort::Suggestion, action)),
        ];
        let named = suggested.into_iter().flatten();
        actions.extend(named.map(|(sort, (title, edits))| Action { title, sort, finding: Some(at), edits: layout::kept(analysis, edits) }));
    }
    if let Some((title, edits)) = extract::of(analysis, file, within) {
        actions.push(Action { title, sort: Sort::Rewrite, finding: None, edits: layout::kept(analysis, edits) });
    }
    if let Some((title, edits)) = fixes::all(analysis, file, found) {
        actions.push(Action { title, sort: Sort::All, finding: None, edits });
    }
    actions
}

/// A title and edits.
type Made = (String, Vec<Edit>);
