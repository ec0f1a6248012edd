//! Where things lie, seen from the reader.

use crate::host::Failure;
use crate::render::Format;
use std::path::{Component, Path, PathBuf};

/// The way to the project from where the reader of a report stands: for a review the root of the repository, else the
/// current folder.
pub(super) fn prefix(root: &Path, format: Format) -> Result<String, Failure> {
    let from = if format.is_for_reviews() {
        match root.ancestors().find(|folder| folder.join(".git").exists()) {
            Some(repository) => repository.to_owned(),
            None => return Ok(String::new()),
        }
    } else {
        current_folder()?
    };
    Ok(way(&from, root))
}

/// From one absolute folder to another, with `/` at its end; nothing if they are the same.
fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<String> = from.components().skip(shared).map(|_| "..".to_owned()).collect();
    parts.extend(to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.into_iter().map(|part| part + "/").collect()
}

/// The current folder, without links.
pub(super) fn current_folder() -> Result<PathBuf, Failure> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    folder.map_err(|error| Failure::disk("open", Path::new("."), &error))
}

/// An absolute path without `.` and `..`, whether or not anything is there.
pub(super) fn absolute(path: &Path, folder: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other),
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_up_and_down() {
        let way = |from: &str, to: &str| way(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b"), "");
        assert_eq!(way("/a", "/a/b/c"), "b/c/");
        assert_eq!(way("/a/b/c", "/a/b"), "../");
        assert_eq!(way("/a/b", "/a/c"), "../c/");
        assert_eq!(absolute(Path::new("../x/./y"), Path::new("/a/b")), Path::new("/a/x/y"));
    }
}
