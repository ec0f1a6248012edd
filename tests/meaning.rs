//! What the language means: `tests/meaning/*.md` are prose and blocks that are run. `tests/meaning/README.md` says how a block is written.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

#[allow(dead_code, reason = "the fences of a page are enough here")]
#[path = "codes/page.rs"]
mod page;
#[path = "meaning/program.rs"]
mod program;
#[path = "hostile/project.rs"]
mod project;
#[path = "meaning/sources.rs"]
mod sources;

use libtest_mimic::{Arguments, Failed, Trial};
use page::{Fence, fences, sections};
use std::path::Path;

/// How many facts there are at the least.
const FEWEST: usize = 150;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meaning");
    let mut pages: Vec<_> = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    pages.sort();
    let mut trials = Vec::new();
    let mut facts = 0;
    for path in pages.iter().filter(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md")) {
        let page = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path)?;
        for (heading, text) in sections(text.lines()).map_err(std::io::Error::other)?.into_iter().skip(1) {
            let fences = fences(&text).map_err(std::io::Error::other)?;
            facts += fences.iter().map(count).sum::<usize>();
            trials.push(Trial::test(format!("{page}: {heading}"), move || section(&fences)));
        }
    }
    trials.push(Trial::test("the pages hold the facts that they should", move || {
        if facts >= FEWEST { Ok(()) } else { Err(format!("there are {facts} facts").into()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// How many facts a block states.
fn count(fence: &Fence) -> usize {
    match fence.language.as_str() {
        "infra" => program::facts(&fence.text),
        "project" => 0,
        "finding" | "dump" => fence.text.lines().count(),
        _ => 1,
    }
}

/// Runs the blocks that stand below a heading.
fn section(fences: &[Fence]) -> Result<(), Failed> {
    let mut rest = fences;
    while let Some((fence, behind)) = rest.split_first() {
        rest = behind;
        match fence.language.as_str() {
            "infra" => program::run(&fence.text)?,
            "project" => {
                let length = behind.iter().take_while(|fence| !matches!(fence.language.as_str(), "infra" | "project")).count();
                let (claims, others) = behind.split_at(length);
                sources::run(&fence.text, claims)?;
                rest = others;
            }
            other => return Err(format!("a block of `{other}` stands behind a `project`").into()),
        }
    }
    if fences.iter().map(count).sum::<usize>() == 0 { Err("nothing is stated here".into()) } else { Ok(()) }
}
