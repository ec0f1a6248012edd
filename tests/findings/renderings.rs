//! Every finding of the corpus of mistakes is rendered, read back and compared; documents are judged by their schemas.

use crate::{cases, plain, root};
use infrac::diag::Severity;
use infrac::render::{Format, Place, Report, render, resolve};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The findings of every mistake, with places.
fn reports() -> Vec<Report> {
    cases().iter().flat_map(|case| resolve(&case.workspace, &case.found, "")).collect()
}

/// Lines and columns, from 1; the end is behind the place.
type Range = [u64; 4];

/// What a form says of a place: path, lines and columns, a few words.
type Said = (String, Range, String);

/// What a finding says, in whatever form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fact {
    code: String,
    level: String,
    message: String,
    place: (String, Range),
    related: Vec<Said>,
    help: Option<String>,
    /// What it does, and its replacements.
    fix: Option<(String, Vec<Said>)>,
}

fn range(place: &Place) -> Range {
    [place.from.line, place.from.column, place.to.line, place.to.column].map(u64::from)
}

fn fact(report: &Report) -> Fact {
    let said = |place: &Place, words: &str| (place.path().to_owned(), range(place), words.to_owned());
    Fact {
        code: report.code.id().to_owned(),
        level: match report.severity {
            Severity::Error => "error".to_owned(),
            Severity::Warning => "warning".to_owned(),
        },
        message: report.message.clone(),
        place: (report.primary.path().to_owned(), range(&report.primary)),
        related: report.related.iter().map(|place| said(place, &place.label)).collect(),
        help: report.help.clone(),
        fix: report
            .fix
            .as_ref()
            .map(|fix| (fix.title.clone(), fix.edits.iter().map(|edit| said(&edit.place, &edit.replacement)).collect())),
    }
}

impl Fact {
    /// What the repair does, where the help does not say it already.
    fn title(&self) -> Option<&String> {
        let (title, _) = self.fix.as_ref()?;
        let said = self.help.as_ref().is_some_and(|help| {
            let bare = |text: &str| text.replace('"', "");
            let word = title.strip_prefix("write ").or_else(|| title.strip_prefix("replace it with "));
            word.is_some_and(|word| bare(help).contains(&bare(word))) || title.starts_with("remove ") && help.starts_with("remove ")
        });
        (!said).then_some(title)
    }

