//! Images as templates that all products share: what a provider instance decides is a variable, which each environment gives a value.

use super::word;
use crate::base::{Text, text};
use crate::plan::{Image, Plan};
use crate::value::{Residual, Value};
use std::collections::BTreeMap;

/// The folder of an image's template.
pub fn folder(image: &Image) -> Text {
    text!("packer/{}/{}", image.name, image.provider)
}

/// The playbook that installs what an image holds.
pub fn playbook(image: &Image) -> Text {
    text!("ansible/playbooks/images/{}.yml", word(&image.name))
}

/// The file with the values that an environment gives to the variables of an image.
pub fn variables_path(plan: &Plan, image: &Image) -> Text {
    text!("live/{}/{}/images/{}-{}.pkrvars.json", plan.product.name.text, plan.environment, image.name, image.instance)
}

/// The settings of the builder for each architecture, with `Residual::Variable` for what a provider instance decides.
pub fn sources(image: &Image) -> Vec<(Text, Value)> {
    let replaced = |arch: &Text, settings: &Value| {
        let settings = settings.as_map().into_iter().flatten();
        Value::map(settings.map(|(name, value)| (name.clone(), setting(image, arch, name, value))))
    };
    image.sources.iter().map(|(arch, settings)| (arch.clone(), replaced(arch, settings))).collect()
}

/// The variables of an image with the values that this provider instance gives them.
pub fn variables(image: &Image) -> BTreeMap<Text, Value> {
    let mut found = BTreeMap::new();
    for (arch, settings) in &image.sources {
        for (name, value) in settings.as_map().into_iter().flatten() {
            if let Some(by_arch) = image.varying.get(name) {
                leaves(&variable(arch, name, *by_arch), value, &mut found);
            }
        }
    }
    found
}

fn setting(image: &Image, arch: &Text, name: &Text, value: &Value) -> Value {
    match image.varying.get(name) {
        Some(by_arch) => with_variables(&variable(arch, name, *by_arch), value),
        None => value.clone(),
    }
}

fn variable(arch: &str, name: &str, by_arch: bool) -> Text {
    if by_arch { text!("{arch}_{}", part(name)) } else { part(name) }
}

fn part(name: &str) -> Text {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_").into()
}

fn with_variables(name: &Text, value: &Value) -> Value {
    match value.as_map() {
        Some(map) => Value::map(map.iter().map(|(key, value)| (key.clone(), with_variables(&text!("{name}_{}", part(key)), value)))),
        None => Value::residual(Residual::Variable(name.clone())),
    }
}

fn leaves(name: &Text, value: &Value, found: &mut BTreeMap<Text, Value>) {
    match value.as_map() {
        Some(map) => map.iter().for_each(|(key, value)| leaves(&text!("{name}_{}", part(key)), value, found)),
        None => {
            found.insert(name.clone(), value.clone());
        }
    }
}
