//! A Code Quality report, which GitLab shows in a merge request.

use super::report::Report;
use super::sanitise::sanitise_json;
use crate::diag::Severity;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(super) fn render(reports: &[Report]) -> String {
    let mut seen = BTreeMap::new();
    let issues: Vec<Value> = reports.iter().map(|report| issue(report, &mut seen)).collect();
    sanitise_json(format!("{:#}\n", Value::Array(issues)))
}

fn issue(report: &Report, seen: &mut BTreeMap<String, usize>) -> Value {
    let place = &report.primary;
    let mut description = report.message.clone();
    for line in report.advice() {
        description.push_str("; ");
        description.push_str(line);
    }
    json!({
        "check_name": report.code.id(),
        "description": description,
        "fingerprint": fingerprint(report, seen),
        "severity": match report.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        },
        "location": {
            "path": place.path(),
            "positions": {
                "begin": { "line": place.from.line, "column": place.from.column },
                "end": { "line": place.to.line, "column": place.to.column },
            },
        },
    })
}

/// The same finding must be recognised when lines above it come and go, so the place is left out; equal ones are
/// counted, because GitLab drops a fingerprint that it has seen.
pub(super) fn fingerprint(report: &Report, seen: &mut BTreeMap<String, usize>) -> String {
    let content = format!("{}\n{}\n{}", report.code.id(), report.primary.path(), report.message);
    let count = seen.entry(content.clone()).or_default();
    *count += 1;
    Sha256::digest(format!("{content}\n{count}")).iter().map(|byte| format!("{byte:02x}")).collect()
}
