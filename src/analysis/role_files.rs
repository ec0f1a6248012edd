//! What a role says of the files of its machines: which there are, with owner, group and mode, and who works with which of them.

use crate::base::{Span, Text, text};
use crate::shape::role::{Role, Step};
use crate::value::{Residual, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a role.
pub(super) struct Files {
    /// Directories and files that it makes, in the order of the text.
    pub places: Vec<Place>,
    /// The daemons and commands that work with files.
    pub workers: Vec<Worker>,
    /// The files that say what is rotated, with the patterns in them.
    pub rotated: Vec<Text>,
    /// The groups of each user, its own among them.
    groups: BTreeMap<Text, BTreeSet<Text>>,
}

/// A directory or file on a machine.
pub(super) struct Place {
    /// Where it is.
    pub path: Text,
    /// Whether it is a directory.
    pub directory: bool,
    /// Who owns it.
    pub owner: Text,
    /// Which group it belongs to.
    pub group: Text,
    /// Its mode: the lowest nine bits.
    pub mode: u32,
    /// Where it is declared.
    pub span: Span,
}

/// Who works with files: a daemon, or a command that makes something.
pub(super) struct Worker {
    /// Its name.
    pub name: Text,
    /// The account that it has.
    pub user: Text,
    /// The paths that it is told of: by its arguments, and by the files that a change of restarts it for.
    pub uses: Vec<Use>,
    /// The directories that it writes to.
    pub writes: Vec<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// A path that somebody is told of.
pub(super) struct Use {
    /// The path.
    pub path: Text,
    /// Where that stands: the worker, or the file that names it.
    pub span: Span,
}

/// What somebody does with a directory or file.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Goes through a directory.
    Enter = 1,
    /// Makes something in a directory.
    Write = 2,
    /// Reads a file.
    Read = 4,
}

/// Where what is rotated is said.
const ROTATION: &str = "/etc/logrotate.d/";

impl Files {
    /// Reads a role. What differs between products is left out: paths and accounts that only a product knows.
    pub(super) fn of(role: &Role) -> Files {
        let mut files = Files { places: Vec::new(), workers: Vec::new(), rotated: Vec::new(), groups: BTreeMap::new() };
        for step in role.install.iter().chain(&role.configure) {
            files.account(step);
            files.place(step);
        }
        for (at, step) in role.configure.iter().enumerate() {
            match step.word.as_str() {
                "daemon" => files.worker(step, told(&role.configure, at)),
                "command" => files.worker(step, Vec::new()),
                "file" if label(step).is_some_and(|path| path.starts_with(ROTATION)) => {
                    files.rotated.extend(step.arguments.get("content").map(paths).unwrap_or_default());
                }
                _ => {}
            }
        }
        files
    }

    /// Whether an account may do something with a directory or file.
    pub(super) fn may(&self, user: &Text, access: Access, place: &Place) -> bool {
        let bits = if *user == place.owner {
            place.mode >> 6
        } else if *user == place.group || self.groups.get(user).is_some_and(|groups| groups.contains(&place.group)) {
            place.mode >> 3
        } else {
            place.mode
        };
        // To make something in a directory takes entering it.
        let needed = if matches!(access, Access::Write) { access as u32 | Access::Enter as u32 } else { access as u32 };
        user == "root" || bits & needed == needed
    }

    fn account(&mut self, step: &Step) {
        if step.word == "user"
            && let Some(name) = label(step)
        {
            let groups = step.arguments.get("groups").and_then(Value::as_list).unwrap_or_default();
            self.groups.entry(name).or_default().extend(groups.iter().filter_map(Value::as_text).cloned());
        }
    }

    fn place(&mut self, step: &Step) {
        let Some(path) = label(step) else { return };
        let owner = word(step, "owner").unwrap_or_else(|| "root".into());
        let mut add = |path: Text, directory, owner: &Text, group: &Text, mode| {
            self.places.push(Place { path, directory, owner: owner.clone(), group: group.clone(), mode, span: step.span });
        };
        match step.word.as_str() {
            "directory" | "file" => {
                let group = word(step, "group").unwrap_or_else(|| owner.clone());
                let Some(mode) = word(step, "mode").and_then(|mode| u32::from_str_radix(&mode, 8).ok()) else { return };
                add(path, step.word == "directory", &owner, &group, mode);
            }
            // The key is read by the group: the owner of a certificate is who may use it.
            "certificate" => {
                let root = Text::from("root");
                for file in ["ca.pem", "cert.pem", "key.pem"] {
                    add(text!("{path}/{file}"), false, &root, &owner, 0o640);
                }
                add(path, true, &root, &owner, 0o750);
            }
            _ => {}
        }
    }

    fn worker(&mut self, step: &Step, mut uses: Vec<Use>) {
        let user = match step.arguments.get("user") {
            None => "root".into(),
            Some(user) => match user.as_text() {
                Some(user) => user.clone(),
                None => return,
            },
        };
        let named = |argument: &str| step.arguments.get(argument).map(paths).unwrap_or_default();
        uses.extend(named("run").into_iter().map(|path| Use { path, span: step.span }));
        let name = label(step).unwrap_or_default();
        self.workers.push(Worker { name, user, uses, writes: named("writes"), span: step.span });
    }
}

/// What the files above a daemon tell it of, by the order in which a change of them is taken up.
fn told(steps: &[Step], daemon: usize) -> Vec<Use> {
    let mut uses = Vec::new();
    // Daemons that stand together take up the same files, where only one of them is there.
    let first = steps[..daemon].iter().rposition(|step| step.word != "daemon").map_or(0, |at| at + 1);
    let from = steps[..first].iter().rposition(|step| step.word == "daemon").map_or(0, |at| at + 1);
    for step in steps[from..first].iter().filter(|step| step.word == "file" && word(step, "format").is_none_or(|format| format != "script"))
    {
        let content = step.arguments.get("content").map(paths).unwrap_or_default();
        uses.extend(content.into_iter().map(|path| Use { path, span: step.span }));
    }
    uses
}

/// The first label, where it is constant and the step stands for one thing.
fn label(step: &Step) -> Option<Text> {
    step.labels.first().and_then(Value::as_text).cloned()
}

fn word(step: &Step, argument: &str) -> Option<Text> {
    step.arguments.get(argument).and_then(Value::as_text).cloned()
}

/// What stands for a part of a text that only a product knows.
const HOLE: char = '\u{fffc}';

/// The absolute paths in a value; of one that only a product knows the end of, the directory that is known.
fn paths(value: &Value) -> Vec<Text> {
    let mut texts = Vec::new();
    collect(value, &mut texts);
    let mut found = Vec::new();
    for text in &texts {
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == HOLE || "/._@+*-".contains(c))) {
            // `file:///etc/key` is a path behind two more slashes; `//host/path` is none.
            let path = word.strip_prefix("//").map_or(word, |rest| if rest.starts_with('/') { rest } else { "" });
            let known = match path.find(HOLE) {
                Some(hole) => path[..hole].rfind('/').map_or("", |end| &path[..end]),
                None => path,
            };
            let known = known.trim_end_matches(['/', '.']);
            if known.starts_with('/') && !found.iter().any(|seen: &Text| seen == known) {
                found.push(known.into());
            }
        }
    }
    found
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Text(text) => texts.push(text.to_string()),
        Value::List(list) => list.iter().for_each(|value| collect(value, texts)),
        Value::Map(map) => map.values().for_each(|value| collect(value, texts)),
        Value::Residual(residual) => match &**residual {
            Residual::Template(parts) => {
                texts.push(parts.iter().map(|part| part.as_text().map_or(HOLE.to_string(), Text::to_string)).collect());
            }
            residual => residual.operands().into_iter().for_each(|value| collect(value, texts)),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_arguments_and_contents() {
        let found = |text: &str| paths(&Value::text(text)).iter().map(Text::to_string).collect::<Vec<_>>();
        assert_eq!(found("-config=/etc/vault.d"), ["/etc/vault.d"]);
        assert_eq!(found("file:///etc/vault.d/seal.key"), ["/etc/vault.d/seal.key"]);
        assert_eq!(found("https://localhost:8200/v1/sys"), Vec::<String>::new());
        assert_eq!(found("/var/log/vault/*.log {"), ["/var/log/vault/*.log"]);
        assert_eq!(found("kv/data/x"), Vec::<String>::new());
        let version = Value::residual(Residual::Variable("version".into()));
        let program = Value::residual(Residual::Template(vec![Value::text("/opt/garage/"), version, Value::text("/garage")]));
        assert_eq!(paths(&program), [Text::from("/opt/garage")]);
    }
}
