//! A user: of the system with a group of its own, or a person with keys.

use super::{Context, inside, label, made, node_of, repeated, some, text_of};
use crate::artifact::jinja::{self, Expr};
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::part;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn user(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let name = label(step, &scope)?;
    let system = step.arguments.get("system") != Some(&Value::Bool(false));
    let what = |thing: &str, person: &str| -> Text { if step.repeat.is_some() { person.into() } else { text!("{thing} {name}") } };
    let mut tasks = Vec::new();
    let mut needed: Vec<Text> = Vec::new();
    if system {
        let arguments = Map::new().with("name", name.clone()).with("system", true);
        let own = part(&scope.role().name, &name, "group");
        tasks.push(Task::new(what("Create the group", "Create the groups"), "ansible.builtin.group", arguments).register(&own));
        needed.push(own);
    }
    for group in step.arguments.get("groups").and_then(Value::as_list).into_iter().flatten().filter_map(Value::as_text) {
        needed.extend(context.groups.get(group).cloned());
    }
    let mut arguments = Map::new().with("name", name.clone());
    if system {
        arguments.push("group", name.clone());
    }
    if some(step, "groups") {
        arguments = arguments.maybe("groups", node_of(step, "groups", &scope)?).with("append", true);
    }
    let home = text_of(step, "home", &scope)?;
    if system {
        arguments = arguments.with("home", home.unwrap_or_else(|| "/nonexistent".into())).with("create_home", false);
    } else {
        arguments = arguments.maybe("home", home);
    }
    arguments = arguments.maybe("shell", text_of(step, "shell", &scope)?);
    arguments = if system { arguments.with("system", true) } else { arguments.with("password", "*") };
    // The star is no password, but Ansible and its linter cannot know.
    let mut create = Task::new(what("Create the user", "Create the users"), "ansible.builtin.user", arguments).quiet(!system);
    create.when.extend(made(&needed));
    tasks.push(create);
    if let Some(keys) = step.arguments.get("keys").filter(|keys| **keys != Value::None) {
        let key = match keys.as_list() {
            Some([key]) => lower::text(key, &scope)?,
            _ => jinja::value(&lower::expression(keys, &scope)?.filter_with("join", ["\n"]))?,
        };
        let arguments = Map::new().with("user", name.clone()).with("key", Node::Folded(key)).with("exclusive", true);
        let task = Task::new(what("Authorize the keys of", "Authorize their keys"), "ansible.posix.authorized_key", arguments);
        // In check mode the user may not be there yet.
        let there = text!("{} in ansible_facts['getent_passwd']", jinja::condition(&account(step, &scope)?)?);
        tasks.push(task.when(text!("not ansible_check_mode or {there}")));
    }
    let mut tasks = tasks.into_iter().map(|task| repeated(task, step, &context.scope)).collect::<Result<Vec<_>, _>>()?;
    if some(step, "keys") {
        let passwd = Map::new().with("database", "passwd");
        tasks.insert(0, Task::new("Look up the accounts that are there", "ansible.builtin.getent", passwd));
    }
    Ok(tasks)
}

/// The name of the account as an expression.
fn account(step: &Step, scope: &Scope<'_>) -> Result<Expr, Error> {
    let label = step.labels.first().ok_or_else(|| Error::new(Problem::Shape("an account has a name")))?;
    lower::expression(label, scope)
}
