//! For a terminal: the message, the lines that are meant with the words at each place, and what to do.

use super::fill::fill;
use super::place::{Place, Source};
use super::report::Report;
use crate::base::LIBRARY;
use crate::diag::{Code, Severity};
use codespan_reporting::diagnostic::{self, Diagnostic, Label};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{Config, Styles, StylesWriter, termcolor};
use std::ops::Range;
use std::sync::Arc;

/// What the text is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// How many columns sentences fill. Lines of sources are never parted.
    pub width: usize,
    /// Whether codes are links to their pages, which some terminals open.
    pub links: bool,
}

impl Default for Screen {
    /// A fixed width, so that a log shows the same wherever it was made.
    fn default() -> Screen {
        Screen { width: 100, links: false }
    }
}

/// A line that is longer is not shown: nobody wrote it, and it would fill the screen.
const LONGEST_LINE: usize = 1000;

/// Lines shown before a place, and at both ends of one that has many.
const CONTEXT: usize = 1;

pub(super) fn render(reports: &[Report], screen: &Screen) -> String {
    let config = Config { before_label_lines: CONTEXT, start_context_lines: CONTEXT, end_context_lines: CONTEXT, ..Config::default() };
    let styles = Styles::default();
    let mut text = termcolor::Ansi::new(Vec::new());
    for report in reports {
        let sources = Sources::of(report);
        let mut writer = StylesWriter::new(&mut text, &styles);
        // Writing into memory fails only on places that a file does not have, and ours are resolved.
        codespan_reporting::term::emit_to_write_style(&mut writer, &config, &sources, &diagnostic(report, &sources, screen)).ok();
    }
    String::from_utf8_lossy(&text.into_inner()).into_owned()
}

fn diagnostic(report: &Report, sources: &Sources<'_>, screen: &Screen) -> Diagnostic<usize> {
    let severity = match report.severity {
        Severity::Error => diagnostic::Severity::Error,
        Severity::Warning => diagnostic::Severity::Warning,
    };
    let taken = format!("{}[{}]: ", report.level(), report.code.id()).len();
    let mut labels = Vec::new();
    let mut notes = Vec::new();
    let mut note = |word: &str, text: &str| {
        // Notes begin behind the numbers of lines and a sign.
        const BORDER: usize = 6;
        let indent = " ".repeat(word.len() + 2);
        notes.push(format!("{word}: {}", fill(text, screen.width.saturating_sub(BORDER), indent.len(), &indent)));
    };
    for (at, place) in places(report).enumerate() {
        match sources.shown(place) {
            Some(source) => {
                let range = place.start..place.end;
                let label = if at == 0 { Label::primary(source, range) } else { Label::secondary(source, range) };
                labels.push(label.with_message(&place.label));
            }
            None => {
                let label = if place.label.is_empty() { "here".to_owned() } else { place.label.clone() };
                note("note", &format!("{label} (at {}:{}:{})", place.path(), place.from.line, place.from.column));
            }
        }
    }
    report.help.iter().for_each(|help| note("help", help));
    let fix = report.advice().into_iter().skip(usize::from(report.help.is_some()));
    fix.for_each(|fix| note("help", fix));
    for (at, place) in places(report).enumerate() {
        if let Some(file) = place.path().strip_prefix(LIBRARY)
            && !places(report).take(at).any(|earlier| earlier.path() == place.path() && earlier.from.line == place.from.line)
        {
            let line = place.from.line;
            note("note", &format!("`{LIBRARY}{file}` is part of infrac: `infrac doc --source {file}:{line}` prints what stands there"));
        }
    }
    Diagnostic::new(severity)
        .with_code(code(report.code, screen))
        .with_message(fill(&report.message, screen.width, taken, "  "))
        .with_labels(labels)
        .with_notes(notes)
}

/// The code, as a link where the screen has them.
fn code(code: Code, screen: &Screen) -> String {
    match screen.links {
        true => format!("\x1b]8;;{}\x1b\\{}\x1b]8;;\x1b\\", code.url(), code.id()),
        false => code.id().to_owned(),
    }
}

/// The primary place, then the others.
fn places(report: &Report) -> impl Iterator<Item = &Place> {
    std::iter::once(&report.primary).chain(&report.related)
}

/// The files that a report points into, by their order in it.
struct Sources<'r>(Vec<&'r Arc<Source>>);

impl<'r> Sources<'r> {
    fn of(report: &'r Report) -> Sources<'r> {
        let mut sources: Vec<&Arc<Source>> = Vec::new();
        for place in places(report) {
            if !sources.iter().any(|known| Arc::ptr_eq(known, &place.source)) {
                sources.push(&place.source);
            }
        }
        Sources(sources)
    }

    /// The number of a place's file; nothing where its lines are too long to be shown.
    fn shown(&self, place: &Place) -> Option<usize> {
        let from = place.from.line.saturating_sub(CONTEXT as u32).max(1);
        let to = place.to.line;
        let length = |line: u32| place.source.line_start(line + 1) - place.source.line_start(line);
        let fits = (from..=to).all(|line| length(line) <= LONGEST_LINE);
        self.0.iter().position(|source| Arc::ptr_eq(source, &place.source)).filter(|_| fits)
    }

    fn get(&self, id: usize) -> Result<&'r Source, Error> {
        self.0.get(id).map(|source| &***source).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Sources<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.get(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'a self, id: usize, offset: usize) -> Result<usize, Error> {
        let source = self.get(id)?;
        Ok(source.lines.line_column(&source.text, offset as u32).line as usize - 1)
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        let source = self.get(id)?;
        let line = line as u32 + 1;
        Ok(source.line_start(line)..source.line_start(line + 1))
    }
}
