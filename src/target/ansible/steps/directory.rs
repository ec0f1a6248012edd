//! A directory.

use super::{Context, inside, label, repeated, text_of};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::shape::role::Step;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;

pub(super) fn directory(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let path = label(step, &scope)?;
    let title = super::called("Create", &path, step);
    let arguments = owned(Map::new().with("path", path).with("state", "directory"), step, &scope)?;
    Ok(vec![repeated(Task::new(title, "ansible.builtin.file", arguments), step, &context.scope)?])
}

/// Adds owner, group and mode.
pub(super) fn owned(map: Map, step: &Step, scope: &Scope<'_>) -> Result<Map, Error> {
    let owner = text_of(step, "owner", scope)?.unwrap_or_else(|| "root".into());
    let group = text_of(step, "group", scope)?.unwrap_or_else(|| owner.clone());
    Ok(map.with("owner", owner).with("group", group).maybe("mode", text_of(step, "mode", scope)?))
}
