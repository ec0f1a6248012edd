//! From the arguments to a compiled project.

use super::Global;
use super::findings::Findings;
use super::progress::Progress;
use super::selection::Selection;
use crate::diag::{Diagnostic, Severity};
use crate::driver::{self, Outcome};
use crate::host::{Failure, Project, find, load};
use crate::render::Format;
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// A project with what the compiler made of it.
pub(super) struct Compiled {
    pub(super) project: Project,
    pub(super) outcome: Outcome,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Whether the outcome must not be used.
    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// What the compiler found.
    pub(super) fn findings(&self) -> Findings<'_> {
        let mut findings = Findings::default();
        findings.add(Cow::Borrowed(&self.project.workspace), &*self.diagnostics);
        findings
    }
}

/// The folder of the project: the one that is named, or the nearest one above.
pub(super) fn root(global: &Global) -> Result<PathBuf, Failure> {
    let Some(named) = &global.project else {
        return find(&current_folder()?);
    };
    let root = find(named)?;
    let real = named.canonicalize().map_err(|error| Failure::disk("open", named, &error))?;
    if root != real {
        return Err(Failure::new(format!("`{}` has no `infra.toml`", named.display()))
            .help(format!("the nearest one above it is in `{}`", root.display())));
    }
    Ok(root)
}

/// Loads and compiles the project in `root`.
pub(super) fn compile(root: &Path, selection: &Selection) -> Result<Compiled, Failure> {
    selection.limit_threads();
    let project = load(root)?;
    let progress = Progress::begin("compiling");
    let outcome = driver::compile(&project.workspace, &selection.options(&project));
    drop(progress);
    let mut diagnostics: Vec<Diagnostic> = project.diagnostics.clone();
    diagnostics.extend(outcome.diagnostics.iter().cloned());
    diagnostics.sort();
    diagnostics.dedup();
    if !diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        selection.check(&project, &outcome)?;
    }
    Ok(Compiled { project, outcome, diagnostics })
}

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
