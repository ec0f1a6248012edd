//! The standard library, embedded in the program.

use include_dir::{Dir, include_dir};

static LIBRARY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// What the paths of the library's files begin with in a workspace.
pub use crate::base::LIBRARY as PREFIX;

/// The folder of the library's own tests. They are run in its checkout, and are no part of the program.
const TESTS: &str = "tests";

/// The files of the library, definitions, schemas and what these read: path below the library, and text.
pub fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = Vec::new();
    let mut open = vec![&LIBRARY];
    while let Some(folder) = open.pop() {
        open.extend(folder.dirs().filter(|folder| folder.path() != std::path::Path::new(TESTS)));
        for file in folder.files() {
            let is_hidden = file.path().file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if let (false, Some(path), Some(text)) = (is_hidden, file.path().to_str(), file.contents_utf8()) {
                files.push((path, text));
            }
        }
    }
    files.sort_unstable();
    files
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn holds_every_definition_and_schema_of_the_folder() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
        let on_disk: BTreeSet<String> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned())
            .filter(|path| !path.rsplit('/').next().unwrap().starts_with('.') && !path.starts_with("tests/"))
            .collect();
        let embedded: BTreeSet<String> = super::files().into_iter().map(|(path, _)| path.to_owned()).collect();
        assert_eq!(embedded, on_disk);
    }
}
