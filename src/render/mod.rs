//! A diagnostic as text for a terminal, for a program, for a review: one content, seven forms.
//!
//! [`resolve`] turns diagnostics into reports, in which every place has a line and a column and nothing can harm a
//! terminal; each form is a file of its own that lays reports out.

mod concise;
mod fill;
mod github;
mod gitlab;
mod hide;
mod json;
mod markdown;
mod place;
mod report;
mod sanitise;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

pub use fill::fill;
pub use github::log;
pub use place::{Place, Source};
pub use report::{Edit, Repair, Report, resolve};
pub use sanitise::sanitise;
pub use text::Screen;

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For a terminal, with the lines that are meant.
    Text,
    /// For a terminal or a log, one line each.
    Concise,
    /// One JSON object a line.
    Json,
    /// Commands that GitHub Actions shows beside the lines of a pull request.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// A table for the summary of a job.
    Markdown,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 7] =
        [Format::Text, Format::Concise, Format::Json, Format::Github, Format::Gitlab, Format::Sarif, Format::Markdown];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Sarif => "sarif",
            Format::Markdown => "markdown",
        }
    }

    /// Whether a person reads it in a terminal.
    pub fn is_for_people(self) -> bool {
        matches!(self, Format::Text | Format::Concise)
    }

    /// Whether paths have to be those of the repository, because a service shows the findings beside its files.
    pub fn is_for_reviews(self) -> bool {
        matches!(self, Format::Github | Format::Gitlab | Format::Sarif | Format::Markdown)
    }

    /// Whether so little of it is shown that a hundred files with one cause are one finding. GitHub shows ten annotations of a step.
    pub fn is_brief(self) -> bool {
        matches!(self, Format::Github | Format::Markdown)
    }
}

/// The reports in one form, for no terminal in particular. The terminal forms hold ANSI colours, which whoever prints them strips where
/// there is no terminal.
pub fn render(format: Format, reports: &[Report]) -> String {
    render_on(format, reports, &Screen::default())
}

/// The reports in one form. The text is laid out for a screen.
pub fn render_on(format: Format, reports: &[Report], screen: &Screen) -> String {
    match format {
        Format::Text => text::render(reports, screen),
        Format::Concise => concise::render(reports),
        Format::Json => json::render(reports),
        Format::Github => github::render(reports),
        Format::Gitlab => gitlab::render(reports),
        Format::Sarif => sarif::render(reports),
        Format::Markdown => markdown::render(reports),
    }
}
