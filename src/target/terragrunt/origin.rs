//! What says a part of a unit's file.

use crate::base::{Key, Text, text};
use crate::plan::{Instance, Plan, Unit};
use crate::shape::{Source, key_of};
use crate::target::common::origin::{Part, Said};
use crate::value::Value;

/// What says a part of `live/PRODUCT/ENVIRONMENT/STACK/UNIT/terragrunt.hcl`.
pub fn origin(part: &Part<'_>) -> Vec<Said> {
    let ["live", _, environment, stack, name, "terragrunt.hcl"] = part.folders()[..] else { return Vec::new() };
    let Some(plan) = part.plan(environment) else { return Vec::new() };
    let Some(unit) = plan.units.iter().find(|unit| unit.stack == stack && unit.name == name) else { return Vec::new() };
    let mut said = match part.keys {
        [Key::Name(inputs), Key::Name(input), path @ ..] if inputs == "inputs" => of_input(part, plan, unit, input, path),
        [Key::Name(dependency), Key::Name(of), path @ ..] if dependency == "dependency" => of_dependency(plan, unit, of, path),
        // How its plugins are configured, and behind what they are there, its provider decides.
        [Key::Name(generate), ..] if generate == "generate" || generate == "dependencies" => of_provider(plan, unit),
        _ => Vec::new(),
    };
    said.push(Said::Place { what: format!("{stack}.{name}").into(), span: unit.span });
    said
}

fn of_input(part: &Part<'_>, plan: &Plan, unit: &Unit, input: &Text, path: &[Key]) -> Vec<Said> {
    let shape = part.shapes.modules.get(&(unit.module.clone(), unit.provider.clone()));
    let Some(hole) = shape.and_then(|shape| shape.holes.iter().find(|hole| hole.name == *input)) else { return Vec::new() };
    let field = |instance, field: &Text, path: &[Key]| Said::Field {
        environment: plan.environment.clone(),
        instance,
        field: field.clone(),
        host: None,
        path: path.to_vec(),
    };
    match &hole.source {
        Source::Field(name) => vec![field(unit.instance, name, path)],
        Source::Keyed(name, by) => {
            let value = plan.instances.get(unit.instance.0 as usize).and_then(|instance| instance.fields.get(name));
            let elements = value.and_then(Value::as_list).unwrap_or_default();
            let at = |key: &Text| elements.iter().position(|element| key_of(element, by).as_ref() == Some(key));
            match path {
                [Key::Name(key), rest @ ..] => {
                    let path: Vec<Key> = at(key).map(Key::At).into_iter().chain(rest.iter().cloned()).collect();
                    vec![field(unit.instance, name, &path)]
                }
                _ => vec![field(unit.instance, name, &[])],
            }
        }
        Source::Deferred(of, output) => {
            let needed = plan.instances.get(unit.instance.0 as usize).and_then(|instance| instance.fields.get(of));
            let mut said = vec![field(unit.instance, of, &[])];
            if let Some(Value::Instance(needed)) = needed {
                said.push(field(*needed, output, path));
            }
            said
        }
        Source::Builtin(_) => Vec::new(),
    }
}

fn of_provider(plan: &Plan, unit: &Unit) -> Vec<Said> {
    let provider = plan.provider(&unit.provider_instance);
    let place = |of: &Instance| Said::Place { what: text!("provider {}", of.name), span: of.declaration.name.span };
    provider.map(place).into_iter().collect()
}

/// The output that a value stands for, or every one that an input or the provider needs.
fn of_dependency(plan: &Plan, unit: &Unit, name: &Text, path: &[Key]) -> Vec<Said> {
    let Some(dependency) = unit.dependencies.iter().find(|dependency| dependency.name == *name) else { return Vec::new() };
    let field = |field: Text, path: &[Key]| Said::Field {
        environment: plan.environment.clone(),
        instance: dependency.instance,
        field,
        host: None,
        path: path.to_vec(),
    };
    if let [Key::Name(mocks), Key::Name(output), path @ ..] = path
        && mocks == "mock_outputs"
    {
        return vec![field(output.clone(), path)];
    }
    let outputs = plan.outputs_read(unit).remove(&dependency.instance).unwrap_or_default();
    outputs.into_iter().map(|output| field(output, &[])).collect()
}
