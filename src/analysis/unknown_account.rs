//! The accounts and groups that a role names are on its machines.
//!
//! A service makes them (`user`, `group`), or says that its machines have them (`keeps`), as that of every machine does of those of the
//! system. Nothing refuses another name before the play runs, which ends in its middle.
//!
//! ```infra
//! install   { user worker {} }
//! configure { daemon thing { run = ["/usr/bin/thing"], user = "wrker" } }
//! ```

use super::operator_accounts::accounts;
use super::undone::argument_at;
use crate::base::Text;
use crate::base::similar::nearest;
use crate::diag::{Code, Diagnostic};
use crate::hir::Program;
use crate::shape::Shapes;
use crate::shape::role::{Role, Step};
use crate::value::Value;
use std::collections::BTreeSet;

/// What each step names accounts and groups by.
const NAMING: &[(&str, &[&str])] = &[
    ("directory", &["owner", "group"]),
    ("file", &["owner", "group"]),
    ("certificate", &["owner"]),
    ("daemon", &["user"]),
    ("command", &["user"]),
    ("user", &["groups"]),
];

/// Tasks that make an account or a group.
const MAKING: [&str; 2] = ["ansible.builtin.user", "ansible.builtin.group"];

pub(super) fn check(program: &Program, shapes: &Shapes, found: &mut Vec<Diagnostic>) {
    let services = program.definitions.keys().filter(|(keyword, _)| keyword == "service");
    // Another service of the machine may have made it.
    let mut known: BTreeSet<Text> = services.flat_map(|(_, name)| accounts(program, name)).map(|(account, _)| account).collect();
    known.insert("root".into());
    for role in shapes.roles.values() {
        of_role(program, role, &known, found);
    }
}

fn of_role(program: &Program, role: &Role, known: &BTreeSet<Text>, found: &mut Vec<Diagnostic>) {
    let steps = || role.install.iter().chain(&role.configure);
    let mut made = BTreeSet::new();
    for step in steps() {
        match makes(step) {
            // One whose name only a product knows may be any.
            Some(None) => return,
            Some(Some(account)) => _ = made.insert(account),
            None => {}
        }
    }
    let mut blamed: BTreeSet<Text> = BTreeSet::new();
    for step in steps() {
        let arguments = NAMING.iter().find(|(word, _)| step.word == *word).map_or(&[][..], |(_, arguments)| arguments);
        for argument in arguments {
            let named = step.arguments.get(argument).into_iter().flat_map(|value| match value {
                Value::List(list) => list.iter().filter_map(Value::as_text).collect(),
                value => Vec::from_iter(value.as_text()),
            });
            for name in named.filter(|name| !known.contains(*name) && !made.contains(*name)) {
                if !blamed.insert(name.clone()) {
                    continue;
                }
                let place = argument_at(program, step, argument).unwrap_or(step.span);
                let message = format!("nothing makes `{name}`, and no service keeps an account or group of that name");
                let help = match nearest(name, made.iter().chain(known).map(Text::as_str)) {
                    Some(near) => {
                        format!("did you mean `{near}`? What is there already, such as by a package, says `keeps = [\"{name}\"]`")
                    }
                    None => format!("make it (`user {name} {{}}`), or say that it is there, such as by a package: `keeps = [\"{name}\"]`"),
                };
                found.push(Diagnostic::error(Code::DanglingReference, place, message).help(help));
            }
        }
    }
}

/// The account or group that a step makes; nothing within where its name is not known.
fn makes(step: &Step) -> Option<Option<Text>> {
    let label = || step.labels.first().and_then(Value::as_text).cloned();
    match step.word.as_str() {
        "user" | "group" => Some(label().filter(|_| step.repeat.is_none())),
        "task" if label().is_some_and(|module| MAKING.contains(&module.as_str())) => {
            let name = step.arguments.get("name").or_else(|| step.arguments.get("user"));
            Some(name.and_then(Value::as_text).cloned().filter(|_| step.repeat.is_none()))
        }
        _ => None,
    }
}
