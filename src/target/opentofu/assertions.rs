//! What a test of a module asserts: every argument of every resource, and every output, is what the module makes of its variables.

use super::compare::{self, Condition};
use super::world::{Bound, Instance, Made, NOTHING, World};
use crate::artifact::hcl::Expr;
use crate::base::{Text, text};
use crate::schema::{self, Nesting};
use crate::shape::Module;
use crate::shape::module::{Body, Repeat, Resource};
use crate::value::{Residual, Value};

/// What is no argument of a plugin's.
const META: &[&str] = &["provider", "depends_on"];
/// Blocks that OpenTofu keeps for itself.
const META_BLOCKS: &[&str] = &["lifecycle", "timeouts", "connection", "provisioner"];

/// What must be true of a module in a world, each with a sentence for whom it is not.
pub(super) fn assertions(module: &Module, world: &World<'_>) -> Vec<(Expr, Text)> {
    let mut found = Vec::new();
    let data = module.data.iter().map(|data| (true, data));
    for (data, resource) in data.chain(module.resources.iter().map(|resource| (false, resource))) {
        let name = text!("{}{}.{}", if data { "data." } else { "" }, resource.ty, resource.name);
        let conditions = of_resource(resource, world, &Expr::path(&name));
        found
            .extend(conditions.into_iter().map(|(condition, what)| (condition, text!("The {what} of {name} must be as the module says."))));
    }
    for output in &module.outputs {
        let Some(expected) = world.value(&output.value, NOTHING) else { continue };
        let actual = Expr::path("output").attribute(output.name.clone());
        let conditions = compare::output(actual, &expected, &text!("output {}", output.name));
        found.extend(conditions.into_iter().map(|(condition, what)| (condition, text!("The {what} must be as the module says."))));
    }
    found
}

fn of_resource(resource: &Resource, world: &World<'_>, address: &Expr) -> Vec<Condition> {
    let Some(instances) = world.instances(resource) else { return Vec::new() };
    let mut found = Vec::new();
    match &resource.repeat {
        Repeat::Once => {}
        Repeat::If(_) => found.push(compare::keys(address, instances.iter().map(|_| "this".into()), &"instances".into())),
        Repeat::Each(_) => found.push(compare::keys(address, instances.iter().filter_map(Instance::key).cloned(), &"instances".into())),
    }
    for instance in &instances {
        let at = match instance {
            Instance::Only => address.clone(),
            Instance::Present => address.clone().index("this"),
            Instance::Entry(key, _) => address.clone().index(key.clone()),
        };
        let bound = Bound { instance, locals: &[] };
        // What is the same for all of them is asserted of the first.
        let is_further = instances.first() != Some(instance);
        let body = Said { body: &resource.body, schema: resource.schema.as_deref(), bound, is_further };
        found.extend(body.conditions(world, &at, ""));
    }
    found
}

/// Whether a value may differ between the instances of a resource.
fn is_of_instance(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |residual| found |= matches!(residual, Residual::EachKey | Residual::EachValue));
    found
}

/// A body as it is said for one instance.
struct Said<'a> {
    body: &'a Body,
    schema: Option<&'a schema::Block>,
    bound: Bound<'a>,
    /// Whether everything is asserted of another instance.
    is_further: bool,
}

impl Said<'_> {
    fn conditions(&self, world: &World<'_>, at: &Expr, within: &str) -> Vec<Condition> {
        let mut found = Vec::new();
        for (name, value) in self.body.arguments.iter().filter(|(name, _)| !META.contains(&name.as_str())) {
            let Some(expected) = world.value(value, self.bound) else { continue };
            if self.is_further && !is_of_instance(value) {
                continue;
            }
            let of = self.schema.and_then(|schema| schema.attributes.get(name));
            if self.schema.is_some() && of.is_none() {
                continue;
            }
            found.extend(compare::attribute(at.clone().attribute(name.clone()), &expected, of, &text!("{within}{name}")));
        }
        let mut names: Vec<&Text> = Vec::new();
        for block in self.body.blocks.iter().filter(|block| !META_BLOCKS.contains(&block.name.as_str())) {
            if !names.contains(&&block.name) {
                names.push(&block.name);
            }
        }
        for name in names {
            let Some(made) = world.blocks(self.body, name, self.bound) else { continue };
            found.extend(self.blocks(world, &made, name, at, within));
        }
        found
    }

    /// The blocks of one name.
    fn blocks(&self, world: &World<'_>, made: &[Made<'_>], name: &Text, at: &Expr, within: &str) -> Vec<Condition> {
        let nested = self.schema.and_then(|schema| schema.blocks.get(name));
        let actual = at.clone().attribute(name.clone());
        let what = text!("{within}{name}");
        let within = |made: &Made<'_>, at: &Expr, what: &Text| {
            let bound = Bound { instance: self.bound.instance, locals: &made.locals };
            let is_further = self.is_further && made.block.repeat.is_none();
            let body = Said { body: &made.block.body, schema: nested.map(|nested| &nested.block), bound, is_further };
            body.conditions(world, at, &text!("{what}."))
        };
        match (nested.map(|nested| nested.nesting), made) {
            (Some(Nesting::Single), []) => vec![(actual.equals(Expr::Null), what)],
            (Some(Nesting::Single), [one]) => within(one, &actual, &what),
            (_, [one]) => {
                let found = within(one, &Expr::call("one", [actual.clone()]), &what);
                // Without an argument that says so, that it is there is all there is to say.
                if found.is_empty() && !self.is_further { vec![compare::count(&actual, 1, &what)] } else { found }
            }
            (Some(Nesting::List), made) => {
                let mut found = vec![compare::count(&actual, made.len(), &what)];
                for (number, one) in made.iter().enumerate() {
                    found.extend(within(one, &actual.clone().index(number as i64), &text!("{what}[{number}]")));
                }
                found
            }
            (Some(Nesting::Set), made) => self.set(world, made, nested.map(|nested| &nested.block), &actual, &what),
            _ => vec![compare::count(&actual, made.len(), &what)],
        }
    }

    /// Blocks without an order.
    fn set(&self, world: &World<'_>, made: &[Made<'_>], schema: Option<&schema::Block>, actual: &Expr, what: &Text) -> Vec<Condition> {
        let mut names = Vec::new();
        for (name, _) in made.iter().flat_map(|one| &one.block.body.arguments) {
            if let Some(of) = schema.and_then(|schema| schema.attributes.get(name)).filter(|of| !of.write_only)
                && !names.iter().any(|(known, _)| *known == name)
            {
                names.push((name, of));
            }
        }
        let row = |one: &Made<'_>| -> Option<Vec<Value>> {
            let bound = Bound { instance: self.bound.instance, locals: &one.locals };
            let value = |name: &Text| match one.block.body.arguments.iter().find(|(given, _)| given == name) {
                Some((_, value)) => world.value(value, bound),
                None => Some(Value::None),
            };
            names.iter().map(|(name, _)| value(name)).collect()
        };
        match made.iter().map(row).collect::<Option<Vec<_>>>() {
            Some(rows) => compare::set(actual.clone(), &names, rows, what),
            None => vec![compare::count(actual, made.len(), what)],
        }
    }
}
