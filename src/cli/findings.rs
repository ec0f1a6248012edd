//! What a command found, in as many forms at once as were asked for.

use super::output::{print, screen};
use super::{candidates, place};
use crate::base::Workspace;
use crate::base::similar::nearest;
use crate::diag::{Diagnostic, Severity};
use crate::host::{Failure, Project, refuse_kept, refuse_linked, save};
use crate::render::{self, Format, Report, resolve};
use clap_complete::ArgValueCandidates;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many findings are shown: nobody reads more, and what they have in common shows in the first.
pub(super) const MOST_SHOWN: usize = 1_000;

/// Findings, each beside the files that it points into.
#[derive(Default)]
pub(super) struct Findings<'w>(Vec<(Cow<'w, Workspace>, Cow<'w, [Diagnostic]>)>);

impl<'w> Findings<'w> {
    /// Adds some.
    pub(super) fn add(&mut self, files: impl Into<Cow<'w, Workspace>>, found: impl Into<Cow<'w, [Diagnostic]>>) {
        self.0.push((files.into(), found.into()));
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().flat_map(|(_, found)| found.iter())
    }

    /// With places that lead from where the reader stands; no more than are shown, and errors rather than warnings.
    pub(super) fn reports(&self, prefix: &str) -> Vec<Report> {
        if self.iter().count() <= MOST_SHOWN {
            return self.0.iter().flat_map(|(files, found)| resolve(files, found, prefix)).collect();
        }
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        let mut errors = self.iter().filter(is_error).count().min(MOST_SHOWN);
        let mut warnings = MOST_SHOWN - errors;
        let mut reports = Vec::with_capacity(MOST_SHOWN);
        for (files, found) in &self.0 {
            let shown = found.iter().filter(|found| {
                let left = if is_error(found) { &mut errors } else { &mut warnings };
                let is_shown = *left > 0;
                *left -= usize::from(is_shown);
                is_shown
            });
            reports.extend(resolve(files, &shown.cloned().collect::<Vec<_>>(), prefix));
        }
        reports
    }
}

/// Files that are not what the sources give.
#[derive(Default)]
pub(super) struct Stale<'w> {
    /// A finding for each.
    pub(super) each: Findings<'w>,
    /// A finding for all of a product, and one for all that products share.
    pub(super) grouped: Findings<'w>,
    /// Their names and differences.
    pub(super) text: String,
}

/// Text without colours.
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Where the findings go.
#[derive(Debug, clap::Args)]
pub(super) struct Outputs {
    /// The form of the findings, and the file that they go to instead of standard output; may be given several times
    ///
    /// The forms: `text` with the lines that are meant, `concise` with one line each, `json` with one object a line,
    /// `github` for annotations, `gitlab` for a Code Quality report, `sarif` for code scanning, `markdown` for the summary of a job.
    #[arg(long, short, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = parse, add = ArgValueCandidates::new(candidates::forms))]
    output: Vec<Output>,
}

/// One form with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Output {
    format: Format,
    /// Nothing for standard output.
    file: Option<PathBuf>,
}

impl Output {
    /// Whether it is the text on standard output, where a table and differences show better what a finding for each file would say.
    fn is_terminal(&self) -> bool {
        self.file.is_none() && self.format == Format::Text
    }
}

fn parse(text: &str) -> Result<Output, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("the name of the file is missing behind `=`".to_owned()),
        // As elsewhere, `-` is what a program reads or writes by itself.
        Some((name, "-")) => (name, None),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let names = Format::ALL.map(Format::name);
    match Format::ALL.into_iter().find(|format| format.name() == name) {
        Some(format) => Ok(Output { format, file }),
        None => Err(match nearest(name, names) {
            Some(known) => format!("there is no form `{name}`; did you mean `{known}`?"),
            None => format!("there is no form `{name}`; there are {}", names.join(", ")),
        }),
    }
}

