//! The output folder, in which nothing is ever reached through a link.
//!
//! Paths are relative to the output folder, with `/`. Before anything is touched, every folder above it is looked at
//! once without following links and remembered; a place below a link or a file is `Blocked`. Files are replaced by
//! renaming over them, so the bytes of a link's target or of another hard link stay as they are.

use super::exact::{self, Before, Outcome};
use super::{Cache, Failure};
use crate::artifact::tree::sha256;
use crate::base::{Text, text};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// From this many files on, the whole file system is synchronised instead of each.
const MANY: usize = 32;

/// What the names of temporary files begin with.
const TEMPORARY: &str = ".infrac-";

/// The output folder of a project.
#[derive(Clone, Debug)]
pub struct Disk {
    project: PathBuf,
    output: Text,
    folders: BTreeMap<Text, Folder>,
    cache: Option<Cache>,
}

/// What stands where a folder should be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Folder {
    Real,
    Missing,
    Blocked(Text),
}

/// What stands where a file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Missing,
    /// A regular file.
    File {
        /// Its size in bytes.
        length: u64,
        /// Whether its owner may run it.
        executable: bool,
    },
    /// A link, wherever it points to.
    Link,
    /// A folder.
    Folder,
    /// A device, a socket, a pipe.
    Special,
    /// What should be a folder above it is something else, at this path.
    Blocked(Text),
}

impl Disk {
    /// The folder `output` (relative, `.` is the project itself) of the project in `project`.
    pub fn new(project: &Path, output: &str) -> Disk {
        let output = if output == "." { "" } else { output };
        Disk { project: project.to_owned(), output: output.into(), folders: BTreeMap::new(), cache: None }
    }

    /// The same folder with the user's cache of it. Without one, nothing is remembered, and a build that was stopped is gone on with
    /// only where the sources are the same.
    #[must_use]
    pub fn with_cache(self, cache: Option<Cache>) -> Disk {
        Disk { cache, ..self }
    }

    /// The user's cache of this folder.
    pub fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// A path of the output folder, seen from the project.
    pub fn from_project(&self, path: &str) -> Text {
        match (self.output.as_str(), path) {
            ("", path) => path.into(),
            (output, "") => output.into(),
            (output, path) => text!("{output}/{path}"),
        }
    }

