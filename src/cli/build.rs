//! `infrac build`.

use super::findings::{Findings, Outputs, Stale};
use super::output::{BAD, GOOD, count, print, tally, tell};
use super::progress::Progress;
use super::selection::Selection;
use super::watch::Watch;
use super::{Exit, Global, cache, changes, difference, open, place};
use crate::base::Text;
use crate::driver::{Files, Memory, on_threads};
use crate::host::load::{LOCK, settings};
use crate::host::ownership::Reason;
use crate::host::{
    Comparison, Disk, Failure, Finding, Kind, Lock, Permission, State, compare, remember, report_differences, report_gone, report_groups,
    report_lacking, report_obstacles, write,
};
use crate::render::{Format, sanitise};
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Compile the sources and write what they give
///
/// Only files that differ are written, and files that are no longer produced are removed. infrac changes nothing but
/// what it wrote itself: a file that was edited by hand, or that was there before, stops the build, and nothing is
/// written until somebody decides what becomes of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac build                                  write everything\n  \
    infrac build --watch                          again after each change\n  \
    infrac build --check                          say what is out of date, as CI does\n  \
    infrac build --check --explain-changes        say in words what another version would change\n  \
    infrac build --product acme --env staging     write one environment\n  \
    infrac build --renumber acme/prod/mgmt        let a stack get other addresses\n  \
    infrac build --merged                         after a merge of two branches that both built\n  \
    infrac build --force live/acme/root.hcl       give up a change made by hand")]
pub(super) struct Build {
    /// Write nothing; say which files are out of date, and how
    #[arg(long, conflicts_with_all = ["adopt", "merged", "force"])]
    check: bool,

    /// Say in words what is different in each file, grouped by the kind of change, instead of showing it
    #[arg(long, requires = "check")]
    explain_changes: bool,

    /// Exit with 1 when a file was written or removed, as hooks of version control want it
    #[arg(long, conflicts_with = "check")]
    exit_code: bool,

    /// Take over files that infrac once wrote but no manifest lists
    #[arg(long)]
    adopt: bool,

    /// Make anew the files in which git put two builds together, with or without conflict markers
    #[arg(long)]
    merged: bool,

    /// Overwrite or remove this file, whatever it holds; may be given several times
    #[arg(long, value_name = "FILE")]
    force: Vec<PathBuf>,

    /// Stay, and build again whenever a source changes
    #[arg(long, conflicts_with_all = ["check", "exit_code", "adopt", "merged", "force"])]
    watch: bool,

    /// Compile every product, also what is as the last build left it
    #[arg(long)]
    no_cache: bool,

    #[command(flatten)]
    outputs: Outputs,

    #[command(flatten)]
    selection: Selection,
}

/// Files whose differences are shown; of the others only the names.
const SHOWN_DIFFERENCES: usize = 10;

