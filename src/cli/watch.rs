//! Waits for sources to change, and says which did.

use super::Exit;
use super::output::{self, BOLD, NOTE, count, tell};
use crate::base::{Text, Workspace};
use crate::host::{Failure, Project, load};
use crate::render::sanitise;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Editors write in several steps: what comes within this time is one change.
const QUIET: Duration = Duration::from_millis(100);

/// A change that does not end is looked at after this time.
const AT_LATEST: Duration = Duration::from_secs(2);

/// How often is looked whether anybody reads along.
const READER: Duration = Duration::from_millis(500);

/// Files that are named when they change; of the others only the number.
const SHOWN_CHANGES: usize = 5;

/// The sources of a project, looked at again and again.
pub(super) struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
    events: Receiver<()>,
    watched: BTreeSet<PathBuf>,
    /// The texts that were looked at last.
    seen: Option<BTreeMap<Text, Arc<str>>>,
    /// Whether it could not be loaded when it was tried last.
    failed: bool,
}

/// How a file is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    New,
    Changed,
    Gone,
}

impl Watch {
    /// Watches the project in a folder.
    pub(super) fn new(root: &Path) -> Result<Watch, Failure> {
        let (sender, events) = channel();
        let below = root.to_owned();
        let told = move |event: Result<Event, notify::Error>| {
            // What cannot be told apart may be a change.
            if event.is_ok_and(|event| !concerns(&below, &event)) {
                return;
            }
            sender.send(()).ok();
        };
        let watcher = notify::recommended_watcher(told).map_err(|error| cannot(&error))?;
        Ok(Watch { root: root.to_owned(), watcher, events, watched: BTreeSet::new(), seen: None, failed: false })
    }

    /// Does something with the project at first and after each change, until the command is told to end.
    pub(super) fn stay(mut self, mut work: impl FnMut(&mut Watch, Project) -> Result<(), Failure>) -> Result<Exit, Failure> {
        let mut is_first = true;
        loop {
            // Whatever is wrong later may be mended, what is wrong at first may be the arguments.
            let project = match self.next() {
                Ok(None) => return Ok(Exit::Clean),
                Ok(Some(project)) => Ok(project),
                Err(failure) => Err(failure),
            };
            match project.and_then(|project| work(&mut self, project)) {
                Err(failure) if is_first => return Err(failure),
                Err(failure) => output::failure(&failure),
                Ok(()) => {}
            }
            if let Some(failure) = output::lost() {
                return Err(failure);
            }
            is_first = false;
            tell(&format!("{NOTE}waiting for changes{NOTE:#}, Ctrl-C ends it\n"));
        }
    }

    /// The project as it is at first, and after each change; nothing once nobody reads along. What cannot be loaded is a failure, and is
    /// asked for again after a change.
    fn next(&mut self) -> Result<Option<Project>, Failure> {
        loop {
            let is_first = self.seen.is_none();
            if !is_first && !self.wait() {
                return Ok(None);
            }
            // Watched before it is read, so that nothing is missed in between.
            self.watch([self.root.clone()].into())?;
            let project = match load(&self.root) {
                Ok(project) => project,
                Err(failure) => {
                    self.failed = true;
                    return Err(failure);
                }
            };
            self.follow(&project)?;
            let now = texts(&project.workspace);
            let said = self.seen.as_ref().map(|seen| said(&changes(seen, &now)));
            self.seen = Some(now);
            // What could not be loaded in between is looked at again, though it is as it was.
            let was_failed = std::mem::take(&mut self.failed);
            match said {
                Some(said) if said.is_empty() && !was_failed => {}
                Some(said) => {
                    tell(&said);
                    return Ok(Some(project));
                }
                None => return Ok(Some(project)),
            }
        }
    }

    /// Takes what is there now of files with this ending for what was seen: a command wrote it itself.
    pub(super) fn wrote(&mut self, ending: &str) {
        let Ok(project) = load(&self.root) else { return };
        let Some(seen) = &mut self.seen else { return };
        seen.retain(|path, _| !path.ends_with(ending));
        seen.extend(texts(&project.workspace).into_iter().filter(|(path, _)| path.ends_with(ending)));
    }

    /// Waits until something happens, and then until nothing does; whether anybody still reads what is said.
    fn wait(&self) -> bool {
        while self.events.recv_timeout(READER) == Err(RecvTimeoutError::Timeout) {
            if output::has_left() {
                return false;
            }
        }
        let begin = Instant::now();
        while begin.elapsed() < AT_LATEST && self.events.recv_timeout(QUIET) != Err(RecvTimeoutError::Timeout) {}
        !output::has_left()
    }

