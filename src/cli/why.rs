//! `infrac why`.

use super::output::{BOLD, NOTE, print, show, tally, tell};
use super::selection::Selection;
use super::{Exit, Global, candidates, open, place};
use crate::base::similar::nearest;
use crate::base::{Key, LIBRARY, LineIndex, Text, Workspace};
use crate::driver::{self, Answer, How, Question, Reason, Unanswered};
use crate::host::layout::part;
use crate::host::{Disk, Failure, Project, is_generated, load};
use crate::reference::products;
use crate::render::{Format, sanitise};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use serde_json::json;
use std::borrow::Cow;
use std::path::Path;

/// Say why something is as it is
///
/// From a line of a generated file, or a value of a product, to the places that decide it: what is said for the environment, by the
/// product, by the library, or left to a default.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    infrac why live/acme/prod/web_eu/nodes/terragrunt.hcl:52\n  \
    infrac why acme.web_eu.servers --env prod\n  \
    infrac why acme.web_eu.nodes                       every value of a module in a stack"
)]
pub(super) struct Why {
    /// FILE:LINE of a generated file, or PRODUCT.STACK.NAME.FIELD with `.entry` or `[0]` behind it for a part
    #[arg(value_name = "WHAT", add = ArgValueCompleter::new(candidates::asked))]
    what: String,

    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: WhyFormat,

    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WhyFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

impl Why {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        self.selection.limit_threads();
        let project = load(&root)?;
        let question = question(&self.what, &root, &project.settings.output)?;
        self.refuse_elsewhere(&question, &project)?;
        let options = self.selection.options(&project, driver::Memory::default());
        let answers = match driver::why(&project.workspace, &options, std::slice::from_ref(&question)) {
            Ok(answers) => answers.into_iter().next().unwrap_or(Ok(Vec::new())),
            Err(found) => {
                let mut findings = super::findings::Findings::default();
                findings.add(Cow::Borrowed(&project.workspace), &*found);
                show(&findings.reports(&place::prefix(&root, Format::Text)?));
                tally(&found).iter().for_each(|tally| tell(&format!("{tally}\n")));
                return Ok(Exit::Findings);
            }
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(Unanswered::NoLine(line)) => return Err(Failure::new(format!("there is no line {line} in `{}`", file_of(&self.what)))),
            Err(Unanswered::Unknown(name, known)) => {
                let failure = Failure::new(format!("nothing is called `{name}` there"));
                return Err(match nearest(&name, known.iter().map(Text::as_str)) {
                    Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
                    None if known.is_empty() => failure,
                    None => failure.help(format!("there are {}", listed(&name, known))),
                });
            }
        };
        let prefix = place::prefix(&root, Format::Text)?;
        let printer = Printer { workspace: &project.workspace, prefix: &prefix };
        print(&match self.format {
            WhyFormat::Text => printer.text(&answers),
            WhyFormat::Json => format!("{:#}\n", printer.json(&answers)),
        });
        Ok(Exit::Clean)
    }
}

impl Why {
    /// Refuses to say of a file of one environment what decides it in another.
    fn refuse_elsewhere(&self, question: &Question, project: &Project) -> Result<(), Failure> {
        let Question::Line { file, .. } = question else { return Ok(()) };
        let asked = self.selection.environments();
        let known = products(&project.workspace).into_iter().flat_map(|product| product.environments);
        let known: Vec<String> = known.map(|environment| environment.to_string()).collect();
        match part(file).filter(|part| !asked.is_empty() && known.iter().any(|known| known == part)) {
            Some(own) if asked.iter().all(|asked| asked != own) => {
                let asked: Vec<String> = asked.iter().map(|asked| format!("`{asked}`")).collect();
                Err(Failure::new(format!("`{file}` is of `{own}`, and not of {}", asked.join(" or ")))
                    .help("leave out `--env`, or ask for the file of that environment"))
            }
            _ => Ok(()),
        }
    }
}

/// What stands before the line.
fn file_of(what: &str) -> &str {
    line_of(what).map_or(what, |(file, _)| file)
}

/// A file and a line of it; a column behind that, as findings have one, does not count.
fn line_of(what: &str) -> Option<(&str, usize)> {
    let number = |what: &'_ str| what.rsplit_once(':').and_then(|(before, number)| Some((before.len(), number.parse::<usize>().ok()?)));
    let (end, last) = number(what)?;
    let (end, line) = number(&what[..end]).unwrap_or((end, last));
    Some((&what[..end], line))
}

/// Some of the names that there are: first those that begin as the one that was asked for.
fn listed(asked: &str, mut names: Vec<Text>) -> String {
    const SHOWN: usize = 12;
    names.sort_by_key(|name| !name.starts_with(asked));
    let more = if names.len() > SHOWN { format!(", and {} more", names.len() - SHOWN) } else { String::new() };
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    format!("{}{more}", shown.join(", "))
}

/// A file that is there, from the current folder or the output folder, with a line behind it; otherwise the name of a value.
fn question(what: &str, root: &Path, folder: &str) -> Result<Question, Failure> {
    if let Some((file, line)) = line_of(what) {
        let output = root.join(folder);
        let written = place::absolute(Path::new(file), &place::current_folder()?);
        let found = [written, output.join(file)].into_iter().find(|path| path.is_file());
        let Some(path) = found else { return Err(Failure::new(format!("there is no file `{file}`"))) };
        let inside = path.strip_prefix(&output).ok();
        let parts = |inside: &Path| inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let Some(file) = inside.map(parts) else { return Err(not_generated(file, &output)) };
        if !is_generated(&mut Disk::new(root, folder), &file)? {
            return Err(not_generated(&file, &output));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::disk("read", &path, &error))?;
        return Ok(Question::Line { file: file.into(), text, line });
    }
    // The name of a value has no `/`.
    if what.contains('/') && (root.join(folder).join(file_of(what)).is_file() || Path::new(file_of(what)).is_file()) {
        return Err(Failure::new(format!("`{what}` says no line")).help(format!("name one: `infrac why {}:1`", file_of(what))));
    }
    let path = keys(what).ok_or_else(|| {
        Failure::new(format!("`{what}` is neither FILE:LINE nor the name of a value"))
            .help("a value is named like `acme.web_eu.nodes.servers`, a part of it like `acme.product.operators.ada` or `hosts[0]`")
    })?;
    Ok(Question::Value(path))
}

