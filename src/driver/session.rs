//! A project that stays open while its files change: an editor.
//!
//! What was made of a file is kept as long as the file is what it was, and so is every layer above it. An edit of one product reads, links and
//! evaluates this product and no other; an edit of what products share makes everything anew. What is found is kept by what found it
//! (`ledger`), and what products use is counted (`in_use`), so that an edit of one product costs the others nothing.
//!
//! Who has products in front of him is told of these first (`Extent`): the others wait, and are judged by and by.

use super::in_use::{self, InUse};
use super::layers::{Linked, Parsed, SOURCE, Shared, Sorted, between, folder, other, parse, sort};
use super::ledger::{Ledger, Source};
use super::product::{self, Compiled, Uses, With};
use super::targets::Targets;
use super::{Files, Options, between as products, shared, threads};
use crate::analysis::{self, IfBuilt};
use crate::artifact::Tree;
use crate::base::{FileId, Text, Workspace};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::Run;
use crate::hir::Other;
use crate::plan::{Exports, Imports, lock};
use crate::resolve;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An open project.
#[derive(Clone, Debug)]
pub struct Session {
    workspace: Workspace,
    options: Options,
    /// The files that are read, by path.
    pub(super) parsed: BTreeMap<Text, Arc<Parsed>>,
    /// The files of each product by its folder, in the order of their paths; those of none have the empty folder.
    pub(super) groups: BTreeMap<Text, Vec<FileId>>,
    /// Whether files came, went, or became something else since they were sorted.
    is_unsorted: bool,
    /// The sources and locks that changed since, by path.
    touched: BTreeSet<Text>,
    /// Whether a lock changed, came or went.
    has_other_locks: bool,
    pub(super) shared: Option<Arc<Shared>>,
    /// How often what products share was made.
    generation: u64,
    /// The folders of products that are not judged again yet since what products share was made anew.
    waiting: BTreeSet<Text>,
    /// What products know of each other.
    pub(super) others: Vec<Arc<Other>>,
    /// For which making of what they share that is.
    others_of: u64,
    /// By folder.
    pub(super) products: BTreeMap<Text, Held>,
    pub(super) in_use: InUse,
    /// Whether what concerns all of them is to be judged again.
    is_unjudged: bool,
    /// Whether what products share and what concerns all of them is without errors, so that what evaluation finds is told.
    is_sound: bool,
    /// What was found in the files that products share, for the modules, roles and images that were in use then.
    emitted: Option<(Vec<Text>, Diagnostics)>,
    found: Ledger,
}

/// How much is judged of what has to be.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// Everything.
    Whole,
    /// What products share, the products in these folders with those that they refer to, and so many more of those that wait.
    First(&'a BTreeSet<Text>, usize),
}

/// What is kept of a product.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) linked: Linked,
    /// What evaluation gave; absent while it could not be evaluated.
    pub(super) evaluated: Option<Evaluated>,
}

/// What evaluation of a product gave.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    diagnostics: Diagnostics,
    uses: Arc<Uses>,
    if_built: Arc<[IfBuilt]>,
    /// What it exports, where it can be planned.
    exports: Option<Arc<Exports>>,
    /// What those export that it refers to, as it was evaluated with.
    pub(super) imports: Imports,
}

impl Session {
    /// Opens a project. Nothing is read before something is asked. `options` say nothing about files: none are made to be kept.
    pub fn new(workspace: Workspace, options: Options) -> Session {
        let options = Session::options_of(options);
        let parsed = threads::on(options.jobs, || parse(&workspace));
        let named = |parsed: Parsed| (workspace.file(parsed.source.file).path.clone(), Arc::new(parsed));
        let parsed = parsed.into_iter().map(named).collect();
        Session {
            workspace,
            options,
            parsed,
            groups: BTreeMap::new(),
            is_unsorted: true,
            touched: BTreeSet::new(),
            has_other_locks: false,
            shared: None,
            generation: 0,
            waiting: BTreeSet::new(),
            others: Vec::new(),
            others_of: 0,
            products: BTreeMap::new(),
            in_use: InUse::default(),
            is_unjudged: true,
            is_sound: false,
            emitted: None,
            found: Ledger::default(),
        }
    }

    /// Options as a session takes them.
    pub fn options_of(options: Options) -> Options {
        Options { files: Files::LetGo, ..options }
    }

    /// The project as it is now.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// What is asked of it.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What is wrong besides if an earlier build has left some files, as [`super::Outcome`] has it, by the folder of the product. It is another
    /// value once the product was evaluated again.
    pub fn if_built(&self) -> impl Iterator<Item = (&Text, &Arc<[IfBuilt]>)> {
        let evaluated = self.products.iter().filter_map(|(folder, held)| Some((folder, held.evaluated.as_ref()?)));
        evaluated.map(|(folder, evaluated)| (folder, &evaluated.if_built)).filter(|_| self.is_sound)
    }

