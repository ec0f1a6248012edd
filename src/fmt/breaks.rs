//! Breaks groups until every line fits, or has nothing left to break.

use super::WIDTH;
use super::atoms::{Group, Source};
use super::extent::{Extent, extents};
use super::lines::width;
use crate::syntax::token::Kind;

/// Breaks the widest outermost group of each line that is too wide, until none is.
pub(super) fn break_long_lines(source: &mut Source) {
    loop {
        let found: Vec<usize> =
            extents(source).iter().filter(|extent| width(source, extent) > WIDTH).filter_map(|extent| widest(source, extent)).collect();
        if found.is_empty() {
            return;
        }
        for group in found {
            source.groups[group].broken = true;
        }
    }
}

/// The group of a line to break: a body, else the widest one that no other one holds.
fn widest(source: &Source, line: &Extent) -> Option<usize> {
    let mut best: Option<(bool, usize, usize)> = None;
    let mut at = line.first;
    while at < line.end {
        let opened = source.atoms[at].opens;
        at += 1;
        let Some(id) = opened else { continue };
        let group = &source.groups[id];
        if group.closer >= line.end || group.broken {
            continue;
        }
        let inside = Extent { first: group.opener, end: group.closer + 1, indent: 0 };
        let candidate = (group.body, width(source, &inside), id);
        if breakable(group) && best.is_none_or(|best| candidate >= best) {
            best = Some(candidate);
        }
        at = group.closer + 1;
    }
    best.map(|(_, _, id)| innermost(source, id))
}

/// An index holds one expression and stays on its line.
fn breakable(group: &Group) -> bool {
    group.elements > 0 || group.comprehension || group.kind == Kind::LeftParen && group.closer > group.opener + 1
}

/// A group whose only element is a group is not broken itself: `f([` and `])` stay together.
fn innermost(source: &Source, mut id: usize) -> usize {
    loop {
        let group = &source.groups[id];
        let inner = source.atoms[group.opener + 1].opens;
        match inner {
            Some(inner)
                if group.elements == 1
                    && !group.body
                    && source.groups[inner].closer + 1 == group.closer
                    && breakable(&source.groups[inner]) =>
            {
                id = inner;
            }
            _ => return id,
        }
    }
}
