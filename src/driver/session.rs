//! A project that stays open while its files change: an editor.
//!
//! What was made of a file is kept as long as the file is what it was, and so is every layer above it. An edit of one product reads, links and
//! evaluates this product and no other; an edit of what products share makes everything anew.

use super::layers::{Linked, Parsed, SOURCE, Shared, between, parse, sort};
use super::product::{self, Uses};
use super::targets::Targets;
use super::{Files, Options, shared, threads};
use crate::analysis::{self, IfBuilt};
use crate::artifact::Tree;
use crate::base::{FileId, Text, Workspace};
use crate::diag::{Diagnostic, Diagnostics};
use crate::hir::Product;
use crate::plan::lock;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An open project.
#[derive(Debug)]
pub struct Session {
    workspace: Workspace,
    options: Options,
    /// The files that are read, each with how many edits there were when it was read last.
    parsed: BTreeMap<Text, (u64, Arc<Parsed>)>,
    edits: u64,
    /// The edits that changed locks last.
    locks: BTreeMap<FileId, u64>,
    shared: Option<Arc<Shared>>,
    /// By folder.
    products: BTreeMap<Text, Held>,
    /// What was found in the files that products share, for the modules, roles and images that were in use then.
    emitted: Option<(Vec<Text>, Diagnostics)>,
}

/// What is kept of a product.
#[derive(Clone, Debug)]
struct Held {
    /// Its files and its lock, each with the edit that changed it last.
    made_of: Vec<(FileId, u64)>,
    linked: Linked,
    /// What evaluation found, and what the product uses; absent while it could not be evaluated.
    evaluated: Option<Evaluated>,
}

/// What evaluation of a product gave.
#[derive(Clone, Debug)]
struct Evaluated {
    diagnostics: Diagnostics,
    uses: Arc<Uses>,
    if_built: Vec<IfBuilt>,
}

impl Session {
    /// Opens a project. Nothing is read before something is asked. `options` say nothing about files: none are made to be kept.
    pub fn new(workspace: Workspace, options: Options) -> Session {
        let options = Options { files: Files::LetGo, ..options };
        let parsed = threads::on(options.jobs, || parse(&workspace));
        let named = |parsed: Parsed| (workspace.file(parsed.source.file).path.clone(), (0, Arc::new(parsed)));
        let parsed = parsed.into_iter().map(named).collect();
        Session { workspace, options, parsed, edits: 0, locks: BTreeMap::new(), shared: None, products: BTreeMap::new(), emitted: None }
    }

    /// What is wrong besides if an earlier build has left some files, as [`super::Outcome`] has it.
    pub fn if_built(&self) -> impl Iterator<Item = &IfBuilt> {
        self.products.values().filter_map(|held| held.evaluated.as_ref()).flat_map(|evaluated| evaluated.if_built.iter())
    }

    /// The project as it is now.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Gives a file another text, adds it, or takes it away.
    pub fn set(&mut self, path: &str, text: Option<Arc<str>>) {
        let before = self.workspace.find(path).map(|(_, file)| file.text.clone());
        if before == text {
            return;
        }
        self.edits += 1;
        let Some(id) = self.workspace.set(path, text.clone()) else { return };
        if !path.ends_with(SOURCE) {
            // A lock is read with its product; anything else may be a schema.
            match path.ends_with(lock::FILE) {
                true => drop(self.locks.insert(id, self.edits)),
                false => self.shared = None,
            }
            return;
        }
        let now = text.map(|text| Arc::new(Parsed::new(id, &text)));
        let was = match &now {
            Some(now) => self.parsed.insert(path.into(), (self.edits, now.clone())),
            None => self.parsed.remove(path),
        };
        let defines = |parsed: &Arc<Parsed>| !parsed.is_of_product;
        if now.as_ref().is_some_and(defines) || was.as_ref().is_some_and(|(_, was)| defines(was)) {
            self.shared = None;
        }
    }

    /// Every finding in the project as it is now, sorted by place: those of [`super::compile`].
    pub fn diagnostics(&mut self) -> Vec<Diagnostic> {
        let jobs = self.options.jobs;
        threads::on(jobs, || self.analyse())
    }

