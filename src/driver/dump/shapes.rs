//! Modules and roles: their variables, resources and steps.

use super::line;
use super::value::show;
use crate::shape::module::{Body, Repeat};
use crate::shape::role::Step;
use crate::shape::{Hole, Shapes};
use crate::value::{InstanceId, Value};

/// In a shape no instance has a name: there are none yet.
fn shown(value: &Value) -> String {
    show(value, &|id: InstanceId| format!("instance {}", id.0))
}

pub(super) fn print(shapes: &Shapes, text: &mut String) {
    for ((name, provider), module) in &shapes.modules {
        let of = format!("module {name} on {provider}");
        for hole in &module.holes {
            line(text, format_args!("{of}: {}", variable(hole)));
        }
        for resource in module.data.iter().chain(&module.resources) {
            let what = format!("{of}: {}.{}", resource.ty, resource.name);
            match &resource.repeat {
                Repeat::Once => line(text, format_args!("{what} once")),
                Repeat::If(condition) => line(text, format_args!("{what} if {}", shown(condition))),
                Repeat::Each(map) => line(text, format_args!("{what} for each of {}", shown(map))),
            }
            body(&what, &resource.body, text);
        }
        for output in &module.outputs {
            line(text, format_args!("{of}: output {}: {} = {}", output.name, output.ty, shown(&output.value)));
        }
    }
    for (name, role) in &shapes.roles {
        for hole in &role.holes {
            let scope = if hole.per_host { " on each machine" } else { "" };
            line(text, format_args!("role {name}: {}{scope}", variable(hole)));
        }
        for (phase, steps) in [("install", &role.install), ("configure", &role.configure), ("cluster", &role.cluster)] {
            for one in steps {
                step(&format!("role {name}: {phase}"), one, text);
            }
        }
    }
}

fn variable(hole: &Hole) -> String {
    let default = hole.default.as_ref().map_or_else(String::new, |value| format!(" = {}", shown(value)));
    let secret = if hole.secret { " secret" } else { "" };
    format!("variable {}: {}{default}{secret}", hole.name, hole.ty)
}

fn body(what: &str, body: &Body, text: &mut String) {
    for (name, value) in &body.arguments {
        line(text, format_args!("{what}.{name} = {}", shown(value)));
    }
    for block in &body.blocks {
        let inner = match &block.repeat {
            Some((name, over)) => format!("{what}.{} for {name} in {}", block.name, shown(over)),
            None => format!("{what}.{}", block.name),
        };
        self::body(&inner, &block.body, text);
    }
}

fn step(of: &str, step: &Step, text: &mut String) {
    let labels: String = step.labels.iter().map(|label| format!(" {}", shown(label))).collect();
    let repeat = step.repeat.as_ref().map_or_else(String::new, |of| {
        let key = of.key.as_ref().map_or_else(String::new, |key| format!("{key}, "));
        format!(" for {key}{} in {}", of.element, shown(&of.source))
    });
    let kept = step.condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", shown(condition)));
    let what = format!("{of} {}{labels}{repeat}{kept}", step.word);
    line(text, format_args!("{what}"));
    for (name, value) in step.arguments.iter().filter(|(_, value)| **value != Value::None) {
        line(text, format_args!("{what}: {name} = {}", shown(value)));
    }
}
