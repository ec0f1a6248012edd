//! Packages of the distribution.

use super::{Context, node_of};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::shape::role::Step;
use crate::target::ansible::task::Task;

pub(super) fn packages(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let names = match node_of(step, "names", &context.scope)? {
        Some(names) => Some(names),
        None => node_of(step, "packages", &context.scope)?,
    };
    let arguments = Map::new()
        .maybe("name", names)
        .with("state", "present")
        .with("update_cache", true)
        .with("cache_valid_time", 3600)
        .with("install_recommends", false);
    Ok(vec![Task::new("Install the packages", "ansible.builtin.apt", arguments)])
}
