//! Look-ups of secrets: where the tool that runs finds what the compiler only knows the name of.

use crate::artifact::jinja::{Arguments, Expr};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::value::{Secret, Value};

/// Where the secrets of one product and environment are.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// The product's name.
    pub product: Text,
    /// The environment's name.
    pub environment: Text,
    /// The scheme of what the store itself needs first.
    pub bootstrap: Text,
    /// The scheme of everything else.
    pub scheme: Text,
    /// The engine of the store, where it has several.
    pub mount: Text,
    /// The address of the store.
    pub address: Option<Text>,
}

impl Store {
    /// What the settings of a plan say: `store` and `bootstrap` of its `secrets`. A store is an instance whose service says how it is
    /// reached; `of` finds what it says.
    pub fn new(product: &Text, environment: &Text, secrets: Option<&Value>, of: impl Fn(&Value) -> Option<Value>) -> Store {
        let mut store = Store { product: product.clone(), environment: environment.clone(), mount: "kv".into(), ..Store::default() };
        let word = |value: Option<&Value>| match value {
            Some(Value::Text(text) | Value::Definition(_, text)) => Some(text.clone()),
            _ => None,
        };
        store.bootstrap = word(secrets.and_then(|secrets| secrets.field("bootstrap"))).map(|word| scheme(&word)).unwrap_or("env".into());
        store.scheme = store.bootstrap.clone();
        if let Some(place) = secrets.and_then(|secrets| secrets.field("store")) {
            match (word(Some(place)), of(place)) {
                (Some(name), _) => store.scheme = scheme(&name),
                (None, Some(says)) => {
                    store.scheme = word(says.field("scheme")).map(|word| scheme(&word)).unwrap_or(store.scheme);
                    store.mount = word(says.field("mount")).unwrap_or(store.mount);
                    store.address = word(says.field("address"));
                }
                (None, None) => {}
            }
        }
        store
    }

    /// The expression that gives a secret.
    pub fn lookup(&self, secret: &Secret) -> Result<Expr, Error> {
        match secret {
            Secret::Reference { scheme, path, field } => self.find(scheme, path, field.as_ref(), false),
            Secret::Generated { path, bootstrap, .. } => {
                self.find(if *bootstrap { &self.bootstrap } else { &self.scheme }, path, None, true)
            }
        }
    }

    /// `own` secrets lie below the product's and environment's folder.
    fn find(&self, scheme: &str, path: &str, field: Option<&Text>, own: bool) -> Result<Expr, Error> {
        let folder = |between: &str| if own { text!("{}{between}{}", self.product, self.environment) } else { Text::default() };
        let lookup = |plugin: &str, what: &str, named: &[(&'static str, Expr)]| {
            let arguments = Arguments { positional: vec![plugin.into(), what.into()], named: Vec::new() };
            Expr::call("lookup", named.iter().fold(arguments, |all, (name, value)| all.with(*name, value.clone())))
        };
        match scheme {
            "env" => {
                let name = if own { text!("{}_{path}", folder("_")).to_uppercase().replace(['-', '/'], "_") } else { path.to_owned() };
                Ok(lookup("ansible.builtin.env", &name, &[("default", Expr::call("undef", Arguments::default()))]))
            }
            "op" => {
                let (vault, item, field) = if own {
                    let (item, field) = path.rsplit_once('/').unwrap_or((path, "password"));
                    (folder("-"), item.replace('/', "-"), field.to_owned())
                } else {
                    let mut parts = path.splitn(3, '/').map(str::to_owned);
                    let vault = parts.next().unwrap_or_default();
                    let item = parts.next().unwrap_or_default();
                    let last = parts.next().or(field.map(Text::to_string)).unwrap_or("password".to_owned());
                    (vault.into(), item, last)
                };
                Ok(lookup("community.general.onepassword", &item, &[("field", field.into()), ("vault", vault.into())]))
            }
            "vault" => {
                let path = if own { text!("{}/{path}", folder("/")) } else { path.into() };
                let below = text!("{}/", self.mount);
                let path = if own { path.as_str() } else { path.strip_prefix(below.as_str()).unwrap_or(&path) };
                let mut named = vec![("engine_mount_point", Expr::Text(self.mount.clone()))];
                named.extend(self.address.as_ref().map(|address| ("url", Expr::Text(address.clone()))));
                let found = lookup("community.hashi_vault.vault_kv2_get", path, &named);
                Ok(found.attribute("secret").attribute(field.map_or("value", Text::as_str)))
            }
            "sops" => {
                let own_file = text!("secrets/{}.yml", folder("/"));
                let (file, field) = if own { (own_file.as_str(), Some(Text::from(path))) } else { (path, field.cloned()) };
                let found = lookup("community.sops.sops", file, &[]);
                Ok(match field {
                    Some(field) => found.filter("from_yaml").index(field),
                    None => found,
                })
            }
            _ => Err(Error::new(Problem::Shape("there is no look-up for the scheme")).within(scheme)),
        }
    }
}

/// The scheme of references to a source of secrets, by the name of the tool or of the scheme.
fn scheme(name: &str) -> Text {
    if name == "onepassword" { "op".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::artifact::jinja::condition;
    use crate::value::{Secret, SecretForm, Value};

    #[test]
    fn generated_secrets_come_from_the_store_or_from_the_bootstrap_source() {
        let secrets = Value::map([("store", Value::Instance(crate::value::InstanceId(3))), ("bootstrap", Value::text("onepassword"))]);
        let says = Value::map([("scheme", Value::text("vault")), ("mount", Value::text("kv")), ("address", Value::text("https://v:8200"))]);
        let store = Store::new(&"acme".into(), &"prod".into(), Some(&secrets), |_| Some(says.clone()));
        let secret = |bootstrap| Secret::Generated { path: "consul/gossip".into(), form: SecretForm::Base64(32), bootstrap };
        assert_eq!(
            condition(&store.lookup(&secret(true)).unwrap()).unwrap(),
            "lookup('community.general.onepassword', 'consul', field='gossip', vault='acme-prod')"
        );
        assert_eq!(
            condition(&store.lookup(&secret(false)).unwrap()).unwrap(),
            "lookup('community.hashi_vault.vault_kv2_get', 'acme/prod/consul/gossip', engine_mount_point='kv', url='https://v:8200').secret.value"
        );
    }
}
