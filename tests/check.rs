//! Every mistake that the checker knows, in a file of its own: `tests/cases/check/<fact>.infra`.
//!
//! What is expected stands where the mistake is: `#~ IC0201 "part of the message" help "part of the help"` behind the line, or
//! on a line of its own above it. A diagnostic that nobody expects fails, and so does one that does not come. Each case is a
//! folder of the inventory beside the whole standard library.

use infrac::base::{LineIndex, Text, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::{Options, compile};
use infrac::host::library;
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CASE: &str = "inventory/case/case.infra";

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let files: std::io::Result<BTreeSet<PathBuf>> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect();
    let trials = files?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "infra"));
    let trials = trials.map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || case(&std::fs::read_to_string(&path)?))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// What is expected on a line.
#[derive(Debug)]
struct Expected<'a> {
    line: u32,
    code: &'a str,
    message: &'a str,
    help: Option<&'a str>,
}

fn case(text: &str) -> Result<(), Failed> {
    let mut expected = expectations(text)?;
    let workspace = workspace(text);
    let lines = LineIndex::new(text);
    let mut wrong = String::new();
    for found in compile(&workspace, &Options::default()).diagnostics {
        let file = workspace.file(found.primary.span.file);
        if file.path != CASE {
            return Err(format!("{}: {} {}", file.path, found.code.id(), found.message).into());
        }
        let line = lines.line_column(text, found.primary.span.start).line;
        match expected.iter().position(|wanted| wanted.line == line && fits(wanted, &found)) {
            Some(at) => {
                expected.swap_remove(at);
            }
            None => writeln!(wrong, "line {line}: nobody expects {} {:?} help {:?}", found.code.id(), found.message, found.help)?,
        }
    }
    for Expected { line, code, message, help } in expected {
        writeln!(wrong, "line {line}: {code} {message:?} help {help:?} did not come")?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn fits(wanted: &Expected<'_>, found: &Diagnostic) -> bool {
    let help = found.help.as_deref().unwrap_or_default();
    found.code.id() == wanted.code && found.message.contains(wanted.message) && wanted.help.is_none_or(|wanted| help.contains(wanted))
}

fn workspace(text: &str) -> Workspace {
    let library = library::files().into_iter().map(|(path, text)| (Text::from(format!("{}{path}", library::PREFIX)), Arc::from(text)));
    Workspace::new(library.chain([(CASE.into(), Arc::from(text))]))
}

fn expectations(text: &str) -> Result<Vec<Expected<'_>>, Failed> {
    let mut expected = Vec::new();
    let mut waiting = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        let Some((before, said)) = line.split_once("#~ ") else {
            expected.extend(waiting.drain(..).map(|said| read(number, said)));
            continue;
        };
        if before.trim().is_empty() {
            waiting.push(said);
        } else {
            expected.extend(waiting.drain(..).chain([said]).map(|said| read(number, said)));
        }
    }
    expected.into_iter().map(|read| read.ok_or_else(|| Failed::from("an expectation has the form #~ CODE \"message\""))).collect()
}

/// `IC0201 "message" help "advice"`; the texts are as they stand.
fn read(line: u32, said: &str) -> Option<Expected<'_>> {
    let (code, rest) = said.trim().split_once(' ')?;
    let (message, help) = match rest.split_once("\" help \"") {
        Some((message, help)) => (message, Some(help.strip_suffix('"')?)),
        None => (rest.strip_suffix('"')?, None),
    };
    Some(Expected { line, code, message: message.strip_prefix('"')?, help })
}
