//! `terragrunt.hcl` of one unit: its module, what it needs of other units, its inputs.

use super::environment::{self, Waiting};
use super::inputs;
use crate::artifact::hcl::{Body, Expr, Object, Part};
use crate::base::{Text, text};
use crate::plan::{Plan, Unit};
use crate::shape::{Shapes, Source};
use crate::target::common::hcl::{Lowering, Unsayable, identifier};
use crate::ty::Ty;
use crate::value::{InstanceId, Residual};

/// Commands that may see mocks; one that writes never does.
const MOCKED: [&str; 4] = ["init", "validate", "plan", "show"];

/// How they are merged with a state: what is there stands, and what a plan adds, such as the entry of a third host, is made up.
/// `shallow` would take the map of the state as a whole.
const MERGED: &str = "deep_map_only";

/// The whole file.
pub(super) fn unit(plan: &Plan, unit: &Unit, shapes: &Shapes, waiting: &Waiting) -> Result<Body, Unsayable> {
    let parent = |name: &str| Expr::call("find_in_parent_folders", [name]);
    let root = Body::new().attribute("path", parent("root.hcl")).attribute("expose", true);
    let provider = Body::new().attribute("path", parent(&format!("providers/{}.hcl", identifier(&unit.provider_instance))));
    let source = Expr::template([
        Part::expr(Expr::path("include.root.locals.modules")),
        Part::text(format!("/{}/{}/{}", unit.group, unit.module, unit.provider)),
    ]);
    let mut body = Body::new()
        .block("include", ["root"], root)
        .blank()
        .block("include", ["provider"], provider)
        .blank()
        .nested("terraform", Body::new().attribute("source", source));
    for dependency in &unit.dependencies {
        let mut mocks = Object::new();
        for (name, value) in &dependency.mocks {
            inputs::exact(value)?;
            mocks.push(name.clone(), Lowering::default().value(value)?);
        }
        let block = Body::new()
            .attribute("config_path", relative(&unit.path, &dependency.path))
            .blank()
            .attribute("mock_outputs_allowed_terraform_commands", Expr::list(MOCKED))
            .attribute("mock_outputs_merge_strategy_with_state", MERGED)
            .attribute("mock_outputs", mocks.lines());
        body = body.blank().block("dependency", [dependency.name.clone()], block);
    }
    if !unit.behind.is_empty() {
        let paths: Vec<Text> = unit.behind.iter().map(|of| relative(&unit.path, &of.path)).collect();
        body = body.blank().nested("dependencies", Body::new().attribute("paths", Expr::list(paths)));
    }
    let output = |of: InstanceId, name: &Text| {
        let dependency = unit.dependencies.iter().find(|dependency| dependency.instance == of);
        let named = dependency.map(|dependency| dependency.name.clone()).unwrap_or_default();
        Expr::path("dependency").attribute(named).attribute("outputs").attribute(name.clone())
    };
    let types = |residual: &Residual| match residual {
        Residual::Output(of, name) => output_type(plan, shapes, *of, name),
        _ => None,
    };
    let lowering = Lowering { output: Some(&output), locals: Vec::new(), types: Some(&types) };
    if let Some(provider) = plan.provider(&unit.provider_instance).filter(|provider| waiting.holds(&provider.name)) {
        body = body.blank().block("generate", ["provider"], environment::generate(provider, &lowering)?);
    }
    let shape = shapes.modules.get(&(unit.module.clone(), unit.provider.clone()));
    let holes = shape.map(|shape| shape.holes.as_slice()).unwrap_or_default();
    let mut inputs = Object::new();
    for (name, value) in &unit.inputs {
        let hole = holes.iter().find(|hole| hole.name == *name);
        let said = hole.map_or_else(|| value.clone(), |hole| inputs::without_absent(value, &hole.ty));
        inputs::exact(&said)?;
        inputs.push(name.clone(), inputs::in_lines(lowering.value(&said)?));
    }
    if holes.iter().any(|hole| hole.source == Source::Builtin("labels".into())) {
        inputs.push("labels", Expr::path("include.root.locals.labels"));
    }
    Ok(body.blank().attribute("inputs", inputs.lines().spaced()))
}

/// The type of an output of a unit.
fn output_type(plan: &Plan, shapes: &Shapes, of: InstanceId, name: &str) -> Option<Ty> {
    let unit = plan.units.iter().find(|unit| unit.instance == of)?;
    let module = shapes.modules.get(&(unit.module.clone(), unit.provider.clone()))?;
    module.outputs.iter().find(|output| output.name == name).map(|output| output.ty.clone())
}

/// From one unit's folder to another's: `../network` within a stack, `../../mgmt/network` to another.
fn relative(from: &str, to: &str) -> Text {
    match (from.split_once('/'), to.split_once('/')) {
        (Some((a, _)), Some((b, unit))) if a == b => text!("../{unit}"),
        _ => text!("../../{to}"),
    }
}
