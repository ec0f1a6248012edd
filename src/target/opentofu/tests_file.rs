//! `tests/<module>.tftest.hcl`: the module with mocked plugins. What arrives by a variable must reach the resource, every entry
//! must have a resource, and every rule must refuse something.

use super::assertions::assertions;
use super::domains;
use super::sample::{refused, samples};
use crate::artifact::hcl::{Body, Expr, Object};
use crate::base::{Text, text};
use crate::eval::fold;
use crate::shape::module::Repeat;
use crate::shape::{Hole, Module};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::ty::Ty;
use crate::value::{Residual, Value};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The tests of a module.
pub(super) fn tests(module: &Module) -> Result<Body, Unsayable> {
    let lowering = Lowering::default();
    let samples = samples(module);
    let mut body = Body::new();
    for plugin in &module.plugins {
        // Some plugins take identifiers as numbers, so those that are made up must be numbers.
        let prefix = text!("{}_", plugin.name);
        let mut mocked: BTreeMap<Text, Body> = BTreeMap::new();
        for resource in &module.resources {
            if resource.ty.starts_with(prefix.as_str()) {
                let defaults = Object::new().with("id", "1");
                mocked.insert(resource.ty.clone(), Body::new().attribute("defaults", Expr::Object(defaults.line())));
            }
        }
        let mut provider = Body::new().spaced();
        for (ty, defaults) in mocked {
            provider.push_block("mock_resource", [ty], defaults);
        }
        body.push_block("mock_provider", [plugin.name.clone()], provider);
    }
    let mut variables = Body::new();
    for hole in module.holes.iter().filter(|hole| hole.default.is_none()) {
        if let Some(value) = samples.get(&hole.name).filter(|value| **value != Value::None) {
            variables.push_attribute(hole.name.clone(), lowering.value(value)?);
        }
    }
    if !variables.is_empty() {
        body = body.nested("variables", variables);
    }
    let mut run = Body::new();
    for resource in &module.resources {
        for (condition, message) in assertions(resource, &samples)? {
            run = run.nested("assert", Body::new().attribute("condition", condition).attribute("error_message", message));
        }
    }
    for output in &module.outputs {
        if let (Ty::Map(_), Some(keys)) = (output.ty.plain(), keys_of(&output.value, module, &samples)) {
            let actual = Expr::call("keys", [Expr::path("output").attribute(output.name.clone())]);
            let condition = Expr::call("toset", [actual]).equals(Expr::call("toset", [Expr::list(keys)]));
            let message = text!("The output {} must have an entry for each of what it describes.", output.name);
            run = run.nested("assert", Body::new().attribute("condition", condition).attribute("error_message", message));
        }
    }
    if !run.is_empty() {
        body.push_block("run", ["creates_what_the_variables_say"], run.spaced());
    }
    for hole in module.holes.iter().filter(|hole| domains::refuses_nonsense(hole)) {
        body.push_block("run", [text!("refuses_{}_of_another_kind", hole.name)], refusal(hole, "No such thing.".into()));
    }
    for hole in &module.holes {
        for at in 0..hole.validations.len() {
            let Some(value) = refused(hole, at, &samples) else { continue };
            let number = if hole.validations.len() > 1 { text!("_{}", at + 1) } else { Text::default() };
            body.push_block("run", [text!("refuses_{}{number}", hole.name)], refusal(hole, lowering.value(&value)?));
        }
    }
    Ok(body)
}

/// A plan that fails because of one value.
fn refusal(hole: &Hole, value: Expr) -> Body {
    Body::new()
        .attribute("command", Expr::variable("plan"))
        .blank()
        .nested("variables", Body::new().attribute(hole.name.clone(), value))
        .blank()
        .attribute("expect_failures", Expr::list([Expr::path("var").attribute(hole.name.clone())]))
}

/// The keys of an output that goes through the entries of a repeated resource or a variable.
fn keys_of(value: &Value, module: &Module, samples: &IndexMap<Text, Value>) -> Option<Vec<Text>> {
    let Value::Residual(residual) = value else { return None };
    let Residual::For(f) = &**residual else { return None };
    let (Some(entry), None) = (&f.entry, &f.condition) else { return None };
    let lookup = |name: &str| samples.get(name).cloned();
    let source = match &f.source {
        Value::Residual(source) => match &**source {
            Residual::Resource { ty, name, .. } => {
                let resource = module.resources.iter().find(|resource| resource.ty == *ty && resource.name == *name)?;
                let Repeat::Each(source) = &resource.repeat else { return None };
                fold(source, &lookup)?
            }
            _ => fold(&f.source, &lookup)?,
        },
        _ => return None,
    };
    let by_key = matches!(entry, Value::Residual(entry) if matches!(&**entry, Residual::Local(name) if Some(name) == f.key.as_ref()));
    if !by_key {
        return None;
    }
    let mut keys: Vec<Text> = source.as_map()?.keys().cloned().collect();
    keys.sort();
    (!keys.is_empty()).then_some(keys)
}