fn not_generated(file: &str, output: &Path) -> Failure {
    Failure::new(format!("`{file}` is not a generated file"))
        .help(format!("generated files lie in `{}`; what a source says, it says itself", output.display()))
}

/// `acme.web_eu.nodes.hosts[0].name`
fn keys(text: &str) -> Option<Vec<Key>> {
    let mut keys = Vec::new();
    for part in text.split('.') {
        let (name, mut rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        if name.is_empty() {
            return None;
        }
        keys.push(Key::Name(name.into()));
        while !rest.is_empty() {
            let (at, behind) = rest.strip_prefix('[')?.split_once(']')?;
            keys.push(Key::At(at.parse().ok()?));
            rest = behind;
        }
    }
    Some(keys)
}

struct Printer<'a> {
    workspace: &'a Workspace,
    /// From the current folder to the project.
    prefix: &'a str,
}

impl Printer<'_> {
    fn text(&self, answers: &[Answer]) -> String {
        let mut text = String::new();
        for (at, answer) in answers.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            if !answer.environments.is_empty() {
                let environments: Vec<&str> = answer.environments.iter().map(Text::as_str).collect();
                text.push_str(&format!("{BOLD}in {}{BOLD:#}\n", sanitise(&environments.join(", "))));
            }
            answer.reasons.iter().for_each(|reason| self.reason(reason, 1, &mut text));
        }
        if text.is_empty() { "nothing decides it: it is the same in every project\n".to_owned() } else { text }
    }

    fn reason(&self, reason: &Reason, depth: usize, text: &mut String) {
        let (path, line, column) = self.place(reason);
        let value = reason.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
        let how = how(&reason.how);
        let indent = "  ".repeat(depth);
        text.push_str(&format!("{indent}{}\n", sanitise(&format!("{}{value}", reason.what))));
        text.push_str(&format!("{indent}    {how} {NOTE}{}{NOTE:#}", sanitise(&format!("{}:{line}:{column}", self.shown(path)))));
        let said = self.said(reason);
        if !said.is_empty() && !matches!(reason.how, How::Name | How::Lock(_) | How::Exported(_)) {
            text.push_str(&format!("  {}", sanitise(&said)));
        }
        text.push('\n');
        reason.from.iter().for_each(|from| self.reason(from, depth + 1, text));
    }

    /// A path as it leads there from the current folder; the library inside infrac lies in none.
    fn shown(&self, path: &str) -> String {
        if path.starts_with(LIBRARY) { path.to_owned() } else { format!("{}{path}", self.prefix) }
    }

    fn place(&self, reason: &Reason) -> (&str, usize, usize) {
        let file = self.workspace.file(reason.place.file);
        let place = LineIndex::new(&file.text).line_column(&file.text, reason.place.start);
        (file.path.as_str(), place.line as usize, place.column as usize)
    }

    /// The first line of the expression.
    fn said(&self, reason: &Reason) -> String {
        let file = self.workspace.file(reason.place.file);
        let said = file.text.get(reason.place.start as usize..reason.place.end as usize).unwrap_or_default();
        match said.split_once('\n') {
            Some((first, _)) => format!("{} …", first.trim_end()),
            None => said.to_owned(),
        }
    }

    fn json(&self, answers: &[Answer]) -> serde_json::Value {
        let answer = |answer: &Answer| {
            let reasons: Vec<_> = answer.reasons.iter().map(|reason| self.json_of(reason)).collect();
            json!({ "environments": answer.environments.iter().map(Text::as_str).collect::<Vec<_>>(), "reasons": reasons })
        };
        answers.iter().map(answer).collect()
    }

    fn json_of(&self, reason: &Reason) -> serde_json::Value {
        let (path, line, column) = self.place(reason);
        json!({
            "what": reason.what.as_str(),
            "how": how(&reason.how),
            "value": reason.data,
            "path": self.shown(path),
            "line": line,
            "column": column,
            "from": reason.from.iter().map(|from| self.json_of(from)).collect::<Vec<_>>(),
        })
    }
}

fn how(how: &How) -> String {
    match how {
        How::Said => "said".to_owned(),
        How::InEnvironment(environment) => format!("said for {environment}"),
        How::Default => "default".to_owned(),
        How::Let => "let".to_owned(),
        How::Output => "output".to_owned(),
        How::Deferred => "known after apply".to_owned(),
        How::Attribute => "defined".to_owned(),
        How::Name => "declared".to_owned(),
        How::Lock(_) => "allocated, kept in infra.lock".to_owned(),
        How::Exported(environment) => format!("exported by its product, from {environment},"),
    }
}

#[cfg(test)]
mod tests {
    use super::keys;
    use crate::base::Key;

    #[test]
    fn values_are_named_by_paths() {
        let name = |name: &str| Key::Name(name.into());
        assert_eq!(keys("acme.web.hosts[2].name"), Some(vec![name("acme"), name("web"), name("hosts"), Key::At(2), name("name")]));
        for wrong in ["", "acme..web", ".acme", "acme[", "acme[x]", "acme[0]x"] {
            assert_eq!(keys(wrong), None, "{wrong}");
        }
    }
}
