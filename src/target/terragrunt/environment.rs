//! `environment.hcl`, what the units of one environment share, and `providers/*.hcl`, how their plugins are configured.

use super::state;
use crate::artifact::hcl::{Body, Expr, Object};
use crate::base::Text;
use crate::plan::Plan;
use crate::target::common::hcl::{Lowering, Unsayable, identifier};
use crate::value::Value;

/// The environment's name, where its state is, and the settings of its provider instances.
pub(super) fn environment(plan: &Plan) -> Result<Body, Unsayable> {
    let mut locals = Body::new().attribute("name", plan.environment.clone()).blank();
    locals.append(state::of_environment(plan)?);
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
