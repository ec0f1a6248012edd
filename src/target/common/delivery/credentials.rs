//! What a job may read, and where from: data of the providers and services that an environment stands on.

use super::{Credential, Image, Invocation, Network, Secret, Store};
use crate::base::{Text, text};
use crate::plan::{Instance, Plan};
use crate::target::common::secrets::{self, Place, Sources};
use crate::value::{Secret as Made, Value};
use std::collections::BTreeMap;

/// The variable that names the file with the key of SSH.
pub const SSH_KEY: &str = "ANSIBLE_PRIVATE_KEY_FILE";

/// The store of secrets, if pipelines can log in there.
pub(super) fn store(plan: &Plan) -> Option<Store> {
    let record = capability(plan, "secrets", "store", "secret_store")?;
    let (login, read) = (texts(record, "login"), texts(record, "read"));
    if login.is_empty() || read.is_empty() {
        return None;
    }
    Some(Store {
        audience: word(record, "address")?,
        variables: pairs(record, "environment"),
        token: word(record, "token")?,
        authority: word(record, "authority"),
        enter: texts(record, "enter"),
        trust: invocations(record, "trust"),
        permit: invocations(record, "permit"),
        grant: invocations(record, "grant"),
        granted: texts(record, "granted"),
        revoke: texts(record, "revoke"),
        permitted: texts(record, "permitted"),
        forbid: texts(record, "forbid"),
        login,
        read,
    })
}

/// The way into the private networks, if there is one for a machine of CI.
pub(super) fn network(plan: &Plan) -> Option<Network> {
    let ways = plan.services.iter().filter_map(|service| plan.instances.get(service.instance.0 as usize)?.fields.get("way_in"));
    ways.filter_map(|way| Some(Network { packages: texts(way, "packages"), file: word(way, "file")?, up: texts(way, "up") })).next()
}

/// What clients read from the environment that is no secret.
pub(super) fn variables(plan: &Plan) -> Vec<(Text, Text)> {
    capability(plan, "state", "lock", "lock").map(|lock| pairs(lock, "environment")).unwrap_or_default()
}

/// What each role reads. The paths differ by role, so that who plans can be given what only reads.
pub(super) fn roles(plan: &Plan, images: &[Image]) -> BTreeMap<Text, Vec<Credential>> {
    let mut roles = BTreeMap::new();
    for role in ["plan", "drift", "apply"] {
        roles.insert(role.into(), working(plan, role));
    }
    for image in images {
        let role = text!("image-{}", image.provider);
        roles.insert(role.clone(), of_provider_as(plan, &image.provider, &role));
    }
    roles
}

/// The variables that the plugin of a provider instance reads, with the field of the secret that each comes from.
pub(super) fn of_provider(plan: &Plan, name: &str) -> Vec<(Text, Text)> {
    let credentials = instance(plan, "provider", name).and_then(|provider| provider.fields.get("credential"));
    let records = credentials.and_then(Value::as_map).into_iter().flatten();
    records.filter_map(|(field, record)| Some((word(record, "env")?, field.clone()))).collect()
}

/// What reads the states and the clouds; for all but plans, which run for changes that nobody has looked at, also the machines. Who
/// applies takes locks too.
fn working(plan: &Plan, role: &str) -> Vec<Credential> {
    let mut credentials = Vec::new();
    let mut priced = false;
    for (name, provider) in providers(plan) {
        credentials.extend(of_provider_as(plan, &name, role));
        priced |= !lacks(provider, "cost-estimate");
    }
    if role == "apply"
        && let Some(token) = capability(plan, "state", "lock", "lock").and_then(|lock| word(lock, "token"))
    {
        credentials.push(Credential::Variable(token, secret(plan, role, "lock", "token")));
    }
    if capability(plan, "state", "store", "object_store").is_some() {
        let keys = |field| secret(plan, role, "state", field);
        let profile = text!("{}-{}-state", plan.product.name.text, plan.environment);
        credentials.push(Credential::Profile(profile, keys("access_key"), keys("secret_key")));
        credentials.push(Credential::Variable("TF_ENCRYPTION".into(), keys("encryption")));
    }
    if role != "plan" && !plan.hosts.is_empty() {
        credentials.push(Credential::File(SSH_KEY.into(), secret(plan, role, "ssh", "key")));
        credentials.push(Credential::Variable("ANSIBLE_REMOTE_USER".into(), secret(plan, role, "ssh", "user")));
    }
    if role != "plan" {
        credentials.extend(first_secrets(plan, role));
    }
    if priced && role == "plan" {
        credentials.push(Credential::Variable("INFRACOST_API_KEY".into(), secret(plan, role, "prices", "key")));
    }
    credentials.sort();
    credentials.dedup();
    credentials
}

