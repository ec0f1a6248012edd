//! What is judged of an open project when somebody asks, and in which order.

use super::super::in_use::InUse;
use super::super::layers::{Parsed, Shared, Sorted, between, folder, sort};
use super::super::ledger::Source;
use super::super::targets::Targets;
use super::super::{shared, threads};
use super::{Extent, Session};
use crate::analysis;
use crate::artifact::Tree;
use crate::base::{FileId, Text};
use crate::diag::Diagnostics;
use crate::eval::Run;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Of so many products that change at once the files may be made later: what these are made of is kept until then.
const LATER: usize = 8;

impl Session {
    pub(super) fn judge(&mut self, extent: Extent<'_>) {
        let jobs = self.options.jobs;
        threads::on(jobs, || self.analyse(extent));
    }

    fn analyse(&mut self, extent: Extent<'_>) {
        if self.shared.as_ref().is_some_and(|shared| shared.is_unsure) {
            self.shared = None;
        }
        let is_new = self.shared.is_none();
        let mut stale = self.sort();
        let run = Run::new(self.groups.keys().filter(|folder| !folder.is_empty()).count());
        let shared = self.share(&run);
        if is_new {
            self.forget_products();
            self.waiting = self.groups.keys().cloned().collect();
        }
        if shared.is_lacking {
            self.waiting.clear();
            self.found.clear(|source| *source != Source::Shared);
            return;
        }
        let has_gone = std::mem::take(&mut self.has_other_locks);
        self.is_unjudged |= has_gone;
        self.waiting.retain(|folder| self.groups.contains_key(folder) && !stale.contains(folder));
        let mut later = stale.clone();
        stale.extend(self.next(extent));
        if has_gone || !stale.is_empty() {
            self.link(&shared, &stale);
        }
        if let Extent::First(first, _) | Extent::Complete(first) = extent {
            self.link_referred(&shared, first);
        }
        let of_shared = shared.shapes.is_some() && !shared.diagnostics.has_errors();
        if !self.waiting.is_empty() {
            self.set_sound(of_shared);
        } else if std::mem::take(&mut self.is_unjudged) {
            self.judge_between(&shared, of_shared);
        }
        let Some(shapes) = shared.shapes.as_ref().filter(|_| self.is_sound) else { return };
        let written = match extent {
            Extent::First(first, more) => {
                later.extend(first.iter().cloned());
                if more > 0 { self.unwritten.clone() } else { BTreeSet::new() }
            }
            _ => BTreeSet::new(),
        };
        if later.len() > LATER || matches!(extent, Extent::Whole) {
            later.clear();
        }
        self.evaluate(&shared, &run, &later);
        match extent {
            Extent::Whole => self.write(shapes, &self.unwritten.clone()),
            Extent::Complete(folders) => self.write(shapes, folders),
            Extent::First(..) => self.write(shapes, &written),
        }
        if !self.is_waiting() {
            self.judge_uses(&shared);
        }
    }

    /// Takes from the products that wait those whose turn it is.
    fn next(&mut self, extent: Extent<'_>) -> BTreeSet<Text> {
        let (first, more) = match extent {
            Extent::Whole => return std::mem::take(&mut self.waiting),
            Extent::First(first, more) => (first, more),
            Extent::Complete(first) => (first, 0),
        };
        if self.waiting.is_empty() {
            return BTreeSet::new();
        }
        // What belongs to no product is judged with what products share.
        let is_first = |folder: &Text| folder.is_empty() || first.contains(folder);
        let mut turn: BTreeSet<Text> = self.waiting.iter().filter(|folder| is_first(folder)).cloned().collect();
        turn.extend(self.waiting.iter().filter(|folder| !is_first(folder)).take(more).cloned());
        self.waiting.retain(|folder| !turn.contains(folder));
        turn
    }

