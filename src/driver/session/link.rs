//! Products with their names linked anew: those that changed, and those to whom another one is something else than it was.

use super::super::in_use;
use super::super::layers::{Linked, Parsed, Shared, other};
use super::super::ledger::Source;
use super::{Held, Session};
use crate::base::{FileId, Text};
use crate::hir::{Directory, Other, Others};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Session {
    /// Links products anew, and those that say something of one which others know by something else now.
    pub(super) fn link(&mut self, shared: &Shared, stale: &BTreeSet<Text>) {
        let reached = self.know(shared, stale);
        let (workspace, parsed, others) = (&self.workspace, &self.parsed, &self.others);
        let of = |file: &FileId| parsed.get(&workspace.file(*file).path).map(AsRef::as_ref);
        let stale = stale.iter().chain(&reached);
        let groups: Vec<(&Text, Vec<&Parsed>)> =
            stale.filter_map(|folder| Some((folder, self.groups.get(folder)?.iter().filter_map(of).collect()))).collect();
        let linked: Vec<(Text, Linked)> = groups
            .par_iter()
            .map(|(folder, files)| ((*folder).clone(), Linked::new(workspace, shared, Others::beside(others, folder), files)))
            .collect();
        for (folder, linked) in linked {
            self.found.put(&Source::Linked(folder.clone()), linked.diagnostics.0.iter().cloned());
            self.found.put(&Source::Evaluated(folder.clone()), []);
            self.unwritten.remove(&folder);
            self.unevaluated.insert(folder.clone());
            let before = self.products.get(&folder).map(|held| &held.linked);
            if self.is_at_odds || !before.is_some_and(|before| self.is_alike(before, &linked)) {
                (self.is_unjudged, self.order) = (true, None);
            }
            let before = self.products.remove(&folder);
            self.in_use.change(&folder, in_use::of(before.as_ref().and_then(Held::uses)), None);
            let exported = before.and_then(|before| before.evaluated.map_or(before.exported, |evaluated| evaluated.exports));
            self.products.insert(folder, Held { linked, evaluated: None, exported });
        }
    }

    /// Whether a product is for all of them together what it was.
    fn is_alike(&self, before: &Linked, now: &Linked) -> bool {
        match (&before.product, &now.product) {
            (None, None) => true,
            (Some(was), Some(is)) => {
                was.name.text == is.name.text && !self.alike.contains(&is.name.text) && before.refers.keys().eq(now.refers.keys())
            }
            _ => false,
        }
    }

    /// Notes what products know of each other now, for those that are stale. Gives the others to whom something of it may be new.
    fn know(&mut self, shared: &Shared, stale: &BTreeSet<Text>) -> BTreeSet<Text> {
        let (workspace, parsed) = (&self.workspace, &self.parsed);
        let of = |file: &FileId| parsed.get(&workspace.file(*file).path).map(AsRef::as_ref);
        let known = |folder: &Text, files: &Vec<FileId>| other(shared, folder, files.iter().filter_map(of));
        let mut names = std::mem::take(&mut self.gone);
        if std::mem::replace(&mut self.others_of, self.generation) != self.generation {
            // Whoever is linked already was forgotten with what they shared.
            let groups: Vec<_> = self.groups.iter().collect();
            let all: Vec<Arc<Other>> = groups.into_par_iter().filter_map(|(folder, files)| known(folder, files)).collect();
            self.others = Arc::new(all.into_iter().collect::<Directory>());
            return BTreeSet::new();
        }
        let mut has_other_names = !names.is_empty();
        for folder in stale {
            let now = self.groups.get(folder).and_then(|files| known(folder, files));
            let before = self.others.within(folder);
            if before.map(AsRef::as_ref) == now.as_deref() {
                continue;
            }
            has_other_names |= before.map(|before| &before.name.text) != now.as_ref().map(|now| &now.name.text);
            names.extend([before, now.as_ref()].into_iter().flatten().map(|other| other.name.text.clone()));
            Arc::make_mut(&mut self.others).put(folder, now);
        }
        if names.is_empty() {
            return BTreeSet::new();
        }
        let is_reached = |(folder, held): &(&Text, &Held)| {
            let Held { linked, .. } = held;
            let is_wrong = !linked.diagnostics.0.is_empty();
            // What a name may have meant is said by all names that there are.
            names.iter().any(|name| linked.refers.contains_key(name))
                || is_wrong && has_other_names
                || (is_wrong || has_other_names) && self.mentions(folder, &names)
        };
        let others = self.products.iter().filter(|(folder, _)| !stale.contains(*folder));
        others.filter(is_reached).map(|(folder, _)| folder.clone()).collect()
    }

    /// Whether one of some words stands in the files of a product.
    fn mentions(&self, folder: &Text, words: &BTreeSet<Text>) -> bool {
        let files = self.groups.get(folder).into_iter().flatten();
        let mut texts = files.map(|file| &*self.workspace.file(*file).text);
        texts.any(|text| words.iter().any(|word| has_word(text, word)))
    }

    /// Links what the products in some folders refer to, and what that refers to in turn.
    pub(super) fn link_referred(&mut self, shared: &Shared, first: &BTreeSet<Text>) {
        let mut open = first.clone();
        while !self.waiting.is_empty() && !open.is_empty() {
            let of = open.iter().filter_map(|folder| self.products.get(folder));
            let names: BTreeSet<&Text> = of.flat_map(|held| held.linked.refers.keys()).collect();
            let referred = names.into_iter().flat_map(|name| self.others.named(name)).map(|other| &other.folder);
            let next: BTreeSet<Text> = referred.filter(|folder| self.waiting.contains(*folder)).cloned().collect();
            self.waiting.retain(|folder| !next.contains(folder));
            self.link(shared, &next);
            open = next;
        }
    }

    /// Lets go of the product in a folder that is none any more.
    pub(super) fn forget(&mut self, folder: &Text) {
        let held = self.products.remove(folder);
        self.in_use.change(folder, in_use::of(held.as_ref().and_then(Held::uses)), None);
        self.unevaluated.remove(folder);
        self.unwritten.remove(folder);
        self.found.put(&Source::Linked(folder.clone()), []);
        self.found.put(&Source::Evaluated(folder.clone()), []);
        if let Some(other) = self.others.within(folder) {
            self.gone.insert(other.name.text.clone());
            Arc::make_mut(&mut self.others).put(folder, None);
        }
        (self.is_unjudged, self.order) = (true, None);
    }
}

/// Whether a word stands in a text by itself. A hyphen may belong to a word or stand between two.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let is_alone = |at: usize| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next());
    !word.is_empty() && text.match_indices(word).any(|(at, _)| is_alone(at))
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_word_stands_by_itself() {
        assert!(has_word("store = plane.mgmt.garage", "plane") && has_word("x-plane", "plane") && has_word("plane", "plane"));
        assert!(has_word("planes plane", "plane"));
        assert!(!has_word("planes, aplane, plane_b, plané", "plane") && !has_word("", "plane") && !has_word("x", ""));
    }
}
