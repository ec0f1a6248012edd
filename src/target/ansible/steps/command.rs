//! A command that makes something once.

use super::{Context, argv, inside, label, node_of, repeated, some, text_of};
use crate::artifact::Error;
use crate::artifact::yaml::{Map, Node};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::names::part;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn command(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let name = called(label(step, &scope)?, step);
    let run = step.arguments.get("run").cloned().unwrap_or(Value::None);
    let mut arguments = arguments(&run, &scope)?;
    let (environment, secret) = environment(step, &scope)?;
    let mut tasks = Vec::new();
    let user = text_of(step, "user", &scope)?.filter(|user| user != "root");
    let mut task = Task::default();
    if let Some(path) = text_of(step, "creates", &scope)? {
        arguments.push("creates", path);
    } else {
        task.changed_when = Some(true.into());
    }
    if some(step, "unless") {
        let register = part(&scope.role().name, &name, "check");
        let mut check = unless(step, &text!("Look whether to {}", lower_first(&name)), &register, &scope)?;
        check.environment = environment.clone();
        check = check.quiet(secret);
        become_user(&mut check, user.as_ref());
        tasks.push(repeated(check, step, &context.scope)?);
        // Of a loop there is a result for each element.
        task.index = step.repeat.is_some().then(|| part(&scope.role().name, &name, "index"));
        task.when.push(match &task.index {
            Some(index) => text!("{register}.results[{index}].rc != 0"),
            None => text!("{register}.rc != 0"),
        });
    }
    task = Task { name, module: "ansible.builtin.command".into(), arguments: arguments.into(), environment, ..task };
    task = task.quiet(secret || scope.has_secret(&run));
    become_user(&mut task, user.as_ref());
    tasks.push(repeated(task, step, &context.scope)?);
    Ok(tasks)
}

/// The variables of the environment of a command, and whether a secret is among them.
pub(super) fn environment(step: &Step, scope: &Scope<'_>) -> Result<(Option<Map>, bool), Error> {
    let environment = match node_of(step, "environment", scope)? {
        Some(Node::Map(map)) if !map.is_empty() => Some(map),
        _ => None,
    };
    Ok((environment, step.arguments.get("environment").is_some_and(|environment| scope.has_secret(environment))))
}

/// The arguments of a command that nothing expands.
pub(super) fn arguments(run: &Value, scope: &Scope<'_>) -> Result<Map, Error> {
    Ok(Map::new().with("argv", argv(run, scope)?).with("expand_argument_vars", false))
}

/// The task that finds out whether something is to be done.
pub(super) fn unless(step: &Step, name: &str, register: &Text, scope: &Scope<'_>) -> Result<Task, Error> {
    let command = step.arguments.get("unless").cloned().unwrap_or(Value::None);
    let mut task = Task::new(name, "ansible.builtin.command", arguments(&command, scope)?).register(register).unchanged();
    task.failed_when = Some(false.into());
    task = task.even_in_check_mode();
    Ok(task.quiet(scope.has_secret(&command)))
}

fn become_user(task: &mut Task, user: Option<&Text>) {
    if let Some(user) = user {
        task.become_ = Some(true);
        task.become_user = Some(user.clone());
    }
}

/// The name of the task. In a loop the element is not known yet where the name stands: its label tells the elements apart.
fn called(label: Text, step: &Step) -> Text {
    match label.split_once("{{").filter(|_| step.repeat.is_some()) {
        Some((before, _)) if before.trim().is_empty() => "Run for each of them".into(),
        Some((before, _)) => text!("{} each of them", before.trim_end()),
        None => label,
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
