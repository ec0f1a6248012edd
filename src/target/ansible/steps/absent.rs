//! A file that must not be there.

use super::{Context, inside, label, repeated};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::task::Task;

pub(super) fn absent(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let path = label(step, &scope)?;
    let title = if step.repeat.is_some() { "Remove the files".into() } else { text!("Remove {path}") };
    let arguments = Map::new().with("path", path).with("state", "absent");
    Ok(vec![repeated(Task::new(title, "ansible.builtin.file", arguments), step, &context.scope)?])
}
