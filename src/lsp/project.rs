//! One open project: the disk, what is typed and not saved over it, and what was found last.

use crate::base::{FileId, Span, Text, Workspace, text};
use crate::diag::{Diagnostic, Diagnostics};
use crate::driver::{Extent, IfBuilt, Options, Session};
use crate::host::settings::{self, Settings, TARGETS};
use crate::host::{Disk, Failure, Unread, built, folders, has_built, is_schema, library, load};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open project.
#[derive(Debug)]
pub(super) struct Project {
    /// Its folder, absolute and without links; none for texts that belong to no project.
    pub root: Option<PathBuf>,
    settings: Settings,
    pub session: Session,
    /// What is wrong with the files as they lie on the disk.
    of_disk: Vec<Diagnostic>,
    /// What is typed and not saved, by path.
    typed: BTreeMap<Text, Arc<str>>,
    /// What was typed since it was judged last, by path.
    touched: BTreeSet<Text>,
    /// Whether something changed since it was judged last.
    pub is_stale: bool,
    /// Whether the disk is to be read again before.
    pub is_outdated: bool,
    /// How often the disk was read again.
    reread: u64,
    /// What was found last, by file, with a number that changes with it; files without findings keep their number.
    pub found: BTreeMap<FileId, Found>,
    next: u64,
    /// What is wrong with files as such, and with what builds left, by file.
    beside: BTreeMap<FileId, Vec<Diagnostic>>,
    /// What is wrong with what builds left, by the folder of the product, each with what it was asked for.
    of_builds: BTreeMap<Text, (Arc<[IfBuilt]>, Vec<Diagnostic>)>,
    /// Whether the settings were without mistakes.
    was_known: bool,
    /// The sources that could not be read at the last judgement.
    unread: Unread,
    /// Whether the session is another one than that of the last judgement.
    is_new: bool,
}

/// How often what all texts depend on was made and read.
pub(super) type Judgement = (u64, u64);

/// What was found in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub diagnostics: Vec<Diagnostic>,
    /// Changes when they do.
    pub number: u64,
}

impl Project {
    /// Opens the project in a folder.
    pub(super) fn open(root: &Path) -> Result<Project, Failure> {
        let loaded = load(root)?;
        let session = Session::new(loaded.workspace, options(&loaded.root, &loaded.settings)?);
        Ok(Project { root: Some(loaded.root), settings: loaded.settings, of_disk: loaded.diagnostics, ..Project::around(session) })
    }

    /// Texts that belong to no project, with the library.
    pub(super) fn loose() -> Project {
        let files = library::files().into_iter().map(|(path, text)| (text!("{}{path}", library::PREFIX), text.into()));
        Project::around(Session::new(Workspace::new(files), Options::default()))
    }

    fn around(session: Session) -> Project {
        Project {
            root: None,
            settings: Settings::default(),
            session,
            of_disk: Vec::new(),
            typed: BTreeMap::new(),
            touched: BTreeSet::new(),
            is_stale: true,
            is_outdated: false,
            reread: 0,
            found: BTreeMap::new(),
            next: 0,
            beside: BTreeMap::new(),
            of_builds: BTreeMap::new(),
            was_known: true,
            unread: Unread::default(),
            is_new: false,
        }
    }

    /// The path of a file of the disk in the project, where it is a source of it.
    pub(super) fn source(&self, path: &Path) -> Option<Text> {
        let Some(root) = &self.root else { return Some(path.to_string_lossy().replace('\\', "/").trim_start_matches('/').into()) };
        let below = path.strip_prefix(root).ok()?;
        let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
        let path = Text::from(parts?.join("/"));
        let is_in = |folder: &Text| folder == "." || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let (name, is_hidden) = (path.rsplit('/').next().unwrap_or_default(), path.split('/').any(|part| part.starts_with('.')));
        let is_library = self.settings.library.iter().any(is_in);
        let is_inventory = is_in(&self.settings.inventory);
        // What stands beside definitions may be read by one of them.
        let is_source = is_library || is_inventory && (name.ends_with(".infra") || name == "infra.lock" || is_schema(&path));
        (path == settings::FILE || is_source && !is_hidden).then_some(path)
    }

    /// The folders of the project's own definitions, and of what these read.
    pub(super) fn library(&self) -> &[Text] {
        &self.settings.library
    }

    /// The folder of what is generated, in the project.
    pub(super) fn output(&self) -> &str {
        &self.settings.output
    }

    /// The folder of what is generated; nothing for texts that belong to no project.
    pub(super) fn output_folder(&self) -> Option<PathBuf> {
        Some(self.root.as_ref()?.join(self.output()))
    }

