//! Waiting until something listens.

use super::{Context, node_of, text_of};
use crate::artifact::Error;
use crate::artifact::yaml::Map;
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::task::Task;

pub(super) fn ready(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let port = text_of(step, "port", &context.scope)?.unwrap_or_default();
    let arguments = Map::new()
        .maybe("host", node_of(step, "address", &context.scope)?)
        .maybe("port", node_of(step, "port", &context.scope)?)
        .maybe("timeout", node_of(step, "timeout", &context.scope)?);
    let task = Task::new(text!("Wait for port {port}"), "ansible.builtin.wait_for", arguments);
    Ok(vec![task.when("not ansible_check_mode")])
}
