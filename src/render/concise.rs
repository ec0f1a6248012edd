//! One line a finding: `path:line:column: error[IC0101]: message`.

use super::place::Place;
use super::report::Report;
use crate::diag::Severity;
use codespan_reporting::diagnostic::{self, Diagnostic, Label};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{Config, DisplayStyle, Styles, StylesWriter, termcolor};
use std::ops::Range;

pub(super) fn render(reports: &[Report]) -> String {
    let config = Config { display_style: DisplayStyle::Short, ..Config::default() };
    let styles = Styles::default();
    let mut lines = termcolor::Ansi::new(Vec::new());
    for report in reports {
        let severity = match report.severity {
            Severity::Error => diagnostic::Severity::Error,
            Severity::Warning => diagnostic::Severity::Warning,
        };
        let diagnostic = Diagnostic::new(severity)
            .with_code(report.code.id())
            .with_message(report.message.replace('\n', " "))
            .with_label(Label::primary((), report.primary.start..report.primary.end));
        let mut writer = StylesWriter::new(&mut lines, &styles);
        let file = At(&report.primary);
        // Writing into memory fails only on places that a file does not have, and ours are resolved.
        codespan_reporting::term::emit_to_write_style(&mut writer, &config, &file, &diagnostic).ok();
    }
    String::from_utf8_lossy(&lines.into_inner()).into_owned()
}

/// The file of one place, whose line and column are known already.
struct At<'a>(&'a Place);

impl<'a> Files<'a> for At<'a> {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(self.0.path())
    }

    fn source(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(&self.0.source.text)
    }

    fn line_index(&'a self, (): (), _: usize) -> Result<usize, Error> {
        Ok(self.0.from.line as usize - 1)
    }

    fn column_number(&'a self, (): (), _: usize, _: usize) -> Result<usize, Error> {
        Ok(self.0.from.column as usize)
    }

    fn line_range(&'a self, (): (), line: usize) -> Result<Range<usize>, Error> {
        let line = line as u32 + 1;
        Ok(self.0.source.line_start(line)..self.0.source.line_start(line + 1))
    }
}
