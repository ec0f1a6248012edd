//! Asking an API until it answers as it should.

use super::{Context, condition, some, text_of};
use crate::artifact::Error;
use crate::artifact::yaml::{Map, Node};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::variable;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn health(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let role = &context.scope.role().name;
    let register = variable(role, "health");
    let tries = step.arguments.get("tries").and_then(Value::as_int).unwrap_or(30);
    let (arguments, secret) = request(step, &context.scope)?;
    let cluster = is_cluster(step);
    let name = if cluster { "Wait until the cluster is healthy again" } else { "Wait until it is healthy" };
    let mut task = Task::new(name, "ansible.builtin.uri", arguments).register(&register).quiet(secret);
    task.until = Some((answers(step, &register), tries, 2));
    task.when.push("not ansible_check_mode".into());
    if cluster {
        task.when.push(before_answers(step, role));
    }
    Ok(vec![task])
}

/// The task that asks before the changes whether there is a cluster that must be healthy again after them.
pub(super) fn before(steps: &[Step], scope: &Scope<'_>) -> Result<Vec<Task>, Error> {
    let mut tasks = Vec::new();
    for step in steps.iter().filter(|step| step.word == "health" && is_cluster(step)) {
        let (arguments, secret) = request(step, scope)?;
        let mut task = Task::new("Ask for a cluster before the changes", "ansible.builtin.uri", arguments);
        task.comment = Some("A member of a cluster must find it again before the next one changes; in a new one nobody can yet.".into());
        task = task.register(&variable(&scope.role().name, "before")).quiet(secret);
        task.failed_when = Some(false.into());
        task.when.extend(condition(step, scope)?);
        task.when.push("not ansible_check_mode".into());
        tasks.push(task);
    }
    Ok(tasks)
}

fn is_cluster(step: &Step) -> bool {
    step.arguments.get("cluster") == Some(&Value::Bool(true))
}

fn expected(step: &Step) -> Vec<i64> {
    step.arguments.get("expect").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_int).collect()
}

fn answers(step: &Step, register: &Text) -> Text {
    match expected(step).as_slice() {
        [one] => text!("{register}.status == {one}"),
        many => text!("{register}.status in {many:?}"),
    }
}

fn before_answers(step: &Step, role: &str) -> Text {
    let register = variable(role, "before");
    match expected(step).as_slice() {
        [one] => text!("{register}.status | default(0) == {one}"),
        many => text!("{register}.status | default(0) in {many:?}"),
    }
}

fn request(step: &Step, scope: &Scope<'_>) -> Result<(Map, bool), Error> {
    let mut arguments = Map::new().with("url", Node::folded(text_of(step, "url", scope)?.unwrap_or_default()));
    let mut secret = false;
    if let Some(headers) = step.arguments.get("headers").filter(|headers| headers.as_map().is_some_and(|map| !map.is_empty())) {
        arguments.push("headers", lower::node(headers, scope)?);
        secret = scope.has_secret(headers);
    }
    if some(step, "authority") {
        arguments = arguments.maybe("ca_path", text_of(step, "authority", scope)?);
    }
    let expected = expected(step);
    if expected != [200] {
        arguments.push("status_code", expected);
    }
    Ok((arguments, secret))
}