    /// The message with what to do behind it, as the forms say it that have one text for both.
    fn text(&self, separator: &str) -> String {
        let title = self.title();
        let parts: Vec<&str> = [&self.message].into_iter().chain(&self.help).chain(title).map(String::as_str).collect();
        parts.join(separator)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn optional(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| text(value))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn json_says_everything() {
    let reports = reports();
    let range = |value: &Value| {
        let at = |end: &str, what: &str| number(&value[end][what]);
        [at("start", "line"), at("start", "column"), at("end", "line"), at("end", "column")]
    };
    let said = |value: &Value, words: &str| (text(&value["path"]), range(&value["range"]), text(&value[words]));
    let shown = render(Format::Json, &reports);
    assert_eq!(shown.lines().count(), reports.len());
    for (line, report) in shown.lines().zip(&reports) {
        let object: Value = serde_json::from_str(line).unwrap();
        let fix = &object["fix"];
        let found = Fact {
            code: text(&object["code"]),
            level: text(&object["severity"]),
            message: text(&object["message"]),
            place: (text(&object["path"]), range(&object["range"])),
            related: list(&object["related"]).iter().map(|place| said(place, "label")).collect(),
            help: optional(&object["help"]),
            fix: optional(&fix["title"]).map(|title| (title, list(&fix["edits"]).iter().map(|edit| said(edit, "replacement")).collect())),
        };
        assert_eq!(found, fact(report));
    }
}

#[test]
fn sarif_says_everything() {
    let reports = reports();
    let region = |value: &Value| ["startLine", "startColumn", "endLine", "endColumn"].map(|name| number(&value[name]));
    let path = |value: &Value| text(&value["artifactLocation"]["uri"]);
    let log: Value = serde_json::from_str(&render(Format::Sarif, &reports)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(list(&run["results"]).len(), reports.len());
    for (result, report) in list(&run["results"]).iter().zip(&reports) {
        let wanted = fact(report);
        let place = &result["locations"][0]["physicalLocation"];
        let rule = &run["tool"]["driver"]["rules"][number(&result["ruleIndex"]) as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(text(&rule["help"]["text"]), report.code.page());
        assert_eq!(text(&result["message"]["text"]), wanted.text("\n"));
        let related = list(&result["relatedLocations"]).iter().map(|location| {
            let place = &location["physicalLocation"];
            (path(place), region(&place["region"]), text(&location["message"]["text"]))
        });
        let fix = list(&result["fixes"]).first().map(|fix| {
            let changes = list(&fix["artifactChanges"]).iter().flat_map(|change| {
                let replacements = list(&change["replacements"]).iter();
                replacements.map(|new| (path(change), region(&new["deletedRegion"]), text(&new["insertedContent"]["text"])))
            });
            (text(&fix["description"]["text"]), changes.collect())
        });
        let found = Fact {
            code: text(&result["ruleId"]),
            level: text(&result["level"]),
            place: (path(place), region(&place["region"])),
            related: related.collect(),
            fix,
            ..wanted.clone()
        };
        assert_eq!(found, wanted);
    }
}

#[test]
fn gitlab_says_what_and_where() {
    let reports = reports();
    let issues: Value = serde_json::from_str(&render(Format::Gitlab, &reports)).unwrap();
    assert_eq!(list(&issues).len(), reports.len());
    let mut fingerprints = BTreeMap::new();
    for (issue, report) in list(&issues).iter().zip(&reports) {
        let wanted = fact(report);
        let at = |end: &str, what: &str| number(&issue["location"]["positions"][end][what]);
        let range = [at("begin", "line"), at("begin", "column"), at("end", "line"), at("end", "column")];
        assert_eq!((text(&issue["location"]["path"]), range), wanted.place);
        assert_eq!(text(&issue["check_name"]), wanted.code);
        assert_eq!(text(&issue["description"]), wanted.text("; "));
        assert_eq!(text(&issue["severity"]), if wanted.level == "error" { "major" } else { "minor" });
        assert_eq!(fingerprints.insert(text(&issue["fingerprint"]), wanted), None);
    }
}

/// `name=value` pairs and the text of a workflow command, as the runner reads them.
fn command(line: &str) -> (String, BTreeMap<String, String>, String) {
    let (level, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
    let (properties, data) = rest.split_once("::").unwrap();
    let data_of = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data_of(&text.replace("%3A", ":").replace("%2C", ","));
    let pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
    (level.to_owned(), pairs.map(|(name, value)| (name.to_owned(), property(value))).collect(), data_of(data))
}

#[test]
fn github_says_what_and_where() {
    let reports = reports();
    let shown = render(Format::Github, &reports);
    assert_eq!(shown.lines().count(), reports.len());
    for (line, report) in shown.lines().zip(&reports) {
        let wanted = fact(report);
        let (level, properties, data) = command(line);
        let number = |name: &str| properties.get(name).map(|value| value.parse::<u64>().unwrap());
        let (path, [line, column, end_line, end_column]) = &wanted.place;
        assert_eq!((&level, &data, &properties["file"]), (&wanted.level, &wanted.text("\n"), path));
        assert_eq!(properties["title"], format!("{} {}", report.code.id(), report.code.name()));
        assert_eq!((number("line"), number("endLine")), (Some(*line), Some(*end_line)));
        // Columns are understood within one line only.
        let within = line == end_line;
        assert_eq!(number("col"), within.then_some(*column));
        assert_eq!(number("endColumn"), within.then_some(*end_column));
    }
}

#[test]
fn concise_says_what_and_where_in_one_line() {
    let reports = reports();
    let shown = plain(&render(Format::Concise, &reports));
    assert_eq!(shown.lines().count(), reports.len());
    for (line, report) in shown.lines().zip(&reports) {
        let Fact { code, level, message, place: (path, [at, column, ..]), .. } = fact(report);
        assert_eq!(line, format!("{path}:{at}:{column}: {level}[{code}]: {}", message.replace('\n', " ")));
    }
}

#[test]
fn text_shows_what_and_where() {
    let reports = reports();
    // Long sentences are broken, and go on behind the signs of the margin.
    let words = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !"│╭╰─".contains(*c)).collect::<String>();
    for report in &reports {
        let shown = plain(&render(Format::Text, std::slice::from_ref(report)));
        let wanted = fact(report);
        let squeezed = words(&shown);
        let (path, [line, column, ..]) = &wanted.place;
        assert!(shown.starts_with(&format!("{}[{}]: ", wanted.level, wanted.code)), "{shown}");
        assert!(shown.contains(&format!("┌─ {path}:{line}:{column}\n")), "{wanted:?}\n{shown}");
        let title = wanted.title();
        let labels = wanted.related.iter().map(|(.., label)| label);
        for said in [&wanted.message].into_iter().chain(&wanted.help).chain(title).chain(labels) {
            assert!(squeezed.contains(&words(said)), "no {said:?} in\n{shown}");
        }
    }
}

/// Judges files by a schema, as somebody who reads them would.
fn judged(schema: &Path, files: &[PathBuf]) {
    assert!(schema.exists(), "{} is missing: run tests/tools/install", schema.display());
    let script = ". .tools/env; exec check-jsonschema --schemafile \"$@\"";
    let output = Command::new("sh").args(["-c", script, "sh"]).arg(schema).args(files).current_dir(root()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", said.chars().take(3000).collect::<String>());
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The schema of OASIS itself, which `tests/tools/recipes/schemas` takes from a package.
#[test]
fn sarif_is_valid() {
    let reports = reports();
    let schema = root().join(".tools/schemas/sarif-2.1.0.json");
    judged(&schema, &[written("all.sarif", &render(Format::Sarif, &reports)), written("none.sarif", &render(Format::Sarif, &[]))]);
}

#[test]
fn gitlab_reports_are_valid() {
    let reports = reports();
    let schema = root().join("tests/schemas/gitlab-code-quality.json");
    judged(
        &schema,
        &[written("all-gitlab.json", &render(Format::Gitlab, &reports)), written("none-gitlab.json", &render(Format::Gitlab, &[]))],
    );
}

#[test]
fn json_lines_are_valid() {
    let reports = reports();
    let lines = render(Format::Json, &reports);
    let files: Vec<_> = lines.lines().enumerate().map(|(number, line)| written(&format!("line{number}.json"), line)).collect();
    judged(&root().join("docs/schemas/diagnostic.json"), &files);
}
