//! A product in one environment: its instances with their values, what units and machines get, what was allocated.

use super::line;
use super::value::show;
use crate::plan::{Phase, Plan, Tool};
use crate::value::{InstanceId, Value};

pub(super) fn print(plan: &Plan, text: &mut String) {
    let of = format!("{}/{}", plan.product.name.text, plan.environment);
    let path = |id: InstanceId| match plan.instances.get(id.0 as usize) {
        Some(instance) => match instance.stack.and_then(|stack| plan.instances.get(stack.0 as usize)) {
            Some(stack) => format!("{}.{}", stack.name, instance.name),
            None => instance.name.to_string(),
        },
        None => format!("instance {}", id.0),
    };
    let called = |id: InstanceId| match plan.instances.get(id.0 as usize) {
        Some(instance) => format!("{} {}", instance.keyword, path(id)),
        None => path(id),
    };
    let shown = |value: &Value| show(value, &called);
    for (index, instance) in plan.instances.iter().enumerate().filter(|(_, instance)| !instance.keyword.is_empty()) {
        let name = called(InstanceId(index as u32));
        line(text, format_args!("{of} {name} of {}", instance.definition));
        for (field, value) in &instance.fields {
            line(text, format_args!("{of} {}.{field} = {}", path(InstanceId(index as u32)), shown(value)));
        }
    }
    for unit in &plan.units {
        line(text, format_args!("{of} unit {} of {} on {}", unit.path, unit.module, unit.provider));
        for (input, value) in &unit.inputs {
            line(text, format_args!("{of} unit {}.{input} = {}", unit.path, shown(value)));
        }
        for needed in &unit.dependencies {
            line(text, format_args!("{of} unit {} needs {}", unit.path, needed.path));
        }
        for needed in &unit.behind {
            line(text, format_args!("{of} unit {} stands on {}", unit.path, needed.path));
        }
    }
    for host in &plan.hosts {
        line(text, format_args!("{of} machine {} = {}", host.name, shown(&host.record)));
        line(text, format_args!("{of} machine {} has {}", host.name, host.services.join(", ")));
    }
    for service in &plan.services {
        let name = format!("{of} service {}/{}", service.stack, service.service);
        line(text, format_args!("{name} on {}", service.hosts.join(", ")));
        for (variable, value) in &service.group_vars {
            line(text, format_args!("{name} everywhere {variable} = {}", shown(value)));
        }
        for (host, values) in &service.host_vars {
            for (variable, value) in values {
                line(text, format_args!("{name} on {host} {variable} = {}", shown(value)));
            }
        }
    }
    for stack in &plan.stacks {
        let needs: Vec<&str> = stack.needs.iter().map(|need| need.as_str()).collect();
        line(text, format_args!("{of} stack {} behind [{}]", stack.name, needs.join(", ")));
    }
    let phase = |of: &Phase| match of.tool {
        Tool::OpenTofu => format!("units of {}", of.stack),
        Tool::Ansible => format!("machines of {}", of.stack),
    };
    let phases: Vec<String> = plan.phases.iter().map(phase).collect();
    line(text, format_args!("{of} in order: {}", phases.join(", ")));
    for (key, made) in &plan.allocations {
        line(text, format_args!("{of} allocated {key} = {}", made.value));
    }
}
