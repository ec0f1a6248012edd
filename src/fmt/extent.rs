//! Extents: which atoms stand on each line, and how deep it is indented.

use super::INDENT;
use super::atoms::Source;
use crate::syntax::token::Kind;

/// The atoms of a line and its indentation.
pub(super) struct Extent {
    pub first: usize,
    /// Behind the last one.
    pub end: usize,
    pub indent: usize,
}

/// Cuts the atoms into lines.
pub(super) fn extents(source: &Source) -> Vec<Extent> {
    let mut found: Vec<Extent> = Vec::new();
    // The indentation of the line that each group was opened on.
    let mut bases = vec![0; source.groups.len()];
    let content = |bases: &[usize], group: usize| match group {
        0 => 0,
        _ => bases[group] + INDENT,
    };
    for (index, atom) in source.atoms.iter().enumerate() {
        if source.breaks_before(index) {
            let around = source.broken_around(atom.group);
            let opened = index.checked_sub(1).and_then(|before| source.atoms[before].opens);
            let indent = match (atom.closes, opened) {
                (Some(group), _) => bases[group],
                (_, Some(group)) => content(&bases, group),
                _ if atom.element || atom.kind == Kind::End => content(&bases, around),
                _ => content(&bases, around) + INDENT,
            };
            if let Some(last) = found.last_mut() {
                last.end = index;
            }
            found.push(Extent { first: index, end: source.atoms.len(), indent });
        }
        if let Some(group) = atom.opens {
            let around = source.broken_around(atom.group);
            bases[group] = match source.groups[group].body {
                true => content(&bases, around),
                false => found.last().map_or(0, |line| line.indent),
            };
        }
    }
    found
}