    fn analyse(&mut self) -> Vec<Diagnostic> {
        let files: Vec<(u64, Arc<Parsed>)> = self.parsed.values().cloned().collect();
        let edited: BTreeMap<FileId, u64> = files.iter().map(|(edit, parsed)| (parsed.source.file, *edit)).collect();
        let sorted = sort(&self.workspace, files.iter().map(|(_, parsed)| &**parsed));
        let run = sorted.run();
        if self.shared.as_ref().is_some_and(|shared| shared.is_unsure) {
            self.shared = None;
        }
        let is_new = self.shared.is_none();
        let (workspace, options) = (&self.workspace, &self.options);
        let shared = self.shared.get_or_insert_with(|| Arc::new(Shared::new(workspace, &sorted, &run))).clone();
        if is_new {
            self.products.clear();
            self.emitted = None;
        }
        if shared.is_lacking {
            return in_order(workspace, shared.diagnostics.clone());
        }
        let made_of = |folder: &Text, files: &[&Parsed]| -> Vec<(FileId, u64)> {
            let lock = workspace.find(&lock::path(folder));
            let of_lock = lock.map(|(id, _)| (id, self.locks.get(&id).copied().unwrap_or_default()));
            files.iter().map(|parsed| parsed.source.file).map(|file| (file, edited[&file])).chain(of_lock).collect()
        };
        let groups: Vec<_> = sorted.of_products.iter().map(|(folder, files)| (folder, files, made_of(folder, files))).collect();
        let stale: Vec<_> =
            groups.iter().filter(|(folder, _, made_of)| self.products.get(*folder).is_none_or(|held| held.made_of != *made_of)).collect();
        let linked: Vec<(Text, Held)> = stale
            .par_iter()
            .map(|(folder, files, made_of)| {
                let linked = Linked::new(workspace, &shared, files);
                ((*folder).clone(), Held { made_of: made_of.clone(), linked, evaluated: None })
            })
            .collect();
        self.products.extend(linked);
        self.products.retain(|folder, _| sorted.of_products.contains_key(folder));
        let known: Vec<Arc<Product>> = self.products.values().filter_map(|held| held.linked.product.clone()).collect();
        let mut diagnostics = shared.diagnostics.clone();
        let found = between(workspace, shared.program(), &known);
        let shapes = shared.shapes.as_ref().filter(|_| !shared.diagnostics.has_errors() && !found.has_errors());
        diagnostics.extend(found);
        for held in self.products.values() {
            diagnostics.0.extend(held.linked.diagnostics.0.iter().cloned());
        }
        let Some(shapes) = shapes else { return in_order(workspace, diagnostics) };
        let open = self.products.values_mut().filter(|held| held.evaluated.is_none() && !held.linked.diagnostics.has_errors());
        let open = open.filter_map(|held| Some((held.linked.product.clone().filter(|product| options.wants(product))?, held)));
        open.collect::<Vec<(Arc<Product>, &mut Held)>>().into_par_iter().for_each(|(product, held)| {
            let compiled = product::compile(workspace, shared.program(), &held.linked.types, shapes, &product, options, &run);
            held.evaluated =
                Some(Evaluated { diagnostics: compiled.diagnostics, uses: Arc::new(compiled.uses), if_built: compiled.if_built });
        });
        let mut uses = Uses::default();
        for evaluated in self.products.values().filter_map(|held| held.evaluated.as_ref()) {
            diagnostics.0.extend(evaluated.diagnostics.0.iter().cloned());
            uses.add(&evaluated.uses);
        }
        if options.environments.is_empty() && options.products.is_empty() && !diagnostics.has_errors() {
            let used = uses.images.keys().map(|(name, _)| name.clone()).collect();
            diagnostics.extend(analysis::unused_images(shapes, &used));
        }
        if !known.is_empty() {
            let names = uses.names();
            if self.emitted.as_ref().is_none_or(|(of, _)| *of != names) {
                let targets = Targets(options.targets.clone());
                self.emitted = Some((names, shared::emit(shared.program(), shapes, &uses, &targets, &mut Tree::new())));
            }
            diagnostics.0.extend(self.emitted.iter().flat_map(|(_, found)| found.0.iter().cloned()));
        }
        in_order(workspace, diagnostics)
    }
}

/// Findings by their places. A file that was added later has a later number than its path says.
fn in_order(workspace: &Workspace, diagnostics: Diagnostics) -> Vec<Diagnostic> {
    let mut sorted = diagnostics.sorted();
    sorted.sort_by(|a, b| workspace.file(a.primary.span.file).path.cmp(&workspace.file(b.primary.span.file).path));
    sorted
}