    /// A path of the output folder, for the system.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.project.join(self.from_project(path))
    }

    /// Looks at the folders above `path`.
    pub fn learn(&mut self, path: &str) {
        self.folder(parent(path));
    }

    fn folder(&mut self, path: &str) -> Folder {
        if let Some(known) = self.folders.get(path) {
            return known.clone();
        }
        let found = if path.is_empty() {
            self.output_folder()
        } else {
            match self.folder(parent(path)) {
                Folder::Real => look(&self.absolute(path), path),
                other => other,
            }
        };
        self.folders.insert(path.into(), found.clone());
        found
    }

    /// The output folder itself may lie some folders below the project, none of which may be a link.
    fn output_folder(&self) -> Folder {
        let mut path = self.project.clone();
        for part in self.output.split('/').filter(|part| !part.is_empty()) {
            path.push(part);
            match look(&path, "") {
                Folder::Real => {}
                other => return other,
            }
        }
        Folder::Real
    }

    /// What stands at `path`, whose folders were learnt.
    pub fn place(&self, path: &str) -> Result<Place, Failure> {
        match self.folders.get(parent(path)) {
            Some(Folder::Real) => {}
            Some(Folder::Blocked(by)) => return Ok(Place::Blocked(by.clone())),
            Some(Folder::Missing) | None => return Ok(Place::Missing),
        }
        let absolute = self.absolute(path);
        match fs::symlink_metadata(&absolute) {
            Ok(found) if found.is_file() => Ok(Place::File { length: found.len(), executable: is_executable(&found) }),
            Ok(found) if found.is_dir() => Ok(Place::Folder),
            Ok(found) if found.is_symlink() => Ok(Place::Link),
            Ok(_) => Ok(Place::Special),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Place::Missing),
            Err(error) => Err(Failure::disk("read", &absolute, &error)),
        }
    }

    /// The contents of a regular file; nothing if there are more than `limit` bytes.
    pub fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Failure> {
        let absolute = self.absolute(path);
        let read = || {
            let mut contents = Vec::new();
            File::open(&absolute)?.take(limit + 1).read_to_end(&mut contents)?;
            Ok((contents.len() as u64 <= limit).then_some(contents))
        };
        read().map_err(|error| Failure::disk("read", &absolute, &error))
    }

    /// The contents of the regular file at `path`, whose folders are looked at; nothing where none stands there, or a larger one.
    pub fn file(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Failure> {
        self.learn(path);
        match self.place(path)? {
            Place::File { .. } => self.read(path, limit),
            _ => Ok(None),
        }
    }

    /// The names in a folder whose own folders were learnt, sorted; none if there is no such folder.
    pub fn names(&mut self, folder: &str) -> Result<Vec<String>, Failure> {
        match self.folder(folder) {
            Folder::Real => {}
            Folder::Missing => return Ok(Vec::new()),
            Folder::Blocked(by) => return Err(self.blocked(&by)),
        }
        let absolute = self.absolute(folder);
        let entries = fs::read_dir(&absolute)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| Failure::disk("read", &absolute, &error))?;
        let mut names: Vec<String> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn blocked(&self, by: &str) -> Failure {
        Failure::new(format!("`{}` is in the way: it is not a folder", self.from_project(by))).help(no_folder(&self.absolute(by)))
    }

    /// Makes a folder and those above it.
    pub fn make_folder(&mut self, folder: &str) -> Result<(), Failure> {
        match self.folder(folder) {
            Folder::Real => return Ok(()),
            Folder::Blocked(by) => return Err(self.blocked(&by)),
            Folder::Missing => {}
        }
        if folder.is_empty() {
            let mut path = self.project.clone();
            for part in self.output.split('/') {
                path.push(part);
                make_folder(&path)?;
            }
        } else {
            self.make_folder(parent(folder))?;
            make_folder(&self.absolute(folder))?;
        }
        self.folders.insert(folder.into(), Folder::Real);
        Ok(())
    }

    /// Writes the future contents of `path` into a temporary file beside it, whose folder exists. They are on the disk
    /// only after [`Disk::sync`].
    pub fn stage(&self, path: &str, contents: &[u8], executable: bool) -> Result<(), Failure> {
        let staged = self.absolute(&staged(path));
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&staged)?;
            file.write_all(contents)?;
            set_mode(&file, executable)
        };
        write().map_err(|error| Failure::disk("write", &staged, &error))
    }

    /// Waits until the temporary files of `paths` are on the disk.
    pub fn sync_staged(&self, paths: &[&Text]) -> Result<(), Failure> {
        if paths.len() > MANY && self.sync_everything()? {
            return Ok(());
        }
        paths.par_iter().try_for_each(|path| {
            let staged = self.absolute(&staged(path));
            let sync = || File::open(&staged)?.sync_all();
            sync().map_err(|error| Failure::disk("write", &staged, &error))
        })
    }

    /// Waits until the names in `folders` are on the disk.
    pub fn sync_folders(&self, folders: &[Text]) -> Result<(), Failure> {
        if folders.len() > MANY && self.sync_everything()? {
            return Ok(());
        }
        folders.par_iter().try_for_each(|folder| {
            let absolute = self.absolute(folder);
            sync_folder(&absolute).map_err(|error| Failure::disk("write", &absolute, &error))
        })
    }

    /// Many files are on the disk sooner if the whole file system is asked at once; not every system can be asked.
    fn sync_everything(&self) -> Result<bool, Failure> {
        let absolute = self.absolute("");
        sync_file_system(&absolute).map_err(|error| Failure::disk("write", &absolute, &error))
    }

    /// What stands at `path`, whose folders were learnt.
    pub fn before(&self, path: &str) -> Result<Before, Failure> {
        match self.folders.get(parent(path)) {
            Some(Folder::Real) => {}
            Some(Folder::Blocked(_)) => return Ok(Before::Other),
            Some(Folder::Missing) | None => return Ok(Before::Missing),
        }
        let absolute = self.absolute(path);
        Before::at(&absolute).map_err(|error| Failure::disk("read", &absolute, &error))
    }

    /// Puts the temporary file of `path` into its place, where `before` must stand.
    pub fn commit(&self, path: &str, before: &Before) -> Result<(), Failure> {
        let (absolute, mut new) = (self.absolute(path), self.absolute(&staged(path)));
        // Where nothing stands, nothing of a person's is swapped out.
        if *before != Before::Missing {
            let swap = self.absolute(&swapped(path));
            fs::rename(&new, &swap).map_err(|error| Failure::disk("replace", &absolute, &error))?;
            new = swap;
        }
        match exact::replace(&new, &absolute, before).map_err(|error| Failure::disk("replace", &absolute, &error))? {
            Outcome::Done => Ok(()),
            Outcome::Changed => {
                fs::remove_file(&new).map_err(|error| Failure::disk("remove", &new, &error))?;
                Err(self.changed(path))
            }
            Outcome::Kept => Err(self.saved_twice(path)),
        }
    }

    /// Removes the file or the link at `path`, where `before` must stand.
    pub fn remove_exactly(&self, path: &str, before: &Before) -> Result<(), Failure> {
        let absolute = self.absolute(path);
        let outcome = exact::remove(&absolute, &self.absolute(&swapped(path)), before);
        match outcome.map_err(|error| Failure::disk("remove", &absolute, &error))? {
            Outcome::Done => Ok(()),
            Outcome::Changed => Err(self.changed(path)),
            Outcome::Kept => Err(self.saved_twice(path)),
        }
    }

    /// Fails where something else than `before` stands at `path`.
    pub fn expect(&self, path: &str, before: &Before) -> Result<(), Failure> {
        if self.before(path)? == *before { Ok(()) } else { Err(self.changed(path)) }
    }

    fn changed(&self, path: &str) -> Failure {
        let path = self.from_project(path);
        Failure::new(format!("`{path}` was changed by somebody else in the meantime")).help("nothing of it was lost: run the command again")
    }

    fn saved_twice(&self, path: &str) -> Failure {
        let swapped = self.from_project(&swapped(path));
        self.changed(path).help(format!("it was saved twice, and what was saved first lies in `{swapped}`: look at both"))
    }

    /// Whether temporary files lie in a folder, which a command that was stopped has left.
    pub fn has_temporary(&mut self, folder: &str) -> Result<bool, Failure> {
        match self.folder(folder) {
            Folder::Real => Ok(self.names(folder)?.iter().any(|name| name.starts_with(TEMPORARY))),
            Folder::Missing | Folder::Blocked(_) => Ok(false),
        }
    }

    /// Removes the temporary files of `path`, if there are any. One into whose place something was swapped may hold what a person
    /// saved: it is removed only where its hash is `known`.
    pub fn unstage(&mut self, path: &str, known: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let (staged, swapped) = (staged(path), swapped(path));
        self.learn(&staged);
        if let Place::File { .. } = self.place(&staged)? {
            self.remove(&staged)?;
        }
        match (self.place(&swapped)?, self.before(&swapped)?) {
            (Place::Missing | Place::Blocked(_), _) => Ok(()),
            (_, Before::File(hash)) if known(&hash) => self.remove(&swapped),
            _ => {
                let (path, swapped) = (self.from_project(path), self.from_project(&swapped));
                Err(Failure::new(format!("`{swapped}` is in the way: a command that was stopped left it"))
                    .help(format!("it may hold what somebody saved as `{path}` at that moment: look at it, then remove it")))
            }
        }
    }

    /// Replaces one file that is infrac's alone, whatever it holds: through a temporary file, never half.
    pub fn replace(&mut self, path: &str, contents: &str) -> Result<(), Failure> {
        self.stage_one(path, contents, |_| false)?;
        let absolute = self.absolute(path);
        fs::rename(self.absolute(&staged(path)), &absolute).map_err(|error| Failure::disk("replace", &absolute, &error))?;
        self.sync_folders(&[parent(path).into()])
    }

    /// Replaces one file on its own, where `before` must stand.
    pub fn replace_exactly(&mut self, path: &str, contents: &str, before: &Before) -> Result<(), Failure> {
        let ours = sha256(contents.as_bytes());
        self.stage_one(path, contents, |hash| hash == ours || matches!(before, Before::File(before) if before == hash))?;
        self.commit(path, before)?;
        self.sync_folders(&[parent(path).into()])
    }

    fn stage_one(&mut self, path: &str, contents: &str, known: impl Fn(&str) -> bool) -> Result<(), Failure> {
        self.make_folder(parent(path))?;
        self.unstage(path, known)?;
        self.stage(path, contents.as_bytes(), false)?;
        self.sync_staged(&[&path.into()])
    }

    /// Removes a file or a link, whatever it holds.
    pub fn remove(&self, path: &str) -> Result<(), Failure> {
        let absolute = self.absolute(path);
        fs::remove_file(&absolute).map_err(|error| Failure::disk("remove", &absolute, &error))
    }

    /// Removes an empty folder.
    pub fn remove_folder(&mut self, folder: &str) -> Result<(), Failure> {
        let absolute = self.absolute(folder);
        fs::remove_dir(&absolute).map_err(|error| Failure::disk("remove", &absolute, &error))?;
        self.forget(folder);
        Ok(())
    }

    /// Removes a folder and those above it as long as they are empty; the output folder stays.
    pub fn prune(&mut self, folder: &str) -> Result<(), Failure> {
        let mut folder = folder;
        while !folder.is_empty() {
            match self.folder(folder) {
                Folder::Missing => {}
                Folder::Real => {
                    let absolute = self.absolute(folder);
                    match fs::remove_dir(&absolute) {
                        Ok(()) => {}
                        Err(error) if error.kind() == ErrorKind::NotFound => {}
                        // Something else is in it, or it is a file system of its own.
                        Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::ResourceBusy) => return Ok(()),
                        Err(error) => return Err(Failure::disk("remove", &absolute, &error)),
                    }
                    self.folders.insert(folder.into(), Folder::Missing);
                }
                Folder::Blocked(_) => return Ok(()),
            }
            folder = parent(folder);
        }
        Ok(())
    }

    /// The folders above `paths` that are there, each once, the deepest first.
    pub fn folders_above<'p>(&mut self, paths: impl IntoIterator<Item = &'p Text>) -> Vec<Text> {
        let mut found = BTreeSet::new();
        for path in paths {
            let mut folder = parent(path);
            while !found.contains(folder) {
                if self.folder(folder) == Folder::Real {
                    found.insert(folder);
                }
                if folder.is_empty() {
                    break;
                }
                folder = parent(folder);
            }
        }
        found.into_iter().rev().map(Text::new).collect()
    }

    /// Forgets what was learnt of the place at `path`, where a folder may be made now.
    pub fn forget(&mut self, path: &str) {
        let below = text!("{path}/");
        let stale: Vec<Text> = std::iter::once(text!("{path}"))
            .filter(|path| self.folders.contains_key(path))
            .chain(
                self.folders
                    .range(below.clone()..)
                    .map(|(folder, _)| folder.clone())
                    .take_while(|folder| folder.starts_with(below.as_str())),
            )
            .collect();
        for folder in stale {
            self.folders.remove(&folder);
        }
    }
}

