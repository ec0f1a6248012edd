//! Where the folders of a project may lie: generated files never among the sources, and neither in what version control keeps.

use super::layout::{MANIFESTS, Owner};
use super::path::resolve;
use super::settings::{self, Settings};
use crate::base::{FileId, Text};
use crate::diag::{Code, Diagnostic};
use std::path::{Path, PathBuf};

/// A folder of `infra.toml` that cannot be where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    key: Key,
    message: String,
    help: &'static str,
    /// The folder that it meets.
    other: Option<Key>,
}

/// A value of `infra.toml` that names a folder: its key, and which of several it is.
type Key = (&'static str, usize);

impl Mistake {
    /// The finding at its place in the text of `infra.toml`.
    pub fn at(self, file: FileId, text: &str) -> Diagnostic {
        let span = |(key, index): Key| settings::span_of(file, text, key, index);
        let diagnostic = Diagnostic::error(Code::InvalidProject, span(self.key), self.message).help(self.help);
        match self.other {
            // A default stands nowhere.
            Some(other) if span(other).start < span(other).end => diagnostic.related(span(other), "the sources lie here"),
            _ => diagnostic,
        }
    }
}

/// The folders of the sources, with their keys.
pub(super) fn of_sources(settings: &Settings) -> impl Iterator<Item = (Key, &Text)> {
    let library = settings.library.iter().enumerate().map(|(index, folder)| (("library", index), folder));
    std::iter::once((("inventory", 0), &settings.inventory)).chain(library)
}

/// What is wrong with the folders that the settings of the project in `root` name.
pub fn mistakes(root: &Path, settings: &Settings) -> Vec<Mistake> {
    let root = resolve(root);
    let mut found = Vec::new();
    for (key, folder) in of_sources(settings).chain([(("output", 0), &settings.output)]) {
        let places =
            [PathBuf::from(folder.as_str()), resolve(&root.join(folder)).strip_prefix(&root).map(Path::to_owned).unwrap_or_default()];
        if places.iter().any(|place| is_in_repository(place)) {
            let message = format!("`{folder}` is what version control keeps for itself");
            found.push(Mistake { key, message, help: "name a folder beside it", other: None });
        }
    }
    let output = parts(&resolve(&root.join(&settings.output)));
    for (key, folder) in of_sources(settings) {
        let sources = parts(&resolve(&root.join(folder)));
        let message = if let Some(inside) = output.strip_prefix(sources.as_slice()) {
            // An inventory that is the whole project reads nothing that infrac writes.
            if !inside.is_empty() && key.0 == "inventory" && sources == parts(&root) {
                continue;
            }
            format!("generated files would lie among the sources, in `{}`", settings.output)
        } else if let Some(inside) = sources.strip_prefix(output.as_slice())
            && is_for_generated(&format!("{}/x/x", inside.join("/")))
        {
            format!("the sources would lie among generated files, in `{folder}`")
        } else {
            continue;
        };
        let help = "give generated files a folder of their own: `output = \"generated\"`";
        found.push(Mistake { key: ("output", 0), message, help, other: Some(key) });
    }
    found
}

/// The parts of a path as a file system sees them to which upper and lower case are one.
pub(super) fn parts(path: &Path) -> Vec<String> {
    path.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase()).collect()
}

/// Whether a path lies in what git keeps for itself, by that name or by the short one that some systems have for it.
pub(super) fn is_in_repository(path: &Path) -> bool {
    parts(path).iter().any(|part| part == ".git" || part == "git~1")
}

/// Whether a generated file or a manifest may lie at a path in lower case, relative to the output folder.
pub(super) fn is_for_generated(path: &str) -> bool {
    Owner::of(path).is_some() || path.split('/').next() == Some(MANIFESTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(root: &Path, inventory: &str, library: &[&str], output: &str) -> Vec<String> {
        let library = library.iter().map(Text::new).collect();
        let settings = Settings { inventory: inventory.into(), library, output: output.into(), ..Settings::default() };
        mistakes(root, &settings).into_iter().map(|mistake| mistake.message).collect()
    }

    #[test]
    fn folders_that_lose_nothing_are_allowed() {
        let root = tempfile::TempDir::new().unwrap();
        let fine: [(&str, &[&str], &str); 6] = [
            ("inventory", &[], "."),
            ("inventory", &["library"], "generated"),
            ("inventory", &["library"], "out/generated"),
            ("out/inventory", &["out/library"], "out"),
            (".", &["library"], "generated"),
            ("inventory", &["inventory/library"], "inventory-generated"),
        ];
        for (inventory, library, output) in fine {
            assert_eq!(messages(root.path(), inventory, library, output), Vec::<String>::new(), "{inventory} {output}");
        }
    }

    #[test]
    fn generated_files_lie_neither_among_the_sources_nor_the_other_way_round() {
        let root = tempfile::TempDir::new().unwrap();
        let wrong: [(&str, &[&str], &str, &str); 11] = [
            ("inventory", &[], "inventory", "among the sources"),
            ("inventory", &[], "Inventory", "among the sources"),
            ("inventory", &[], "inventory/generated", "among the sources"),
            ("inventory", &["library"], "library/x", "among the sources"),
            ("inventory", &["."], "generated", "among the sources"),
            (".", &[], ".", "among the sources"),
            ("live", &[], ".", "among generated files"),
            ("inventory", &["modules"], ".", "among generated files"),
            ("out/Live/x", &[], "out", "among generated files"),
            ("out/.infrac", &[], "out", "among generated files"),
            ("inventory", &[], "a/.GIT/b", "what version control keeps"),
        ];
        for (inventory, library, output, part) in wrong {
            let found = messages(root.path(), inventory, library, output);
            assert_eq!(found.len(), 1, "{inventory} {library:?} {output}: {found:?}");
            assert!(found[0].contains(part), "{found:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_hide_where_a_folder_lies() {
        use std::os::unix::fs::symlink;
        let root = tempfile::TempDir::new().unwrap();
        for folder in ["generated/live/x", "inventory", ".git"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        symlink("generated/live", root.path().join("sources")).unwrap();
        symlink("inventory", root.path().join("out")).unwrap();
        symlink(".git", root.path().join("kept")).unwrap();
        assert_eq!(messages(root.path(), "sources", &[], "generated").len(), 1);
        assert_eq!(messages(root.path(), "inventory", &[], "out/x").len(), 1);
        assert_eq!(messages(root.path(), "inventory", &[], "kept/x").len(), 1);
    }
}
