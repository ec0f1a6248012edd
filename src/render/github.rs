//! Workflow commands that GitHub Actions turns into annotations.

use super::report::Report;

pub(super) fn render(reports: &[Report]) -> String {
    reports.iter().map(command).collect()
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
