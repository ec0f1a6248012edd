//! Compares two outlines: what was added, removed, changed, moved, and where.

use super::outline::{Named, Node};
use super::{Change, Kind, Noun};
use std::collections::{BTreeMap, BTreeSet};

/// Every difference, in the order of the new version.
pub(super) fn compare(old: &Node, new: &Node) -> Vec<Change> {
    let mut found = Found { place: String::new(), changes: Vec::new() };
    found.nodes(old, new, Noun::Key);
    found.changes
}

/// The differences so far, and where the comparison is.
struct Found {
    place: String,
    changes: Vec<Change>,
}

impl Found {
    fn tell(&mut self, kind: Kind) {
        self.changes.push(Change { kind, place: self.place.clone() });
    }

    /// Goes one step down.
    fn at(&mut self, step: &str, then: impl FnOnce(&mut Found)) {
        let length = self.place.len();
        if length > 0 && !step.starts_with('[') {
            self.place.push('.');
        }
        self.place.push_str(step);
        then(self);
        self.place.truncate(length);
    }

    fn nodes(&mut self, old: &Node, new: &Node, noun: Noun) {
        match (old, new) {
            (old, new) if old == new => {}
            (Node::Map(old), Node::Map(new)) => self.maps(old, new),
            (Node::List(old), Node::List(new)) => self.lists(old, new),
            _ => self.tell(Kind::Changed(noun)),
        }
    }

    fn maps(&mut self, old: &[Named], new: &[Named]) {
        let (before, after) = (numbered(old), numbered(new));
        let known: BTreeMap<&Key<'_>, &Named> = before.iter().zip(old).collect();
        let kept: BTreeSet<&Key<'_>> = after.iter().collect();
        for (key, part) in after.iter().zip(new) {
            self.at(&part.name, |found| match known.get(key) {
                Some(was) => found.nodes(&was.node, &part.node, part.noun),
                None => found.tell(Kind::Added(part.noun)),
            });
        }
        for (key, part) in before.iter().zip(old) {
            if !kept.contains(key) {
                self.at(&part.name, |found| found.tell(Kind::Removed(part.noun)));
            }
        }
        let common = before.iter().filter(|key| kept.contains(key));
        if !common.eq(after.iter().filter(|key| known.contains_key(key))) {
            self.tell(Kind::Order);
        }
    }

    fn lists(&mut self, old: &[Node], new: &[Node]) {
        let sorted = |nodes: &[Node]| {
            let mut nodes = nodes.to_vec();
            nodes.sort();
            nodes
        };
        if old.len() == new.len() && sorted(old) == sorted(new) {
            return self.tell(Kind::Order);
        }
        let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[start..], &new[start..]);
        let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
        for at in 0..old.len().max(new.len()) {
            self.at(&format!("[{}]", start + at), |found| match (old.get(at), new.get(at)) {
                (Some(old), Some(new)) => found.nodes(old, new, Noun::Element),
                (None, _) => found.tell(Kind::Added(Noun::Element)),
                (Some(_), None) => found.tell(Kind::Removed(Noun::Element)),
            });
        }
    }
}

/// A part among its neighbours: blocks may stand several times.
type Key<'a> = (Noun, &'a str, usize);

fn numbered(parts: &[Named]) -> Vec<Key<'_>> {
    let mut seen = BTreeMap::<(Noun, &str), usize>::new();
    parts
        .iter()
        .map(|part| {
            let count = seen.entry((part.noun, &part.name)).or_default();
            *count += 1;
            (part.noun, part.name.as_str(), *count)
        })
        .collect()
}