    /// Gives a file another text, adds it, or takes it away.
    pub fn set(&mut self, path: &str, text: Option<Arc<str>>) {
        let before = self.workspace.find(path).map(|(_, file)| file.text.clone());
        if before == text {
            return;
        }
        let Some(id) = self.workspace.set(path, text.clone()) else { return };
        if !path.ends_with(SOURCE) {
            // A lock is read with its product; anything else may be a schema.
            match path.ends_with(lock::FILE) {
                true => {
                    self.touched.insert(path.into());
                    self.has_other_locks = true;
                }
                false => self.shared = None,
            }
            return;
        }
        let now = text.map(|text| Arc::new(Parsed::new(id, &text)));
        let was = match &now {
            Some(now) => self.parsed.insert(path.into(), now.clone()),
            None => self.parsed.remove(path),
        };
        let defines = |parsed: &Arc<Parsed>| !parsed.is_of_product;
        if now.as_ref().is_some_and(defines) || was.as_ref().is_some_and(defines) {
            self.shared = None;
        }
        let place = |parsed: &Arc<Parsed>| (parsed.has_product, parsed.is_of_product);
        self.is_unsorted |= now.as_ref().map(place) != was.as_ref().map(place);
        self.touched.insert(path.into());
    }

    /// Every finding in the project as it is now, sorted by place: those of [`super::compile`].
    pub fn diagnostics(&mut self) -> Vec<Diagnostic> {
        self.judge(Extent::Whole);
        let mut files: Vec<FileId> = self.found.files().collect();
        // A file that was added later has a later number than its path says.
        files.sort_by_key(|file| &self.workspace.file(*file).path);
        files.into_iter().flat_map(|file| self.found.of(file)).collect()
    }

    /// Judges the project as it is now, and gives the files of which something else is found than when this was asked last.
    pub fn update(&mut self) -> BTreeSet<FileId> {
        self.update_first(Extent::Whole)
    }

    /// Judges a part of the project as it is now, and gives the files of which something else is found; of products that wait, nothing.
    pub fn update_first(&mut self, extent: Extent<'_>) -> BTreeSet<FileId> {
        self.judge(extent);
        let mut found = std::mem::take(&mut self.found);
        let changed = found.take_changed(|file| {
            let of = self.group_of(&self.workspace.file(file).path);
            of.is_some_and(|of| self.waiting.contains(of))
        });
        self.found = found;
        changed
    }

    /// Whether a part of the project is still to be judged: what is found in it, and between products, is not known.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many products are judged, and how many there are.
    pub fn judged(&self) -> (usize, usize) {
        let is_product = |folder: &&Text| !folder.is_empty();
        let all = self.groups.keys().filter(is_product).count();
        (all - self.waiting.iter().filter(is_product).count(), all)
    }

    /// What was found in a file last, sorted by place.
    pub fn found_in(&self, file: FileId) -> Vec<Diagnostic> {
        self.found.of(file)
    }

    /// How often what products share was made: where this is another number, what is known of every file may be different.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The files in which something was found last.
    pub fn files_with_findings(&self) -> impl Iterator<Item = FileId> {
        self.found.files()
    }

    /// The project as it would be with another text in a file: linked, and not evaluated. For who asks what could stand at a place.
    #[must_use]
    pub fn supposing(&self, path: &str, text: Arc<str>) -> Session {
        let mut other = self.clone();
        other.set(path, Some(text));
        threads::on(self.options.jobs, || {
            other.shared = other.shared.take().filter(|shared| !shared.is_unsure);
            let is_new = other.shared.is_none();
            let stale = other.sort();
            let shared = other.share(&Run::new(1));
            if is_new {
                other.forget_products();
            }
            if !shared.is_lacking {
                other.link(&shared, &stale);
            }
        });
        other
    }

