//! The files whose findings are asked for. The project is compiled whole all the same: what is wrong in one file may follow from another.

use super::{Global, open, place};
use crate::base::Text;
use crate::diag::Diagnostic;
use crate::host::load::mistakes_of_settings;
use crate::host::{Failure, Project, find, settings};
use crate::syntax::limits::MAX_FILE;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Arguments that choose files.
#[derive(Debug, clap::Args)]
pub(super) struct Files {
    /// Show only what is found in these files, or below these folders; `-` is standard input. The project is compiled whole
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The file whose text standard input has, there already or not
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
}

/// The files that were chosen, as paths of the workspace; nothing for all of them.
#[derive(Debug, Default)]
pub(super) struct Chosen(Option<BTreeSet<Text>>);

impl Files {
    /// Whether anything is chosen.
    pub(super) fn are_chosen(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether one of them is standard input.
    pub(super) fn have_stdin(&self) -> bool {
        self.files.iter().any(|file| file.as_os_str() == "-")
    }

    /// Refuses arguments that do not go together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match (self.have_stdin(), &self.stdin_filename) {
            (true, None) => Err(Failure::new("standard input has no name, so that nothing says which file of the project it is")
                .help("name it: `infrac check - --stdin-filename inventory/acme/product.infra`")),
            (false, Some(_)) => {
                Err(Failure::new("`--stdin-filename` names standard input, which is not read").help("add the argument `-`"))
            }
            _ => Ok(()),
        }
    }

    /// The folder of the project: the one that is named, or that of the first file, from wherever the command is run.
    pub(super) fn root(&self, global: &Global) -> Result<PathBuf, Failure> {
        let first = self.stdin_filename.as_ref().or(self.files.first());
        let (Some(first), None) = (first, &global.project) else { return open::root(global) };
        let first = place::absolute(first, &place::current_folder()?);
        match first.ancestors().find(|folder| folder.is_dir()) {
            Some(folder) => find(folder),
            None => open::root(global),
        }
    }

    /// Finds the files in a project, and gives the one that standard input has the text of it.
    pub(super) fn choose(&self, project: &mut Project) -> Result<Chosen, Failure> {
        if !self.are_chosen() {
            return Ok(Chosen(None));
        }
        let mut chosen = BTreeSet::new();
        for file in &self.files {
            if file.as_os_str() != "-" {
                self.add(file, project, &mut chosen)?;
            } else if let Some(name) = &self.stdin_filename {
                let path = within(name, project)?;
                let settings = &project.settings;
                let folders = settings.library.iter().chain(std::iter::once(&settings.inventory));
                let mut folders = folders.filter_map(|folder| path.strip_prefix(folder.as_str())?.strip_prefix('/'));
                let would_be = |below: &str| below.ends_with(".infra") && !below.split('/').any(|part| part.starts_with('.'));
                if project.workspace.find(&path).is_none() && !folders.any(would_be) {
                    return Err(no_source(name, project));
                }
                let text = text_of(&mut std::io::stdin().lock(), Path::new("standard input"))?;
                // What is wrong with the file on the disk is wrong with another text.
                if let Some(file) = project.workspace.set(&path, Some(text.into())) {
                    project.diagnostics.retain(|found| found.primary.span.file != file);
                    if path == settings::FILE {
                        project.diagnostics.splice(0..0, mistakes_of_settings(&project.root, &project.workspace));
                    }
                }
                chosen.insert(path);
            }
        }
        Ok(Chosen(Some(chosen)))
    }

    fn add(&self, file: &Path, project: &Project, chosen: &mut BTreeSet<Text>) -> Result<(), Failure> {
        if let Err(error) = file.metadata() {
            return Err(Failure::disk("read", file, &error));
        }
        let path = within(file, project)?;
        if !file.is_dir() {
            let (_, found) = project.workspace.find(&path).ok_or_else(|| no_source(file, project))?;
            chosen.insert(found.path.clone());
            return Ok(());
        }
        let below = project.workspace.files().map(|(_, source)| &source.path).filter(|source| {
            let inside = path.is_empty() || source.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'));
            inside && !source.starts_with('<')
        });
        let mut below = below.cloned().peekable();
        let settings = &project.settings;
        let mut folders = settings.library.iter().chain(std::iter::once(&settings.inventory));
        // A folder of sources may be empty; of any other one nothing is read.
        if below.peek().is_none() && project.is_known() && !folders.any(|folder| is_in(&path, folder) || is_in(folder, &path)) {
            return Err(no_source(file, project));
        }
        chosen.extend(below);
        Ok(())
    }
}

impl Chosen {
    /// Whether the findings of a file are asked for.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen.contains(path))
    }

    /// How many files there are; nothing where all are meant.
    pub(super) fn count(&self) -> Option<usize> {
        self.0.as_ref().map(BTreeSet::len)
    }

    /// Leaves the findings in these files; gives the others. Where the settings cannot be read nothing was looked at, which is told.
    pub(super) fn keep(&self, project: &Project, found: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
        if !project.is_known() {
            return Vec::new();
        }
        let (kept, others) = found.drain(..).partition(|found| self.has(&project.workspace.file(found.primary.span.file).path));
        *found = kept;
        others
    }
}

/// The path of a file in the workspace of a project, as it is written or, through links, as it is.
fn within(file: &Path, project: &Project) -> Result<Text, Failure> {
    let written = place::absolute(file, &place::current_folder()?);
    let real = written.canonicalize().ok();
    let inside = std::iter::once(&written).chain(&real).find_map(|path| path.strip_prefix(&project.root).ok());
    let parts =
        |inside: &Path| inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
    inside.map(|inside| parts(inside).into()).ok_or_else(|| no_source(file, project))
}

/// Whether a path is a folder or lies in it; both lead from the root.
fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn no_source(file: &Path, project: &Project) -> Failure {
    let settings = &project.settings;
    let folders = std::iter::once(&settings.inventory).chain(&settings.library).map(|folder| format!("`{folder}`"));
    let what = if file.is_dir() { "has no source" } else { "is no source" };
    Failure::new(format!("`{}` {what} of the project in `{}`", file.display(), project.root.display()))
        .help(format!("its sources are the `.infra` files below {}", folders.collect::<Vec<_>>().join(", ")))
}

/// Reads a text to its end, if it may be one.
pub(super) fn text_of(reader: &mut impl Read, path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(|error| Failure::disk("read", path, &error))?;
    if bytes.len() > MAX_FILE {
        return Err(Failure::new(format!("`{}` is larger than {MAX_FILE} bytes", path.display())));
    }
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{}` is not UTF-8", path.display())))
}