    /// Watches where the sources of a project lie.
    fn follow(&mut self, project: &Project) -> Result<(), Failure> {
        let folders = std::iter::once(&project.settings.inventory).chain(&project.settings.library).map(|folder| self.root.join(folder));
        // Where a folder is not there, it may come below the nearest one that is.
        let folders = folders.filter_map(|folder| folder.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned));
        let linked = project.linked.iter().filter_map(|file| file.parent().map(Path::to_owned));
        let wanted: BTreeSet<PathBuf> = folders.chain(linked).chain([self.root.clone()]).collect();
        self.watch(wanted)
    }

    /// Watches these folders. A folder that went and came back is another one, so that all are named again.
    fn watch(&mut self, wanted: BTreeSet<PathBuf>) -> Result<(), Failure> {
        for gone in self.watched.difference(&wanted) {
            self.watcher.unwatch(gone).ok();
        }
        for folder in &wanted {
            // The root holds what is generated too.
            let mode = if *folder == self.root { RecursiveMode::NonRecursive } else { RecursiveMode::Recursive };
            self.watcher.watch(folder, mode).map_err(|error| cannot(&error))?;
        }
        self.watched = wanted;
        Ok(())
    }
}

fn cannot(error: &notify::Error) -> Failure {
    Failure::new(format!("cannot watch the sources: {error}"))
}

/// Whether something happened that can change a source: it was not only read, and its name is none of those that are left out.
fn concerns(root: &Path, event: &Event) -> bool {
    let is_left_out = |path: &PathBuf| {
        let inside = path.strip_prefix(root).unwrap_or(path);
        inside.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
    };
    !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || !event.paths.iter().all(is_left_out))
}

/// What a project is made of, without the library.
fn texts(workspace: &Workspace) -> BTreeMap<Text, Arc<str>> {
    let own = workspace.files().filter(|(_, file)| !file.is_of_library());
    own.map(|(_, file)| (file.path.clone(), file.text.clone())).collect()
}

fn changes<'t>(before: &'t BTreeMap<Text, Arc<str>>, now: &'t BTreeMap<Text, Arc<str>>) -> Vec<(Change, &'t Text)> {
    let gone = before.keys().filter(|path| !now.contains_key(*path)).map(|path| (Change::Gone, path));
    let others = now.iter().filter_map(|(path, text)| match before.get(path) {
        None => Some((Change::New, path)),
        Some(before) if before != text => Some((Change::Changed, path)),
        Some(_) => None,
    });
    let mut changes: Vec<_> = others.chain(gone).collect();
    changes.sort_by_key(|(_, path)| *path);
    changes
}

/// `changed inventory/acme/product.infra`, one line each; empty without changes.
fn said(changes: &[(Change, &Text)]) -> String {
    let mut text = String::from(if changes.is_empty() { "" } else { "\n" });
    for (change, path) in changes.iter().take(SHOWN_CHANGES) {
        let word = match change {
            Change::New => "new",
            Change::Changed => "changed",
            Change::Gone => "gone",
        };
        text.push_str(&format!("{BOLD}{word}{BOLD:#} {}\n", sanitise(path)));
    }
    if changes.len() > SHOWN_CHANGES {
        text.push_str(&format!("… and {}\n", count(changes.len() - SHOWN_CHANGES, "more file")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_said() {
        let texts = |files: &[(&str, &str)]| files.iter().map(|(path, text)| (Text::new(path), Arc::from(*text))).collect();
        let before: BTreeMap<Text, Arc<str>> = texts(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let now = texts(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let changes = changes(&before, &now);
        assert_eq!(anstream::adapter::strip_str(&said(&changes)).to_string(), "\nchanged b\ngone c\nnew d\n");
        let path = Text::new("x");
        let many = vec![(Change::New, &path); 7];
        assert!(said(&many).ends_with("… and 2 more files\n"));
    }

    #[test]
    fn reading_is_no_change() {
        let event = |kind, path: &str| Event::new(kind).add_path(Path::new("/p").join(path));
        let root = Path::new("/p");
        let modified = EventKind::Modify(notify::event::ModifyKind::Any);
        assert!(concerns(root, &event(modified, "inventory/a.infra")));
        assert!(!concerns(root, &event(modified, ".git/index")) && !concerns(root, &event(modified, "inventory/.a.infra.swp")));
        assert!(!concerns(root, &event(EventKind::Access(notify::event::AccessKind::Any), "infra.toml")));
    }
}