/// The folder of a path; empty for the output folder.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The temporary file of a path, into which its future contents are written: in the same folder, so that renaming is one step, and
/// of a bounded length.
pub(super) fn staged(path: &str) -> String {
    temporary(path, "tmp")
}

/// The temporary file of a path with which it is exchanged: what was there may lie in it for a moment.
pub(super) fn swapped(path: &str) -> String {
    temporary(path, "swap")
}

fn temporary(path: &str, ending: &str) -> String {
    let hash = sha256(path.as_bytes());
    let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
    [folder, TEMPORARY, &hash[..16], ".", ending].concat()
}

/// What to do about what stands where a folder should be.
pub(super) fn no_folder(absolute: &Path) -> &'static str {
    match fs::symlink_metadata(absolute) {
        Ok(found) if found.is_symlink() => "it is a link, and infrac follows none in its output folder: put a folder in its place",
        _ => "move it away: a folder of that name is written",
    }
}

fn look(absolute: &Path, path: &str) -> Folder {
    match fs::symlink_metadata(absolute) {
        Ok(found) if found.is_dir() => Folder::Real,
        Ok(_) => Folder::Blocked(path.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Folder::Missing,
        Err(_) => Folder::Blocked(path.into()),
    }
}

fn make_folder(absolute: &Path) -> Result<(), Failure> {
    let made = match fs::create_dir(absolute) {
        Ok(()) => set_folder_mode(absolute),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match fs::symlink_metadata(absolute) {
            Ok(found) if found.is_dir() => Ok(()),
            _ => Err(error),
        },
        Err(error) => Err(error),
    };
    made.map_err(|error| Failure::disk("make the folder", absolute, &error))
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(unix)]
fn set_mode(file: &File, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(unix)]
fn set_folder_mode(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> std::io::Result<bool> {
    rustix::fs::syncfs(File::open(folder)?)?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_: &Path) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

// Elsewhere a file has no such mode, and a folder cannot be opened to be synchronised.
#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: bool) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn set_folder_mode(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
