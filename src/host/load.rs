//! Finds a project and reads every source of it into a workspace.
//!
//! Only what lies inside the project is read: a link is followed where it ends inside, and is an error where it does
//! not, so that no source vanishes silently. Names that begin with a dot are left out. Whatever cannot be read becomes
//! a diagnostic, and the rest is loaded all the same.

use super::settings::{self, Settings};
use super::{Failure, Unread, folders, library};
use crate::base::{FileId, Span, Text, Workspace, text};
use crate::diag::{Code, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Largest source. What is larger was not written by a person.
pub(super) const SOURCE_LIMIT: u64 = 4 << 20;

/// Largest schema or lock file, which tools write.
pub(super) const DATA_LIMIT: u64 = 64 << 20;

/// Largest workspace, in bytes and in files.
pub(super) const TOTAL_LIMIT: u64 = 512 << 20;
pub(super) const COUNT_LIMIT: usize = 200_000;

/// Deepest folder below an inventory or a library.
const DEPTH_LIMIT: usize = 64;

/// What the names of files end with that are read whether anything asks for them or not.
const READ_FOR_THEMSELVES: [&str; 3] = [".infra", ".json", LOCK];

/// The name of the files that keep allocations.
pub const LOCK: &str = "infra.lock";

/// A project as it lies on the disk.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder, absolute and without links.
    pub root: PathBuf,
    /// What `infra.toml` says.
    pub settings: Settings,
    /// Its sources and the standard library.
    pub workspace: Workspace,
    /// What is wrong with `infra.toml`, and what could not be read.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the sources lie that were read through links.
    pub linked: BTreeSet<PathBuf>,
}

impl Project {
    /// Whether `infra.toml` says without a mistake what belongs to the project.
    pub fn is_known(&self) -> bool {
        let settings = self.workspace.find(settings::FILE).map(|(file, _)| file);
        !self.diagnostics.iter().any(|found| Some(found.primary.span.file) == settings)
    }

    /// What is wrong with the project, and what a compiler found in it that does not follow from that.
    pub fn with(&self, found: impl IntoIterator<Item = Diagnostic>) -> Vec<Diagnostic> {
        let unread = Unread::of(&self.diagnostics, &self.workspace);
        self.diagnostics.iter().cloned().chain(found.into_iter().filter(|found| unread.is_news(found, &self.workspace))).collect()
    }
}

/// The folder of the project that `from` lies in: the nearest one above that has an `infra.toml`.
pub fn find(from: &Path) -> Result<PathBuf, Failure> {
    let start = from.canonicalize().map_err(|error| Failure::disk("open", from, &error))?;
    start.ancestors().find(|folder| folder.join(settings::FILE).is_file()).map(Path::to_owned).ok_or_else(|| {
        Failure::new(format!("no `{}` in `{}` or a folder above it", settings::FILE, start.display()))
            .help("start a project with `infrac init`, or name its folder with `--project`")
    })
}

/// Reads the settings only: where the output lies has to be known before the lock can be taken. Nothing where something is wrong with
/// them, which [`load`] tells.
pub fn settings(root: &Path) -> Result<Option<Settings>, Failure> {
    let text = text_of_settings(root)?;
    let (settings, diagnostics) = settings::read(FileId(0), &text);
    let is_sound = diagnostics.0.is_empty() && folders::mistakes(root, &settings).is_empty();
    Ok(is_sound.then_some(settings))
}

/// Reads the project in the folder `root`.
pub fn load(root: &Path) -> Result<Project, Failure> {
    let root = root.canonicalize().map_err(|error| Failure::disk("open", root, &error))?;
    let text = text_of_settings(&root)?;
    let (settings, _) = settings::read(FileId(0), &text);
    let mut loader =
        Loader { root: root.clone(), files: BTreeMap::new(), mistakes: Vec::new(), left: TOTAL_LIMIT, linked: BTreeSet::new() };
    let place = |key: &str, index: usize| {
        let span = settings::span_of(FileId(0), &text, key, index);
        (span.start as usize, span.end as usize)
    };
    loader.folder(&settings.inventory, place("inventory", 0), |path| path.ends_with(LOCK) || is_schema(path));
    for (index, folder) in settings.library.iter().enumerate() {
        // Beside definitions lie schemas, and what `file` reads.
        loader.folder(folder, place("library", index), |_| true);
    }
    loader.files.insert(settings::FILE.into(), text.as_str().into());
    for (path, text) in library::files() {
        loader.files.insert(text!("{}{path}", library::PREFIX), text.into());
    }
    let workspace = Workspace::new(loader.files);
    let linked = loader.linked;
    let mut diagnostics = mistakes_of_settings(&root, &workspace);
    diagnostics.extend(loader.mistakes.into_iter().filter_map(|mistake| mistake.place(&workspace)));
    Ok(Project { root, settings, workspace, diagnostics, linked })
}

