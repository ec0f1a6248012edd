//! A table in Markdown, for the summary of a job and for comments.

use super::report::Report;
use crate::diag::Severity;

pub(super) fn render(reports: &[Report]) -> String {
    if reports.is_empty() {
        return "No findings.\n".to_owned();
    }
    let errors = reports.iter().filter(|report| report.severity == Severity::Error).count();
    let mut text = format!("{} and {}.\n\n", count(errors, "error"), count(reports.len() - errors, "warning"));
    text.push_str("| finding | place | what | what to do |\n|---|---|---|---|\n");
    for report in reports {
        let place = &report.primary;
        let row = [
            format!("{} {} {}", report.level(), report.code.id(), report.code.name()),
            format!("{}:{}:{}", place.path(), place.from.line, place.from.column),
            report.message.clone(),
            report.advice().join("; "),
        ];
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Text that is shown as it is, in one cell: no link, no picture, no element. What stands between backticks is code, as in the message.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut is_code = false;
    for character in text.chars() {
        match character {
            '`' => {
                is_code = !is_code;
                escaped.push('`');
            }
            '|' => escaped.push_str("\\|"),
            '\n' | '\r' => escaped.push(' '),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '&' | '!' | '@' if !is_code => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    // A last backtick without its other half would take the rest of the row.
    if is_code {
        escaped.push('`');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text() {
        assert_eq!(escape("`a|b` is <b>\nnot [x](y)"), "`a\\|b` is \\<b\\> not \\[x\\](y)");
        assert_eq!(escape("half `a_b"), "half `a_b`");
        assert_eq!(escape("@all see #1"), "\\@all see \\#1");
    }
}
