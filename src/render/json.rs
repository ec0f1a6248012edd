//! One JSON object a line, for programs.

use super::place::Place;
use super::report::Report;
use super::sanitise::sanitise_json;
use serde_json::{Value, json};

pub(super) fn render(reports: &[Report]) -> String {
    let mut lines = String::new();
    for report in reports {
        lines.push_str(&sanitise_json(object(report).to_string()));
        lines.push('\n');
    }
    lines
}

fn object(report: &Report) -> Value {
    let related: Vec<Value> = report.related.iter().map(place).collect();
    let fix = report.fix.as_ref().map(|fix| {
        let edits: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                json!({
                    "path": edit.place.path(),
                    "range": range(&edit.place),
                    "replacement": edit.replacement,
                })
            })
            .collect();
        json!({ "title": fix.title, "edits": edits })
    });
    json!({
        "code": report.code.id(),
        "name": report.code.name(),
        "severity": report.level(),
        "message": report.message,
        "path": report.primary.path(),
        "range": range(&report.primary),
        "label": report.primary.label,
        "related": related,
        "help": report.help,
        "fix": fix,
    })
}

fn place(place: &Place) -> Value {
    json!({ "path": place.path(), "range": range(place), "label": place.label })
}

/// Lines and columns count from 1, columns in characters; offsets count bytes from 0. The end is behind the range.
fn range(place: &Place) -> Value {
    json!({
        "start": { "line": place.from.line, "column": place.from.column, "offset": place.start },
        "end": { "line": place.to.line, "column": place.to.column, "offset": place.end },
    })
}
