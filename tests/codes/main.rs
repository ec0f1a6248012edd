//! The catalogue of codes is true: every code has a page, the example of every page gives exactly that code, its repair gives
//! none, the index lists them all, and what `docs/mistakes.md` names is there.

mod index;
mod page;
mod project;

use infrac::diag::Code;
use infrac::driver::{Options, compile};
use infrac::fmt::format;
use libtest_mimic::{Arguments, Failed, Trial};
use page::{Fence, Page};
use project::Project;

fn main() {
    let mut trials = index::trials();
    for code in Code::ALL {
        trials.push(Trial::test(code.id(), || judge(*code)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What a page promises.
fn judge(code: Code) -> Result<(), Failed> {
    let page = Page::read(code.page()).map_err(|why| format!("docs/codes/{}.md: {why}", code.id()))?;
    let title = format!("{} {}", code.id(), code.name());
    if page.title != title {
        return Err(format!("the title is `{}` and not `{title}`", page.title).into());
    }
    if page.is_transcript() { transcript(code, &page) } else { sources(code, &page) }
}

/// An example of sources: one finding before the repair, none after it.
fn sources(code: Code, page: &Page) -> Result<(), Failed> {
    let found = findings(&page.example)?;
    match found.as_slice() {
        [(only, _)] if *only == code => {}
        _ => return Err(format!("the example gives {}", listed(&found)).into()),
    }
    let left = findings(&page.repair)?;
    if !left.is_empty() {
        return Err(format!("the repair gives {}", listed(&left)).into());
    }
    for fence in page.repair.iter().filter(|fence| fence.language == "infra") {
        if format(infrac::base::FileId(0), &fence.text).map_err(|_| "the repair cannot be laid out")? != fence.text {
            return Err("the repair is not in the canonical layout".into());
        }
    }
    Ok(())
}

/// What is found in a project of the base and these files.
fn findings(fences: &[Fence]) -> Result<Vec<(Code, String)>, Failed> {
    let project = Project::new(fences)?;
    let loaded = infrac::host::load(project.folder()).map_err(|failure| failure.message)?;
    let mut found = loaded.diagnostics;
    found.extend(compile(&loaded.workspace, &Options::default()).diagnostics);
    Ok(found.into_iter().map(|found| (found.code, found.message)).collect())
}

fn listed(found: &[(Code, String)]) -> String {
    let lines: Vec<String> = found.iter().map(|(code, message)| format!("\n  {} {message}", code.name())).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.concat() }
}

/// An example of commands: what they print names this code and no other, and the repair ends without one.
fn transcript(code: Code, page: &Page) -> Result<(), Failed> {
    let project = Project::new(&[])?;
    let said = project.run(&page.example)?;
    let named = codes(&said);
    if named.is_empty() || named.iter().any(|named| *named != code.id()) {
        return Err(format!("the example names {named:?}:\n{said}").into());
    }
    let said = project.run(&page.repair)?;
    if !codes(&said).is_empty() {
        return Err(format!("the repair leaves something:\n{said}").into());
    }
    Ok(())
}

/// The codes in a text.
fn codes(text: &str) -> Vec<&str> {
    text.match_indices("IC").filter_map(|(at, _)| text.get(at..at + 6)).filter(|code| code[2..].parse::<u16>().is_ok()).collect()
}
