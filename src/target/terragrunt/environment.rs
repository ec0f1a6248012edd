//! `environment.hcl`, what the units of one environment share, and `providers/*.hcl`, how their plugins are configured. Where the arguments
//! of a plugin hold outputs of units, each unit on that provider configures it itself: nothing that all of them read can wait for one.

use super::accounts::Accounts;
use super::{inputs, state};
use crate::artifact::hcl::{self, Body, Expr, Object};
use crate::base::Text;
use crate::hir::items::{Plugin, View};
use crate::plan::{Instance, Plan};
use crate::target::common::hcl::{Lowering, Unsayable, identifier};
use crate::value::Value;
use std::collections::BTreeSet;

/// The provider instances, by their names, whose plugins are given outputs of units in some environment.
pub(super) struct Waiting(BTreeSet<Text>);

impl Waiting {
    /// Those of a product.
    pub(super) fn of(plans: &[Plan]) -> Waiting {
        let waits = |provider: &&Instance| provider.fields.get(Plugin::NAME).is_some_and(|plugins| plugins.output().is_some());
        Waiting(plans.iter().flat_map(|plan| plan.providers().filter(waits).map(|provider| provider.name.clone())).collect())
    }

    /// Whether it is one of them.
    pub(super) fn holds(&self, provider: &str) -> bool {
        self.0.contains(provider)
    }
}

/// The environment's name, where its state is, and the settings of its provider instances.
pub(super) fn environment(plan: &Plan, accounts: &Accounts, waiting: &Waiting) -> Result<Body, Unsayable> {
    let mut locals = Body::new().attribute("name", plan.environment.clone()).blank();
    locals.append(state::of_environment(plan));
    let mut settings = Object::new();
    for (instance, plugins) in providers(plan).into_iter().filter(|(instance, _)| !waiting.holds(&instance.name)) {
        let mut object = Object::new();
        for (plugin, arguments) in plugins {
            object.push(plugin, Lowering::default().value(&literal(&arguments)?)?);
        }
        settings.push(identifier(&instance.name), Expr::Object(object.lines()));
    }
    if !settings.items.is_empty() {
        locals = locals.blank().attribute("providers", settings.lines());
    }
    locals.append(accounts.of_environment(plan));
    Ok(Body::new().nested("locals", locals))
}

/// The provider instances with the arguments of their plugins, in the order of what they are called.
pub(super) fn providers(plan: &Plan) -> Vec<(&Instance, Vec<(Text, Value)>)> {
    let mut found: Vec<(&Instance, Vec<(Text, Value)>)> = plan.providers().map(|instance| (instance, plugins(instance))).collect();
    found.sort_by_key(|(instance, _)| identifier(&instance.name));
    found
}

/// The plugins of a provider instance with their arguments.
fn plugins(provider: &Instance) -> Vec<(Text, Value)> {
    let arguments = |plugin: Plugin<'_>| plugin.arguments().cloned().unwrap_or_else(|| Value::map::<Text>([]));
    provider.said().labelled::<Plugin<'_>>().map(|(name, plugin)| (name.clone(), arguments(plugin))).collect()
}

/// How a unit configures the plugins of its provider itself; `lowering` knows what outputs of other units are called there. What the
/// outputs are is known once they are there, so the text as a whole is kept from being evaluated.
pub(super) fn generate(provider: &Instance, lowering: &Lowering<'_>) -> Result<Body, Unsayable> {
    let mut settings = Object::new();
    for (plugin, arguments) in plugins(provider) {
        literal(&arguments)?;
        inputs::exact(&arguments)?;
        settings.push(plugin, lowering.value(&arguments)?);
    }
    let json = Expr::call("jsonencode", [Expr::Object(Object::new().with("provider", Expr::Object(settings.lines())).lines())]);
    let escaped = |text: Expr, mark: &str| {
        let first = mark.get(..1).unwrap_or_default();
        Expr::call("replace", [text, mark.into(), format!("{first}{mark}").into()])
    };
    Ok(generated(escaped(escaped(json, "${"), "%{")))
}

fn generated(contents: Expr) -> Body {
    Body::new()
        .attribute("path", "provider.tf.json")
        .attribute("if_exists", "overwrite")
        .attribute("disable_signature", true)
        .attribute("contents", contents)
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
pub(super) fn provider(instance: &str, accounts: &Accounts, waiting: &Waiting) -> Body {
    let own = accounts.of_provider(&identifier(instance));
    let settings = Expr::path("local.environment.providers").attribute(identifier(instance));
    let contents = Expr::call("jsonencode", [Expr::Object(Object::new().with("provider", settings).line())]);
    let mut body = Body::new();
    if waiting.holds(instance) {
        body = body.comment("Each unit on this provider configures it: with what other units give.");
        if own.items.is_empty() {
            return body;
        }
        body = body.blank();
    }
    let environment = Expr::call("read_terragrunt_config", [Expr::call("find_in_parent_folders", ["environment.hcl"])]).attribute("locals");
    body = body.nested("locals", Body::new().attribute("environment", environment));
    if !waiting.holds(instance) {
        body = body.blank().block("generate", ["provider"], generated(contents));
    }
    body.append(own);
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
