//! Packages of the distribution.

use super::{Context, node_of};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::task::Task;
use crate::value::Value;

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
    let mut tasks = vec![Task::new("Install the packages", "ansible.builtin.apt", arguments)];
    // A unit can be masked before its package is there; it can be stopped only afterwards, where an older release let it run.
    for unit in step.arguments.get("masked").and_then(Value::as_list).into_iter().flatten().filter_map(Value::as_text) {
        let masked = Map::new().with("name", unit.clone()).with("masked", true);
        tasks.insert(0, Task::new(text!("Keep {unit} from being started"), "ansible.builtin.systemd_service", masked));
        let stopped = Map::new().with("name", unit.clone()).with("state", "stopped");
        tasks.push(Task::new(text!("Stop {unit}"), "ansible.builtin.systemd_service", stopped).when("not ansible_check_mode"));
    }
    Ok(tasks)
}
