//! What happens once for all members: commands or a request, unless a question says that it is done.

use super::command::{Environment, unless};
use super::request::{expected, request};
use super::{Context, label, some};
use crate::artifact::{Error, Problem};
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::names::part;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn cluster(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = context.scope.clone();
    let name = label(step, &scope)?;
    let what = name.replace('-', " ");
    let register = part(&scope.role().name, &name, "found");
    let environment = Environment::of(step, &scope)?;
    let title = text!("Look for the {what}");
    let mut tasks = Vec::new();
    let missing = match step.arguments.get("unless_request").filter(|value| **value != Value::None) {
        Some(question) => {
            let mut task = request(title, question, context)?.register(&register);
            task.failed_when = Some(false.into());
            // Before the members have agreed on a leader there is no answer.
            task.until = Some((text!("0 < {register}.status < 500"), 60, 2));
            tasks.push(task);
            match expected(question).as_slice() {
                [one] => text!("{register}.status != {one}"),
                many => text!("{register}.status not in {many:?}"),
            }
        }
        None if some(step, "unless") => {
            tasks.push(unless(step, &title, &register, &environment, &scope)?);
            text!("{register}.rc != 0")
        }
        None => return Err(Problem::Shape("what happens once says how to see that it has happened").into()),
    };
    let steps = step.arguments.get("steps").and_then(Value::as_list).unwrap_or_default();
    for (at, command) in steps.iter().enumerate() {
        let title = if steps.len() == 1 { text!("Make the {what}") } else { text!("Make the {what}, step {}", at + 1) };
        let task = Task::new(title, "ansible.builtin.command", environment.arguments(command, &scope)?).quiet(scope.has_secret(command));
        let task = environment.around(task);
        tasks.push(Task { changed_when: Some(true.into()), ..task.when(missing.clone()) });
    }
    if let Some(answer) = step.arguments.get("request").filter(|value| **value != Value::None) {
        let task = request(text!("Make the {what}"), answer, context)?;
        tasks.push(Task { changed_when: Some(true.into()), ..task.when(missing) });
    }
    Ok(tasks)
}
