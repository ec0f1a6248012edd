//! The open projects, and which of them a file belongs to.

use super::project::Project;
use super::uri;
use crate::base::{Text, text};
use crate::host::extract::{DEFINITIONS, extract};
use crate::host::layout::{MANIFESTS, Owner};
use crate::host::{Failure, find, library};
use gen_lsp_types::Uri;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The open projects. Their numbers stay; a project that was closed is none.
#[derive(Debug, Default)]
pub(super) struct Projects {
    open: Vec<Option<Project>>,
    /// Texts that lie on no disk, by the paths that they have in the project of texts that belong to none.
    unsaved: BTreeMap<Text, Uri>,
    /// Where the library lies for editors; found when it is first asked for.
    library: Option<Option<PathBuf>>,
}

impl Projects {
    /// The project of a number.
    pub(super) fn get(&self, at: usize) -> Option<&Project> {
        self.open.get(at)?.as_ref()
    }

    /// The project of a number, to change.
    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Project> {
        self.open.get_mut(at)?.as_mut()
    }

    /// The numbers of all of them.
    pub(super) fn numbers(&self) -> Vec<usize> {
        (0..self.open.len()).filter(|at| self.open[*at].is_some()).collect()
    }

    /// Opens the project that a folder lies in, unless it is open; nothing where it lies in none.
    pub(super) fn open(&mut self, folder: &Path) -> Result<Option<usize>, Failure> {
        let Ok(root) = find(folder) else { return Ok(None) };
        let known = self.open.iter().position(|project| project.as_ref().is_some_and(|project| project.root.as_ref() == Some(&root)));
        if let Some(known) = known {
            return Ok(Some(known));
        }
        self.open.push(Some(Project::open(&root)?));
        Ok(Some(self.open.len() - 1))
    }

    /// Closes a project.
    pub(super) fn close(&mut self, at: usize) -> Option<Project> {
        self.open.get_mut(at)?.take()
    }

    /// The project that an open text belongs to, and its path there: the nearest `infra.toml` above it says which. A file of the library
    /// belongs to every project, and a text of none to one of its own kind.
    pub(super) fn place(&mut self, uri: &Uri) -> Result<(usize, Text), Failure> {
        let Some(path) = uri::to_path(uri) else { return Ok((self.loose(), self.unsaved(uri))) };
        let path = real(&path);
        if let Some(folder) = path.ancestors().skip(1).find(|folder| folder.is_dir()) {
            self.open(folder)?;
        }
        Ok(match self.known(uri) {
            Some(place) => place,
            None => (self.loose(), path.to_string_lossy().replace('\\', "/").trim_start_matches('/').into()),
        })
    }

    /// The path of a text that lies on no disk. What a client shows us is written in the language, whatever it calls it.
    fn unsaved(&mut self, uri: &Uri) -> Text {
        let path = if uri.0.ends_with(".infra") { uri.0.as_str().into() } else { text!("{}.infra", uri.0) };
        self.unsaved.insert(path.clone(), uri.clone());
        path
    }

    /// Whether a file says what a build has written.
    pub(super) fn is_manifest(&self, path: &Path) -> bool {
        let mut folders = self.open.iter().flatten().filter_map(Project::output_folder);
        let folder = real(path).parent().map(Path::to_owned);
        folders.any(|of| folder.as_ref() == Some(&of.join(MANIFESTS)))
    }

    /// The project among those that are open which a source belongs to, and its path there; nothing for what is no source.
    pub(super) fn known(&mut self, uri: &Uri) -> Option<(usize, Text)> {
        let path = real(&uri::to_path(uri)?);
        if let Some(of_library) = self.library().and_then(|library| path.strip_prefix(library.join(DEFINITIONS)).ok()) {
            let path = text!("{}{}", library::PREFIX, of_library.to_string_lossy().replace('\\', "/"));
            let first = self.numbers().into_iter().next();
            return Some((first.unwrap_or_else(|| self.loose()), path));
        }
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let root = find(folder).ok()?;
        let at = self.open.iter().position(|project| project.as_ref().is_some_and(|project| project.root.as_ref() == Some(&root)))?;
        Some((at, self.get(at)?.source(&path)?))
    }

    /// The open project that a generated file belongs to, and its path in the folder of what is generated.
    pub(super) fn generated(&self, uri: &Uri) -> Option<(usize, Text)> {
        let path = real(&uri::to_path(uri)?);
        if path.extension().is_some_and(|extension| extension == "infra") {
            return None;
        }
        self.numbers().into_iter().find_map(|at| {
            let below = path.strip_prefix(self.get(at)?.output_folder()?).ok()?;
            let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
            let path = parts?.join("/");
            Owner::of(&path).map(|_| (at, path.into()))
        })
    }

    /// The project of texts that belong to none.
    fn loose(&mut self) -> usize {
        let known = self.open.iter().position(|project| project.as_ref().is_some_and(|project| project.root.is_none()));
        known.unwrap_or_else(|| {
            self.open.push(Some(Project::loose()));
            self.open.len() - 1
        })
    }

    /// Where the library lies for editors; nothing where there is no cache.
    pub(super) fn library(&mut self) -> Option<&PathBuf> {
        self.library.get_or_insert_with(|| extract().ok().map(|folder| real(&folder))).as_ref()
    }

    /// Where the library and the pages of codes lie, once that was asked for.
    pub(super) fn pages(&self) -> Option<&PathBuf> {
        self.library.as_ref()?.as_ref()
    }

    /// Where a file of a project lies, for editors.
    pub(super) fn uri(&self, at: usize, path: &str) -> Option<Uri> {
        if let Some(of_library) = path.strip_prefix(library::PREFIX) {
            return Some(uri::of_path(&self.library.as_ref()?.as_ref()?.join(DEFINITIONS).join(of_library)));
        }
        match &self.get(at)?.root {
            Some(root) => Some(uri::of_path(&root.join(path))),
            None => Some(self.unsaved.get(path).cloned().unwrap_or_else(|| uri::of_path(&Path::new("/").join(path)))),
        }
    }
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    for folder in path.ancestors() {
        if let Ok(real) = folder.canonicalize() {
            return path
                .strip_prefix(folder)
                .map_or(real.clone(), |rest| if rest.as_os_str().is_empty() { real.clone() } else { real.join(rest) });
        }
    }
    path.to_owned()
}
