//! SARIF 2.1.0, which code scanning services read.

use super::gitlab::fingerprint;
use super::place::Place;
use super::report::{Repair, Report};
use super::sanitise::sanitise_json;
use crate::base::{LIBRARY, percent};
use crate::diag::Code;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn render(reports: &[Report]) -> String {
    let codes: BTreeSet<Code> = reports.iter().map(|report| report.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let rules: Vec<Value> = codes.iter().copied().map(rule).collect();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = reports.iter().map(|report| result(report, &codes, &mut seen)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "infrac",
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    sanitise_json(format!("{log:#}\n"))
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": code.name(),
        "helpUri": code.url(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": code.page(), "markdown": code.page() },
    })
}

fn result(report: &Report, codes: &[Code], seen: &mut BTreeMap<String, usize>) -> Value {
    let mut text = report.message.clone();
    for line in report.advice() {
        text.push('\n');
        text.push_str(line);
    }
    let related: Vec<Value> = report
        .related
        .iter()
        .enumerate()
        .map(|(id, place)| {
            let mut location = location(place);
            location["id"] = json!(id);
            location["message"] = json!({ "text": place.label });
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": report.code.id(),
        "ruleIndex": codes.iter().position(|code| *code == report.code),
        "level": report.level(),
        "message": { "text": text },
        "locations": [location(&report.primary)],
        "relatedLocations": related,
        "partialFingerprints": { "infrac/v1": fingerprint(report, seen) },
    });
    if let Some(fix) = &report.fix {
        result["fixes"] = json!([repair(fix)]);
    }
    result
}

fn repair(fix: &Repair) -> Value {
    let mut changes = BTreeMap::<&str, Vec<Value>>::new();
    for edit in &fix.edits {
        changes.entry(edit.place.path()).or_default().push(json!({
            "deletedRegion": region(&edit.place),
            "insertedContent": { "text": edit.replacement },
        }));
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(path, replacements)| json!({ "artifactLocation": artifact(path), "replacements": replacements }))
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

fn location(place: &Place) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": artifact(place.path()),
            "region": region(place),
        },
    })
}

fn artifact(path: &str) -> Value {
    // The library inside infrac lies in no repository of the reader.
    if let Some(below) = path.strip_prefix(LIBRARY) {
        return json!({ "uri": format!("{}/blob/main/stdlib/{}", env!("CARGO_PKG_REPOSITORY"), uri(below)) });
    }
    json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.from.line,
        "startColumn": place.from.column,
        "endLine": place.to.line,
        "endColumn": place.to.column,
    })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    percent::encode(path, b"/", &mut uri);
    uri
}
