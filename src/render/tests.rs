//! Every form has the same content, shows every place, and lets nothing of a source through to the terminal.

use super::{Format, Report, render, resolve};
use crate::base::{Span, Workspace};
use crate::diag::{Code, Diagnostic};
use serde_json::Value;

const PRODUCT: &str = "product acme {\n  größe = smal\n}\n";
const STACK: &str = "stack compute web {\n  range = 10.0.0.0/16\n}\n";

fn workspace() -> Workspace {
    Workspace::new([
        ("inventory/acme/product.infra".into(), PRODUCT.into()),
        ("inventory/acme/web.infra".into(), STACK.into()),
        ("<stdlib>/core.infra".into(), "enum Size { small }\n".into()),
    ])
}

/// The place of `words` in a file.
fn at(workspace: &Workspace, path: &str, words: &str) -> Span {
    let (file, source) = workspace.find(path).unwrap();
    let start = source.text.find(words).unwrap();
    Span::new(file, start as u32, (start + words.len()) as u32)
}

fn findings(workspace: &Workspace) -> Vec<Diagnostic> {
    let product = "inventory/acme/product.infra";
    let value = at(workspace, product, "smal");
    vec![
        Diagnostic::error(Code::UnknownName, value, "unknown member `smal` of `Size`")
            .label("no such member")
            .related(at(workspace, product, "größe"), "needs a `Size`")
            .related(at(workspace, "<stdlib>/core.infra", "Size"), "`Size` is declared here")
            .help("the members are listed in its declaration")
            .fix("rename to `small`", value, "small"),
        Diagnostic::warning(
            Code::CidrOverlap,
            at(workspace, "inventory/acme/web.infra", "range = 10.0.0.0/16\n}"),
            "the range, 100% of it: overlaps",
        ),
    ]
}

fn reports(workspace: &Workspace, diagnostics: &[Diagnostic]) -> Vec<Report> {
    resolve(workspace, diagnostics, "")
}

/// Terminal text without colours.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn the_text_shows_every_place() {
    let workspace = workspace();
    let text = plain(&render(Format::Text, &reports(&workspace, &findings(&workspace))));
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("render_text", text);
    });
}

#[test]
fn concise_is_one_line_each() {
    let workspace = workspace();
    let text = plain(&render(Format::Concise, &reports(&workspace, &findings(&workspace))));
    assert_eq!(
        text,
        "inventory/acme/product.infra:2:11: error[IC0101]: unknown member `smal` of `Size`\n\
         inventory/acme/web.infra:2:3: warning[IC0401]: the range, 100% of it: overlaps\n"
    );
}

#[test]
fn github_commands_are_escaped() {
    let workspace = workspace();
    let text = render(Format::Github, &reports(&workspace, &findings(&workspace)));
    assert_eq!(
        text,
        "::error title=IC0101 unknown-name,file=inventory/acme/product.infra,line=2,endLine=2,col=11,endColumn=15\
         ::unknown member `smal` of `Size`%0Athe members are listed in its declaration%0Arename to `small`\n\
         ::warning title=IC0401 cidr-overlap,file=inventory/acme/web.infra,line=2,endLine=3\
         ::the range, 100%25 of it: overlaps\n"
    );
}

/// Code, path, first line and column, message: as each of the machine forms says it.
type Fact = (String, String, u64, u64, String);