    /// What is typed and not known to be saved, by path.
    pub(super) fn typed(&self) -> impl Iterator<Item = (&Text, &Arc<str>)> {
        self.typed.iter()
    }

    /// Puts what is typed over a file, or lets the disk count again.
    pub(super) fn set(&mut self, path: &Text, text: Option<Arc<str>>) {
        match text {
            Some(text) => {
                self.session.set(path, Some(text.clone()));
                self.typed.insert(path.clone(), text);
            }
            None => {
                self.typed.remove(path);
                self.is_outdated = true;
                if self.root.is_none() {
                    self.session.set(path, None);
                }
            }
        }
        self.touched.insert(path.clone());
        self.is_stale = true;
    }

    /// Whether what is shown of another text than those that were typed may be different since the last time that this was asked. `was` says
    /// which judgement that was.
    pub(super) fn reaches(&mut self, was: Judgement, other: impl IntoIterator<Item = Text>) -> bool {
        let touched = std::mem::take(&mut self.touched);
        let is_of = |path: &Text| self.session.workspace().find(path).and_then(|(file, _)| self.session.folder_of(file)).cloned();
        let products: BTreeSet<Text> = touched.iter().filter_map(is_of).collect();
        let is_all = was != self.judgement();
        other.into_iter().filter(|path| !touched.contains(path)).any(|path| is_all || is_of(&path).is_some_and(|of| products.contains(&of)))
    }

    /// What every text is judged by.
    pub(super) fn judgement(&self) -> Judgement {
        (self.session.generation(), self.reread)
    }

    /// Lets go what was made of the texts, of which nothing is believed after a fault.
    pub(super) fn forget(&mut self) {
        self.session = Session::new(self.session.workspace().clone(), self.session.options().clone());
        (self.is_new, self.is_stale) = (true, true);
    }

    /// Takes back what was found; gives the files.
    pub(super) fn clear(&mut self) -> Vec<FileId> {
        std::mem::take(&mut self.found).into_keys().collect()
    }

    /// Reads the disk again: what is typed stays over it.
    fn reload(&mut self) -> Result<(), Failure> {
        let Some(root) = &self.root else { return Ok(()) };
        let loaded = load(root)?;
        self.reread += 1;
        self.of_builds.clear();
        let options = options(&loaded.root, &loaded.settings)?;
        if options != *self.session.options() {
            self.session = Session::new(self.session.workspace().clone(), options);
            self.is_new = true;
        }
        let known: BTreeSet<Text> = loaded.workspace.files().map(|(_, file)| file.path.clone()).collect();
        let own = self.session.workspace().files().map(|(_, file)| file.path.clone());
        let gone: Vec<Text> = own.filter(|path| !known.contains(path) && !self.typed.contains_key(path)).collect();
        gone.iter().for_each(|path| self.session.set(path, None));
        for (_, file) in loaded.workspace.files().filter(|(_, file)| !self.typed.contains_key(&file.path)) {
            self.session.set(&file.path, Some(file.text.clone()));
        }
        self.typed.iter().for_each(|(path, text)| self.session.set(path, Some(text.clone())));
        let workspace = self.session.workspace();
        let here = |span: Span| workspace.find(&loaded.workspace.file(span.file).path).map(|(file, _)| Span { file, ..span });
        self.of_disk = loaded.diagnostics.iter().filter_map(|found| moved(found, &here)).collect();
        self.settings = loaded.settings;
        Ok(())
    }

    /// Whether something was changed since it was judged last.
    pub(super) fn is_changed(&self) -> bool {
        self.is_outdated || !self.touched.is_empty()
    }

    /// The folder of the product that a path belongs to.
    pub(super) fn folder_of(&self, path: &str) -> Option<Text> {
        let (file, _) = self.session.workspace().find(path)?;
        self.session.folder_of(file).cloned()
    }

