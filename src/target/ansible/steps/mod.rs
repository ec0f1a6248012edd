//! The words of install and configure bodies: what each becomes on a machine.

mod absent;
mod archive;
mod certificate;
mod cluster;
mod command;
mod daemon;
mod directory;
mod file;
mod group;
mod health;
mod members;
mod notice;
mod packages;
mod ready;
mod repeat;
mod request;
mod task;
mod user;
mod volume;

use super::lower;
use super::names::file_name;
use super::scope::Scope;
use super::task::Task;
use crate::artifact::jinja;
use crate::artifact::tree::Document;
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::IndexMap;
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::value::{Residual, Value};
use std::collections::BTreeSet;

pub use repeat::inside;
use repeat::repeated;

/// What the steps of a role add to it beside tasks.
#[derive(Debug)]
pub struct Context<'a> {
    /// What names are.
    pub scope: Scope<'a>,
    /// Files of the role by their path in it.
    pub files: IndexMap<Text, Document>,
    /// What the role computes for itself.
    pub vars: Map,
    /// Handlers by name.
    pub handlers: IndexMap<Text, Task>,
    /// Lists of tasks of their own, by the name of the file.
    pub parts: IndexMap<Text, Vec<Task>>,
    /// Whether a handler may be waiting.
    pub pending: bool,
    /// Whether a step has written a unit of systemd, or a part of one, which systemd has to read again.
    pub units: bool,
    /// The results of installing packages: in check mode what they bring may not be there.
    pub packages: Vec<Text>,
    /// The results of creating groups, by the group's name: in check mode it may not be there.
    pub groups: IndexMap<Text, Text>,
    /// The variables that hold what tasks answer, by the name that the library gives it.
    pub answers: IndexMap<Text, Text>,
}

/// What must hold for a task that needs what these have made, by their results: in check mode they have made nothing.
fn made<'t>(results: impl IntoIterator<Item = &'t Text>) -> Option<Text> {
    let changed: Vec<Text> = results.into_iter().map(|result| text!("{result} is changed")).collect();
    match changed.as_slice() {
        [] => None,
        [one] => Some(text!("not (ansible_check_mode and {one})")),
        many => Some(text!("not (ansible_check_mode and ({}))", many.join(" or "))),
    }
}

impl Context<'_> {
    /// Adds a file to the role under the last part of the path, or more of it where that is taken.
    fn add(&mut self, folder: &str, path: &str, ending: &str, document: Document) -> Text {
        let plain = file_name(path).replace(|c: char| !c.is_ascii_alphanumeric() && !"-_.@".contains(c), "-");
        // No name begins with what stood around an element of a loop.
        let plain = Some(plain.trim_matches('-')).filter(|plain| !plain.is_empty()).unwrap_or("file");
        let mut name = text!("{plain}{ending}");
        let mut number = 2;
        while self.files.contains_key(&text!("{folder}/{name}")) {
            name = text!("{number}-{plain}{ending}");
            number += 1;
        }
        self.files.insert(text!("{folder}/{name}"), document);
        name
    }
}

/// The tasks of all steps of a part, in their order. Before the first of them that may disturb a daemon stands the question whether there
/// is a cluster; what comes earlier can still ask that cluster for something.
pub fn tasks(steps: &[Step], context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let first = (0..steps.len()).find(|at| notice::disturbs(steps, *at)).unwrap_or_default();
    let mut tasks = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if at == first {
            tasks.extend(health::before(steps, &context.scope)?);
        }
        let made = word(steps, at, context).map_err(|error| error.within(text!("{} {}", step.word, name_of(step))))?;
        tasks.extend(made);
    }
    Ok(tasks)
}

/// The steps of a part that cannot be said, with the reasons.
pub fn failing<'s>(steps: &'s [Step], context: &mut Context<'_>) -> Vec<(&'s Step, Error)> {
    steps.iter().enumerate().filter_map(|(at, step)| Some((step, word(steps, at, context).err()?))).collect()
}

