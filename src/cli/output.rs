//! What a command says: findings and answers on standard output, everything else on standard error.

use crate::diag::Severity;
use crate::host::Failure;
use crate::render::{self, Report, sanitise};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::io::Write;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const NOTE: Style = AnsiColor::Cyan.on_default();

/// The forms of the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the lines that are meant
    #[default]
    Text,
    /// One line each
    Concise,
    /// One JSON object a line
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// SARIF 2.1.0
    Sarif,
}

impl Format {
    /// Whether a person reads it in a terminal.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Format::Text | Format::Concise)
    }

    /// Whether paths have to be those of the repository, because a service shows the findings beside its files.
    pub(super) fn is_for_reviews(self) -> bool {
        matches!(self, Format::Github | Format::Gitlab | Format::Sarif)
    }
}

impl From<Format> for render::Format {
    fn from(format: Format) -> render::Format {
        match format {
            Format::Text => render::Format::Text,
            Format::Concise => render::Format::Concise,
            Format::Json => render::Format::Json,
            Format::Github => render::Format::Github,
            Format::Gitlab => render::Format::Gitlab,
            Format::Sarif => render::Format::Sarif,
        }
    }
}

/// Prints an answer. A reader that has seen enough, like `head`, is no failure.
pub(super) fn print(text: &str) {
    let mut output = anstream::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

/// Prints what is said about the work, not its result.
pub(super) fn tell(text: &str) {
    let mut output = anstream::stderr().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

/// Prints findings; the forms that are one document are printed without findings too.
pub(super) fn findings(format: Format, reports: &[Report]) {
    print(&render::render(format.into(), reports));
}

/// `2 errors, 1 warning`, coloured by the worst; nothing without findings.
pub(super) fn tally(reports: &[Report]) -> Option<String> {
    let errors = reports.iter().filter(|report| report.severity == Severity::Error).count();
    let warnings = reports.len() - errors;
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(format!("{BAD}{}{BAD:#}", count(errors, "error")));
    }
    if warnings > 0 {
        let style = AnsiColor::Yellow.on_default().bold();
        parts.push(format!("{style}{}{style:#}", count(warnings, "warning")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// Why the command could not run, and what to do.
pub(super) fn failure(failure: &Failure) {
    let mut text = format!("{BAD}error:{BAD:#} {}\n", sanitise(&failure.message));
    if let Some(help) = &failure.help {
        text.push_str(&format!("\n  {NOTE}help:{NOTE:#} {}\n", sanitise(help)));
    }
    tell(&text);
}
