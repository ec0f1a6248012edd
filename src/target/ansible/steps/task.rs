//! A module of Ansible itself.

use super::{Context, inside, repeated};
use crate::artifact::jinja::Expr;
use crate::artifact::yaml::Map;
use crate::artifact::{Error, Problem};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::variable;
use crate::target::ansible::task::Task;
use crate::value::Value;

/// What the library says of a task itself, beside the arguments of its module.
const CHANGES: &str = "changes";

pub(super) fn task(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let words: Vec<_> = step.labels.iter().filter_map(Value::as_text).collect();
    let (module, name, result) = match words.as_slice() {
        [module, name] => (module, name, None),
        [module, name, result] => (module, name, Some(*result)),
        _ => return Err(Problem::Shape("a task has the name of a module and its own").into()),
    };
    let mut arguments = Map::new();
    let mut secret = false;
    let asks = match step.arguments.get(CHANGES) {
        Some(Value::Bool(changes)) => !changes,
        _ => return Err(Problem::Shape("whether a task changes something is known before").into()),
    };
    for (key, value) in step.arguments.iter().filter(|(key, _)| *key != CHANGES) {
        secret |= scope.has_secret(value);
        arguments.push(key.clone(), lower::node(value, &scope)?);
    }
    let mut task = Task::new((*name).clone(), module, arguments).quiet(secret);
    if asks {
        task = task.unchanged().even_in_check_mode();
    }
    if let Some(result) = result {
        let register = variable(&scope.role().name, result);
        task = task.register(&register);
        context.answers.insert(result.clone(), register.clone());
        context.scope = context.scope.with(result, Expr::variable(register), None);
    }
    Ok(vec![repeated(task, step, &context.scope)?])
}
