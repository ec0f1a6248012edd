//! What the language means: `tests/meaning/*.md`, and the pages of `docs/` for who writes it, are prose and blocks that are run.
//! `tests/meaning/README.md` says how a block is written.
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

/// Pages for readers, which have sections of nothing but prose too.
const DOCUMENTS: [&str; 2] = ["docs/language.md", "docs/library.md"];

/// The page whose sources are one project: each block is laid over those above it.
const ONE_PROJECT: &str = "docs/library.md";

/// Languages of blocks in them that are only shown.
const SHOWN: [&str; 3] = ["console", "text", "toml"];

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/meaning");
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
    for path in DOCUMENTS {
        let text = std::fs::read_to_string(root.join(path))?;
        let page = path.trim_start_matches("docs/").trim_end_matches(".md");
        let mut above = String::new();
        for (heading, text) in sections(text.lines()).map_err(std::io::Error::other)? {
            let mut fences = fences(&text).map_err(std::io::Error::other)?;
            if path == ONE_PROJECT {
                grown(&mut fences, &mut above);
            }
            fences.retain(|fence| !SHOWN.contains(&fence.language.as_str()));
            facts += fences.iter().map(count).sum::<usize>();
            if !fences.is_empty() {
                trials.push(Trial::test(format!("{page}: {heading}"), move || section(&fences)));
            }
        }
    }
    trials.push(Trial::test("the pages hold the facts that they should", move || {
        if facts >= FEWEST { Ok(()) } else { Err(format!("there are {facts} facts").into()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Puts the sources that stand above a block before its own.
fn grown(fences: &mut [Fence], above: &mut String) {
    for fence in fences.iter_mut().filter(|fence| fence.language == "project") {
        above.push_str(&fence.text);
        fence.text.clone_from(above);
    }
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

/// Runs the blocks that stand below a heading, all of them.
fn section(fences: &[Fence]) -> Result<(), Failed> {
    let mut rest = fences;
    let mut failures = Vec::new();
    while let Some((fence, behind)) = rest.split_first() {
        rest = behind;
        let ran = match fence.language.as_str() {
            "infra" => program::run(&fence.text),
            "project" => {
                let length = behind.iter().take_while(|fence| !matches!(fence.language.as_str(), "infra" | "project")).count();
                let (claims, others) = behind.split_at(length);
                rest = others;
                sources::run(&fence.text, claims)
            }
            other => Err(format!("a block of `{other}` stands behind no `project`").into()),
        };
        failures.extend(ran.err().and_then(|failed| failed.message().map(str::to_owned)));
    }
    if fences.iter().map(count).sum::<usize>() == 0 {
        failures.push("nothing is stated here".to_owned());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}
