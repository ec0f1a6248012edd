//! From the arguments to a compiled project.

use super::findings::Findings;
use super::output::{show, tally, tell};
use super::progress::Progress;
use super::selection::Selection;
use super::{Global, place};
use crate::diag::{Diagnostic, Severity};
use crate::driver::{self, Files, IfBuilt, Memory, Options, Outcome};
use crate::host::{Disk, Failure, Project, built, find, has_built, load};
use crate::render::Format;
use crate::view::Facts;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

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

    /// Fails where nothing is wrong though the settings were: somebody changed them in between.
    pub(super) fn must_have_errors(&self) -> Result<(), Failure> {
        match self.has_errors() {
            true => Ok(()),
            false => Err(Failure::new("`infra.toml` was changed by somebody else in the meantime").help("run the command again")),
        }
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
        return find(&place::current_folder()?);
    };
    if named.is_file() {
        return Err(Failure::new(format!("`{}` is a file", named.display())).help("`--project` takes the folder that `infra.toml` lies in"));
    }
    let root = find(named)?;
    let real = named.canonicalize().map_err(|error| Failure::disk("open", named, &error))?;
    if root != real {
        return Err(Failure::new(format!("`{}` has no `infra.toml`", named.display()))
            .help(format!("the nearest one above it is in `{}`", root.display())));
    }
    Ok(root)
}

/// Compiles the project in `root` to say what its plans hold. What was found is told on standard error: standard output is for the answer
/// alone. Nothing where there is an error.
pub(super) fn facts(root: &Path, selection: &Selection) -> Result<Option<Compiled>, Failure> {
    let compiled = compile_for(load(root)?, selection, Memory::default(), Files::LetGo, true)?;
    let prefix = place::prefix(root, Format::Text)?;
    show(&compiled.findings().reports(&prefix));
    if let (true, Some(tally)) = (compiled.has_errors(), tally(&compiled.diagnostics)) {
        tell(&format!("{tally}\n"));
        return Ok(None);
    }
    Ok(Some(compiled))
}

/// The same of the sources as a revision had them, which lie in `root`. A product or an environment that was not there then has no plans.
pub(super) fn facts_then(root: &Path, selection: &Selection, revision: &str) -> Result<Option<Vec<Facts>>, Failure> {
    let project = load(root)?;
    let mut options = selection.options(&project, Memory::default());
    (options.files, options.facts) = (Files::LetGo, true);
    let outcome = if project.is_known() { driver::compile(&project.workspace, &options) } else { Outcome::default() };
    let found = project.with(outcome.diagnostics.iter().cloned());
    if !found.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Ok(Some(outcome.facts));
    }
    let mut findings = Findings::default();
    findings.add(Cow::Borrowed(&project.workspace), &*found);
    show(&findings.reports(&format!("{revision}:")));
    tally(&found).iter().for_each(|tally| tell(&format!("{tally} in the sources of {revision}\n")));
    Ok(None)
}

/// Loads and compiles the project in `root`, where earlier builds left `memory`.
pub(super) fn compile(root: &Path, selection: &Selection, memory: Memory, files: Files) -> Result<Compiled, Failure> {
    compile_loaded(load(root)?, selection, memory, files)
}

/// Compiles a project that was loaded.
pub(super) fn compile_loaded(project: Project, selection: &Selection, memory: Memory, files: Files) -> Result<Compiled, Failure> {
    compile_for(project, selection, memory, files, false)
}

/// The same for who asks what the plans hold.
pub(super) fn compile_for(project: Project, selection: &Selection, memory: Memory, files: Files, facts: bool) -> Result<Compiled, Failure> {
    let options = Options { files, facts, ..selection.options(&project, memory) };
    compile_with(project, selection, options)
}

/// The same with options of one's own.
pub(super) fn compile_with(project: Project, selection: &Selection, mut options: Options) -> Result<Compiled, Failure> {
    selection.limit_threads();
    let root = &project.root;
    let progress = Progress::counting("compiling", options.counter.clone());
    options.built = built(&mut Disk::new(root, &project.settings.output))?;
    // Where the sources lie is said there: what is missing because of a mistake in it is no news.
    let outcome = if project.is_known() { driver::compile(&project.workspace, &options) } else { Outcome::default() };
    let mut output = Disk::new(root, &project.settings.output);
    let found = IfBuilt::findings(&outcome.if_built, |product, paths| has_built(&mut output, product, paths))?;
    drop(progress);
    selection.check_renumber(&outcome)?;
    let mut diagnostics = project.with(outcome.diagnostics.iter().cloned().chain(found));
    diagnostics.sort();
    diagnostics.dedup();
    if !diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        selection.check(&project, &outcome)?;
    }
    Ok(Compiled { project, outcome, diagnostics })
}
