//! Units of systemd: `Key=value`, where `%` is a specifier and, in commands, `$` a variable.

use super::Section;
use super::lines::{Style, one_line, sections};
use crate::artifact::{Error, Problem};

/// The text of the unit, or of its template.
pub fn systemd(all: &[Section]) -> Result<String, Error> {
    sections(all, &Style { comment: "# ", assign: "=", escape })
}

fn escape(key: &str, text: &str) -> Result<String, Error> {
    let text = one_line(text)?;
    let escaped = text.replace('%', "%%");
    let command = key.starts_with("Exec");
    if !command && key != "Environment" {
        return Ok(escaped);
    }
    // The words of a command and of assignments have quotes and escapes of their own, which data must not reach.
    let word = |c: char| c.is_alphanumeric() || "_-./:=@,+%$".contains(c);
    if !text.chars().all(word) {
        return Err(Problem::Syntax(text.into()).into());
    }
    Ok(if command { escaped.replace('$', "$$") } else { escaped })
}
