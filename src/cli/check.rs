//! `infrac check`.

use super::findings::Outputs;
use super::open::Compiled;
use super::output::{BAD, GOOD, count, print, tally, tell};
use super::selection::Selection;
use super::{Exit, Global, cache, difference, open, place};
use crate::driver::{self, Files, Memory};
use crate::host::load::settings;
use crate::host::{Failure, rewrite};
use crate::render::Format;
use std::path::Path;

/// Check the sources without writing anything
///
/// Everything that a build would find is found; nothing is written. A product that the last build left without a finding, and of
/// which no source has changed since, is not looked at again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac check\n  \
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
    outputs: Outputs,

    #[command(flatten)]
    selection: Selection,
}

impl Check {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        self.outputs.check()?;
        let root = open::root(global)?;
        self.outputs.refuse_what_is_kept()?;
        let disk = settings(&root)?.map(|settings| cache::disk(global, &root, &settings.output, false));
        let memory = match &disk {
            Some(disk) if !self.no_cache => cache::memory(global, disk, false),
            _ => Memory::default(),
        };
        let mut compiled = open::compile(&root, &self.selection, memory, Files::LetGo)?;
        self.outputs.refuse_sources(&compiled.project)?;
        if self.diff {
            return self.show(&root, &compiled);
        }
        if self.fix && self.repair(&root, &compiled)? {
            compiled = open::compile(&root, &self.selection, Memory::default(), Files::LetGo)?;
        }
        let mut findings = compiled.findings();
        if let Some(disk) = &disk {
            cache::warn_of_strays(&mut findings, disk);
        }
        self.outputs.deliver(&root, &findings)?;
        if self.outputs.is_for_people() {
            let products = count(compiled.outcome.products.len(), "product");
            match tally(findings.iter()) {
                Some(tally) => tell(&format!("{tally}\n")),
                None => tell(&format!("{GOOD}no problems{GOOD:#} in {products}\n")),
            }
        }
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }

    fn repaired(&self, compiled: &Compiled) -> driver::Repaired {
        let project = &compiled.project;
        driver::repair(&project.workspace, &self.selection.options(project, Memory::default()), &compiled.diagnostics)
    }

    /// Applies the repairs; whether anything changed.
    fn repair(&self, root: &Path, compiled: &Compiled) -> Result<bool, Failure> {
        let repaired = self.repaired(compiled);
        for (path, before, after) in repaired.changes(&compiled.project.workspace) {
            rewrite(&root.join(path), before, after)?;
        }
        if repaired.applied > 0 {
            tell(&format!("{GOOD}fixed{GOOD:#} {}\n", count(repaired.applied, "problem")));
        }
        Ok(repaired.applied > 0)
    }

    /// Shows what the repairs would change.
    fn show(&self, root: &Path, compiled: &Compiled) -> Result<Exit, Failure> {
        let repaired = self.repaired(compiled);
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