fn word(steps: &[Step], at: usize, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let step = &steps[at];
    let mut tasks = match step.word.as_str() {
        "absent" => absent::absent(step, context)?,
        "members" => members::members(step, context)?,
        "packages" => packages::packages(step, context)?,
        "archive" => archive::archive(step, context)?,
        "user" => user::user(step, context)?,
        "group" => group::group(step, context)?,
        "directory" => directory::directory(step, context)?,
        "file" => file::file(step, &notice::next(steps, at), context)?,
        "certificate" => certificate::certificate(step, &notice::next(steps, at), context)?,
        "daemon" => daemon::daemon(step, context)?,
        "ready" => ready::ready(step, context)?,
        "health" => health::health(step, context)?,
        "command" => command::command(step, context)?,
        "cluster" => cluster::cluster(step, context)?,
        "task" => task::task(step, context)?,
        "volume" => volume::volume(step, context)?,
        _ => return Err(Problem::Shape("the target does not know the word").into()),
    };
    if let Some(condition) = condition(step, &inside(step, &context.scope))? {
        for task in &mut tasks {
            // What is done for whatever came before is done anyhow.
            if task.module != FLUSH {
                task.when.insert(0, condition.clone());
            }
        }
    }
    // What was not done in check mode has answered nothing.
    let used = answers_in(step, context);
    for task in tasks.iter_mut().filter(|task| task.module != FLUSH) {
        task.when.splice(0..0, used.iter().map(|answer| text!("{answer} is not skipped")));
    }
    if let Some(first) = tasks.first_mut() {
        first.comment = first.comment.take().or_else(|| step.doc.clone());
    }
    Ok(tasks)
}

/// The variables of the answers that a step uses, in the order in which tasks gave them.
fn answers_in(step: &Step, context: &Context<'_>) -> Vec<Text> {
    let mut used = BTreeSet::new();
    step.values().for_each(|value| {
        value.walk(&mut |residual| {
            if let Residual::Local(name) = residual {
                used.insert(name.clone());
            }
        });
    });
    context.answers.iter().filter(|(name, _)| used.contains(*name)).map(|(_, variable)| variable.clone()).collect()
}

/// The module that runs waiting handlers.
pub(super) const FLUSH: &str = "ansible.builtin.meta";

/// What must hold for a step to be done.
fn condition(step: &Step, scope: &Scope<'_>) -> Result<Option<Text>, Error> {
    let condition = step.condition.as_ref().map(|condition| lower::expression(condition, scope)).transpose()?;
    condition.map(|condition| jinja::condition(&condition)).transpose()
}

/// The first label as text, with expressions in braces.
fn label(step: &Step, scope: &Scope<'_>) -> Result<Text, Error> {
    let label = step.labels.first().ok_or_else(|| Error::new(Problem::Shape("the step has no name")))?;
    lower::text(label, scope)
}

fn name_of(step: &Step) -> Text {
    step.labels.first().and_then(Value::as_text).cloned().unwrap_or_default()
}

/// What a task is called after something: in a loop the thing has no name yet.
fn called(verb: &str, what: &str, step: &Step) -> Text {
    if step.repeat.is_some() { text!("{verb} all of them") } else { text!("{verb} {what}") }
}

/// An argument as text with expressions in braces.
fn text_of(step: &Step, name: &str, scope: &Scope<'_>) -> Result<Option<Text>, Error> {
    match step.arguments.get(name) {
        None | Some(Value::None) => Ok(None),
        Some(value) => Ok(Some(lower::text(value, scope).map_err(|error| error.within(name))?)),
    }
}

/// An argument that the library says in a word.
fn word_of<'s>(step: &'s Step, name: &str) -> &'s str {
    step.arguments.get(name).and_then(Value::as_text).map_or("", Text::as_str)
}

/// An argument as YAML.
fn node_of(step: &Step, name: &str, scope: &Scope<'_>) -> Result<Option<Node>, Error> {
    match step.arguments.get(name) {
        None | Some(Value::None) => Ok(None),
        Some(value) => Ok(Some(lower::node(value, scope).map_err(|error| error.within(name))?)),
    }
}

/// The arguments of a command as YAML.
fn argv(value: &Value, scope: &Scope<'_>) -> Result<Vec<Node>, Error> {
    let Some(list) = value.as_list() else { return Err(Problem::Shape("a command is a list").into()) };
    list.iter().map(|word| Ok(Node::Folded(lower::text(word, scope)?))).collect()
}

/// Whether a list argument holds something.
fn some(step: &Step, name: &str) -> bool {
    step.arguments.get(name).is_some_and(|value| value.as_list().is_none_or(|list| !list.is_empty()) && *value != Value::None)
}
