//! Every resource that has a name of its own has one that its provider takes: `names` of a provider says by type what names look like.
//!
//! The name that the API refuses is nowhere in the text: product, environment, stack and instance make it, and it grows too long, or
//! begins with a digit, only there.
//!
//! ```infra
//! names { google_compute_firewall = "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$" }
//! ```

use super::{Facts, place};
use crate::base::{Span, Text, pattern, with_article};
use crate::diag::{Code, Diagnostic};
use crate::eval::{fold_with, text_of};
use crate::hir::items::{Names, View};
use crate::plan::{Plan, Unit};
use crate::shape::Module;
use crate::shape::module::{Repeat, Resource};
use crate::value::{Entries, Residual, Value};
use std::collections::BTreeSet;

/// `places` are those that are blamed for a name already: each is blamed once.
pub(super) fn check(facts: &Facts<'_>, places: &mut BTreeSet<Span>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        for unit in &plan.units {
            let module = facts.shapes.modules.get(&(unit.module.clone(), unit.provider.clone()));
            if let (Some(patterns), Some(module)) = (patterns(plan, unit), module) {
                let refused = module.resources.iter().filter_map(|resource| refused(patterns, unit, module, resource));
                let told = refused.map(|refused| refused.told(plan, unit));
                found.extend(told.filter(|told| places.insert(told.primary.span)));
            }
        }
    }
}

/// What the provider of a unit says of names.
fn patterns<'p>(plan: &'p Plan, unit: &Unit) -> Option<&'p Entries> {
    let provider = plan.instance(plan.instance(unit.instance)?.provider?)?;
    provider.fields.get(Names::NAME)?.as_map()
}

/// A name that a provider does not take.
struct Refused<'r> {
    name: Text,
    pattern: &'r str,
    resource: &'r Resource,
}

fn refused<'r>(patterns: &'r Entries, unit: &Unit, module: &Module, resource: &'r Resource) -> Option<Refused<'r>> {
    let said = patterns.get(&resource.ty)?;
    let (argument, pattern) = match said {
        Value::Map(said) => (said.get("argument")?.as_text()?.as_str(), said.get("pattern")?.as_text()?),
        said => ("name", said.as_text()?),
    };
    let (_, value) = resource.body.arguments.iter().find(|(name, _)| name == argument)?;
    let mut names = names(unit, module, resource, value).into_iter();
    let name = names.find(|name| pattern::matches(pattern, name) == Ok(false))?;
    Some(Refused { name, pattern, resource })
}

/// What a resource of a unit will be called; nothing of what only the tool knows.
fn names(unit: &Unit, module: &Module, resource: &Resource, value: &Value) -> Vec<Text> {
    let variable = |name: &str| {
        let given = unit.inputs.iter().find(|(input, _)| input == name).map(|(_, value)| value.clone());
        given.or_else(|| module.holes.iter().find(|hole| hole.name == name)?.default.clone())
    };
    let folded = |value: &Value, each: Option<(&Text, &Value)>| {
        fold_with(value, &|leaf| match leaf {
            Residual::Variable(name) => variable(name),
            Residual::EachKey => each.map(|(key, _)| Value::Text(key.clone())),
            Residual::EachValue => each.map(|(_, value)| value.clone()),
            _ => None,
        })
    };
    let name = |each: Option<(&Text, &Value)>| folded(value, each).filter(Value::is_known).as_ref().and_then(text_of);
    match &resource.repeat {
        Repeat::Once => name(None).into_iter().collect(),
        Repeat::If(condition) if folded(condition, None) == Some(Value::Bool(true)) => name(None).into_iter().collect(),
        Repeat::If(_) => Vec::new(),
        Repeat::Each(source) => {
            let source = folded(source, None);
            let entries = source.as_ref().and_then(Value::as_map).into_iter().flatten();
            entries.filter_map(|each| name(Some(each))).collect()
        }
    }
}

impl Refused<'_> {
    fn told(&self, plan: &Plan, unit: &Unit) -> Diagnostic {
        let Refused { name, pattern, resource } = self;
        let message =
            format!("`{name}` is no name for {}: `{}` takes `{pattern}`", with_article(format!("`{}`", resource.ty)), unit.provider);
        Diagnostic::error(Code::InvalidName, place::named_at(plan, unit.instance), message)
            .related(resource.span, "the resource gets its name here")
            .help("it is made of the names of the product, the environment, the stack and what is in it: choose others")
    }
}
