//! A diagnostic as text for a terminal, for a program, for a review: one content, six forms.
//!
//! [`resolve`] turns diagnostics into reports, in which every place has a line and a column and nothing can harm a
//! terminal; each form is a file of its own that lays reports out.

mod concise;
mod github;
mod gitlab;
mod hide;
mod json;
mod place;
mod report;
mod sanitise;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

pub use place::{Place, Source};
pub use report::{Edit, Repair, Report, resolve};
pub use sanitise::sanitise;

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
}

/// The reports in one form. The terminal forms hold ANSI colours, which whoever prints them strips where there is no
/// terminal.
pub fn render(format: Format, reports: &[Report]) -> String {
    match format {
        Format::Text => text::render(reports),
        Format::Concise => concise::render(reports),
        Format::Json => json::render(reports),
        Format::Github => github::render(reports),
        Format::Gitlab => gitlab::render(reports),
        Format::Sarif => sarif::render(reports),
    }
}
