//! Units of systemd: `Key=value`, where `%` is a specifier and, in commands, `$` a variable.

use super::lines::{Style, one_line, sections};
use super::{Part, Section};
use crate::artifact::jinja::Expr;
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
    // The words of a command and of assignments have quotes and escapes of their own, which data must not reach: see [`word`]. A command
    // in one text is its words with blanks between them.
    if !text.chars().all(|c| is_plain(c) || command && c == ' ') {
        return Err(Problem::Syntax(text.into()).into());
    }
    Ok(if command { escaped.replace('$', "$$") } else { escaped })
}

/// Whether a character is never syntax in a word.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "_-./:=@,+%$".contains(c)
}

/// Where a word stands: `$` is a variable in a command, and nothing else in an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `ExecStart=`
    OfCommand,
    /// `Environment=`
    Assignment,
}

/// The pieces of one word, in quotes where it would be none without them; `is_plain_expr` says which expressions hold nothing but plain
/// characters.
pub fn word(parts: Vec<Part>, of: Word, is_plain_expr: &dyn Fn(&Expr) -> bool) -> Result<Vec<Part>, Error> {
    let needs_none = parts.iter().all(|part| match part {
        Part::Text(text) => text.chars().all(is_plain),
        Part::Verbatim(_) => true,
        Part::Expr(expr) => is_plain_expr(expr),
    });
    let is_empty = parts.iter().all(|part| matches!(part, Part::Text(text) | Part::Verbatim(text) if text.is_empty()));
    if needs_none && !is_empty {
        return Ok(parts);
    }
    // Itself first, so that none is doubled twice.
    let mut escaped = vec![("\\", "\\\\"), ("\"", "\\\""), ("%", "%%")];
    if of == Word::OfCommand {
        escaped.push(("$", "$$"));
    }
    let mut quoted = vec![Part::verbatim("\"")];
    for part in parts {
        quoted.push(match part {
            Part::Text(text) => {
                let text = one_line(&text)?.to_owned();
                Part::verbatim(escaped.iter().fold(text, |text, (sign, by)| text.replace(sign, by)))
            }
            Part::Verbatim(text) => Part::Verbatim(text),
            Part::Expr(expr) if is_plain_expr(&expr) => Part::Expr(expr),
            Part::Expr(expr) => {
                Part::Expr(escaped.iter().fold(expr.filter("string"), |text, (sign, by)| text.filter_with("replace", [*sign, *by])))
            }
        });
    }
    quoted.push(Part::verbatim("\""));
    Ok(quoted)
}
