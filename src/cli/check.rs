//! `infrac check`.

use super::chosen::{self, Chosen};
use super::elsewhere::Moves;
use super::findings::{Findings, Outputs};
use super::open::Compiled;
use super::output::{BAD, GOOD, count, print, tally, tell};
use super::progress::Progress;
use super::selection::Selection;
use super::watch::Watch;
use super::without::Without;
use super::{Exit, Global, cache, difference, open, place};
use crate::base::Text;
use crate::diag::{Diagnostic, Severity};
use crate::driver::{self, Files, IfBuilt, Memory, Options, Outcome, Session};
use crate::host::load::settings;
use crate::host::{Disk, Failure, Project, Unread, built, has_built, load, rewrite};
use crate::reference::products;
use crate::render::Format;
use std::borrow::Cow;
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
    infrac check --watch                               again after each change\n  \
    infrac check --provider all                        which stacks would stand on which provider, and why not\n  \
    infrac check --without cf                          what takes over when that provider, stack or service is away\n  \
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

    /// Stay, and check again whenever a source changes
    #[arg(long, conflicts_with = "fix")]
    watch: bool,

    #[command(flatten)]
    files: chosen::Files,

    #[command(flatten)]
    moves: Moves,

    #[command(flatten)]
    without: Without,

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
        if self.moves.are_asked() {
            return self.moves.run(&root, &self.selection);
        }
        if self.without.is_asked() {
            return self.without.run(&root, &self.selection, &self.outputs);
        }
        if self.watch {
            return self.stay(&root);
        }
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
        self.sum_up(
            &findings,
            &others,
            &match chosen.count() {
                Some(files) => count(files, "file"),
                None => count(compiled.outcome.products.len(), "product"),
            },
        );
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }

    /// Says how many findings there are, and how many that were not asked for.
    fn sum_up(&self, findings: &Findings<'_>, others: &[Diagnostic], looked_at: &str) {
        if self.outputs.is_for_people() {
            let own = tally(findings.iter()).unwrap_or_else(|| format!("{GOOD}no problems{GOOD:#} in {looked_at}"));
            let others = tally(others).map(|others| format!("; {others} in other files")).unwrap_or_default();
            tell(&format!("{own}{others}\n"));
        }
    }

    /// Checks after every change, until it is told to end.
    fn stay(&self, root: &Path) -> Result<Exit, Failure> {
        if self.files.have_stdin() {
            return Err(Failure::new("standard input does not change").help("leave out `--watch` or `-`"));
        }
        self.selection.limit_threads();
        let mut open: Option<(Options, Session)> = None;
        Watch::new(root)?.stay(|_, mut project| self.look(&mut project, &mut open))
    }

    /// Checks a project as it is now, with what is known of it from before.
    fn look(&self, project: &mut Project, open: &mut Option<(Options, Session)>) -> Result<(), Failure> {
        let chosen = self.files.choose(project)?;
        let mut findings = Findings::default();
        let mut others = Vec::new();
        let mut of_project = project.diagnostics.clone();
        others.extend(chosen.keep(project, &mut of_project));
        findings.add(Cow::Borrowed(&project.workspace), of_project);
        if !project.is_known() {
            // Where the sources lie is said there.
            self.outputs.deliver(&project.root, &findings)?;
            self.sum_up(&findings, &others, "");
            return Ok(());
        }
        let mut disk = Disk::new(&project.root, &project.settings.output);
        let mut options = self.selection.options(project, Memory::default());
        options.built = built(&mut disk)?;
        let progress = Progress::begin("checking");
        let session = match open {
            Some((known, session)) if *known == options => session,
            _ => &mut open.insert((options.clone(), Session::new(project.workspace.clone(), options))).1,
        };
        let gone: Vec<Text> = session.workspace().files().map(|(_, file)| file.path.clone()).collect();
        gone.iter().filter(|path| project.workspace.find(path).is_none()).for_each(|path| session.set(path, None));
        project.workspace.files().for_each(|(_, file)| session.set(&file.path, Some(file.text.clone())));
        let mut found = session.diagnostics();
        let suspects = session.if_built().flat_map(|(_, suspects)| suspects.iter());
        found.extend(IfBuilt::findings(suspects, |product, paths| has_built(&mut disk, product, paths))?);
        drop(progress);
        let unread = Unread::of(&project.diagnostics, &project.workspace);
        found.retain(|found| unread.is_news(found, session.workspace()));
        if !found.iter().any(|found| found.severity == Severity::Error) {
            let (wanted, known) = (self.selection.products(), products(&project.workspace));
            let known = known.into_iter().filter(|product| wanted.is_empty() || wanted.contains(&product.name.to_string()));
            let mut outcome = Outcome::default();
            for product in known {
                outcome.products.push(product.name);
                outcome.environments.extend(product.environments);
            }
            self.selection.check(project, &outcome)?;
        }
        // A file that was added later has a later number than its path says.
        let path = |found: &Diagnostic| &session.workspace().file(found.primary.span.file).path;
        found.sort_by(|a, b| path(a).cmp(path(b)).then_with(|| a.cmp(b)));
        found.dedup();
        let (own, elsewhere): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| chosen.has(path(found)));
        others.extend(elsewhere);
        findings.add(Cow::Owned(session.workspace().clone()), own);
        self.outputs.deliver(&project.root, &findings)?;
        let looked_at = chosen.count().map_or_else(|| "the project".to_owned(), |files| count(files, "file"));
        self.sum_up(&findings, &others, &looked_at);
        Ok(())
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