impl Build {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        self.outputs.check()?;
        if self.explain_changes && !self.outputs.shows_text() {
            return Err(
                Failure::new("`--explain-changes` speaks to people").help("let standard output be `text`: other forms may go to files")
            );
        }
        self.outputs.refuse_what_is_kept()?;
        let root = open::root(global)?;
        match self.watch {
            true => self.stay(global, &root),
            false => self.build(global, root),
        }
    }

    /// Builds after every change, until it is told to end.
    fn stay(&self, global: &Global, root: &Path) -> Result<Exit, Failure> {
        Watch::new(root)?.stay(|watch, _| {
            let built = self.build(global, root.to_owned());
            watch.wrote(LOCK);
            built.map(|_| ())
        })
    }

    fn build(&self, global: &Global, root: PathBuf) -> Result<Exit, Failure> {
        let Some(settings) = settings(&root)? else {
            // Where the output lies is not known, so that nothing is made.
            let compiled = open::compile(&root, &self.selection, Memory::default(), Files::ReadBack)?;
            compiled.must_have_errors()?;
            self.outputs.refuse_sources(&compiled.project)?;
            return self.refused(&root, &compiled.findings());
        };
        let output = settings.output;
        let mut disk = cache::disk(global, &root, &output, !self.check);
        // The lock comes before the sources are read: what another build is about to write into `infra.lock` counts.
        let _lock = match self.check {
            true => None,
            false => Some(Lock::acquire(&disk, |who| tell(&format!("waiting for another build ({who})\n")))?),
        };
        let memory = if self.no_cache { Memory::default() } else { cache::memory(global, &disk, true) };
        let known = memory.clone();
        let compiled = open::compile(&root, &self.selection, memory, Files::ReadBack)?;
        let mut findings = compiled.findings();
        cache::warn_of_strays(&mut findings, &disk);
        self.outputs.refuse_sources(&compiled.project)?;
        if compiled.has_errors() {
            return self.refused(&root, &findings);
        }
        if compiled.project.settings.output != output {
            return Err(Failure::new("`infra.toml` was changed by somebody else in the meantime").help("run the command again"));
        }
        let outcome = &compiled.outcome;
        let permission = self.permission(&root, &output)?;
        let mut project = Disk::new(&root, ".");
        let scope = self.selection.scope(outcome);
        let progress = Progress::begin("comparing");
        let sources = &compiled.project.workspace;
        // What compiling let go of is taken up again by the threads that held it.
        let jobs = self.selection.jobs();
        let comparison =
            on_threads(jobs, || compare(&mut disk, &mut project, sources, &outcome.tree, &outcome.locks, &scope, &permission))?;
        drop(progress);
        let (files, lacking) = report_lacking(&comparison, &disk, &project);
        findings.add(Cow::Owned(files), lacking);
        let (files, gone) = report_gone(&comparison, &disk, &project, |name| self.selection.is_named(name));
        let is_complete = gone.is_empty();
        findings.add(Cow::Owned(files), gone);
        let (files, obstacles) = report_obstacles(&comparison, &disk, &project);
        if self.check {
            findings.add(Cow::Owned(files), obstacles);
            return self.compared(&root, &findings, &comparison, &disk, &project);
        }
        if !comparison.is_allowed() {
            let number = obstacles.len();
            findings.add(Cow::Owned(files), obstacles);
            self.outputs.deliver(&root, &findings)?;
            if self.outputs.is_for_people() {
                let stand = if number == 1 { "stands" } else { "stand" };
                tell(&format!("{BAD}{}{BAD:#} {stand} in the way: nothing was written\n", count(number, "file")));
            }
            return Ok(Exit::Findings);
        }
        if !is_complete {
            return self.refused(&root, &findings);
        }
        let progress = Progress::begin("writing");
        let written = on_threads(jobs, || write(&comparison, &mut disk, &mut project))?;
        if outcome.memory != known
            && let Err(error) = remember(&disk, &outcome.memory.print())
        {
            cache::note(global, &format!("nothing could be remembered: {error}"));
        }
        drop(progress);
        self.outputs.deliver(&root, &findings)?;
        if self.outputs.is_for_people() {
            let warnings = tally(findings.iter()).map(|tally| format!("{tally}; ")).unwrap_or_default();
            let files = count(written.written, "file");
            tell(&match comparison.is_clean() {
                true => format!("{warnings}{GOOD}up to date{GOOD:#}: {}\n", count(written.unchanged, "file")),
                false => {
                    let (removed, unchanged) = (written.removed, written.unchanged);
                    format!("{warnings}{GOOD}wrote{GOOD:#} {files}, removed {removed}, {unchanged} unchanged\n")
                }
            });
        }
        Ok(if self.exit_code && !comparison.is_clean() { Exit::Findings } else { Exit::Clean })
    }

    /// Says why the sources give nothing to write.
    fn refused(&self, root: &Path, findings: &Findings<'_>) -> Result<Exit, Failure> {
        self.outputs.deliver(root, findings)?;
        if let (true, Some(tally)) = (self.outputs.is_for_people(), tally(findings.iter())) {
            tell(&format!("{tally}: nothing was written\n"));
        }
        Ok(Exit::Findings)
    }

    /// The files to force, relative to the output folder: as a message names them, from here or from the project.
    fn permission(&self, root: &Path, output: &str) -> Result<Permission, Failure> {
        let folder = place::absolute(Path::new(output), root);
        let here = place::current_folder()?;
        let mut permission = Permission { adopt: self.adopt, merged: self.merged, ..Permission::default() };
        for file in &self.force {
            let from_here = place::absolute(file, &here);
            let from_root = place::absolute(file, root);
            let found = if from_here.symlink_metadata().is_ok() { &from_here } else { &from_root };
            let below = found.strip_prefix(&folder).map_err(|_| {
                Failure::new(format!("`{}` does not lie in the output folder", file.display()))
                    .help("`--force` takes a file that a message has named")
            })?;
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            permission.force.insert(Text::new(parts.join("/")));
        }
        Ok(permission)
    }

    /// Says which files are not what the sources give.
    fn compared(
        &self,
        root: &Path,
        findings: &Findings<'_>,
        comparison: &Comparison<'_>,
        disk: &Disk,
        project: &Disk,
    ) -> Result<Exit, Failure> {
        // In a terminal a table and differences say more than a report for each file.
        let mut stale = Stale::default();
        if self.outputs.shows_text() || self.outputs.has_log() {
            let prefix = place::prefix(root, Format::Text)?;
            stale.text = match self.explain_changes {
                true => changes::in_words(&crate::host::changes(comparison, disk, project), &prefix),
                false => table(&prefix, comparison, disk, project),
            };
        }
        if self.outputs.name_each_file() {
            let (files, diagnostics) = report_differences(comparison, disk, project);
            stale.each.add(Cow::Owned(files), diagnostics);
        }
        if self.outputs.group_files() {
            let (files, diagnostics) = report_groups(comparison, disk, project);
            stale.grouped.add(Cow::Owned(files), diagnostics);
        }
        self.outputs.deliver_with(root, findings, &stale)?;
        if self.outputs.shows_text() {
            print(&stale.text);
        }
        if self.outputs.is_for_people() {
            tell(&out_of_date(comparison));
        }
        Ok(if comparison.is_clean() { Exit::Clean } else { Exit::Findings })
    }
}

