//! A module of Ansible itself.

use super::{Context, inside, repeated};
use crate::artifact::yaml::Map;
use crate::artifact::{Error, Problem};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn task(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let words: Vec<_> = step.labels.iter().filter_map(Value::as_text).collect();
    let [module, name] = words.as_slice() else { return Err(Problem::Shape("a task has the name of a module and its own").into()) };
    let mut arguments = Map::new();
    let mut secret = false;
    for (key, value) in &step.arguments {
        secret |= scope.has_secret(value);
        arguments.push(key.clone(), lower::node(value, &scope)?);
    }
    let task = Task::new((*name).clone(), module, arguments).quiet(secret);
    Ok(vec![repeated(task, step, &context.scope)?])
}
