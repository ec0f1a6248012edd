//! Workflow commands that GitHub Actions turns into annotations.

use super::report::Report;
use sha2::{Digest, Sha256};

pub(super) fn render(reports: &[Report]) -> String {
    reports.iter().map(command).collect()
}

/// Text for people in the log of a job, folded. No line of it is a command, whatever it says.
pub fn log(title: &str, text: &str) -> String {
    // A text does not hold its own hash.
    let word: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("::group::{}\n::stop-commands::{word}\n{text}{end}::{word}::\n::endgroup::\n", data(title))
}

fn command(report: &Report) -> String {
    let place = &report.primary;
    let mut message = report.message.clone();
    for line in report.advice() {
        message.push('\n');
        message.push_str(line);
    }
    // A column of the end is only understood within one line.
    let columns = match place.from.line == place.to.line {
        true => format!(",col={},endColumn={}", place.from.column, place.to.column),
        false => String::new(),
    };
    format!(
        "::{} title={},file={},line={},endLine={}{columns}::{}\n",
        report.level(),
        property(&format!("{} {}", report.code.id(), report.code.name())),
        property(place.path()),
        place.from.line,
        place.to.line,
        data(&message),
    )
}

/// What would end a command or begin an escape, as the runner's own library writes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_text_in_the_log_is_a_command() {
        let text = "::add-mask::x\n  ::error::mine\n::endgroup::\n";
        let log = log("a::b\nc", text);
        let (head, rest) = log.split_once("::stop-commands::").unwrap();
        assert_eq!(head, "::group::a::b%0Ac\n");
        let (word, rest) = rest.split_once('\n').unwrap();
        assert_eq!(rest, format!("{text}::{word}::\n::endgroup::\n"));
        assert!(!text.contains(word));
    }
}
