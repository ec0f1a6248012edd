//! The documents that name codes: the index of the catalogue, and the table of mistakes.

use crate::page::Page;
use crate::project::INDEX;
use infrac::diag::Code;
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const MISTAKES: &str = include_str!("../../docs/mistakes.md");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("the index is the catalogue", catalogue),
        Trial::test("every page has a code", pages),
        Trial::test("the mistakes name what is there", mistakes),
    ]
}

/// The files of a folder without what ends their names.
fn names(folder: &str, ending: &str) -> Result<BTreeSet<String>, Failed> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        names.extend(entry?.file_name().to_string_lossy().strip_suffix(ending).map(str::to_owned));
    }
    Ok(names)
}

fn catalogue() -> Result<(), Failed> {
    let rows: Vec<Vec<&str>> = INDEX.lines().filter(|line| line.starts_with("| [IC")).map(cells).collect();
    let mut wanted = Vec::new();
    for code in Code::ALL {
        let page = Page::read(code.page()).map_err(|why| format!("{}: {why}", code.id()))?;
        wanted.push([format!("[{0}]({0}.md)", code.id()), format!("`{}`", code.name()), page.first]);
    }
    for (row, wanted) in rows.iter().zip(&wanted) {
        if row != wanted {
            return Err(format!("{row:?} should be {wanted:?}").into());
        }
    }
    if rows.len() == wanted.len() { Ok(()) } else { Err(format!("{} rows for {} codes", rows.len(), wanted.len()).into()) }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split(" | ").map(str::trim).collect()
}

fn pages() -> Result<(), Failed> {
    let mut pages = names("docs/codes", ".md")?;
    pages.remove("README");
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.id().to_owned()).collect();
    if pages == codes { Ok(()) } else { Err(format!("pages {pages:?}\ncodes {codes:?}").into()) }
}

/// Codes and mutations are what stands in backticks in the last two columns of the tables.
fn mistakes() -> Result<(), Failed> {
    let mutations = names("tests/mutations", ".toml")?;
    let mut rows = 0;
    for line in MISTAKES.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| mistake")) {
        let cells = cells(line);
        let [_, by, held] = cells.as_slice() else { return Err(format!("three columns: {line}").into()) };
        rows += 1;
        let codes: Vec<&str> = quoted(by).filter(|word| word.starts_with("IC")).collect();
        if let Some(unknown) = codes.iter().find(|id| !Code::ALL.iter().any(|code| code.id() == **id)) {
            return Err(format!("there is no code {unknown}: {line}").into());
        }
        let held: Vec<&str> = quoted(held).collect();
        if let Some(unknown) = held.iter().find(|name| !mutations.contains(**name)) {
            return Err(format!("there is no mutation {unknown}: {line}").into());
        }
        if codes.is_empty() != held.is_empty() {
            return Err(format!("a code goes with a mutation that holds it: {line}").into());
        }
    }
    if rows > 0 { Ok(()) } else { Err("no row was read".into()) }
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
