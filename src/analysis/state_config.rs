//! The arguments of a backend can be written into `root.hcl`, which is one file for all environments of a product.
//!
//! ```infra
//! state_store { config = { bucket = "${product.name}-${environment}" } … }   # and no setting, which may differ
//! ```

use super::{Facts, place};
use crate::diag::{Code, Diagnostic};
use crate::hir::Item;
use crate::hir::items::{StateStore, View};
use crate::plan::Plan;
use crate::value::Value;

/// What stands for itself in the texts of `config`, and so names no setting.
const OWN: [&str; 3] = ["unit", "state", "authority"];

/// Those of them that are others for each unit.
const OF_A_UNIT: [&str; 2] = ["unit", "state"];

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let Some(first) = facts.plans.first() else { return };
    let store = |plan: &'_ Plan| plan.state_store().and_then(StateStore::config).cloned();
    let differs = facts.plans.iter().skip(1).find(|plan| store(plan) != store(first));
    if let Some(plan) = differs {
        let message = format!("`config` is another one in `{}` than in `{}`", plan.environment, first.environment);
        found.push(
            refused(facts, first, &message)
                .help("make what differs a setting, and name it in braces: `settings = { bucket = … }`, `bucket = \"{bucket}\"`"),
        );
    }
    let Some(state) = first.state_store() else { return };
    let settings: Vec<&str> = state.settings().map(|(name, _)| name.as_str()).collect();
    if let Some(own) = settings.iter().find(|name| OWN.contains(*name)) {
        found.push(
            refused(facts, first, &format!("the setting `{own}` would never be read: `{{{own}}}` has a meaning of its own"))
                .help("give it another name"),
        );
    }
    match state.config() {
        Some(Value::Map(config)) => {
            let mut named = Vec::new();
            config.values().for_each(|value| words(value, &mut named));
            let unknown = named.iter().find(|word| !settings.contains(word) && !OWN.contains(word));
            if let Some(name) = unknown {
                let known = settings.iter().chain(&OWN).copied();
                let message = format!("`{{{name}}}` in `config` names no setting");
                let known: Vec<String> = known.map(|name| format!("`{{{name}}}`")).collect();
                found.push(refused(facts, first, &message).help(format!("there are {}", known.join(", "))));
            } else if let Some(unread) = settings.iter().find(|name| differs.is_none() && !named.contains(name) && is_word(name)) {
                let message = format!("`config` never names the setting `{unread}`: it changes nothing");
                found.push(refused(facts, first, &message).help(format!("name it in one of the texts, `{{{unread}}}`, or leave it out")));
            } else if !named.iter().any(|word| OF_A_UNIT.contains(word)) {
                let message = "`config` is the same for every unit: all of them would keep their state in one place";
                found.push(
                    refused(facts, first, message).help("name the unit in one of the texts: `key = \"{unit}/tofu.tfstate\"`, or `{state}`"),
                );
            }
        }
        _ => found.push(refused(facts, first, "`config` holds no arguments").help("write `config = { … }`")),
    }
}

/// Whether braces around a text make it the name of a setting.
fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// Adds the words in braces that stand in the texts of a value.
fn words<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
    match value {
        Value::Text(text) => {
            let words = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(word, _)| word);
            into.extend(words.filter(|word| is_word(word)));
        }
        Value::List(list) => list.iter().for_each(|value| words(value, into)),
        Value::Map(map) => map.values().for_each(|value| words(value, into)),
        _ => {}
    }
}

/// A finding at `config` of the store, and where it is taken.
fn refused(facts: &Facts<'_>, plan: &Plan, message: &str) -> Diagnostic {
    let instance = plan.state().and_then(|state| plan.instance(state.store()?));
    let taken = place::setting_at(facts.product, "state", "store");
    let definition = instance.and_then(|of| facts.program.definitions.get(&(of.declaration.keyword.clone(), of.definition.clone())));
    let blocks = definition.iter().flat_map(|of| &of.blocks).filter(|block| block.keyword.text == StateStore::NAME);
    let said = blocks.flat_map(|block| &block.body.items).find_map(|item| match item {
        Item::Attribute(attribute) if attribute.name.text == "config" => Some(attribute.value.span),
        _ => None,
    });
    match said {
        Some(said) => Diagnostic::error(Code::NotExpressible, said, message).related(taken, "the state is kept there"),
        None => Diagnostic::error(Code::NotExpressible, taken, message),
    }
}
