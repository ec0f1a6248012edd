//! A role: what a service is on a machine, the same for all products.

use super::arguments::arguments;
use super::lower;
use super::names::{capital, sentence, variable, word};
use super::scope::Scope;
use super::steps::{Context, tasks};
use super::task::{self, Task};
use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, Tree, header, jinja};
use crate::base::IndexMap;
use crate::base::{Text, text};
use crate::shape::Role;
use crate::target::common::secrets::Sources;
use crate::ty::Ty;
use crate::value::{Residual, Value};
use std::collections::BTreeSet;

/// Writes the role of a service.
pub fn emit_role(role: &Role, tree: &mut Tree) -> Result<(), Error> {
    let folder = text!("ansible/roles/{}", word(&role.name));
    let head = header(&role.source);
    let mut context = context(role);
    if uses_arch(role) {
        let arch = "{{ {'aarch64': 'arm64', 'x86_64': 'amd64'}[ansible_facts['architecture']] }}";
        context.vars.push(variable(&role.name, "arch"), arch);
    }
    let install = within("install", tasks(&role.install, &mut context))?;
    let mut configure = checks(role, &context.scope);
    configure.extend(within("configure", tasks(&role.configure, &mut context))?);
    if context.pending {
        configure.push(Task::new("Apply the changes now", "ansible.builtin.meta", "flush_handlers"));
    }
    let cluster = within("cluster", tasks(&role.cluster, &mut context))?;

    let title = capital(&role.name);
    let mut main = Vec::new();
    let mut insert = |path: &str, root: Node| tree.insert(text!("{folder}/{path}"), Document::new(root).header(head.clone()).start());
    for (name, verb, list) in [("install", "Install", install), ("configure", "Configure", configure)] {
        if list.is_empty() {
            continue;
        }
        main.push(Task::new(text!("{verb} {title}"), "ansible.builtin.import_tasks", text!("{name}.yml")));
        insert(&text!("tasks/{name}.yml"), task::tasks(list, name).into())?;
    }
    if !cluster.is_empty() {
        insert("tasks/cluster.yml", task::tasks(cluster, "cluster").into())?;
    }
    for (name, list) in context.parts {
        insert(&text!("tasks/{name}.yml"), task::tasks(list, &name).into())?;
    }
    insert("tasks/main.yml", task::tasks(main, "").into())?;
    if !context.handlers.is_empty() {
        insert("handlers/main.yml", task::tasks(context.handlers.into_values().collect(), "").into())?;
    }
    let defaults = defaults(role)?;
    if !defaults.is_empty() {
        insert("defaults/main.yml", defaults.into())?;
    }
    if !context.vars.is_empty() {
        insert("vars/main.yml", context.vars.into())?;
    }
    insert("meta/main.yml", meta(role).into())?;
    tree.insert(text!("{folder}/meta/argument_specs.yml"), arguments(role, &head)?)?;
    for (path, document) in context.files {
        tree.insert(text!("{folder}/{path}"), document)?;
    }
    Ok(())
}

/// What the steps of a role begin with.
pub(super) fn context(role: &Role) -> Context<'_> {
    Context {
        scope: Scope::new(role),
        files: IndexMap::default(),
        vars: Map::new(),
        handlers: IndexMap::default(),
        parts: IndexMap::default(),
        pending: false,
        units: false,
        packages: Vec::new(),
        groups: IndexMap::default(),
        answers: IndexMap::default(),
    }
}

fn within<T>(part: &'static str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| error.within(part))
}

fn uses_arch(role: &Role) -> bool {
    let mut found = false;
    for step in role.install.iter().chain(&role.configure).chain(&role.cluster) {
        found |= step.arguments.contains_key("checksums") && step.arguments.get("signed").is_none_or(|signed| *signed == Value::None);
        step.values().for_each(|value| value.walk(&mut |residual| found |= matches!(residual, Residual::Fact(name) if name == "arch")));
    }
    found
}

/// The rules of the variables, a task for each variable; what Jinja cannot say the compiler has checked.
fn checks(role: &Role, scope: &Scope<'_>) -> Vec<Task> {
    let mut tasks = Vec::new();
    for hole in &role.holes {
        for validation in &hole.validations {
            let condition = lower::expression(&validation.condition, scope).and_then(|condition| jinja::condition(&condition));
            let Ok(condition) = condition else { continue };
            let Ok(message) = lower::text(&validation.message, scope) else { continue };
            let that = Seq::new([Node::Folded(condition)]);
            let arguments = Map::new().with("that", that).with("fail_msg", Node::Folded(message)).with("quiet", true);
            let name = text!("Check {}", variable(&role.name, &hole.name));
            tasks.push(Task::new(name, "ansible.builtin.assert", arguments).quiet(hole.secret));
        }
    }
    let breaks = "It holds a line break or another sign that no line can hold";
    for name in secrets_in_lines(role) {
        let of = variable(&role.name, &name);
        let condition = jinja::Expr::variable(of.clone()).method("isprintable", jinja::Arguments::default());
        let Ok(condition) = jinja::condition(&condition) else { continue };
        let arguments = Map::new().with("that", Seq::new([Node::Folded(condition)])).with("fail_msg", breaks).with("quiet", true);
        tasks.push(Task::new(text!("Check the lines of {of}"), "ansible.builtin.assert", arguments).quiet(true));
    }
    tasks
}

/// Secrets that stand in files whose lines have no escape: what they are, nobody knows before the role runs.
fn secrets_in_lines(role: &Role) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    for step in role.configure.iter().filter(|step| step.word == "file") {
        let format = step.arguments.get("format").and_then(Value::as_text).map(Text::as_str);
        if !matches!(format, Some("lines" | "ini" | "systemd")) {
            continue;
        }
        let Some(content) = step.arguments.get("content") else { continue };
        content.walk(&mut |residual| {
            if let Residual::Variable(name) = residual
                && role.holes.iter().any(|hole| hole.name == *name && matches!(hole.ty.plain(), Ty::Secret(_)))
            {
                found.insert(name.clone());
            }
        });
    }
    found
}

/// What variables are where an inventory says nothing.
fn defaults(role: &Role) -> Result<Map, Error> {
    let mut map = Map::new();
    for hole in &role.holes {
        if let Some(default) = &hole.default {
            let entry = map.push(variable(&role.name, &hole.name), lower::known(default, &Sources::default())?);
            entry.comment = Some(hole.doc.clone());
            entry.blank = true;
        }
    }
    Ok(map)
}

fn meta(role: &Role) -> Map {
    let platform = Map::new().with("name", "Debian").with("versions", vec!["bookworm"]);
    let info = Map::new()
        .with("namespace", "infra")
        .with("role_name", word(&role.name))
        .with("author", "infrac")
        .with("description", Node::folded(sentence(&role.doc, &role.name)))
        .with("license", "MPL-2.0")
        .with("min_ansible_version", "2.19")
        .with("standalone", true)
        .with("platforms", vec![platform]);
    Map::new().with("galaxy_info", info).with("dependencies", Node::Seq(Seq::default())).blank()
}