/// What lets Ansible read the secrets that the store itself needs, wherever they are kept.
fn first_secrets(plan: &Plan, role: &str) -> Vec<Credential> {
    let sources = Sources::of(plan);
    let of = |variable: Text, thing: &str, field: &str| Credential::Variable(variable, secret(plan, role, thing, field));
    let mut found = Vec::new();
    for made in secrets::generated(plan) {
        let Made::Generated { thing, name, bootstrap: true, .. } = made else { continue };
        found.extend(match sources.place(made) {
            Place::Item { .. } => Some(of("OP_SERVICE_ACCOUNT_TOKEN".into(), "bootstrap", "token")),
            Place::File { .. } => Some(of("SOPS_AGE_KEY".into(), "bootstrap", "key")),
            Place::Variable(variable) => Some(of(variable, thing, name)),
            Place::Entry { .. } => None,
        });
    }
    found
}

fn of_provider_as(plan: &Plan, name: &str, role: &str) -> Vec<Credential> {
    let of_kind = |field: &str| secret(plan, role, name, field);
    of_provider(plan, name).into_iter().map(|(variable, field)| Credential::Variable(variable, of_kind(&field))).collect()
}

fn secret(plan: &Plan, role: &str, thing: &str, field: &str) -> Secret {
    Secret { path: text!("{}/{}/{role}/{thing}", plan.product.name.text, plan.environment), field: field.into() }
}

/// A block of the service that a setting of the product names.
fn capability<'a>(plan: &'a Plan, setting: &str, name: &str, block: &str) -> Option<&'a Value> {
    let Value::Instance(id) = plan.settings.get(setting)?.field(name)? else { return None };
    let record = plan.instances.get(id.0 as usize)?.fields.get(block)?;
    record.as_map().map(|_| record)
}

/// The instances of a keyword by name.
fn instance<'a>(plan: &'a Plan, keyword: &str, name: &str) -> Option<&'a Instance> {
    plan.instances.iter().find(|instance| instance.keyword == keyword && instance.name == name)
}

/// The provider instances on which something stands, in the order of their names.
fn providers(plan: &Plan) -> BTreeMap<Text, &Instance> {
    let used = plan.units.iter().map(|unit| &unit.provider_instance);
    used.filter_map(|name| Some((name.clone(), instance(plan, "provider", name)?))).collect()
}

fn lacks(provider: &Instance, what: &str) -> bool {
    match provider.fields.get("lacks") {
        Some(Value::Map(map)) => map.contains_key(what),
        Some(Value::List(list)) => list.iter().any(|value| value.as_text().is_some_and(|text| text == what)),
        _ => false,
    }
}

fn word(record: &Value, name: &str) -> Option<Text> {
    record.field(name)?.as_text().cloned()
}

fn texts(record: &Value, name: &str) -> Vec<Text> {
    record.field(name).and_then(Value::as_list).into_iter().flatten().filter_map(|value| value.as_text().cloned()).collect()
}

fn invocations(record: &Value, name: &str) -> Vec<Invocation> {
    let records = record.field(name).and_then(Value::as_list).into_iter().flatten();
    records.map(|of| Invocation { run: texts(of, "run"), input: word(of, "input"), unless: texts(of, "unless") }).collect()
}

fn pairs(record: &Value, name: &str) -> Vec<(Text, Text)> {
    let entries = record.field(name).and_then(Value::as_map).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_text()?.clone()))).collect()
}
