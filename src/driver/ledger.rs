//! Findings by what found them and by the file they are in: what one part says anew costs nothing for the others.

use crate::base::{FileId, Text};
use crate::diag::{Diagnostic, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// What found something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// What products share.
    Shared,
    /// What concerns all products.
    Between,
    /// The names of the product in a folder.
    Linked(Text),
    /// The values of the product in a folder.
    Evaluated(Text),
    /// Images that nobody uses.
    Images,
    /// The files that products share.
    Emitted,
}

/// All findings.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    /// The files in which each part found something, and whether an error is among it.
    sources: BTreeMap<Source, (BTreeSet<FileId>, bool)>,
    files: BTreeMap<FileId, BTreeMap<Source, Vec<Diagnostic>>>,
    /// How many parts found an error.
    errors: usize,
    /// The files of which something else is said since somebody asked.
    changed: BTreeSet<FileId>,
}

impl Ledger {
    /// Puts what a part found in the place of what it found before.
    pub(super) fn put(&mut self, source: &Source, found: impl IntoIterator<Item = Diagnostic>) {
        let mut now: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
        let mut is_wrong = false;
        for diagnostic in found {
            is_wrong |= diagnostic.severity == Severity::Error;
            now.entry(diagnostic.primary.span.file).or_default().push(diagnostic);
        }
        let files = now.keys().copied().collect();
        let before = match now.is_empty() {
            true => self.sources.remove(source),
            false => self.sources.insert(source.clone(), (files, is_wrong)),
        };
        let (before, was_wrong) = before.unwrap_or_default();
        self.errors = self.errors + usize::from(is_wrong) - usize::from(was_wrong);
        for file in before {
            if !now.contains_key(&file) {
                self.set(file, source, None);
            }
        }
        for (file, found) in now {
            self.set(file, source, Some(found));
        }
    }

    fn set(&mut self, file: FileId, source: &Source, found: Option<Vec<Diagnostic>>) {
        let of_file = self.files.entry(file).or_default();
        let is_same = of_file.get(source) == found.as_ref();
        match found {
            Some(found) if !is_same => drop(of_file.insert(source.clone(), found)),
            Some(_) => {}
            None => drop(of_file.remove(source)),
        }
        if of_file.is_empty() {
            self.files.remove(&file);
        }
        if !is_same {
            self.changed.insert(file);
        }
    }

    /// Takes back what all parts of a kind found.
    pub(super) fn clear(&mut self, is_meant: impl Fn(&Source) -> bool) {
        let meant: Vec<Source> = self.sources.keys().filter(|source| is_meant(source)).cloned().collect();
        meant.iter().for_each(|source| self.put(source, []));
    }

    /// Whether any part found an error.
    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The files in which something is found.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> {
        self.files.keys().copied()
    }

    /// What is found in a file, by place, each once.
    pub(super) fn of(&self, file: FileId) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = self.files.get(&file).into_iter().flat_map(BTreeMap::values).flatten().cloned().collect();
        found.sort();
        found.dedup();
        found
    }

    /// The files of which something else is said since this was asked last, but for those that are not to be told yet.
    pub(super) fn take_changed(&mut self, is_to_wait: impl Fn(FileId) -> bool) -> BTreeSet<FileId> {
        let (waiting, told) = std::mem::take(&mut self.changed).into_iter().partition(|file| is_to_wait(*file));
        self.changed = waiting;
        told
    }
}