/// What is wrong with `infra.toml` as a workspace has it: with its form, otherwise with the folders in `root` that it names.
pub fn mistakes_of_settings(root: &Path, workspace: &Workspace) -> Vec<Diagnostic> {
    let Some((file, source)) = workspace.find(settings::FILE) else { return Vec::new() };
    let (settings, mistakes) = settings::read(file, &source.text);
    match mistakes.0.is_empty() {
        true => folders::mistakes(root, &settings).into_iter().map(|mistake| mistake.at(file, &source.text)).collect(),
        false => mistakes.0,
    }
}

/// The text of `infra.toml`.
pub(super) fn text_of_settings(root: &Path) -> Result<String, Failure> {
    let path = root.join(settings::FILE);
    let bytes = read(&path, SOURCE_LIMIT)
        .map_err(|error| Failure::disk("read", &path, &error))?
        .ok_or_else(|| Failure::new(format!("`{}` is larger than {SOURCE_LIMIT} bytes", path.display())))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{}` is not UTF-8", path.display())))
}

/// The bytes of a file; nothing if there are more than `limit`.
fn read(path: &Path, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// A diagnostic whose file has no id yet, because the workspace is not complete.
struct Mistake {
    path: Text,
    range: (usize, usize),
    code: Code,
    message: String,
    help: &'static str,
}

impl Mistake {
    fn place(self, workspace: &Workspace) -> Option<Diagnostic> {
        let (file, _) = workspace.find(&self.path)?;
        let span = Span::new(file, self.range.0 as u32, self.range.1 as u32);
        Some(Diagnostic::error(self.code, span, self.message).help(self.help))
    }
}

/// Whether it is the schema of a plugin or the specification of a module, by where it lies.
pub fn is_schema(path: &str) -> bool {
    let folder = path.replace('\\', "/").rsplit('/').nth(1).map(str::to_owned);
    path.ends_with(".json") && folder.is_some_and(|folder| folder == "schemas" || folder == "ansible")
}

struct Loader {
    root: PathBuf,
    files: BTreeMap<Text, Arc<str>>,
    mistakes: Vec<Mistake>,
    left: u64,
    linked: BTreeSet<PathBuf>,
}

impl Loader {
    /// Reads the `.infra` files below `folder`, which `infra.toml` names at `named`, and those whose paths `also` takes.
    fn folder(&mut self, folder: &Text, named: (usize, usize), also: fn(&str) -> bool) {
        let start = self.root.join(folder);
        match start.canonicalize() {
            Ok(real) if real.is_dir() && real.starts_with(&self.root) => {}
            Ok(real) if real.is_dir() => {
                return self.outside(settings::FILE.into(), named, folder);
            }
            _ => {
                return self.mistakes.push(Mistake {
                    path: settings::FILE.into(),
                    range: named,
                    code: Code::InvalidProject,
                    message: format!("the folder `{folder}` does not exist"),
                    help: "make it, or name another one in `infra.toml`",
                });
            }
        }
        // The folders that were entered through a link; with the whole inventory behind one, all of them are.
        let mut links: Vec<PathBuf> = Vec::new();
        if start.canonicalize().is_ok_and(|real| real != start) {
            links.push(start.clone());
        }
        let mut entries = WalkDir::new(&start).follow_links(true).max_depth(DEPTH_LIMIT).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable(&error);
                    continue;
                }
            };
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_dir();
            if entry.depth() > 0 && name.starts_with('.') {
                if is_folder {
                    entries.skip_current_dir();
                }
                continue;
            }
            let wanted = name.ends_with(".infra") || also(&entry.path().to_string_lossy());
            let is_for_itself = READ_FOR_THEMSELVES.iter().any(|end| name.ends_with(end));
            // Of what only a source can ask for, nothing is wrong: whoever names it is told that there is no such text.
            let is_beside = !is_for_itself && entry.file_type().is_file() && (!entry.path_is_symlink() || self.is_inside(entry.path()));
            if !is_folder && (!wanted || !is_for_itself && !is_beside) {
                continue;
            }
            let path = self.relative(entry.path());
            if entry.path_is_symlink() && !self.is_inside(entry.path()) {
                self.files.insert(path.clone(), "".into());
                self.outside(path.clone(), (0, 0), &path);
                if is_folder {
                    entries.skip_current_dir();
                }
            } else if is_folder && entry.depth() == DEPTH_LIMIT {
                self.mistake(
                    settings::FILE.into(),
                    Code::LimitExceeded,
                    format!("`{path}` lies deeper than {DEPTH_LIMIT} folders"),
                    "move it up",
                );
            } else if is_folder && entry.path_is_symlink() {
                links.push(entry.into_path());
            } else if entry.file_type().is_file() {
                if entry.path_is_symlink() || links.iter().any(|link| entry.path().starts_with(link)) {
                    self.linked.extend(entry.path().canonicalize());
                }
                match is_for_itself {
                    true => self.file(entry.path(), path),
                    false => self.beside(entry.path(), path),
                }
            } else if !is_folder {
                self.files.insert(path.clone(), "".into());
                self.mistake(
                    path.clone(),
                    Code::InvalidProject,
                    format!("`{path}` is not a regular file"),
                    "remove it, or rename it so that it does not look like a source",
                );
            }
        }
    }

    fn file(&mut self, place: &Path, path: Text) {
        if self.files.contains_key(&path) {
            return;
        }
        let limit = match path.ends_with(".infra") {
            true => SOURCE_LIMIT,
            false => DATA_LIMIT,
        };
        self.files.insert(path.clone(), "".into());
        let bytes = match read(place, limit.min(self.left)) {
            _ if self.files.len() > COUNT_LIMIT => None,
            Ok(bytes) => bytes,
            Err(error) => {
                let failure = Failure::disk("read", Path::new(path.as_str()), &error);
                return self.mistake(path, Code::InvalidProject, failure.message, "every source of a project must be readable");
            }
        };
        let Some(bytes) = bytes else {
            let message = format!("`{path}` is larger than what can be a source");
            return self.mistake(
                path,
                Code::LimitExceeded,
                message,
                "a source may have 4 MiB, a schema or lock file 64 MiB, a project 512 MiB in 200,000 files",
            );
        };
        self.left -= bytes.len() as u64;
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            self.mistakes.push(Mistake {
                path: path.clone(),
                range: (at, at + char::REPLACEMENT_CHARACTER.len_utf8()),
                code: Code::InvalidToken,
                message: format!("`{path}` is not UTF-8"),
                help: "save it in UTF-8",
            });
            text
        });
        self.files.insert(path, text.into());
    }

    /// A text that a source may ask for; what cannot be one is left out.
    fn beside(&mut self, place: &Path, path: Text) {
        if self.files.contains_key(&path) || self.files.len() >= COUNT_LIMIT {
            return;
        }
        let bytes = read(place, SOURCE_LIMIT.min(self.left)).ok().flatten();
        if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            self.left -= text.len() as u64;
            self.files.insert(path, text.into());
        }
    }

    fn mistake(&mut self, path: Text, code: Code, message: String, help: &'static str) {
        self.mistakes.push(Mistake { path, range: (0, 0), code, message, help });
    }

    fn outside(&mut self, path: Text, range: (usize, usize), link: &str) {
        let message = format!("`{link}` is a link that leaves the project");
        self.mistakes.push(Mistake { path, range, code: Code::InvalidProject, message, help: "copy what it points to into the project" });
    }

    fn unreadable(&mut self, error: &walkdir::Error) {
        let path = error.path().map(|path| self.relative(path));
        let path = path.unwrap_or_default();
        let dangling = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        // A link to nothing matters only where a source would be.
        if dangling && !path.ends_with(".infra") && !path.ends_with(LOCK) {
            return;
        }
        let message = match (error.loop_ancestor(), error.io_error()) {
            (Some(_), _) => format!("`{path}` is a link to a folder that holds it"),
            (None, Some(error)) => Failure::disk("read", Path::new(path.as_str()), error).message,
            (None, None) => format!("cannot read `{path}`"),
        };
        self.mistake(settings::FILE.into(), Code::InvalidProject, message, "every source of a project must be readable");
    }

    fn is_inside(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|real| real.starts_with(&self.root))
    }

    fn relative(&self, path: &Path) -> Text {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/").into()
    }
}
