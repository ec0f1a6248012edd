//! The user's cache folder: where infrac keeps what it remembers of a project between two builds.
//!
//! It never lies in the working tree. What is committed or copied there was written by whoever may push, and a build that believed
//! it would pass sources that nobody compiled, or remove files that nobody gave up. Only what lies in a folder of this user, which
//! nobody else may write into, is read at all.

use super::manifest::SIZE_LIMIT;
use super::path::resolve;
use crate::artifact::tree::sha256;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The folder of infrac among the user's caches.
const OWN: &str = "infrac";

/// By this file tools that make copies know that they may leave the folder out.
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# What infrac remembers of projects between two builds. It may be removed at any time.\n",
);

/// The place of one project's output folder in the user's cache. Nothing has to be there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    own: PathBuf,
    folder: PathBuf,
}

impl Cache {
    /// The cache of the output folder `output` of the project in `project`, or one sentence in lower case why there is none.
    pub fn locate(project: &Path, output: &str) -> Result<Cache, String> {
        Cache::below(&user_caches(|name| std::env::var_os(name))?, project, output)
    }

    /// The same where the user's caches lie in `caches`.
    pub fn below(caches: &Path, project: &Path, output: &str) -> Result<Cache, String> {
        let project = project.canonicalize().map_err(|error| format!("`{}` cannot be opened: {error}", project.display()))?;
        let own = resolve(&caches.join(OWN));
        if own.starts_with(&project) || repository(&project).is_some_and(|repository| own.starts_with(repository)) {
            return Err(format!("`{}` lies in the working tree, of which nothing is believed", own.display()));
        }
        let mut key = project.as_os_str().as_encoded_bytes().to_vec();
        key.push(0);
        key.extend_from_slice(output.as_bytes());
        let folder = own.join(&sha256(&key)[..32]);
        let cache = Cache { own, folder };
        cache.check()?;
        Ok(cache)
    }

    /// The folder of a name that every project uses.
    pub(super) fn of_all(name: &str) -> Result<Cache, String> {
        let own = resolve(&user_caches(|name| std::env::var_os(name))?.join(OWN));
        let cache = Cache { folder: own.join(name), own };
        cache.check()?;
        Ok(cache)
    }

    /// Makes the folder, for this user alone.
    pub fn prepare(&self) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("`{}` cannot be made: {error}", self.folder.display());
        if let Some(caches) = self.own.parent() {
            fs::create_dir_all(caches).map_err(failed)?;
        }
        if make_private(&self.own).map_err(failed)? {
            fs::write(self.own.join(TAG.0), TAG.1).map_err(failed)?;
        }
        make_private(&self.folder).map_err(failed)?;
        self.check()
    }

    /// The folder of this project.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What lies under a name; nothing where that is no file that this user alone can have written.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(name);
        if !path.symlink_metadata().ok()?.is_file() {
            return None;
        }
        let file = File::open(&path).ok()?;
        let found = file.metadata().ok()?;
        if !found.is_file() || !is_own(&found) {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= SIZE_LIMIT).then_some(bytes)
    }

    /// Puts a text, in parts, under a name. It is on the disk when this returns.
    pub fn write<'t>(&self, name: &str, parts: impl IntoIterator<Item = &'t str>) -> std::io::Result<()> {
        let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        parts.into_iter().try_for_each(|part| file.write_all(part.as_bytes()))?;
        let file = file.into_inner()?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(name))?;
        sync(&self.folder)
    }

    /// Removes what lies under a name.
    pub fn remove(&self, name: &str) -> std::io::Result<()> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Whether what is there of the folders is this user's alone.
    fn check(&self) -> Result<(), String> {
        for folder in [&self.own, &self.folder] {
            match folder.symlink_metadata() {
                Ok(found) if !found.is_dir() => return Err(format!("`{}` is not a folder", folder.display())),
                Ok(found) if !is_own(&found) => {
                    return Err(format!("`{}` belongs to another user, or others may write into it", folder.display()));
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(format!("`{}` cannot be opened: {error}", folder.display())),
            }
        }
        Ok(())
    }
}

/// The folder of the user's caches, as the platform has it: `XDG_CACHE_HOME`, else `.cache` in the home folder.
#[cfg(not(windows))]
fn user_caches(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, String> {
    // What is not absolute is to be ignored, says the specification of these variables.
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".cache"));
    absolute("XDG_CACHE_HOME").or_else(home).ok_or_else(|| "neither `XDG_CACHE_HOME` nor `HOME` names a folder".to_owned())
}

