//! Where the secrets of one product and environment are: the sources that it chose, and the place of each secret in them.

use crate::base::{Text, text};
use crate::hir::items::{SecretStore, Secrets};
use crate::plan::Plan;
use crate::value::{Scheme, Secret};
use std::collections::BTreeSet;

/// The engine of a store that does not say which.
const MOUNT: &str = "kv";

/// The sources of one product and environment.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The product's name.
    pub product: Text,
    /// The environment's name.
    pub environment: Text,
    /// Who keeps what the store itself needs first.
    pub bootstrap: Scheme,
    /// Who keeps everything else.
    pub scheme: Scheme,
    /// What the store says of itself, where it is a service of the product.
    pub store: Option<Store>,
}

/// What a service says of itself as a store of secrets.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where its API is.
    pub address: Option<Text>,
    /// The engine that holds them.
    pub mount: Option<Text>,
    /// The variable that its client reads a token from.
    pub token: Option<Text>,
    /// The variable that names the file with the certificate of the authority that signed its own.
    pub authority: Option<Text>,
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable of the environment.
    Variable(Text),
    /// A field of an item in a vault of 1Password.
    Item {
        /// The vault.
        vault: Text,
        /// The item's title.
        item: Text,
        /// The field's label.
        field: Text,
    },
    /// An entry of a file that sops encrypts, from where playbooks lie; the whole file where no entry is named.
    File {
        /// The file.
        path: Text,
        /// The entry.
        entry: Option<Text>,
    },
    /// A field of an entry in a store with the interface of Vault.
    Entry {
        /// The engine.
        mount: Text,
        /// The entry.
        path: Text,
        /// The field.
        field: Text,
    },
}

impl Place {
    /// Who keeps what is there.
    pub fn keeper(&self) -> &'static str {
        match self {
            Place::Variable(_) => "environment",
            Place::Item { .. } => "1Password",
            Place::File { .. } => "SOPS",
            Place::Entry { .. } => "secret store",
        }
    }

    /// Where it is there; a file as seen from the output folder.
    pub fn path(&self) -> Text {
        match self {
            Place::Variable(name) => name.clone(),
            Place::Item { vault, item, field } => text!("op://{vault}/{item}/{field}"),
            Place::File { path, entry } => {
                let path = path.trim_start_matches("../../");
                entry.as_ref().map_or_else(|| path.into(), |entry| text!("{path}#{entry}"))
            }
            Place::Entry { mount, path, field } => text!("{mount}/{path}#{field}"),
        }
    }
}

/// What the library says for all products names its place itself.
impl Default for Sources {
    fn default() -> Sources {
        Sources { product: Text::default(), environment: Text::default(), bootstrap: Scheme::Env, scheme: Scheme::Env, store: None }
    }
}

impl Sources {
    /// Those that the settings of a plan name.
    pub fn of(plan: &Plan) -> Sources {
        Sources::new(&plan.product.name.text, &plan.environment, plan.secrets().and_then(Secrets::bootstrap), plan.secret_store())
    }

    /// Where the first secrets come from, and what keeps the others.
    fn new(product: &Text, environment: &Text, bootstrap: Option<Scheme>, store: Option<SecretStore<'_>>) -> Sources {
        let bootstrap = bootstrap.unwrap_or(Scheme::Env);
        let scheme = store.and_then(SecretStore::scheme).unwrap_or(bootstrap);
        let store = store.map(|store| Store {
            address: store.address().cloned(),
            mount: store.mount().cloned(),
            token: store.token().cloned(),
            authority: store.authority().cloned(),
        });
        Sources { product: product.clone(), environment: environment.clone(), bootstrap, scheme, store }
    }

    /// Where a secret is.
    pub fn place(&self, secret: &Secret) -> Place {
        match secret {
            Secret::Generated { thing, name, bootstrap, .. } => self.of_generated(thing, name, *bootstrap),
            Secret::Reference { scheme, path, field } => self.of_reference(*scheme, path, field.as_ref()),
        }
    }

    /// What was made for the product lies below its own name and the environment's.
    fn of_generated(&self, thing: &Text, name: &Text, bootstrap: bool) -> Place {
        let (product, environment) = (&self.product, &self.environment);
        match if bootstrap { self.bootstrap } else { self.scheme } {
            Scheme::Env => Place::Variable(text!("{product}_{environment}_{thing}_{name}").to_uppercase().replace('-', "_").into()),
            Scheme::Op => Place::Item { vault: text!("{product}-{environment}"), item: thing.clone(), field: name.clone() },
            Scheme::Sops => Place::File { path: text!("../../secrets/{product}/{environment}.yml"), entry: Some(text!("{thing}/{name}")) },
            Scheme::Vault => {
                Place::Entry { mount: self.mount(), path: text!("{product}/{environment}/{thing}/{name}"), field: "value".into() }
            }
        }
    }