#[test]
fn every_form_says_the_same() {
    let workspace = workspace();
    let reports = reports(&workspace, &findings(&workspace));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let number = |value: &Value| value.as_u64().unwrap();
    let expected: Vec<Fact> = reports
        .iter()
        .map(|report| {
            let place = &report.primary;
            (report.code.id().to_owned(), place.path().to_owned(), place.from.line.into(), place.from.column.into(), report.message.clone())
        })
        .collect();

    let json: Vec<Fact> = render(Format::Json, &reports)
        .lines()
        .map(|line| {
            let object: Value = serde_json::from_str(line).unwrap();
            let start = &object["range"]["start"];
            (text(&object["code"]), text(&object["path"]), number(&start["line"]), number(&start["column"]), text(&object["message"]))
        })
        .collect();
    assert_eq!(json, expected);

    let gitlab: Value = serde_json::from_str(&render(Format::Gitlab, &reports)).unwrap();
    let gitlab: Vec<Fact> = gitlab
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| {
            let begin = &issue["location"]["positions"]["begin"];
            let description = text(&issue["description"]);
            (
                text(&issue["check_name"]),
                text(&issue["location"]["path"]),
                number(&begin["line"]),
                number(&begin["column"]),
                description.split("; ").next().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(gitlab, expected);

    let sarif: Value = serde_json::from_str(&render(Format::Sarif, &reports)).unwrap();
    let run = &sarif["runs"][0];
    let sarif: Vec<Fact> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            (
                text(&result["ruleId"]),
                text(&place["artifactLocation"]["uri"]),
                number(&place["region"]["startLine"]),
                number(&place["region"]["startColumn"]),
                text(&result["message"]["text"]).lines().next().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(sarif, expected);

    // The terminal forms and the commands are lines of text that hold all of it.
    for format in [Format::Text, Format::Concise, Format::Github] {
        let shown = plain(&render(format, &reports)).replace("%25", "%");
        for (code, path, line, column, message) in &expected {
            assert!(shown.contains(code) && shown.contains(path), "{format:?}\n{shown}");
            assert!(shown.contains(message), "{format:?}\n{shown}");
            let places = [format!("{path}:{line}:{column}"), format!("file={path},line={line}")];
            assert!(places.iter().any(|place| shown.contains(place)), "{format:?}\n{shown}");
        }
    }
}

#[test]
fn paths_lead_from_the_reader_but_not_into_the_library() {
    let workspace = workspace();
    let reports = resolve(&workspace, &findings(&workspace), "infra/");
    assert_eq!(reports[0].primary.path(), "infra/inventory/acme/product.infra");
    assert_eq!(reports[0].related[1].path(), "<stdlib>/core.infra");
    let sarif = render(Format::Sarif, &reports);
    let url = format!("\"uri\": \"{}/blob/main/stdlib/core.infra\"", env!("CARGO_PKG_REPOSITORY"));
    assert!(sarif.contains(&url) && !sarif.contains("stdlib%3E"), "{sarif}");
    assert!(sarif.contains(&format!("\"text\": {:?}", reports[0].code.summary())), "{sarif}");
}

#[test]
fn nothing_of_a_source_reaches_the_terminal() {
    let hostile = "a = \"\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gnp\u{2066}\u{0}\u{200b}\" # \u{1b}[2J\rb\n";
    let workspace = Workspace::new([("inv\u{1b}entory/\u{202e}x.infra".into(), hostile.into())]);
    let (file, _) = workspace.files().next().unwrap();
    let whole = Span::new(file, 0, hostile.len() as u32);
    let diagnostics = [Diagnostic::error(Code::InvalidToken, whole, format!("bad {hostile}"))
        .label(hostile)
        .related(whole, hostile)
        .help(hostile)
        .fix(hostile, whole, "x")];
    let reports = reports(&workspace, &diagnostics);
    for format in Format::ALL {
        let shown = match format {
            // Colours are ours; everything else is stripped to what is left of the source.
            Format::Text | Format::Concise => {
                let coloured = render(format, &reports);
                let escapes = coloured.matches('\u{1b}').count();
                assert_eq!(escapes, coloured.matches("\u{1b}[").count());
                assert!(!coloured.contains("\u{1b}[2J"));
                plain(&coloured)
            }
            _ => render(format, &reports),
        };
        for character in shown.chars().filter(|c| !matches!(c, '\n' | '\t')) {
            let harmful = character.is_control()
                || ('\u{200b}'..='\u{200f}').contains(&character)
                || ('\u{2028}'..='\u{202e}').contains(&character)
                || ('\u{2060}'..='\u{206f}').contains(&character);
            assert!(!harmful, "{format:?}: {character:?} in {shown:?}");
        }
    }
}

#[test]
fn no_span_is_too_wild() {
    let texts = ["", "x", "\n", "\r\n", "größe", "a\n\n\nb", "日本\t日本\n", &"long ".repeat(5000)];
    for text in texts {
        let workspace = Workspace::new([("a.infra".into(), text.into())]);
        let (file, _) = workspace.files().next().unwrap();
        let length = text.len() as u32;
        for (start, end) in [
            (0, 0),
            (0, length),
            (length, length),
            (length, length + 1),
            (1, 3),
            (3, 1),
            (length + 10, length + 20),
            (u32::MAX, u32::MAX),
            (0, u32::MAX),
        ] {
            let span = Span::new(file, start, end);
            let diagnostic = Diagnostic::error(Code::Unclosed, span, "wild").label("here").related(Span::new(file, end, start), "there");
            for format in Format::ALL {
                let shown = render(format, &reports(&workspace, std::slice::from_ref(&diagnostic)));
                assert!(shown.contains("a.infra"), "{format:?} {text:?} {start}..{end}\n{shown}");
                assert!(shown.len() < 9000, "{format:?} {text:?} {start}..{end}");
            }
        }
    }
}

#[test]
fn equal_findings_have_fingerprints_of_their_own() {
    let workspace = workspace();
    let mut twice = findings(&workspace);
    twice.extend(findings(&workspace));
    let gitlab: Value = serde_json::from_str(&render(Format::Gitlab, &reports(&workspace, &twice))).unwrap();
    let fingerprints: std::collections::BTreeSet<&str> =
        gitlab.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), 4);
}
