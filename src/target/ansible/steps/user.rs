//! A user: of the system with a group of its own, or a person with keys.

use super::{Context, inside, label, node_of, repeated, some, text_of};
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, jinja};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn user(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let name = label(step, &scope)?;
    let system = step.arguments.get("system") != Some(&Value::Bool(false));
    let what = |thing: &str, person: &str| -> Text { if step.repeat.is_some() { person.into() } else { text!("{thing} {name}") } };
    let mut tasks = Vec::new();
    if system {
        let arguments = Map::new().with("name", name.clone()).with("system", true);
        tasks.push(Task::new(what("Create the group", "Create the groups"), "ansible.builtin.group", arguments));
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
    tasks.push(Task::new(what("Create the user", "Create the users"), "ansible.builtin.user", arguments).quiet(!system));
    if let Some(keys) = step.arguments.get("keys").filter(|keys| **keys != Value::None) {
        let key = match keys.as_list() {
            Some([key]) => lower::text(key, &scope)?,
            _ => jinja::value(&lower::expression(keys, &scope)?.filter_with("join", ["\n"]))?,
        };
        let arguments = Map::new().with("user", name.clone()).with("key", Node::Folded(key)).with("exclusive", true);
        // In check mode the user may not be there yet.
        let task = Task::new(what("Authorize the keys of", "Authorize their keys"), "ansible.posix.authorized_key", arguments);
        tasks.push(task.when("not ansible_check_mode"));
    }
    tasks.into_iter().map(|task| repeated(task, step, &context.scope)).collect()
}