    fn of_reference(&self, scheme: Scheme, path: &Text, field: Option<&Text>) -> Place {
        match scheme {
            Scheme::Env => Place::Variable(path.clone()),
            Scheme::Op => {
                let mut parts = path.splitn(3, '/').map(Text::from);
                let (vault, item) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                Place::Item { vault, item, field: parts.next().or(field.cloned()).unwrap_or("password".into()) }
            }
            Scheme::Sops => Place::File { path: path.clone(), entry: field.cloned() },
            Scheme::Vault => {
                let mount = self.mount();
                let path = path.strip_prefix(&*text!("{mount}/")).unwrap_or(path).into();
                Place::Entry { mount, path, field: field.cloned().unwrap_or("value".into()) }
            }
        }
    }

    fn mount(&self) -> Text {
        self.store.as_ref().and_then(|store| store.mount.clone()).unwrap_or(MOUNT.into())
    }
}

/// The secrets that are made for the services of a plan.
pub fn generated(plan: &Plan) -> BTreeSet<&Secret> {
    read(plan, |secret| matches!(secret, Secret::Generated { .. }))
}

/// The secrets that the services of a plan read and somebody else keeps: their sources name the place.
pub fn referred(plan: &Plan) -> BTreeSet<&Secret> {
    read(plan, |secret| matches!(secret, Secret::Reference { .. }))
}

fn read(plan: &Plan, wanted: impl Fn(&Secret) -> bool) -> BTreeSet<&Secret> {
    let mut found = BTreeSet::new();
    for service in &plan.services {
        let of_hosts = service.host_vars.values().flatten();
        service.group_vars.iter().chain(of_hosts).for_each(|(_, value)| {
            value.secrets(&mut |secret| {
                if wanted(secret) {
                    found.insert(secret);
                }
            });
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Place, Sources};
    use crate::hir::items::{SecretStore, View};
    use crate::value::{Scheme, Secret, SecretForm, Value};

    fn sources(bootstrap: &str) -> Sources {
        let says = Value::map([("scheme", Value::text("vault")), ("mount", Value::text("keys"))]);
        Sources::new(&"acme".into(), &"pre-prod".into(), Scheme::of(bootstrap), SecretStore::of(&says))
    }

    fn generated(bootstrap: bool) -> Secret {
        Secret::Generated { thing: "consul".into(), name: "gossip".into(), form: SecretForm::Base64(32), bootstrap }
    }

    #[test]
    fn what_the_store_needs_first_is_where_bootstrap_says() {
        let of = |bootstrap: &str| sources(bootstrap).place(&generated(true));
        let item = Place::Item { vault: "acme-pre-prod".into(), item: "consul".into(), field: "gossip".into() };
        assert_eq!(of("onepassword"), item);
        assert_eq!(of("local"), Place::Variable("ACME_PRE_PROD_CONSUL_GOSSIP".into()));
        assert_eq!(of("sops"), Place::File { path: "../../secrets/acme/pre-prod.yml".into(), entry: Some("consul/gossip".into()) });
        let path = "acme/pre-prod/consul/gossip".into();
        assert_eq!(sources("sops").place(&generated(false)), Place::Entry { mount: "keys".into(), path, field: "value".into() });
    }

    #[test]
    fn a_reference_says_where_it_is_itself() {
        let of = |scheme, path: &str, field: Option<&str>| {
            sources("local").place(&Secret::Reference { scheme, path: path.into(), field: field.map(Into::into) })
        };
        assert_eq!(of(Scheme::Env, "TOKEN", None), Place::Variable("TOKEN".into()));
        let entry = Place::Entry { mount: "keys".into(), path: "db".into(), field: "password".into() };
        assert_eq!(of(Scheme::Vault, "keys/db", Some("password")), entry);
        let item = |field: &str| Place::Item { vault: "v".into(), item: "i".into(), field: field.into() };
        assert_eq!(of(Scheme::Op, "v/i/f", None), item("f"));
        assert_eq!(of(Scheme::Op, "v/i", None), item("password"));
    }
}
