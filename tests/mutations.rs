//! Small mistakes in a product that compiles: each gives exactly the findings that are intended, at the places that are intended.
//!
//! `tests/mutations/*.toml` holds one mistake a file: what is changed, and what is to be said. A place is written as the line it is in
//! with `«…»` around what is blamed, so that a corpus of mistakes survives changes elsewhere in the file.

mod mistakes;

use infrac::base::{FileId, Span, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver;
use libtest_mimic::{Arguments, Failed, Trial};
use mistakes::{Expected, Sources, changed, paths, read, sources};
use std::path::Path;
use std::sync::Arc;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = Arc::new(sources(root)?);
    let mut trials = vec![{
        let sources = sources.clone();
        Trial::test("nothing is wrong before", move || nothing_wrong(&sources))
    }];
    for path in paths(root)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let sources = sources.clone();
        trials.push(Trial::test(name, move || judge(&path, &sources)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn nothing_wrong(sources: &Sources) -> Result<(), Failed> {
    let workspace = Workspace::new(sources.iter().cloned());
    let found = driver::compile(&workspace, &driver::Options::default()).diagnostics;
    if found.is_empty() { Ok(()) } else { Err(shown(&workspace, &found).into()) }
}

fn judge(path: &Path, sources: &Sources) -> Result<(), Failed> {
    let mutation = read(path)?;
    assert!(!mutation.why.is_empty());
    let workspace = changed(&mutation, sources)?;
    let found = driver::compile(&workspace, &driver::Options::default()).diagnostics;
    let mut differences = Vec::new();
    if found.len() != mutation.expect.len() {
        differences.push(format!("{} findings instead of {}", found.len(), mutation.expect.len()));
    }
    let first = &mutation.change.first().ok_or("a mutation changes something")?.file;
    let mut wanted = Vec::with_capacity(mutation.expect.len());
    for expected in &mutation.expect {
        let file = expected.file.as_ref().unwrap_or(first);
        let place = place(&workspace, file, &expected.at)
            .map_err(|why| format!("{}\n{}", why.message().unwrap_or_default(), shown(&workspace, &found)))?;
        wanted.push((place, expected));
    }
    wanted.sort_by_key(|(span, expected)| (*span, expected.code.clone()));
    for ((span, expected), found) in wanted.iter().zip(&found) {
        let also = match &expected.also {
            Some(also) => Some(place(&workspace, expected.also_file.as_ref().or(expected.file.as_ref()).unwrap_or(first), also)?),
            None => None,
        };
        differences.extend(difference(*span, also, expected, found));
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("{}\n{}", differences.join("\n"), shown(&workspace, &found)).into()) }
}

/// The span of what `«…»` marks in a piece of text that stands once in a file.
fn place(workspace: &Workspace, file: &str, marked: &str) -> Result<Span, Failed> {
    let (before, rest) = marked.split_once('«').ok_or_else(|| format!("`{marked}` marks nothing"))?;
    let (inner, after) = rest.split_once('»').ok_or_else(|| format!("`{marked}` has no end"))?;
    let (id, source) = workspace.find(file).ok_or_else(|| format!("there is no file `{file}`"))?;
    let text = format!("{before}{inner}{after}");
    let found: Vec<usize> = source.text.match_indices(&text).map(|(at, _)| at).collect();
    let [at] = found.as_slice() else { return Err(format!("`{text}` stands {} times in {file}", found.len()).into()) };
    let start = at + before.len();
    Ok(Span::new(id, start as u32, (start + inner.len()) as u32))
}

fn difference(span: Span, also: Option<Span>, expected: &Expected, found: &Diagnostic) -> Vec<String> {
    let mut differences = Vec::new();
    if found.code.name() != expected.code {
        differences.push(format!("`{}` instead of `{}`", found.code.name(), expected.code));
    }
    if found.primary.span != span {
        differences.push(format!("another place than `{}`", expected.at));
    }
    if !found.message.contains(&expected.message) {
        differences.push(format!("the message lacks `{}`", expected.message));
    }
    if let Some(help) = &expected.help
        && !found.help.as_ref().is_some_and(|found| found.contains(help))
    {
        differences.push(format!("the help lacks `{help}`"));
    }
    if let Some(also) = also
        && !found.related.iter().any(|label| label.span == also)
    {
        differences.push(format!("`{}` is not shown", expected.also.as_deref().unwrap_or_default()));
    }
    differences
}

/// The findings for a person.
fn shown(workspace: &Workspace, found: &[Diagnostic]) -> String {
    let mut lines = vec!["found:".to_owned()];
    for diagnostic in found {
        lines.push(format!("  {} {}", diagnostic.code.name(), diagnostic.message));
        lines.push(format!("    at {}", quoted(workspace, diagnostic.primary.span)));
        for label in &diagnostic.related {
            lines.push(format!("    and {} ({})", quoted(workspace, label.span), label.text));
        }
        if let Some(help) = &diagnostic.help {
            lines.push(format!("    help: {help}"));
        }
    }
    lines.join("\n")
}

/// The line of a place with the place marked.
fn quoted(workspace: &Workspace, span: Span) -> String {
    let source: FileId = span.file;
    let file = workspace.file(source);
    let (start, end) = (span.start as usize, span.end as usize);
    let from = file.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = file.text[end..].find('\n').map_or(file.text.len(), |at| end + at);
    format!("{}: {}«{}»{}", file.path, &file.text[from..start], &file.text[start..end], &file.text[end..to])
}
