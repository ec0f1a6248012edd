//! A group.

use super::{Context, inside, label, node_of, repeated};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::names::part;
use crate::target::ansible::task::Task;

pub(super) fn group(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let name = label(step, &scope)?;
    let title = super::called("Create", &text!("the group {name}"), step);
    let arguments = Map::new().with("name", name.clone()).maybe("system", node_of(step, "system", &scope)?);
    let made = part(&scope.role().name, &name, "group");
    let task = Task::new(title, "ansible.builtin.group", arguments).register(&made);
    context.groups.insert(name, made);
    Ok(vec![repeated(task, step, &context.scope)?])
}