impl Outputs {
    /// Refuses two forms for one place, of which only one could be read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let here = place::current_folder()?;
        let mut taken = BTreeSet::new();
        for output in &self.output {
            let place = output.file.as_ref().map(|file| {
                let path = place::absolute(file, &here);
                path.canonicalize().unwrap_or(path)
            });
            if !taken.insert(place) {
                let place = match &output.file {
                    Some(file) => format!("`{}`", file.display()),
                    None => "standard output".to_owned(),
                };
                return Err(
                    Failure::new(format!("two outputs go to {place}")).help("give each a file of its own: `--output sarif=report.sarif`")
                );
            }
        }
        Ok(())
    }

    /// Refuses files that somebody keeps: sources, settings, generated files.
    pub(super) fn refuse_what_is_kept(&self) -> Result<(), Failure> {
        self.places()?.iter().try_for_each(|path| refuse_kept(path))
    }

    /// Refuses files that a link among the sources leads to.
    pub(super) fn refuse_sources(&self, project: &Project) -> Result<(), Failure> {
        self.places()?.iter().try_for_each(|path| refuse_linked(project, path))
    }

    /// The files that findings go to, from the root; `..` stands where it was written, because it leaves what a link leads to.
    fn places(&self) -> Result<Vec<PathBuf>, Failure> {
        let here = place::current_folder()?;
        Ok(self.output.iter().filter_map(|output| output.file.as_ref()).map(|file| here.join(file)).collect())
    }

    /// Whether a person reads along: there is nothing on standard output that a program would read.
    pub(super) fn is_for_people(&self) -> bool {
        self.shown().is_none_or(Format::is_for_people)
    }

    /// Whether standard output is for reading at leisure, with tables and differences.
    pub(super) fn shows_text(&self) -> bool {
        self.shown() == Some(Format::Text)
    }

    /// Whether standard output is the log of a job on GitHub, which has the text too.
    pub(super) fn has_log(&self) -> bool {
        self.shown() == Some(Format::Github)
    }

    /// Whether some form has a finding for each file that is out of date.
    pub(super) fn name_each_file(&self) -> bool {
        self.output.iter().any(|output| !output.format.is_brief() && !output.is_terminal())
    }

    /// Whether some form has one finding for all such files of a product.
    pub(super) fn group_files(&self) -> bool {
        self.output.iter().any(|output| output.format.is_brief())
    }

    fn shown(&self) -> Option<Format> {
        self.output.iter().find(|output| output.file.is_none()).map(|output| output.format)
    }

    /// Puts the findings into their places; the forms that are one document are made without findings too.
    pub(super) fn deliver(&self, root: &Path, findings: &Findings<'_>) -> Result<(), Failure> {
        self.deliver_with(root, findings, &Stale::default())
    }

    /// As above, with the files that are out of date.
    pub(super) fn deliver_with(&self, root: &Path, findings: &Findings<'_>, stale: &Stale<'_>) -> Result<(), Failure> {
        for output in &self.output {
            let prefix = place::prefix(root, output.format)?;
            let mut reports = findings.reports(&prefix);
            match output.format.is_brief() {
                true => reports.extend(stale.grouped.reports(&prefix)),
                false if output.is_terminal() => (),
                false => reports.extend(stale.each.reports(&prefix)),
            }
            match &output.file {
                Some(file) => save(file, &plain(&render::render(output.format, &reports)))?,
                None => print(&render::render_on(output.format, &reports, &screen())),
            }
        }
        if self.has_log() {
            self.log(root, findings, &stale.text)?;
        }
        Ok(())
    }

    /// Annotations are few and short: the log of the job says everything.
    fn log(&self, root: &Path, findings: &Findings<'_>, stale: &str) -> Result<(), Failure> {
        let prefix = place::prefix(root, Format::Text)?;
        let text = plain(&render::render(Format::Text, &findings.reports(&prefix))) + &plain(stale);
        if !text.is_empty() {
            print(&render::log("everything that was found", &text));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_a_form_and_a_file() {
        assert_eq!(parse("sarif"), Ok(Output { format: Format::Sarif, file: None }));
        assert_eq!(parse("text=a=b.txt"), Ok(Output { format: Format::Text, file: Some("a=b.txt".into()) }));
        assert_eq!(parse("srif=x").unwrap_err(), "there is no form `srif`; did you mean `sarif`?");
        assert_eq!(parse("yaml").unwrap_err(), "there is no form `yaml`; there are text, concise, json, github, gitlab, sarif, markdown");
        assert_eq!(parse("json=-"), Ok(Output { format: Format::Json, file: None }));
        assert!(parse("json=").is_err());
    }
}
