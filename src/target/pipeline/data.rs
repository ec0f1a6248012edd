//! `pipeline.json`: what the scripts know of a product.

use crate::artifact::header;
use crate::artifact::json::Value;
use crate::base::Text;
use crate::target::common::delivery::{Environment, Image, Network, Phase, Product};

/// The file.
pub(super) fn data(product: &Product, runner: &Text) -> Value {
    let runner = |of: &Environment| of.network.as_ref().map_or(runner, |network| &network.of).clone();
    let environments = product.environments.iter().map(|of| environment(of).with("runner", runner(of)));
    let environments: Vec<Value> = environments.collect();
    let mut value = Value::object().with("//", header(&product.source)).with("product", product.name.clone());
    if !product.after.is_empty() {
        value.push("after", list(&product.after));
    }
    value.with("environments", environments)
}

fn environment(of: &Environment) -> Value {
    let mut value = Value::object()
        .with("name", of.name.clone())
        .with("rank", i64::try_from(of.rank).unwrap_or(i64::MAX))
        .with("ready", of.ready)
        .with("approve", of.approve);
    if let Some(store) = &of.store {
        value.push("audience", store.audience.clone());
    }
    if let Some(Network { packages, file, up, .. }) = &of.network {
        let network = Value::object().with("packages", packages.clone()).with("file", file.clone()).with("up", up.clone());
        value.push("network", network);
    }
    let units: Vec<(Text, Value)> = of.units.iter().map(|(unit, needs)| (unit.clone(), list(needs))).collect();
    value
        .with("inventory", of.inventory.clone())
        .with("phases", of.phases.iter().map(phase).collect::<Vec<_>>())
        .with("units", units)
        .with("images", of.images.iter().map(image).collect::<Vec<_>>())
        .with("reads", list(&of.reads))
}

fn phase(of: &Phase) -> Value {
    let mut value = Value::object().with("stack", of.stack.clone());
    if let Some(folder) = &of.folder {
        value.push("folder", folder.clone());
    }
    if let Some(playbook) = &of.playbook {
        value.push("playbook", playbook.clone());
    }
    value
}

fn image(of: &Image) -> Value {
    Value::object()
        .with("image", of.image.clone())
        .with("provider", of.provider.clone())
        .with("template", of.template.clone())
        .with("variables", of.variables.clone())
        .with("credentials", of.credentials.clone())
        .with("reads", list(&of.reads))
}

fn list<'a>(of: impl IntoIterator<Item = &'a Text>) -> Value {
    Value::List(of.into_iter().cloned().map(Value::Text).collect())
}
