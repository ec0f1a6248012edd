//! `infrac check`.

use super::chosen::{self, Chosen};
use super::findings::Outputs;
use super::open::Compiled;
use super::output::{BAD, GOOD, count, print, tally, tell};
use super::selection::Selection;
use super::{Exit, Global, cache, difference, open, place};
use crate::driver::{self, Files, Memory};
use crate::host::load::settings;
use crate::host::{Failure, load, rewrite};
use crate::render::Format;
use std::path::Path;

/// Check the sources without writing anything
///
/// Everything that a build would find is found; nothing is written. A product that the last build left without a finding, and of
/// which no source has changed since, is not looked at again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac check\n  \
    infrac check inventory/acme/product.infra          show what is found in one file\n  \
    infrac check - --stdin-filename inventory/acme/product.infra < unsaved.infra\n  \
    infrac check --fix --diff                          show the repairs that are certain\n  \
    infrac check --output sarif=report.sarif -o text   a report for a service, and one for the reader")]
pub(super) struct Check {
    /// Apply the repairs that are certain, then check again
    #[arg(long)]
    fix: bool,

    /// Write nothing; show what the repairs would change, and fail if there are any
    #[arg(long, requires = "fix")]
    diff: bool,

    /// Look at every product, whatever the last build left
    #[arg(long)]
    no_cache: bool,

    #[command(flatten)]
    files: chosen::Files,

    #[command(flatten)]
    outputs: Outputs,

    #[command(flatten)]
    selection: Selection,
}

impl Check {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        self.outputs.check()?;
        self.files.check()?;
        if self.fix && self.files.have_stdin() {
            return Err(Failure::new("standard input cannot be repaired").help("save it, and name the file: `infrac check --fix FILE`"));
        }
        let root = self.files.root(global)?;
        self.outputs.refuse_what_is_kept()?;
        let disk = settings(&root)?.map(|settings| cache::disk(global, &root, &settings.output, false));
        let memory = match &disk {
            Some(disk) if !self.no_cache => cache::memory(global, disk, false),
            _ => Memory::default(),
        };
        let mut project = load(&root)?;
        let chosen = self.files.choose(&mut project)?;
        let mut compiled = open::compile_loaded(project, &self.selection, memory, Files::LetGo)?;
        self.outputs.refuse_sources(&compiled.project)?;
        if self.diff {
            return self.show(&root, &compiled, &chosen);
        }
        if self.fix && self.repair(&root, &compiled, &chosen)? {
            compiled = open::compile(&root, &self.selection, Memory::default(), Files::LetGo)?;
        }
        let others = chosen.keep(&compiled.project, &mut compiled.diagnostics);
        let mut findings = compiled.findings();
        if let (Some(disk), false) = (&disk, self.files.are_chosen()) {
            cache::warn_of_strays(&mut findings, disk);
        }
        self.outputs.deliver(&root, &findings)?;
        if self.outputs.is_for_people() {
            let looked_at = match chosen.count() {
                Some(files) => count(files, "file"),
                None => count(compiled.outcome.products.len(), "product"),
            };
            let own = tally(findings.iter()).unwrap_or_else(|| format!("{GOOD}no problems{GOOD:#} in {looked_at}"));
            let others = tally(&others).map(|others| format!("; {others} in other files")).unwrap_or_default();
            tell(&format!("{own}{others}\n"));
        }
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }

    fn repaired(&self, compiled: &Compiled, chosen: &Chosen) -> driver::Repaired {
        let project = &compiled.project;
        let options = self.selection.options(project, Memory::default());
        driver::repair_within(&project.workspace, &options, &compiled.diagnostics, &|path| chosen.has(path))
    }

    /// Applies the repairs; whether anything changed.
    fn repair(&self, root: &Path, compiled: &Compiled, chosen: &Chosen) -> Result<bool, Failure> {
        let repaired = self.repaired(compiled, chosen);
        for (path, before, after) in repaired.changes(&compiled.project.workspace) {
            rewrite(&root.join(path), before, after)?;
        }
        if repaired.applied > 0 {
            tell(&format!("{GOOD}fixed{GOOD:#} {}\n", count(repaired.applied, "problem")));
        }
        Ok(repaired.applied > 0)
    }

    /// Shows what the repairs would change.
    fn show(&self, root: &Path, compiled: &Compiled, chosen: &Chosen) -> Result<Exit, Failure> {
        let repaired = self.repaired(compiled, chosen);
        let prefix = place::prefix(root, Format::Text)?;
        for (path, before, after) in repaired.changes(&compiled.project.workspace) {
            print(&difference::coloured(&format!("{prefix}{path}"), before.as_bytes(), after));
        }
        Ok(match repaired.applied {
            0 => {
                tell(&format!("{GOOD}nothing{GOOD:#} that is certain to repair\n"));
                Exit::Clean
            }
            applied => {
                tell(&format!("{BAD}{}{BAD:#} can be repaired: run `infrac check --fix`\n", count(applied, "problem")));
                Exit::Findings
            }
        })
    }
}
