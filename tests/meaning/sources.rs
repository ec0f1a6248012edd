//! Blocks of `project`: the sources of a whole project, and behind them what is found in it, what its layers hold, and what its files
//! hold.

use crate::page::{Fence, fences};
use infrac::base::{Text, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::dump::{Stage, dump};
use infrac::driver::{Options, compile};
use infrac::host::library;
use libtest_mimic::Failed;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// The project that a block is laid over: that of the pages of codes.
const BASE: &str = include_str!("../../docs/codes/README.md");

/// Where the text before the first `# file:` stands.
const UNNAMED: &str = "inventory/shop/more.infra";

/// The base, with the files of a block in it, beside the whole library.
fn workspace(block: &str) -> Result<Workspace, Failed> {
    let mut files: BTreeMap<Text, Arc<str>> =
        library::files().into_iter().map(|(path, text)| (Text::from(format!("{}{path}", library::PREFIX)), text.into())).collect();
    for fence in fences(BASE)? {
        if let Some(path) = fence.path.filter(|path| path.ends_with(".infra")) {
            files.insert(path.into(), fence.text.into());
        }
    }
    let mut path = Text::from(UNNAMED);
    let mut text = String::new();
    for line in block.lines() {
        match line.strip_prefix("# file: ") {
            Some(next) => {
                if !text.trim().is_empty() {
                    files.insert(path, std::mem::take(&mut text).into());
                }
                text.clear();
                path = next.trim().into();
            }
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    files.insert(path, text.into());
    Ok(Workspace::new(files))
}

/// Holds a project to what is claimed of it.
pub fn run(block: &str, claims: &[Fence]) -> Result<(), Failed> {
    let workspace = workspace(block)?;
    let outcome = compile(&workspace, &Options::default());
    let mut found = outcome.diagnostics;
    let mut differences = String::new();
    let mut layers = None;
    for claim in claims {
        let path = claim.path.as_deref().unwrap_or_default();
        match claim.language.as_str() {
            "finding" => {
                for line in claim.text.lines() {
                    match found.iter().position(|found| fits(line, found, blamed(&workspace, found))) {
                        Some(at) => drop(found.remove(at)),
                        None => _ = writeln!(differences, "not found: {line}"),
                    }
                }
            }
            "dump" => {
                let text = layers.get_or_insert_with(|| dump(&workspace, &Stage::ALL).0);
                claim.text.lines().for_each(|line| holds(text, line, &mut differences));
            }
            "file" | "no-file" => {
                let entry = outcome.tree.get(path);
                let text = entry.map(|entry| entry.text().to_string());
                let holds = text.as_ref().is_some_and(|text| contains(text, &claim.text));
                if holds != (claim.language == "file") {
                    let is = if text.is_some() { "is there and" } else { "is not there and" };
                    let does = if holds { "holds" } else { "does not hold" };
                    let _ = writeln!(differences, "{path} {is} {does}\n{}\n{}", claim.text, text.unwrap_or_default());
                }
            }
            other => return Err(format!("`{other}` is no claim").into()),
        }
    }
    if !found.is_empty() {
        let _ = writeln!(differences, "found besides:\n{}", listed(&workspace, &found));
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.into()) }
}

/// Whether a line stands in a text; `…` at its end is any rest, and `! ` before it says that it does not.
fn holds(text: &str, line: &str, differences: &mut String) {
    let (wanted, line) = match line.strip_prefix("! ") {
        Some(line) => (false, line),
        None => (true, line),
    };
    let fits = |other: &str| match line.strip_suffix('…') {
        Some(begin) => other.starts_with(begin),
        None => other == line,
    };
    if text.lines().any(fits) != wanted {
        let start: String = line.split_inclusive(" = ").next().unwrap_or(line).chars().take(60).collect();
        let near: Vec<&str> = text.lines().filter(|other| other.starts_with(start.trim_end_matches('…'))).take(5).collect();
        let _ = writeln!(differences, "{}: {line}\nbut\n  {}", if wanted { "missing" } else { "there" }, near.join("\n  "));
    }
}

/// Whether the lines of a fragment stand below each other in a text, however far they are indented there.
fn contains(text: &str, fragment: &str) -> bool {
    let wanted: Vec<&str> = fragment.lines().collect();
    if wanted.is_empty() {
        return true;
    }
    let lines: Vec<&str> = text.lines().collect();
    lines.windows(wanted.len()).any(|lines| {
        let Some(indent) = lines[0].strip_suffix(wanted[0]).filter(|indent| indent.trim().is_empty()) else { return false };
        lines.iter().zip(&wanted).all(|(line, wanted)| line.strip_prefix(indent) == Some(*wanted) || line.is_empty() && wanted.is_empty())
    })
}

/// What a finding blames.
pub fn blamed<'w>(workspace: &'w Workspace, found: &Diagnostic) -> &'w str {
    let span = found.primary.span;
    &workspace.file(span.file).text[span.start as usize..span.end as usize]
}

/// Whether a finding is the one that is meant: ``IC0202 at `4`: a quorum has`` or `IC0202 a quorum has`. A message has to be named.
pub fn fits(wanted: &str, found: &Diagnostic, blamed: &str) -> bool {
    let Some((code, rest)) = wanted.split_once(' ') else { return false };
    let (place, message) = match rest.strip_prefix("at `").and_then(|rest| rest.split_once("`: ")) {
        Some((place, message)) => (Some(place), message),
        None => (None, rest),
    };
    code == found.code.id() && found.message.contains(message) && place.is_none_or(|place| place == blamed)
}

/// Findings, for who reads the failure.
pub fn listed(workspace: &Workspace, found: &[Diagnostic]) -> String {
    let lines = found.iter().map(|found| {
        let path = &workspace.file(found.primary.span.file).path;
        format!("  {} at `{}`: {} ({path})", found.code.id(), blamed(workspace, found), found.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}
