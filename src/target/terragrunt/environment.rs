//! `environment.hcl`, what the units of one environment share, and `providers/*.hcl`, how their plugins are configured.

use super::capability;
use crate::artifact::hcl::{Body, Expr, Object};
use crate::base::{Text, text};
use crate::plan::Plan;
use crate::target::common::hcl::{Lowering, Unsayable, identifier};
use crate::value::Value;

/// The environment's name, where its state is, and the settings of its provider instances.
pub(super) fn environment(plan: &Plan) -> Result<Body, Unsayable> {
    let mut locals = Body::new().attribute("name", plan.environment.clone());
    let product = &plan.product.name.text;
    if let Some(store) = capability(plan, "state", "store", "object_store") {
        let field = |name: &str| Lowering::default().value(store.field(name).unwrap_or(&Value::None));
        let bucket = text!("{product}-{}-state", plan.environment);
        let state = Object::new()
            .with("bucket", bucket.clone())
            .with("region", field("region")?)
            .with("endpoint", field("endpoint")?)
            .with("profile", bucket);
        locals = locals.blank().attribute("state", state.lines());
    }
    let known = capability(plan, "state", "lock", "lock").and_then(|lock| lock.field("environment")).and_then(Value::as_map);
    if let Some(known) = known.filter(|known| !known.is_empty()) {
        let variables = known.iter().filter_map(|(name, value)| Some((name.clone(), value.as_text()?.clone())));
        let variables: Object = variables.map(|(name, value)| (name.clone(), Expr::call("get_env", [name, value]))).collect();
        locals = locals.blank().comment("For the client of the locks, where the operator says nothing else.");
        locals = locals.attribute("lock", variables.lines());
    }
    let mut settings = Object::new();
    for (instance, plugins) in providers(plan) {
        let mut object = Object::new();
        for (plugin, arguments) in plugins {
            object.push(plugin, Lowering::default().value(&arguments)?);
        }
        settings.push(instance, Expr::Object(object.lines()));
    }
    if settings.items.is_empty() {
        return Ok(Body::new().nested("locals", locals));
    }
    Ok(Body::new().nested("locals", locals.blank().attribute("providers", settings.lines())))
}

/// The provider instances with the arguments of their plugins.
pub(super) fn providers(plan: &Plan) -> Vec<(Text, Vec<(Text, Value)>)> {
    let mut found: Vec<(Text, Vec<(Text, Value)>)> = plan
        .instances
        .iter()
        .filter(|instance| instance.keyword == "provider")
        .map(|instance| {
            let plugins = instance.fields.get("plugin").and_then(Value::as_map);
            let arguments = plugins
                .into_iter()
                .flatten()
                .map(|(name, plugin)| (name.clone(), plugin.field("arguments").cloned().unwrap_or_else(|| Value::map::<Text>([]))));
            (identifier(&instance.name), arguments.collect())
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The file that configures the plugins of a provider instance. The values are JSON: nothing has to be escaped twice.
pub(super) fn provider(instance: &str) -> Body {
    let environment = Expr::call("read_terragrunt_config", [Expr::call("find_in_parent_folders", ["environment.hcl"])]).attribute("locals");
    let settings = Expr::path("local.environment.providers").attribute(instance);
    let contents = Expr::call("jsonencode", [Expr::Object(Object::new().with("provider", settings).line())]);
    Body::new().nested("locals", Body::new().attribute("environment", environment)).blank().block(
        "generate",
        ["provider"],
        Body::new()
            .attribute("path", "provider.tf.json")
            .attribute("if_exists", "overwrite")
            .attribute("disable_signature", true)
            .attribute("contents", contents),
    )
}
