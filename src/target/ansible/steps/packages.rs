//! Packages of the distribution.

use super::{Context, node_of};
use crate::artifact::Error;
use crate::artifact::yaml::{Map, Node};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::names::variable;
use crate::target::ansible::task::Task;
use crate::value::Value;

/// The age in seconds up to which lists of packages are not fetched again.
const FRESH: i64 = 3600;

pub(super) fn packages(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let names = match node_of(step, "names", &context.scope)? {
        Some(names) => Some(names),
        None => node_of(step, "packages", &context.scope)?,
    };
    let role = &context.scope.role().name;
    let part: Text = match context.packages.len() {
        0 => "packages".into(),
        before => text!("packages_{}", before + 1),
    };
    let (lists, installed) = (variable(role, &text!("lists_of_{part}")), variable(role, &text!("installed_{part}")));

    let look = Map::new().with("paths", "/var/lib/apt/lists").with("patterns", "*_Packages*");
    let mut look = Task::new("Look for the lists of packages", "ansible.builtin.find", look).register(&lists);
    look.comment = Some("An image is shipped without them, whatever the time of their last update says.".into());

    let arguments = Map::new()
        .maybe("name", names)
        .with("state", "present")
        .with("update_cache", true)
        .with("cache_valid_time", text!("{{{{ {FRESH} if {lists}.matched > 0 else 0 }}}}"))
        .with("install_recommends", false);
    let mut install = Task::new("Install the packages", "ansible.builtin.apt", arguments).register(&installed);
    install.comment = Some("Check mode fetches no lists: without them a package that is missing cannot be looked up.".into());
    install.changed_when = Some(Node::folded(text!("{installed} is changed or {installed} is failed")));
    install.failed_when = Some(Node::folded(text!("{installed} is failed and not (ansible_check_mode and {lists}.matched == 0)")));
    context.packages.push(installed);

    // A unit can be masked before its package is there; it can be stopped only afterwards, where an older release let it run.
    let masked: Vec<&Text> =
        step.arguments.get("masked").and_then(Value::as_list).into_iter().flatten().filter_map(Value::as_text).collect();
    let mask = |unit: &&Text| {
        let arguments = Map::new().with("name", (*unit).clone()).with("masked", true);
        Task::new(text!("Keep {unit} from being started"), "ansible.builtin.systemd_service", arguments)
    };
    let stop = |unit: &&Text| {
        let arguments = Map::new().with("name", (*unit).clone()).with("state", "stopped");
        Task::new(text!("Stop {unit}"), "ansible.builtin.systemd_service", arguments).when("not ansible_check_mode")
    };
    Ok(masked.iter().map(mask).chain([look, install]).chain(masked.iter().map(stop)).collect())
}