    fn judge(&mut self, extent: Extent<'_>) {
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
            self.is_unjudged = true;
        }
        if shared.is_lacking {
            self.waiting.clear();
            self.found.clear(|source| *source != Source::Shared);
            return;
        }
        self.is_unjudged |= self.has_other_locks || !stale.is_empty();
        let has_gone = std::mem::take(&mut self.has_other_locks);
        self.waiting.retain(|folder| self.groups.contains_key(folder) && !stale.contains(folder));
        stale.extend(self.next(extent));
        if has_gone || !stale.is_empty() {
            self.link(&shared, &stale);
        }
        if let Extent::First(first, _) = extent {
            self.link_referred(&shared, first);
        }
        let of_shared = shared.shapes.is_some() && !shared.diagnostics.has_errors();
        if self.is_waiting() {
            self.set_sound(of_shared);
        } else if std::mem::take(&mut self.is_unjudged) {
            let found = between(&self.workspace, shared.program(), self.products.values().map(|held| &held.linked));
            let is_sound = of_shared && !found.has_errors();
            self.found.put(&Source::Between, found.0);
            self.set_sound(is_sound);
        }
        if !self.is_sound {
            return;
        }
        self.evaluate(&shared, &run);
        if !self.is_waiting() {
            let has_products = self.products.values().any(|held| held.linked.product.is_some());
            self.judge_uses(&shared, has_products);
        }
    }

    /// Takes from the products that wait those whose turn it is.
    fn next(&mut self, extent: Extent<'_>) -> BTreeSet<Text> {
        let Extent::First(first, more) = extent else { return std::mem::take(&mut self.waiting) };
        // What belongs to no product is judged with what products share.
        let is_first = |folder: &Text| folder.is_empty() || first.contains(folder);
        let mut turn: BTreeSet<Text> = self.waiting.iter().filter(|folder| is_first(folder)).cloned().collect();
        turn.extend(self.waiting.iter().filter(|folder| !is_first(folder)).take(more).cloned());
        self.waiting.retain(|folder| !turn.contains(folder));
        turn
    }

    /// Links what the products in some folders refer to, and what that refers to in turn.
    fn link_referred(&mut self, shared: &Shared, first: &BTreeSet<Text>) {
        let mut open = first.clone();
        while self.is_waiting() && !open.is_empty() {
            let of = open.iter().filter_map(|folder| self.products.get(folder));
            let names: BTreeSet<&Text> = of.flat_map(|held| held.linked.refers.keys()).collect();
            let referred = self.others.iter().filter(|other| names.contains(&other.name.text)).map(|other| &other.folder);
            let next: BTreeSet<Text> = referred.filter(|folder| self.waiting.contains(*folder)).cloned().collect();
            self.waiting.retain(|folder| !next.contains(folder));
            self.link(shared, &next);
            open = next;
        }
    }

    /// Sorts the files where some came or went. Gives the folders whose files or lock changed.
    fn sort(&mut self) -> BTreeSet<Text> {
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
    pub(super) fn group_of(&self, path: &str) -> Option<&Text> {
        let above = std::iter::successors(Some(folder(path)), |at| (!at.is_empty()).then(|| folder(at)));
        above.filter_map(|at| self.groups.get_key_value(at)).map(|(folder, _)| folder).next()
    }

    /// What products share, made anew where something of it changed.
    fn share(&mut self, run: &Arc<Run>) -> Arc<Shared> {
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

    fn forget_products(&mut self) {
        self.products.clear();
        self.in_use = InUse::default();
        self.emitted = None;
        self.is_sound = false;
        self.found.clear(|source| *source != Source::Shared);
    }

    fn forget(&mut self, folder: &Text) {
        let held = self.products.remove(folder);
        self.in_use.change(folder, in_use::of(held.as_ref().and_then(Held::uses)), None);
        self.found.put(&Source::Linked(folder.clone()), []);
        self.found.put(&Source::Evaluated(folder.clone()), []);
    }

    /// What products know of each other; of a product that is not stale, what was known.
    fn known(&self, shared: &Shared, stale: &BTreeSet<Text>) -> Vec<Arc<Other>> {
        let of = |file: &FileId| self.parsed.get(&self.workspace.file(*file).path).map(AsRef::as_ref);
        let is_kept = |folder: &Text| self.others_of == self.generation && !stale.contains(folder);
        let one = |(folder, files): (&Text, &Vec<FileId>)| match is_kept(folder) {
            true => self.others.binary_search_by(|other| other.folder.cmp(folder)).ok().map(|at| self.others[at].clone()),
            false => other(shared, folder, files.iter().filter_map(of)),
        };
        self.groups.iter().filter_map(one).collect()
    }

    /// Links products anew; all of them where they know each other by something else.
    fn link(&mut self, shared: &Shared, stale: &BTreeSet<Text>) {
        let (workspace, parsed) = (&self.workspace, &self.parsed);
        let of = |file: &FileId| parsed.get(&workspace.file(*file).path).map(AsRef::as_ref);
        let known = self.known(shared, stale);
        // Where one that was referred to is gone, nothing is stale by itself.
        let all: BTreeSet<Text> = self.groups.keys().filter(|folder| !self.waiting.contains(*folder)).cloned().collect();
        let is_same =
            known.len() == self.others.len() && known.iter().zip(&self.others).all(|(now, was)| Arc::ptr_eq(now, was) || now == was);
        let stale = if is_same { stale } else { &all };
        (self.others, self.others_of) = (known, self.generation);
        let known = &self.others;
        let groups: Vec<(&Text, Vec<&Parsed>)> =
            stale.iter().filter_map(|folder| Some((folder, self.groups.get(folder)?.iter().filter_map(of).collect()))).collect();
        let linked: Vec<(Text, Linked)> = groups
            .par_iter()
            .map(|(folder, files)| ((*folder).clone(), Linked::new(workspace, shared, resolve::beside(known, folder), files)))
            .collect();
        for (folder, linked) in linked {
            self.found.put(&Source::Linked(folder.clone()), linked.diagnostics.0.iter().cloned());
            self.found.put(&Source::Evaluated(folder.clone()), []);
            let before = self.products.insert(folder.clone(), Held { linked, evaluated: None });
            self.in_use.change(&folder, in_use::of(before.as_ref().and_then(Held::uses)), None);
        }
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

    /// Evaluates the products that are without mistakes and have not been evaluated yet, or with something else of those that they refer
    /// to, which come first.
    fn evaluate(&mut self, shared: &Shared, run: &Arc<Run>) {
        let Some(shapes) = &shared.shapes else { return };
        let by_name = products::by_name(self.products.values().map(|held| &held.linked));
        let wanted = by_name.iter().filter(|(_, linked)| linked.product.as_ref().is_some_and(|product| self.options.wants(product)));
        let asked = products::behind(&by_name, wanted.map(|(name, _)| (*name).clone()));
        let waves = products::waves(&by_name);
        let mut folders: BTreeMap<Text, Text> = BTreeMap::new();
        for (folder, held) in &self.products {
            if let Some(product) = &held.linked.product {
                folders.entry(product.name.text.clone()).or_insert_with(|| folder.clone());
            }
        }
        let mut exports = Imports::new();
        for wave in waves {
            let wave: Vec<(Text, Text)> = wave.into_iter().filter_map(|name| Some((folders.get(&name)?.clone(), name))).collect();
            for (folder, _) in &wave {
                self.forget_evaluated(folder, &exports);
            }
            let with = With { workspace: &self.workspace, program: shared.program(), shapes, options: &self.options, run };
            let make = |(folder, name): &(Text, Text)| {
                let held = self.products.get(folder).filter(|held| held.evaluated.is_none() && !held.linked.diagnostics.has_errors())?;
                let product = held.linked.product.as_ref()?;
                let imports = products::of_those(&exports, &held.linked)?;
                let compiled = match self.options.wants(product) {
                    true => product::compile(with, &held.linked.types, product, &imports),
                    false if asked.contains(name) => {
                        let (exports, diagnostics) = product::exports(with, &held.linked.types, product, &imports);
                        Compiled { exports, diagnostics, ..Compiled::default() }
                    }
                    false => return None,
                };
                let Compiled { diagnostics, uses, if_built, exports, .. } = compiled;
                Some((folder.clone(), Evaluated { diagnostics, uses: Arc::new(uses), if_built: if_built.into(), exports, imports }))
            };
            let evaluated: Vec<(Text, Evaluated)> = wave.par_iter().filter_map(make).collect();
            for (folder, evaluated) in evaluated {
                self.found.put(&Source::Evaluated(folder.clone()), evaluated.diagnostics.0.iter().cloned());
                self.in_use.change(&folder, None, Some(&evaluated.uses));
                if let Some(held) = self.products.get_mut(&folder) {
                    held.evaluated = Some(evaluated);
                }
            }
            for (folder, name) in wave {
                let held = self.products.get(&folder).and_then(|held| held.evaluated.as_ref());
                exports.extend(held.and_then(|evaluated| evaluated.exports.clone()).map(|of| (name, of)));
            }
        }
    }

    /// Lets go what was evaluated of a product with something else of those that it refers to than they export now.
    fn forget_evaluated(&mut self, folder: &Text, exports: &Imports) {
        let Some(held) = self.products.get_mut(folder) else { return };
        let now = products::of_those(exports, &held.linked);
        if held.evaluated.as_ref().is_none_or(|evaluated| Some(&evaluated.imports) == now.as_ref()) {
            return;
        }
        let before = held.evaluated.take();
        self.in_use.change(folder, before.as_ref().map(|evaluated| &*evaluated.uses), None);
        self.found.put(&Source::Evaluated(folder.clone()), []);
    }

    /// Judges what products use of what they share.
    fn judge_uses(&mut self, shared: &Shared, has_products: bool) {
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
        if has_products {
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

impl Held {
    fn uses(&self) -> Option<&Arc<Uses>> {
        self.evaluated.as_ref().map(|evaluated| &evaluated.uses)
    }
}
