//! What is known of the resources of a unit before an apply: their arguments, as the module makes them of what the unit is given.

use super::keys::Values;
use super::world::{Bound, Instance, Mocks, World};
use crate::base::{Text, text};
use crate::shape::Module;
use crate::shape::module::Body;
use crate::value::{Entries, Residual, Value};

/// A resource, or one of those that a `for_each` makes.
#[derive(Debug)]
pub struct Known {
    /// As OpenTofu names it: `hcloud_server.node["web-0"]`, `data.hcloud_image.baked`.
    pub address: Text,
    /// Its arguments, and its blocks by their names, each a list of all that there are; without those that are not known.
    pub arguments: Entries,
}

/// The resources and data sources of a unit; those whose number is not known are left out.
pub fn known(module: &Module, inputs: &[(Text, Value)]) -> Vec<Known> {
    let defaults = module.holes.iter().filter_map(|hole| Some((hole.name.clone(), hole.default.clone()?)));
    let given = inputs.iter().filter(|(_, value)| !is_open(value)).cloned();
    let values: Values = defaults.chain(given).collect();
    let mocks = Mocks::new();
    let world = World::new(module, &values, &mocks);
    let mut found = Vec::new();
    for (prefix, resource) in module.data.iter().map(|of| ("data.", of)).chain(module.resources.iter().map(|of| ("", of))) {
        for instance in world.instances(resource).unwrap_or_default() {
            let key = match &instance {
                Instance::Only => String::new(),
                Instance::Present => "[\"this\"]".to_owned(),
                Instance::Entry(key, _) => format!("[\"{key}\"]"),
            };
            let address = text!("{prefix}{}.{}{key}", resource.ty, resource.name);
            let arguments = arguments(&world, &resource.body, Bound { instance: &instance, locals: &[] });
            found.push(Known { address, arguments });
        }
    }
    found
}

/// The addresses of what a module may hold, without keys.
pub fn addresses(module: &Module) -> Vec<Text> {
    let data = module.data.iter().map(|of| text!("data.{}.{}", of.ty, of.name));
    data.chain(module.resources.iter().map(|of| text!("{}.{}", of.ty, of.name))).collect()
}

fn arguments(world: &World<'_>, body: &Body, bound: Bound<'_>) -> Entries {
    let mut found = Entries::new();
    for (name, value) in &body.arguments {
        if let Some(value) = world.value(value, bound).filter(|value| !is_open(value)) {
            found.insert(name.clone(), value);
        }
    }
    for block in &body.blocks {
        if found.get(&block.name).is_some() {
            continue;
        }
        let Some(made) = world.blocks(body, &block.name, bound) else { continue };
        let objects = made.iter().map(|made| {
            let bound = Bound { instance: bound.instance, locals: &made.locals };
            Value::Map(arguments(world, &made.block.body, bound).into())
        });
        found.insert(block.name.clone(), Value::list(objects));
    }
    found
}

/// Whether a tool alone knows a value, or a part of it.
fn is_open(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |_: &Residual| found = true);
    found
}
