//! One file replaced or removed only where it still is what was looked at.
//!
//! Between a look and a rename somebody may save the file. So what stands there is not overwritten but swapped out, in one step of the
//! system, looked at once more, and put back if it is not what was expected. Where a file system cannot swap, the file is looked at
//! directly before the rename.

use crate::artifact::tree::sha256;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// What was seen at a path, by which it is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Missing,
    /// A regular file with contents of this SHA-256, in lower-case hexadecimal.
    File(String),
    /// A link to this path.
    Link(PathBuf),
    /// Anything else: a folder, a device.
    Other,
}

/// What became of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// Something else stands there now, and stays.
    Changed,
    /// Two others came in the meantime: the later one stands there, the earlier one lies in the temporary file.
    Kept,
}

impl Before {
    /// A regular file with these contents.
    pub fn contents(bytes: &[u8]) -> Before {
        Before::File(sha256(bytes))
    }

    /// What stands at `path`, whose last part is not followed where it is a link.
    pub fn at(path: &Path) -> Result<Before> {
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Before::Missing),
            Err(error) => return Err(error),
        };
        if found.is_symlink() {
            return Ok(Before::Link(fs::read_link(path)?));
        }
        if !found.is_file() {
            return Ok(Before::Other);
        }
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Before::Missing),
            Err(error) => return Err(error),
        };
        let mut hash = Sha256::new();
        std::io::copy(&mut file, &mut Hashing(&mut hash))?;
        Ok(Before::File(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
    }
}

struct Hashing<'a>(&'a mut Sha256);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Puts the file `new` into the place of `path`, where `before` must stand. `new` is gone only where that was done.
pub fn replace(new: &Path, path: &Path, before: &Before) -> Result<Outcome> {
    if *before == Before::Missing {
        return put(new, path);
    }
    if Before::at(path)? != *before {
        return Ok(Outcome::Changed);
    }
    let ours = Before::at(new)?;
    match swap(new, path) {
        Ok(true) => {}
        Ok(false) => return fs::rename(new, path).map(|()| Outcome::Done),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Outcome::Changed),
        Err(error) => return Err(error),
    }
    // What cannot be read any more is not what was read.
    if Before::at(new).is_ok_and(|found| found == *before) {
        return fs::remove_file(new).map(|()| Outcome::Done);
    }
    swap(new, path)?;
    if Before::at(new).is_ok_and(|found| found == ours) {
        return Ok(Outcome::Changed);
    }
    // In this moment somebody saved the file once more, over ours: the later one counts.
    swap(new, path)?;
    Ok(Outcome::Kept)
}

/// Removes the file at `path`, where `before` must stand, by way of the name `aside`, which must be free.
pub fn remove(path: &Path, aside: &Path, before: &Before) -> Result<Outcome> {
    if Before::at(path)? != *before {
        return Ok(Outcome::Changed);
    }
    match rename_to_free(path, aside) {
        Ok(true) => {}
        Ok(false) => return fs::remove_file(path).map(|()| Outcome::Done),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Outcome::Changed),
        Err(error) => return Err(error),
    }
    if Before::at(aside).is_ok_and(|found| found == *before) {
        return fs::remove_file(aside).map(|()| Outcome::Done);
    }
    match rename_to_free(aside, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Outcome::Kept),
        other => other.map(|_| Outcome::Changed),
    }
}

/// Puts the file `new` where nothing is.
fn put(new: &Path, path: &Path) -> Result<Outcome> {
    let put = match rename_to_free(new, path) {
        Ok(true) => Ok(()),
        // A second name is refused where there is one already, on every file system that has such names.
        Ok(false) => match fs::hard_link(new, path) {
            Ok(()) => fs::remove_file(new),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
            Err(_) if Before::at(path)? == Before::Missing => fs::rename(new, path),
            Err(_) => return Ok(Outcome::Changed),
        },
        Err(error) => Err(error),
    };
    match put {
        Ok(()) => Ok(Outcome::Done),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Outcome::Changed),
        Err(error) => Err(error),
    }
}

/// Exchanges two files in one step; false where the file system cannot.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn swap(one: &Path, other: &Path) -> Result<bool> {
    rename_with(one, other, rustix::fs::RenameFlags::EXCHANGE)
}

/// Renames a file to a name that nothing has, else fails; false where the file system cannot.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_to_free(from: &Path, to: &Path) -> Result<bool> {
    rename_with(from, to, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_with(from: &Path, to: &Path, flags: rustix::fs::RenameFlags) -> Result<bool> {
    use rustix::fs::CWD;
    use rustix::io::Errno;
    match rustix::fs::renameat_with(CWD, from, CWD, to, flags) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn swap(_: &Path, _: &Path) -> Result<bool> {
    Ok(false)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_to_free(_: &Path, _: &Path) -> Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new(path: Option<&str>) -> Folder {
            let folder = Folder(tempfile::TempDir::new().unwrap());
            fs::write(folder.new_file(), "ours").unwrap();
            if let Some(text) = path {
                fs::write(folder.path(), text).unwrap();
            }
            folder
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("path")
        }

        fn new_file(&self) -> PathBuf {
            self.0.path().join("new")
        }

        fn holds(&self) -> (Option<String>, Option<String>) {
            let text = |path| fs::read_to_string(path).ok();
            (text(self.path()), text(self.new_file()))
        }
    }

    fn texts(path: Option<&str>, new: Option<&str>) -> (Option<String>, Option<String>) {
        (path.map(str::to_owned), new.map(str::to_owned))
    }

    #[test]
    fn what_is_as_it_was_is_replaced() {
        let folder = Folder::new(Some("old"));
        assert_eq!(replace(&folder.new_file(), &folder.path(), &Before::contents(b"old")).unwrap(), Outcome::Done);
        assert_eq!(folder.holds(), texts(Some("ours"), None));
        let folder = Folder::new(None);
        assert_eq!(replace(&folder.new_file(), &folder.path(), &Before::Missing).unwrap(), Outcome::Done);
        assert_eq!(folder.holds(), texts(Some("ours"), None));
    }

    #[test]
    fn what_is_not_as_it_was_stays() {
        for (there, before) in [
            (Some("theirs"), Before::contents(b"old")),
            (Some("theirs"), Before::Missing),
            (None, Before::contents(b"old")),
            (Some("theirs"), Before::Link("old".into())),
        ] {
            let folder = Folder::new(there);
            assert_eq!(replace(&folder.new_file(), &folder.path(), &before).unwrap(), Outcome::Changed, "{before:?}");
            assert_eq!(folder.holds(), texts(there, Some("ours")));
        }
    }

    #[test]
    fn only_what_is_as_it_was_is_removed() {
        let folder = Folder::new(Some("old"));
        let aside = folder.0.path().join("aside");
        assert_eq!(remove(&folder.path(), &aside, &Before::contents(b"other")).unwrap(), Outcome::Changed);
        assert_eq!(folder.holds(), texts(Some("old"), Some("ours")));
        assert_eq!(remove(&folder.path(), &aside, &Before::contents(b"old")).unwrap(), Outcome::Done);
        assert_eq!(folder.holds(), texts(None, Some("ours")));
        assert!(!aside.exists());
    }

    #[test]
    fn nothing_takes_the_place_of_what_came_in_between() {
        let folder = Folder::new(Some("theirs"));
        assert_eq!(put(&folder.new_file(), &folder.path()).unwrap(), Outcome::Changed);
        assert_eq!(folder.holds(), texts(Some("theirs"), Some("ours")));
    }
}
