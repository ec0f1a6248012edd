//! INI as Python reads it: `key = value`, no escapes, comments on lines of their own.

use super::Section;
use super::lines::{Style, one_line, sections};
use crate::artifact::{Error, Problem};

/// The text of the file, or of its template.
pub fn ini(all: &[Section]) -> Result<String, Error> {
    sections(all, &Style { comment: "# ", assign: " = ", escape })
}

/// Readers differ in whether they take a comment sign inside a line for one.
fn escape(_: &str, text: &str) -> Result<String, Error> {
    let comment = text.starts_with(['#', ';']) || text.contains(" #") || text.contains(" ;");
    if comment { Err(Problem::Syntax(text.into()).into()) } else { one_line(text).map(str::to_owned) }
}
