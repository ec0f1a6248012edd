//! `tests/<module>.tftest.hcl`: the module with mocked plugins, in plans that need no account and no state. Two cases of its
//! variables must give exactly what the module says, and every rule must refuse something.

use super::keys::Values;
use super::refusals::refusals;
use super::sample::cases;
use super::world::{Mocks, World, mocks};
use super::{assertions, unseen};
use crate::artifact::hcl::{Body, Expr, Object};
use crate::base::Text;
use crate::shape::Module;
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::Value;
use std::collections::BTreeMap;

/// The tests of a module.
pub(super) fn tests(module: &Module) -> Result<Body, Unsayable> {
    let cases = cases(module);
    let mocks = mocks(module);
    let mut body = Body::new();
    for plugin in &module.plugins {
        body.push_block("mock_provider", [plugin.name.clone()], Body::new());
    }
    for over in overrides(&mocks)? {
        body.append(over);
    }
    // What is absent is said by saying nothing.
    let given: Values =
        cases.first.iter().filter(|(_, value)| **value != Value::None).map(|(name, value)| (name.clone(), value.clone())).collect();
    if !given.is_empty() {
        body = body.nested("variables", variables(&given)?);
    }
    let world = World::new(module, &cases.first, &mocks);
    let first = assertions::assertions(module, &world);
    let second = assertions::assertions(module, &World::new(module, &cases.second, &mocks));
    let second = news(&first, second);
    let mut run = Body::new().attribute("command", Expr::variable("plan"));
    for (condition, message) in first.into_iter().chain(unseen::assertions(module, &world)?) {
        run = run.blank().nested("assert", Body::new().attribute("condition", condition).attribute("error_message", message));
    }
    body.push_block("run", ["plans_what_the_module_says"], run);
    if !cases.written.is_empty() {
        let mut run = Body::new().attribute("command", Expr::variable("plan")).blank().nested("variables", variables(&cases.written)?);
        for (condition, message) in second {
            run = run.blank().nested("assert", Body::new().attribute("condition", condition).attribute("error_message", message));
        }
        body.push_block("run", ["plans_the_other_case"], run);
    }
    for refusal in refusals(module, &cases.first)? {
        let set = Body::new().attribute(refusal.variable, refusal.value);
        let mut run = Body::new().attribute("command", Expr::variable("plan")).blank().nested("variables", set);
        if let Some(fails) = refusal.fails {
            run = run.blank().attribute("expect_failures", Expr::list([fails]));
        }
        body.push_block("run", [refusal.name], run);
    }
    Ok(body)
}

/// The assertions that are not among the first.
fn news(first: &[(Expr, Text)], second: Vec<(Expr, Text)>) -> Vec<(Expr, Text)> {
    let mut known: BTreeMap<&Text, Vec<&Expr>> = BTreeMap::new();
    for (condition, message) in first {
        known.entry(message).or_default().push(condition);
    }
    second.into_iter().filter(|(condition, message)| !known.get(message).is_some_and(|known| known.contains(&condition))).collect()
}

/// What the plugins say of resources and data sources.
fn overrides(mocks: &Mocks) -> Result<Vec<Body>, Unsayable> {
    let said = mocks.iter().filter(|(_, values)| !values.is_empty());
    let blocks = said.map(|((data, ty, name), values)| {
        let (kind, root) = if *data {
            ("override_data", Expr::path("data").attribute(ty.clone()))
        } else {
            ("override_resource", Expr::variable(ty.clone()))
        };
        let values = values.iter().map(|(name, value)| Ok((name.clone(), Lowering::default().value(value)?)));
        let values = Expr::Object(values.collect::<Result<Object, Unsayable>>()?);
        let inner = Body::new().attribute("target", root.attribute(name.clone())).attribute("values", values);
        Ok(Body::new().nested(kind, inner))
    });
    blocks.collect()
}

fn variables(values: &Values) -> Result<Body, Unsayable> {
    let mut variables = Body::new();
    for (name, value) in values {
        variables.push_attribute(name.clone(), Lowering::default().value(value)?);
    }
    Ok(variables)
}
