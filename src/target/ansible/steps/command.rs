//! A command that makes something once.

use super::{Context, argv, inside, label, repeated, some, text_of};
use crate::artifact::jinja::{self, Part};
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::part;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn command(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let name = called(label(step, &scope)?, step);
    let run = step.arguments.get("run").cloned().unwrap_or(Value::None);
    let environment = Environment::of(step, &scope)?;
    let mut arguments = environment.arguments(&run, &scope)?;
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
        let mut check = unless(step, &text!("Look whether to {}", lower_first(&name)), &register, &environment, &scope)?;
        become_user(&mut check, user.as_ref());
        tasks.push(repeated(check, step, &context.scope)?);
        // Of a loop there is a result for each element.
        task.index = step.repeat.is_some().then(|| part(&scope.role().name, &name, "index"));
        task.when.push(match &task.index {
            Some(index) => text!("{register}.results[{index}].rc != 0"),
            None => text!("{register}.rc != 0"),
        });
    }
    task = environment.around(Task { name, module: "ansible.builtin.command".into(), arguments: arguments.into(), ..task });
    task = task.quiet(scope.has_secret(&run));
    become_user(&mut task, user.as_ref());
    tasks.push(repeated(task, step, &context.scope)?);
    Ok(tasks)
}

/// What sets the variables that come by the standard input, and becomes the command.
const READ: &str = "eval \"$(cat)\"; exec \"$@\"";

/// The environment of a command.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// What Ansible itself sets.
    open: Option<Map>,
    /// Where a secret is in it: the lines of a shell that set it, for the standard input. What Ansible sets stands in the arguments of the
    /// shell that becomes another user, which everybody on the machine sees, and sudo writes down.
    hidden: Option<Text>,
}

impl Environment {
    /// That of a step.
    pub(super) fn of(step: &Step, scope: &Scope<'_>) -> Result<Environment, Error> {
        let Some(given) = step.arguments.get("environment").filter(|given| **given != Value::None) else {
            return Ok(Environment::default());
        };
        if !scope.has_secret(given) {
            let open = match lower::node(given, scope).map_err(|error| error.within("environment"))? {
                Node::Map(map) if !map.is_empty() => Some(map),
                _ => None,
            };
            return Ok(Environment { open, hidden: None });
        }
        let Some(variables) = given.as_map() else { return Err(Problem::Shape("an environment with a secret names its variables").into()) };
        let mut parts = Vec::new();
        for (name, value) in variables {
            if !is_variable(name) {
                return Err(Error::new(Problem::Shape("a shell has no variable of that name")).within(name.clone()));
            }
            let lead = if parts.is_empty() { "" } else { "\n" };
            parts.push(Part::text(text!("{lead}export {name}=")));
            parts.push(lower::expression(value, scope)?.filter("quote").into());
        }
        Ok(Environment { open: None, hidden: Some(jinja::line(&parts)?) })
    }

    /// The arguments of a command in it, which nothing expands.
    pub(super) fn arguments(&self, run: &Value, scope: &Scope<'_>) -> Result<Map, Error> {
        let words = argv(run, scope)?;
        let arguments = match &self.hidden {
            None => Map::new().with("argv", Node::from(words)),
            Some(lines) => {
                let shell = ["/bin/sh", "-euc", READ, "sh"].map(Node::from);
                let words: Vec<Node> = shell.into_iter().chain(words).collect();
                Map::new().with("argv", Node::from(words)).with("stdin", lines.clone())
            }
        };
        Ok(arguments.with("expand_argument_vars", false))
    }

    /// A task with what Ansible sets; where a secret is in it, nothing of it is shown.
    pub(super) fn around(&self, task: Task) -> Task {
        Task { environment: self.open.clone(), ..task }.quiet(self.hidden.is_some())
    }
}

/// Whether a shell has variables of that name.
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The task that finds out whether something is to be done.
pub(super) fn unless(step: &Step, name: &str, register: &Text, environment: &Environment, scope: &Scope<'_>) -> Result<Task, Error> {
    let command = step.arguments.get("unless").cloned().unwrap_or(Value::None);
    let mut task = Task::new(name, "ansible.builtin.command", environment.arguments(&command, scope)?).register(register).unchanged();
    task.failed_when = Some(false.into());
    task = environment.around(task.even_in_check_mode());
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