/// How many files are not what the sources give: those that a build counts as written or removed, and beside them what it keeps of them.
fn out_of_date(comparison: &Comparison<'_>) -> String {
    let kept = comparison.findings.iter().filter(|finding| finding.kind != Kind::Generated).count() + comparison.unreadable.len();
    let files = comparison.findings.len() + comparison.unreadable.len() - kept;
    let (number, which, more) = match (files, kept) {
        (0, 0) => return format!("{GOOD}up to date{GOOD:#}: {}\n", count(comparison.unchanged, "file")),
        (0, kept) => (kept, " that infrac keeps of the others", String::new()),
        (files, 0) => (files, "", String::new()),
        (files, kept) => (files, "", format!(", and {kept} that infrac keeps of them")),
    };
    let are = if number == 1 { "is" } else { "are" };
    let edited = comparison.findings.iter().filter(|finding| matches!(finding.state, State::HandEdited(_))).count();
    let what = match edited + comparison.unreadable.len() {
        0 => ": run `infrac build`".to_owned(),
        1 => "; 1 of them stands in the way of `infrac build`".to_owned(),
        obstacles => format!("; {obstacles} of them stand in the way of `infrac build`"),
    };
    format!("{BAD}{}{BAD:#}{which} {are} out of date{more}{what}\n", count(number, "file"))
}

/// Every file with its state, then what would change in the first of them.
fn table(prefix: &str, comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> String {
    let mut table = String::new();
    let mut differences = String::new();
    let mut shown = 0;
    let mut left = 0;
    for finding in &comparison.findings {
        let (word, style) = word(&finding.state);
        let place = match finding.kind {
            Kind::Lock => project,
            Kind::Generated | Kind::Manifest => disk,
        };
        let path = sanitise(&format!("{}{}", prefix, place.from_project(&finding.path))).into_owned();
        table.push_str(&format!("{style}{word:<11}{style:#} {path}\n"));
        let difference = show_difference(comparison, finding, place);
        if difference.is_empty() {
            continue;
        }
        if shown < SHOWN_DIFFERENCES {
            differences.push('\n');
            differences.push_str(&difference);
            shown += 1;
        } else {
            left += 1;
        }
    }
    if left > 0 {
        differences.push_str(&format!("\n… and the differences of {}\n", count(left, "more file")));
    }
    table + &differences
}

fn word(state: &State) -> (&'static str, Style) {
    match state {
        State::Changed => ("changed", AnsiColor::Yellow.on_default()),
        State::Missing => ("missing", AnsiColor::Green.on_default()),
        State::Orphaned => ("orphaned", AnsiColor::Red.on_default()),
        State::HandEdited(Reason::Merged) => ("merged", BAD),
        State::HandEdited(_) => ("hand-edited", BAD),
    }
}

/// The difference of a file that is there and should hold something else; a manifest follows from the others.
fn show_difference(comparison: &Comparison<'_>, finding: &Finding, place: &Disk) -> String {
    let differs = matches!(finding.state, State::Changed | State::HandEdited(_));
    if !differs || finding.kind == Kind::Manifest {
        return String::new();
    }
    let mut place = place.clone();
    place.learn(&finding.path);
    let Ok(crate::host::disk::Place::File { length, .. }) = place.place(&finding.path) else {
        return String::new();
    };
    let (Some(wanted), Ok(Some(found))) = (comparison.wanted(finding), place.read(&finding.path, length)) else {
        return String::new();
    };
    difference::coloured(&place.from_project(&finding.path), &found, &wanted)
}