/// The folder of the user's caches, as the platform has it: `LOCALAPPDATA`.
#[cfg(windows)]
fn user_caches(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, String> {
    let found = variable("LOCALAPPDATA").map(PathBuf::from).filter(|path| path.is_absolute());
    found.ok_or_else(|| "`LOCALAPPDATA` names no folder".to_owned())
}

/// The root of the repository that a folder lies in.
fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// Makes a folder that only its owner may enter; whether it was not there.
fn make_private(folder: &Path) -> std::io::Result<bool> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether only this user can have written it.
#[cfg(unix)]
fn is_own(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
}

// Elsewhere the folder of the user's caches is the user's by the rights that it inherits.
#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        path.symlink_metadata().unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn the_folder_is_where_the_platform_has_it() {
        let with = |set: &[(&str, &str)]| {
            let set: Vec<(String, OsString)> = set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
            user_caches(move |name| set.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
        };
        assert_eq!(with(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Ok("/x".into()));
        assert_eq!(with(&[("XDG_CACHE_HOME", "x"), ("HOME", "/h")]), Ok("/h/.cache".into()));
        assert_eq!(with(&[("XDG_CACHE_HOME", ""), ("HOME", "/h")]), Ok("/h/.cache".into()));
        for none in [&[][..], &[("HOME", "")], &[("HOME", "h")], &[("XDG_CACHE_HOME", "./c")]] {
            assert!(with(none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn what_is_kept_is_private_and_comes_back() {
        let (project, caches) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
        let caches = caches.path().join("not/there/yet");
        let cache = Cache::below(&caches, project.path(), ".").unwrap();
        assert_eq!(cache.read("a"), None);
        cache.prepare().unwrap();
        cache.write("a", ["one"]).unwrap();
        cache.write("a", ["two"]).unwrap();
        assert_eq!(cache.read("a"), Some(b"two".to_vec()));
        assert_eq!((mode(&cache.own), mode(&cache.folder), mode(&cache.folder.join("a"))), (0o700, 0o700, 0o600));
        assert!(fs::read_to_string(cache.own.join(TAG.0)).unwrap().starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
        cache.remove("a").unwrap();
        cache.remove("a").unwrap();
        assert_eq!(cache.read("a"), None);
    }

    #[test]
    fn each_output_folder_has_a_place_of_its_own() {
        let folder = tempfile::TempDir::new().unwrap();
        for name in ["caches", "one", "two"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        symlink(folder.path().join("one"), folder.path().join("link")).unwrap();
        let of =
            |project: &str, output: &str| Cache::below(&folder.path().join("caches"), &folder.path().join(project), output).unwrap().folder;
        assert_eq!(of("one", "."), of("link", "."));
        assert_ne!(of("one", "."), of("two", "."));
        assert_ne!(of("one", "."), of("one", "generated"));
    }

    #[test]
    fn nothing_that_others_can_have_written_is_believed() {
        let (project, caches) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
        let cache = Cache::below(caches.path(), project.path(), ".").unwrap();
        cache.prepare().unwrap();
        cache.write("a", ["one"]).unwrap();
        let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        set(&cache.folder.join("a"), 0o620);
        assert_eq!(cache.read("a"), None);
        fs::rename(cache.folder.join("a"), cache.folder.join("b")).unwrap();
        set(&cache.folder.join("b"), 0o600);
        symlink(cache.folder.join("b"), cache.folder.join("a")).unwrap();
        assert_eq!(cache.read("a"), None);
        for folder in [&cache.folder, &cache.own] {
            set(folder, 0o777);
            assert!(Cache::below(caches.path(), project.path(), ".").unwrap_err().contains("others may write into it"));
            set(folder, 0o700);
        }
    }

    #[test]
    fn no_cache_lies_in_the_working_tree() {
        let folder = tempfile::TempDir::new().unwrap();
        let project = folder.path().join("repository/project");
        fs::create_dir_all(&project).unwrap();
        fs::create_dir_all(folder.path().join("outside")).unwrap();
        fs::write(folder.path().join("repository/.git"), "gitdir: elsewhere\n").unwrap();
        symlink(&project, folder.path().join("outside/link")).unwrap();
        for inside in
            ["repository/project/.cache", "repository/.cache", "outside/link", "outside/link/not/there", "outside/../repository/x"]
        {
            let why = Cache::below(&folder.path().join(inside), &project, ".").unwrap_err();
            assert!(why.contains("lies in the working tree"), "{inside}: {why}");
        }
        assert!(Cache::below(&folder.path().join("outside"), &project, ".").is_ok());
    }
}
