//! What a job may read, and where from: data of the providers and services that an environment stands on.

use super::{Account, Credential, Image, Invocation, Network, Secret, Store};
use crate::base::{Text, text};
use crate::hir::items::{self, Federation, WayIn};
use crate::plan::{CredentialVariable, Instance, Plan};
use crate::target::common::secrets::{self, Place, Sources};
use crate::value::{Scheme, Secret as Made, SecretForm, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The variable that names the file with the key of SSH.
pub const SSH_KEY: &str = "ANSIBLE_PRIVATE_KEY_FILE";

/// The store of secrets, if pipelines can log in there.
pub(super) fn store(plan: &Plan) -> Option<Store> {
    let store = plan.secret_store()?;
    let (login, read) = (texts(store.login()), texts(store.read()));
    if login.is_empty() || read.is_empty() {
        return None;
    }
    Some(Store {
        audience: store.address()?.clone(),
        variables: pairs(store.environment()),
        token: store.token()?.clone(),
        authority: store.authority().cloned(),
        enter: texts(store.enter()),
        trust: invocations(store.trust()),
        permit: invocations(store.permit()),
        grant: invocations(store.grant()),
        granted: texts(store.granted()),
        revoke: texts(store.revoke()),
        permitted: texts(store.permitted()),
        forbid: texts(store.forbid()),
        kept: texts(store.kept()),
        keep: texts(store.keep()),
        login,
        read,
    })
}

/// The accounts that know jobs by their tokens, where it is said whose jobs these are.
pub(super) fn accounts(plan: &Plan) -> BTreeMap<Text, Account> {
    let known = providers(plan).filter_map(|provider| known(plan, provider));
    known.map(|(provider, of)| (provider.name.clone(), account(plan, provider, of))).collect()
}

/// The provider instance of the account of one, and what this says of tokens.
fn known<'p>(plan: &'p Plan, provider: &'p Instance) -> Option<(&'p Instance, Federation<'p>)> {
    let account = plan.provider(provider.account())?;
    let of: Federation<'_> = account.said().block()?;
    of.audience()?;
    plan.repository().filter(|of| of.github().or(of.gitlab()).is_some()).map(|_| (account, of))
}

fn account(plan: &Plan, provider: &Instance, of: Federation<'_>) -> Account {
    let rights = |value: &Value| value.as_list().into_iter().flatten().filter_map(Value::as_text).cloned().collect();
    Account {
        audience: of.audience().cloned().unwrap_or_default(),
        variables: plan.job_variables(provider),
        rights: of.rights().map(|(role, value)| (role.clone(), rights(value))).collect(),
        trust: invocations(of.trust()),
        grant: invocations(of.grant()),
        claim: of.claim().cloned().unwrap_or_default(),
        between: of.between().cloned().unwrap_or_default(),
        granted: texts(of.granted()),
        revoke: texts(of.revoke()),
    }
}

/// What is made for the services of a plan and kept in its store of secrets, by what it belongs to and its name.
pub(super) fn made(plan: &Plan) -> BTreeMap<Text, BTreeMap<Text, SecretForm>> {
    let mut made: BTreeMap<Text, BTreeMap<Text, SecretForm>> = BTreeMap::new();
    if Sources::of(plan).scheme == Scheme::Vault {
        for secret in secrets::generated(plan) {
            if let Made::Generated { thing, name, form, bootstrap: false } = secret {
                made.entry(thing.clone()).or_default().insert(name.clone(), *form);
            }
        }
    }
    made
}

/// What the services of a plan read from its store of secrets that somebody has put there.
pub(super) fn given(plan: &Plan) -> BTreeSet<Secret> {
    let sources = Sources::of(plan);
    let placed = secrets::referred(plan).into_iter().map(|secret| sources.place(secret));
    placed.filter_map(|place| if let Place::Entry { path, field, .. } = place { Some(Secret { path, field }) } else { None }).collect()
}

/// The way into the private networks, if there is one for a machine of CI: where states and secrets are kept by another product, the way
/// to that, since the own machines are entered by a gate with a public name.
pub(super) fn network(plan: &Plan) -> Option<Network> {
    let network = |(of, way): (&Text, WayIn<'_>)| {
        Some(Network { of: of.clone(), packages: texts(way.packages()), file: way.file()?.clone(), up: texts(way.up()) })
    };
    let there = plan.instances.iter().filter_map(|instance| Some((&instance.elsewhere.as_ref()?.product, instance.block()?)));
    there.chain(plan.ways_in().map(|(_, way)| (&plan.product.name.text, way))).find_map(network)
}

