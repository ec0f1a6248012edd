//! `environment.hcl`, what the units of one environment share, and `providers/*.hcl`, how their plugins are configured.

use super::accounts::Accounts;
use super::state;
use crate::artifact::hcl::{self, Body, Expr, Object};
use crate::base::Text;
use crate::hir::items::Plugin;
use crate::plan::Plan;
use crate::target::common::hcl::{Lowering, Unsayable, identifier};
use crate::value::Value;

/// The environment's name, where its state is, and the settings of its provider instances.
pub(super) fn environment(plan: &Plan, accounts: &Accounts) -> Result<Body, Unsayable> {
    let mut locals = Body::new().attribute("name", plan.environment.clone()).blank();
    locals.append(state::of_environment(plan));
    let mut settings = Object::new();
    for (instance, plugins) in providers(plan) {
        let mut object = Object::new();
        for (plugin, arguments) in plugins {
            object.push(plugin, Lowering::default().value(&literal(&arguments)?)?);
        }
        settings.push(instance, Expr::Object(object.lines()));
    }
    if settings.items.is_empty() {
        return Ok(Body::new().nested("locals", locals));
    }
    locals = locals.blank().attribute("providers", settings.lines());
    locals.append(accounts.of_environment(plan));
    Ok(Body::new().nested("locals", locals))
}

/// The provider instances with the arguments of their plugins.
pub(super) fn providers(plan: &Plan) -> Vec<(Text, Vec<(Text, Value)>)> {
    let mut found: Vec<(Text, Vec<(Text, Value)>)> = plan
        .providers()
        .map(|instance| {
            let plugins = instance.said().labelled::<Plugin<'_>>();
            let arguments =
                plugins.map(|(name, plugin)| (name.clone(), plugin.arguments().cloned().unwrap_or_else(|| Value::map::<Text>([]))));
            (identifier(&instance.name), arguments.collect())
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Settings as the generated JSON has to say them, so that OpenTofu evaluates nothing in them.
fn literal(settings: &Value) -> Result<Value, Unsayable> {
    let text = |text: &Text| hcl::json_text(text).map_err(|error| Unsayable(error.to_string()));
    Ok(match settings {
        Value::Text(value) => Value::Text(text(value)?),
        Value::List(list) => Value::list(list.iter().map(literal).collect::<Result<Vec<_>, _>>()?),
        Value::Map(map) => {
            Value::map(map.iter().map(|(key, value)| Ok((text(key)?, literal(value)?))).collect::<Result<Vec<_>, Unsayable>>()?)
        }
        other => other.clone(),
    })
}

/// The file that configures the plugins of a provider instance, as JSON of what `environment.hcl` says.
pub(super) fn provider(instance: &str, accounts: &Accounts) -> Body {
    let environment = Expr::call("read_terragrunt_config", [Expr::call("find_in_parent_folders", ["environment.hcl"])]).attribute("locals");
    let settings = Expr::path("local.environment.providers").attribute(instance);
    let contents = Expr::call("jsonencode", [Expr::Object(Object::new().with("provider", settings).line())]);
    let generate = Body::new()
        .attribute("path", "provider.tf.json")
        .attribute("if_exists", "overwrite")
        .attribute("disable_signature", true)
        .attribute("contents", contents);
    let mut body =
        Body::new().nested("locals", Body::new().attribute("environment", environment)).blank().block("generate", ["provider"], generate);
    body.append(accounts.of_provider(instance));
    body
}

#[cfg(test)]
mod tests {
    use super::literal;
    use crate::value::Value;

    #[test]
    fn a_setting_is_no_template() {
        let settings = Value::map([("a", Value::list([Value::text("${b}"), Value::Int(1)])), ("%{c}", Value::Bool(true))]);
        let said = Value::map([("a", Value::list([Value::text("$${b}"), Value::Int(1)])), ("%%{c}", Value::Bool(true))]);
        assert_eq!(literal(&settings), Ok(said));
        assert!(literal(&Value::text("e\u{301}")).is_err());
    }
}
