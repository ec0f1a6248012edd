//! For a terminal: the message, the lines that are meant with the words at each place, and what to do.

use super::place::{Place, Source};
use super::report::Report;
use crate::diag::Severity;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, SourceSpan};
use std::fmt;
use std::sync::Arc;

/// Columns of the layout. A fixed number, so that a log shows the same as a terminal.
const WIDTH: usize = 100;

/// A line that is longer is not shown: nobody wrote it, and it would fill the screen.
const LONGEST_LINE: usize = 1000;

/// Lines shown around a place.
const CONTEXT: usize = 1;

pub(super) fn render(reports: &[Report]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_links(false)
        .with_width(WIDTH)
        .with_context_lines(CONTEXT)
        .with_primary_span_start()
        .with_break_words(false);
    let mut text = String::new();
    for report in reports {
        if handler.render_report(&mut text, &Rich::new(report)).is_ok() {
            text.push('\n');
        }
    }
    text
}

/// A report, or what it says of another file, as miette lays it out.
#[derive(Debug)]
struct Rich {
    code: Option<String>,
    severity: miette::Severity,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Rich>,
}

impl Rich {
    fn new(report: &Report) -> Rich {
        let here = &report.primary;
        let is_here = |place: &&Place| Arc::ptr_eq(&place.source, &here.source);
        let shown = excerpt(here);
        let mut message = report.message.clone();
        if shown.is_none() {
            let at = format!("{}:{}:{}", here.path(), here.from.line, here.from.column);
            message = format!("{message} (at {at})");
        }
        let mut labels = vec![LabeledSpan::new_primary_with_span(words(here), span(here))];
        labels.extend(
            report
                .related
                .iter()
                .filter(is_here)
                .filter(|place| excerpt(place).is_some())
                .map(|place| LabeledSpan::new_with_span(words(place), span(place))),
        );
        let advice = report.advice();
        Rich {
            code: Some(format!("{} {}", report.code.id(), report.code.name())),
            severity: match report.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message,
            help: (!advice.is_empty()).then(|| advice.join("\n")),
            labels,
            excerpt: shown,
            elsewhere: report.related.iter().filter(|place| !is_here(place)).map(Rich::elsewhere).collect(),
        }
    }

    fn elsewhere(place: &Place) -> Rich {
        Rich {
            code: None,
            severity: miette::Severity::Advice,
            message: match place.label.as_str() {
                "" => "see also".to_owned(),
                label => label.to_owned(),
            },
            help: None,
            excerpt: excerpt(place),
            labels: vec![LabeledSpan::new_primary_with_span(None, span(place))],
            elsewhere: Vec::new(),
        }
    }
}

fn words(place: &Place) -> Option<String> {
    (!place.label.is_empty()).then(|| place.label.clone())
}

fn span(place: &Place) -> SourceSpan {
    (place.start, place.end - place.start).into()
}

/// The file of a place, unless its lines are too long to be shown.
fn excerpt(place: &Place) -> Option<Excerpt> {
    let from = place.from.line.saturating_sub(CONTEXT as u32).max(1);
    let to = place.to.line + CONTEXT as u32;
    let fits = (from..=to).all(|line| {
        let length = place.source.line_start(line + 1) - place.source.line_start(line);
        length <= LONGEST_LINE
    });
    fits.then(|| Excerpt(Arc::clone(&place.source)))
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Rich {}

impl miette::Diagnostic for Rich {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.code.as_ref()?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.excerpt.as_ref()?;
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|rich| rich as _)))
    }
}

/// A file of which only the lines around a place are read: miette's own sources scan the file from its start for
/// every report.
#[derive(Debug)]
struct Excerpt(Arc<Source>);

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let source = &self.0;
        let place = |offset: usize| source.lines.line_column(&source.text, offset as u32);
        let from = place(span.offset());
        let to = place(span.offset() + span.len());
        // Without context, the contents begin at the span itself: that is how miette asks for its column.
        let (first, column, start) = if before == 0 {
            (from.line, from.column as usize - 1, span.offset())
        } else {
            let first = from.line.saturating_sub(before as u32).max(1);
            (first, 0, source.line_start(first))
        };
        let last = to.line.saturating_add(after as u32);
        let end = source.line_start(last.saturating_add(1));
        Ok(Box::new(miette::MietteSpanContents::new_named(
            source.path.clone(),
            &source.text.as_bytes()[start..end],
            (start, end - start).into(),
            first as usize - 1,
            column,
            last as usize + 1 - first as usize,
        )))
    }
}
