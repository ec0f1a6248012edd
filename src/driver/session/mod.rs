//! A project that stays open while its files change: an editor.
//!
//! What was made of a file is kept as long as the file is what it was, and so is every layer above it. An edit of one product reads, links and
//! evaluates this product and no other; an edit of what products share makes everything anew. What is found is kept by what found it
//! (`ledger`), and what products use is counted (`in_use`), so that an edit of one product costs the others nothing.
//!
//! Who has products in front of him is told of these first (`Extent`), and of what their plans say before their files are made: the rest
//! waits, and is judged by and by.

mod evaluate;
mod judge;
mod link;
mod order;

use super::in_use::InUse;
use super::layers::{Linked, Parsed, SOURCE, Shared, parse};
use super::ledger::Ledger;
use super::product::{Planned, Uses};
use super::{Files, Options, threads};
use crate::analysis::IfBuilt;
use crate::base::{FileId, Text, Workspace};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::Run;
use crate::hir::Directory;
use crate::plan::{Exports, Imports, lock};
use order::Order;
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
    pub(super) others: Arc<Directory>,
    /// For which making of what they share that is.
    others_of: u64,
    /// The names of products that are gone, which others may have referred to.
    gone: BTreeSet<Text>,
    /// By folder.
    pub(super) products: BTreeMap<Text, Held>,
    /// The folders of those that are linked and not evaluated.
    unevaluated: BTreeSet<Text>,
    /// The folders of those whose files are still to be made.
    unwritten: BTreeSet<Text>,
    /// In which order they are evaluated; made when it is asked for.
    order: Option<Arc<Order>>,
    pub(super) in_use: InUse,
    /// Whether what concerns all of them is to be judged again.
    is_unjudged: bool,
    /// The names of products that others begin with or that begin with others, and whether anything was found that concerns all of them:
    /// an edit of a product is nothing to the others where neither is so.
    alike: BTreeSet<Text>,
    is_at_odds: bool,
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
    /// What products share, the products in these folders with those that they refer to, and so many more of those that wait. Of the
    /// products in these folders the files are made the next time that something that waits is judged.
    First(&'a BTreeSet<Text>, usize),
    /// The same of no others, with the files of the products in these folders.
    Complete(&'a BTreeSet<Text>),
}

/// What is kept of a product.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) linked: Linked,
    /// What evaluation gave; absent while it could not be evaluated.
    pub(super) evaluated: Option<Evaluated>,
    /// What it exported when it was evaluated before.
    exported: Option<Arc<Exports>>,
}

/// What evaluation of a product gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluated {
    diagnostics: Diagnostics,
    uses: Arc<Uses>,
    if_built: Arc<[IfBuilt]>,
    /// What it exports, where it can be planned.
    exports: Option<Arc<Exports>>,
    /// What those export that it refers to, as it was evaluated with.
    pub(super) imports: Imports,
    /// What its files are made of, until they are.
    planned: Option<Arc<Planned>>,
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
            others: Arc::default(),
            others_of: 0,
            gone: BTreeSet::new(),
            products: BTreeMap::new(),
            unevaluated: BTreeSet::new(),
            unwritten: BTreeSet::new(),
            order: None,
            in_use: InUse::default(),
            is_unjudged: true,
            alike: BTreeSet::new(),
            is_at_odds: false,
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
        !self.waiting.is_empty() || self.is_sound && !self.unwritten.is_empty()
    }

    /// Whether a product is still to be judged.
    pub fn waits(&self, folder: &Text) -> bool {
        self.waiting.contains(folder)
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
}

impl Held {
    fn uses(&self) -> Option<&Arc<Uses>> {
        self.evaluated.as_ref().map(|evaluated| &evaluated.uses)
    }
}
