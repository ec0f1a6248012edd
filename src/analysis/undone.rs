//! A role does not take away what it makes.
//!
//! Every run would make it and remove it again: the service stands without its account or its files, and the play says "changed".
//!
//! ```infra
//! install   { user agent {} }
//! configure { task "ansible.builtin.user" "Remove the user" { name = "agent", state = "absent" } }
//! ```

use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::Program;
use crate::shape::role::{Role, Step};
use crate::value::Value;
use std::collections::BTreeMap;

/// Tasks that take something away when their state is `absent`: what it is, and the arguments that may name it.
const TAKEN: &[(&str, Kind, &[&str])] = &[
    ("ansible.builtin.user", Kind::User, &["name", "user"]),
    ("ansible.builtin.group", Kind::Group, &["name"]),
    ("ansible.builtin.file", Kind::Path, &["path", "dest", "name"]),
    ("ansible.builtin.apt", Kind::Package, &["name", "package", "pkg"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    User,
    Group,
    Path,
    Package,
}

pub(super) fn check(program: &Program, role: &Role, found: &mut Vec<Diagnostic>) {
    let mut made: BTreeMap<(Kind, Text), Span> = BTreeMap::new();
    for step in role.install.iter().chain(&role.configure) {
        for thing in makes(step) {
            made.entry(thing).or_insert(step.span);
        }
    }
    for step in role.install.iter().chain(&role.configure) {
        for (kind, name, argument) in takes(step) {
            let Some(first) = made.get(&(kind, name.clone())) else { continue };
            let place = argument_at(program, step, argument).unwrap_or(step.span);
            found.push(
                Diagnostic::error(Code::DanglingReference, place, format!("`{name}` is removed here, and the service needs it"))
                    .related(*first, "it is made here")
                    .help("remove the task, or what makes it"),
            );
        }
    }
}

fn makes(step: &Step) -> Vec<(Kind, Text)> {
    let label = || step.labels.first().and_then(Value::as_text).cloned();
    match step.word.as_str() {
        // A user has a group of the same name.
        "user" => label().into_iter().flat_map(|name| [(Kind::User, name.clone()), (Kind::Group, name)]).collect(),
        "group" => label().into_iter().map(|name| (Kind::Group, name)).collect(),
        "directory" | "file" | "certificate" => label().into_iter().map(|path| (Kind::Path, path)).collect(),
        "packages" => step.arguments.get("names").into_iter().flat_map(texts).map(|name| (Kind::Package, name)).collect(),
        _ => Vec::new(),
    }
}

/// What a task takes away, with the argument that names it.
fn takes(step: &Step) -> Vec<(Kind, Text, &'static str)> {
    let module = step.labels.first().and_then(Value::as_text).filter(|_| step.word == "task");
    let absent = step.arguments.get("state").and_then(Value::as_text).is_some_and(|state| state == "absent");
    let known = TAKEN.iter().find(|(name, ..)| absent && module.is_some_and(|module| module == name));
    let named = known.into_iter().flat_map(|(_, kind, arguments)| arguments.iter().map(|argument| (*kind, *argument)));
    let named =
        named.flat_map(|(kind, argument)| step.arguments.get(argument).into_iter().flat_map(texts).map(move |name| (kind, name, argument)));
    named.collect()
}

fn texts(value: &Value) -> Vec<Text> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(list) => list.iter().filter_map(Value::as_text).cloned().collect(),
        _ => Vec::new(),
    }
}

/// Where an argument of a step stands in the text.
pub(super) fn argument_at(program: &Program, step: &Step, argument: &str) -> Option<Span> {
    let parts = program.definitions.values().filter(|of| of.keyword == "service").flat_map(|of| &of.blocks);
    let mut blocks = parts.flat_map(|part| part.body.blocks());
    let block = blocks.find(|block| block.labels.first().is_some_and(|label| label.span == step.span))?;
    block.body.attribute(argument).map(|said| said.value.span)
}
