//! The corpus of mistakes: `tests/mutations/*.toml` holds one a file, what is changed and what is to be said.
#![allow(dead_code, reason = "each test uses a part of it")]

use infrac::base::{Text, Workspace};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// Why it is one.
    pub why: String,
    /// What is changed.
    pub change: Vec<Change>,
    /// What is said about it, in the order of places; nothing else may be.
    pub expect: Vec<Expected>,
}

/// A text that stands once in a file, and what stands there instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The file; one that is not there is made of `to`.
    pub file: String,
    /// What is replaced.
    #[serde(default)]
    pub from: String,
    /// What takes its place.
    pub to: String,
}

/// A finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// `unknown-name`
    pub code: String,
    /// The primary place, after the change: a piece of text with `«…»` around the span.
    pub at: String,
    /// The file of the place, if not the first that is changed.
    pub file: Option<String>,
    /// A piece of the message.
    pub message: String,
    /// A piece of the help.
    pub help: Option<String>,
    /// A second place, written like `at`.
    pub also: Option<String>,
    /// The file of the second place, if not that of the first.
    pub also_file: Option<String>,
}

/// The files of a program.
pub type Sources = Vec<(Text, Arc<str>)>;

/// What the library offers and the inventory does not use: a project that defined it for nothing would be told.
const OFFERED: &str = "stdlib/images/management.infra";

/// The files of the repository's inventory and library, the locks among them.
pub fn sources(root: &Path) -> std::io::Result<Sources> {
    let mut found = Vec::new();
    for folder in ["inventory", "stdlib"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry?;
            let source = entry
                .path()
                .extension()
                .is_some_and(|extension| ["infra", "json", "lock", "py", "sh"].iter().any(|known| extension == *known));
            if let (true, Ok(path)) = (source, entry.path().strip_prefix(root))
                && path != Path::new(OFFERED)
            {
                found.push((path.to_string_lossy().as_ref().into(), std::fs::read_to_string(entry.path())?.into()));
            }
        }
    }
    Ok(found)
}

/// The files of the corpus, by name.
pub fn paths(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(root.join("tests/mutations"))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// The mistake in a file of the corpus.
pub fn read(path: &Path) -> Result<Mutation, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The sources with the mistake in them.
pub fn changed(mutation: &Mutation, sources: &Sources) -> Result<Workspace, String> {
    let mut sources = sources.clone();
    for change in &mutation.change {
        let Some((_, text)) = sources.iter_mut().find(|(path, _)| *path == change.file) else {
            if !change.from.is_empty() {
                return Err(format!("there is no file `{}`", change.file));
            }
            sources.push((change.file.as_str().into(), change.to.as_str().into()));
            continue;
        };
        let times = text.matches(&change.from).count();
        if times != 1 {
            return Err(format!("`{}` stands {times} times in {}", change.from, change.file));
        }
        *text = text.replacen(&change.from, &change.to, 1).into();
    }
    Ok(Workspace::new(sources))
}