    /// Judges the project as it is now, or a part of it: what `infrac check` would say. Gives the files of which something else is said than
    /// before.
    pub(super) fn judge(&mut self, extent: Extent<'_>) -> Result<Vec<FileId>, Failure> {
        if !std::mem::take(&mut self.is_stale) {
            return Ok(Vec::new());
        }
        if std::mem::take(&mut self.is_outdated) {
            self.reload()?;
        }
        let mut changed: BTreeSet<FileId> = BTreeSet::new();
        let mut beside: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
        let mut add =
            |found: Vec<Diagnostic>| found.into_iter().for_each(|found| beside.entry(found.primary.span.file).or_default().push(found));
        let of_files = self.of_files();
        let settings = self.session.workspace().find(settings::FILE).map(|(file, _)| file);
        // What belongs to no project is judged by its form alone; what is wrong with the settings explains everything else.
        let is_known = self.root.is_some() && !of_files.iter().any(|found| Some(found.primary.span.file) == settings);
        let unread = Unread::of(&of_files, self.session.workspace());
        add(of_files);
        changed.extend(self.session.update_first(extent));
        // Of what waits, more is said the next time.
        self.is_stale = self.session.is_waiting();
        if std::mem::take(&mut self.is_new) {
            changed.extend(self.found.keys());
        }
        if is_known && self.is_stale {
            add(self.of_builds.values().flat_map(|(_, found)| found.iter().cloned()).collect());
        } else if is_known {
            let of_builds = self.of_builds()?;
            add(of_builds);
        } else if self.root.is_none() {
            add(self.typed.keys().filter_map(|path| self.session.workspace().find(path)).flat_map(of_text).collect());
        }
        let (knew, had) = (std::mem::replace(&mut self.was_known, is_known), std::mem::replace(&mut self.unread, unread));
        if knew != is_known || had != self.unread {
            changed.extend(self.session.files_with_findings());
        }
        changed.extend(self.beside.keys().chain(beside.keys()));
        self.beside = beside;
        let mut told = Vec::new();
        for file in changed {
            let mut now = if is_known { self.session.found_in(file) } else { Vec::new() };
            now.retain(|found| self.unread.is_news(found, self.session.workspace()));
            now.extend(self.beside.get(&file).into_iter().flatten().cloned());
            now.sort();
            now.dedup();
            let before = self.found.entry(file).or_default();
            if before.diagnostics != now {
                self.next += 1;
                *before = Found { diagnostics: now, number: self.next };
                told.push(file);
            }
        }
        Ok(told)
    }

    /// What is wrong with files as such; of what is typed nothing that the disk says.
    fn of_files(&self) -> Vec<Diagnostic> {
        let workspace = self.session.workspace();
        let is_typed = |found: &&Diagnostic| self.typed.contains_key(&workspace.file(found.primary.span.file).path);
        let mut found: Vec<Diagnostic> = self.of_disk.iter().filter(|found| !is_typed(found)).cloned().collect();
        if let (Some(root), Some(text)) = (&self.root, self.typed.get(settings::FILE))
            && let Some((file, _)) = workspace.find(settings::FILE)
        {
            let (settings, Diagnostics(mistakes)) = settings::read(file, text);
            if mistakes.is_empty() {
                found.extend(folders::mistakes(root, &settings).into_iter().map(|mistake| mistake.at(file, text)));
            }
            found.extend(mistakes);
        }
        found
    }

    /// What is wrong if builds have left some files, where they did. The disk is asked once for each time that a product was evaluated.
    fn of_builds(&mut self) -> Result<Vec<Diagnostic>, Failure> {
        let Some(root) = &self.root else { return Ok(Vec::new()) };
        let mut output = Disk::new(root, &self.settings.output);
        let mut count = 0;
        for (folder, suspects) in self.session.if_built() {
            count += 1;
            if self.of_builds.get(folder).is_some_and(|(of, _)| Arc::ptr_eq(of, suspects)) {
                continue;
            }
            let found = IfBuilt::findings(suspects.iter(), |product, paths| has_built(&mut output, product, paths))?;
            self.of_builds.insert(folder.clone(), (suspects.clone(), found));
        }
        if self.of_builds.len() != count {
            let there: BTreeSet<&Text> = self.session.if_built().map(|(folder, _)| folder).collect();
            self.of_builds.retain(|folder, _| there.contains(folder));
        }
        Ok(self.of_builds.values().flat_map(|(_, found)| found.iter().cloned()).collect())
    }
}

/// What is wrong with the form of a text.
fn of_text((file, source): (FileId, &crate::base::source::SourceFile)) -> Vec<Diagnostic> {
    if source.path.ends_with(".infra") { crate::syntax::parse(file, &source.text).1.0 } else { Vec::new() }
}

fn options(root: &Path, settings: &Settings) -> Result<Options, Failure> {
    let targets = &settings.targets;
    Ok(Options {
        targets: if targets.len() == TARGETS.len() { Vec::new() } else { targets.clone() },
        built: built(&mut Disk::new(root, &settings.output))?,
        ..Session::options_of(Options::default())
    })
}

/// A finding in the numbers of another workspace.
fn moved(found: &Diagnostic, here: &impl Fn(Span) -> Option<Span>) -> Option<Diagnostic> {
    let mut found = found.clone();
    found.primary.span = here(found.primary.span)?;
    for label in &mut found.related {
        label.span = here(label.span)?;
    }
    // What the disk is told has no repairs.
    found.fix = None;
    Some(found)
}
