//! Blocks of `infra`: declarations, and expressions with what each of them means.

use crate::project::{self, FILES};
use crate::sources::{blamed, fits, listed};
use infrac::base::Workspace;
use infrac::driver::dump::{Stage, dump};
use infrac::driver::{Options, compile};
use libtest_mimic::Failed;
use std::fmt::Write;

/// Where the block stands in the standard project.
const PATH: &str = "inventory/shop/more.infra";

/// Words that begin what belongs into the file and not into the definition around the expressions.
const OUTSIDE: [&str; 3] = ["fn", "type", "enum"];

/// One thing in a block: a declaration, or an expression with what is stated of it.
struct Entry {
    text: String,
    /// `= 3`, `: int`, `prod = 3`, `! IC0207 …`
    stated: Vec<String>,
}

/// The entries of a block. One begins at the margin; what is indented or closes a bracket continues it.
fn entries(block: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let (code, stated) = match line.rfind("# ").filter(|at| is_stated(&line[at + 2..])) {
            Some(at) => (line[..at].trim_end(), Some(line[at + 2..].trim().to_owned())),
            None => (line.trim_end(), None),
        };
        let continues = code.is_empty() || code.starts_with([' ', '}', ')', ']']);
        match entries.last_mut().filter(|_| continues) {
            Some(entry) => {
                if !code.is_empty() {
                    entry.text.push('\n');
                    entry.text.push_str(code);
                }
                entry.stated.extend(stated);
            }
            None => entries.push(Entry { text: code.to_owned(), stated: stated.into_iter().collect() }),
        }
    }
    entries
}

fn is_stated(comment: &str) -> bool {
    let (first, second) = comment.split_once(' ').unwrap_or_default();
    matches!(first, "=" | ":" | "!") || second.starts_with("= ") && first.chars().all(|c| c.is_ascii_lowercase())
}

/// How many facts a block states.
pub fn facts(block: &str) -> usize {
    entries(block).iter().map(|entry| entry.stated.len()).sum()
}

/// The standard project with declarations and expressions, which are the `let`s `fact0`, `fact1` and so on.
fn workspace(declarations: &[&Entry], expressions: &[&Entry]) -> Workspace {
    let (outside, inside): (Vec<&Entry>, Vec<&Entry>) =
        declarations.iter().partition(|entry| OUTSIDE.contains(&entry.text.split(' ').next().unwrap_or_default()));
    let mut text = String::new();
    for entry in outside {
        let _ = writeln!(text, "{}", entry.text);
    }
    text.push_str("define stack probe {\n");
    for entry in inside {
        let _ = writeln!(text, "{}", entry.text);
    }
    for (number, entry) in expressions.iter().enumerate() {
        let _ = writeln!(text, "let fact{number} = {}", entry.text);
    }
    text.push_str("}\nstack probe probe { on = eu }\n");
    project::with(PATH, &text)
}

/// Whether an entry declares something and states nothing.
fn is_declaration(entry: &Entry) -> bool {
    let word = entry.text.split(' ').next().unwrap_or_default();
    OUTSIDE.contains(&word) || matches!(word, "let" | "input")
}

/// Holds a block to what it states.
pub fn run(block: &str) -> Result<(), Failed> {
    assert!(!FILES.is_empty());
    let entries = entries(block);
    if let Some(silent) = entries.iter().find(|entry| !is_declaration(entry) && entry.stated.is_empty()) {
        return Err(format!("nothing is stated of `{}`", silent.text).into());
    }
    let is_wrong = |entry: &&Entry| entry.stated.iter().any(|stated| stated.starts_with('!'));
    let (wrong, right): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_wrong);
    let (declarations, expressions): (Vec<&Entry>, Vec<&Entry>) = right.into_iter().partition(|entry| is_declaration(entry));
    let mut differences = String::new();
    if !expressions.is_empty() {
        values(&declarations, &expressions, &mut differences);
    }
    for entry in wrong {
        refused(&declarations, entry, &mut differences);
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.into()) }
}

fn values(declarations: &[&Entry], expressions: &[&Entry], differences: &mut String) {
    let workspace = workspace(declarations, expressions);
    let (text, found) = dump(&workspace, &[Stage::Types, Stage::Plan]);
    if !found.is_empty() {
        let _ = writeln!(differences, "nothing should be found, but\n{}", listed(&workspace, &found));
        return;
    }
    for (number, entry) in expressions.iter().enumerate() {
        for stated in &entry.stated {
            let (line, begin) = match stated.split_once(' ') {
                Some((":", ty)) => (format!("stack probe.fact{number}: {ty}"), format!("stack probe.fact{number}: ")),
                Some(("=", value)) => (format!("shop/test probe.fact{number} = {value}"), format!("shop/test probe.fact{number} = ")),
                Some((environment, value)) => {
                    let begin = format!("shop/{environment} probe.fact{number} = ");
                    (format!("{begin}{}", value.trim_start_matches("= ")), begin)
                }
                None => continue,
            };
            let is = text.lines().find(|line| line.starts_with(&begin)).unwrap_or_default();
            if is != line {
                let is = is.strip_prefix(&begin).unwrap_or("nothing");
                let _ = writeln!(differences, "`{}` is not\n  {stated}\nbut\n  {is}", entry.text);
            }
        }
    }
}

/// What is wrong with one declaration or expression, beside the declarations that are right.
fn refused(declarations: &[&Entry], entry: &Entry, differences: &mut String) {
    let workspace =
        if is_declaration(entry) { workspace(&[declarations, &[entry]].concat(), &[]) } else { workspace(declarations, &[entry]) };
    let mut found = compile(&workspace, &Options::default()).diagnostics;
    for stated in entry.stated.iter().filter_map(|stated| stated.strip_prefix("! ")) {
        match found.iter().position(|found| fits(stated, found, blamed(&workspace, found))) {
            Some(at) => drop(found.remove(at)),
            None => {
                let _ = writeln!(differences, "`{}` does not give\n  {stated}\nbut\n{}", entry.text, listed(&workspace, &found));
            }
        }
    }
    if differences.is_empty() && !found.is_empty() {
        let _ = writeln!(differences, "`{}` gives besides\n{}", entry.text, listed(&workspace, &found));
    }
}