/// What clients read from the environment that is no secret.
pub(super) fn variables(plan: &Plan) -> Vec<(Text, Text)> {
    plan.lock().into_iter().flat_map(|lock| pairs(lock.environment())).collect()
}

/// What each role reads. The paths differ by role, so that who plans can be given what only reads.
pub(super) fn roles(plan: &Plan, images: &[Image]) -> BTreeMap<Text, Vec<Credential>> {
    let mut roles = BTreeMap::new();
    for role in ["plan", "drift", "apply"] {
        roles.insert(role.into(), working(plan, role));
    }
    for image in images {
        let role = text!("image-{}", image.provider);
        // Only this account is worked in, so its variables have the names that the builder reads.
        let credentials = plan.provider(&image.provider).map(|provider| of_provider(plan, provider, &role, true));
        roles.insert(role, credentials.unwrap_or_default());
    }
    roles
}

/// What reads the states and the clouds; for all but plans, which run for changes that nobody has looked at, also the machines. Who
/// applies takes locks too.
fn working(plan: &Plan, role: &str) -> Vec<Credential> {
    let mut credentials = Vec::new();
    let mut priced = false;
    for provider in providers(plan) {
        credentials.extend(of_provider(plan, provider, role, false));
        priced |= !lacks(provider, "cost-estimate");
    }
    if role == "apply"
        && let Some(token) = plan.lock().and_then(items::Lock::token)
    {
        credentials.push(Credential::Variable(token.clone(), secret(plan, role, "lock", "token")));
    }
    if let Some(store) = plan.state_store() {
        let keys = |field: &str| secret(plan, role, "state", field);
        if let Some(profile) = store.profile() {
            credentials.push(Credential::Profile(profile.clone(), keys("access_key"), keys("secret_key")));
        }
        credentials.extend(store.credentials().map(|(variable, field)| Credential::Variable(variable.clone(), keys(field))));
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

/// What a provider instance reads, from the secret of its account unless that knows jobs by their tokens. The variables have the names that
/// are read where it is the only account that is worked in.
fn of_provider(plan: &Plan, provider: &Instance, role: &str, alone: bool) -> Vec<Credential> {
    if let Some((account, _)) = known(plan, provider) {
        return vec![Credential::Token { account: account.name.clone(), alone }];
    }
    let of = |variable: &CredentialVariable| {
        let name = if alone { &variable.read } else { &variable.held };
        Credential::Variable(name.clone(), secret(plan, role, provider.account(), &variable.field))
    };
    plan.credentials(provider).iter().map(of).collect()
}

fn secret(plan: &Plan, role: &str, thing: &str, field: &str) -> Secret {
    Secret { path: text!("{}/{}/{role}/{thing}", plan.product.name.text, plan.environment), field: field.into() }
}

/// The provider instances on which something stands, in the order of their names.
fn providers(plan: &Plan) -> impl Iterator<Item = &Instance> {
    let used: BTreeSet<&Text> = plan.units.iter().map(|unit| &unit.provider_instance).collect();
    used.into_iter().filter_map(|name| plan.provider(name))
}

fn lacks(provider: &Instance, what: &str) -> bool {
    match provider.fields.get("lacks") {
        Some(Value::Map(map)) => map.contains_key(what),
        Some(Value::List(list)) => list.iter().any(|value| value.as_text().is_some_and(|text| text == what)),
        _ => false,
    }
}

fn texts<'v>(texts: impl Iterator<Item = &'v Text>) -> Vec<Text> {
    texts.cloned().collect()
}

fn invocations<'v>(said: impl Iterator<Item = items::Invocation<'v>>) -> Vec<Invocation> {
    said.map(|of| Invocation { run: texts(of.run()), input: of.input().cloned(), unless: texts(of.unless()) }).collect()
}

fn pairs<'v>(pairs: impl Iterator<Item = (&'v Text, &'v Text)>) -> Vec<(Text, Text)> {
    pairs.map(|(key, value)| (key.clone(), value.clone())).collect()
}