    /// Sorts the files where some came or went. Gives the folders whose files or lock changed.
    pub(super) fn sort(&mut self) -> BTreeSet<Text> {
        let mut stale = BTreeSet::new();
        if std::mem::take(&mut self.is_unsorted) {
            let sorted = sort(&self.workspace, self.parsed.values().map(AsRef::as_ref));
            let files = |of: Vec<&Parsed>| of.into_iter().map(|parsed| parsed.source.file).collect();
            let groups: BTreeMap<Text, Vec<FileId>> = sorted.of_products.into_iter().map(|(folder, of)| (folder, files(of))).collect();
            stale.extend(groups.iter().filter(|(folder, files)| self.groups.get(*folder) != Some(files)).map(|(folder, _)| folder.clone()));
            let gone: Vec<Text> = self.groups.keys().filter(|folder| !groups.contains_key(*folder)).cloned().collect();
            self.groups = groups;
            gone.iter().for_each(|folder| self.forget(folder));
            // Where a folder is no product any more, a lock of it is left behind.
            self.has_other_locks |= !gone.is_empty();
        }
        let touched = std::mem::take(&mut self.touched);
        stale.extend(touched.iter().filter_map(|path| self.group_of(path)).cloned());
        stale
    }

    /// The folder of the product that a path belongs to, or the empty one.
    pub(in super::super) fn group_of(&self, path: &str) -> Option<&Text> {
        let above = std::iter::successors(Some(folder(path)), |at| (!at.is_empty()).then(|| folder(at)));
        above.filter_map(|at| self.groups.get_key_value(at)).map(|(folder, _)| folder).next()
    }

    /// What products share, made anew where something of it changed.
    pub(super) fn share(&mut self, run: &Arc<Run>) -> Arc<Shared> {
        if let Some(shared) = &self.shared {
            return shared.clone();
        }
        let sorted: Sorted<'_> = sort(&self.workspace, self.parsed.values().map(AsRef::as_ref));
        let shared = Arc::new(Shared::new(&self.workspace, &sorted, run));
        self.found.put(&Source::Shared, shared.diagnostics.0.iter().cloned());
        self.shared = Some(shared.clone());
        self.generation += 1;
        shared
    }

    /// Lets go of all products, where what they share is another thing.
    pub(super) fn forget_products(&mut self) {
        self.products.clear();
        self.unevaluated.clear();
        self.unwritten.clear();
        self.order = None;
        self.is_unjudged = true;
        self.in_use = InUse::default();
        self.emitted = None;
        self.is_sound = false;
        self.found.clear(|source| *source != Source::Shared);
    }

    /// What evaluation found is told while what is around it is without errors.
    fn set_sound(&mut self, is_sound: bool) {
        if std::mem::replace(&mut self.is_sound, is_sound) == is_sound {
            return;
        }
        if is_sound {
            for (folder, held) in &self.products {
                let found = held.evaluated.iter().flat_map(|evaluated| evaluated.diagnostics.0.iter().cloned());
                self.found.put(&Source::Evaluated(folder.clone()), found);
            }
        } else {
            self.found.clear(|source| matches!(source, Source::Evaluated(_) | Source::Images | Source::Emitted));
        }
    }

    /// Judges what concerns all products.
    fn judge_between(&mut self, shared: &Shared, of_shared: bool) {
        let products = self.products.values().map(|held| &held.linked);
        let found = between(&self.workspace, shared.program(), products.clone());
        self.alike = analysis::alike(products.filter_map(|linked| linked.product.as_deref()));
        self.is_at_odds = !found.0.is_empty();
        let is_sound = of_shared && !found.has_errors();
        self.found.put(&Source::Between, found.0);
        self.set_sound(is_sound);
    }

    /// Judges what products use of what they share.
    fn judge_uses(&mut self, shared: &Shared) {
        let Some(shapes) = &shared.shapes else { return };
        let uses = self.in_use.uses();
        self.found.clear(|source| matches!(source, Source::Images));
        let mut unused = Diagnostics::default();
        self.found.put(&Source::Emitted, []);
        if self.options.environments.is_empty() && self.options.products.is_empty() && !self.found.has_errors() {
            let used = uses.images.keys().map(|(name, _)| name.clone()).collect();
            unused = analysis::unused_images(shapes, &used);
        }
        self.found.put(&Source::Images, unused.0);
        if self.products.values().any(|held| held.linked.product.is_some()) {
            let names = uses.names();
            if self.emitted.as_ref().is_none_or(|(of, _)| *of != names) {
                let targets = Targets(self.options.targets.clone());
                self.emitted = Some((names, shared::emit(shared.program(), shapes, &uses, &targets, &mut Tree::new())));
            }
            let found = self.emitted.iter().flat_map(|(_, found)| found.0.iter().cloned()).collect::<Vec<_>>();
            self.found.put(&Source::Emitted, found);
        }
    }
}
