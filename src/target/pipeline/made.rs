//! What an operator runs so that the secrets of services are there before anybody reads them.

use super::credentials::command;
use super::grant::enter;
use crate::artifact::shell::Word;
use crate::artifact::{Entry, Error, Tree, header};
use crate::base::{Text, text};
use crate::target::common::delivery::{Environment, Product, Store};
use crate::value::SecretForm;

/// The script in the folder of an environment's credentials.
pub(super) const SCRIPT: &str = "make-secrets.sh";

/// Writes a script for each environment whose store keeps what is made for services.
pub(super) fn made(product: &Product, tree: &mut Tree) -> Result<(), Error> {
    for environment in product.environments.iter().filter(|environment| !environment.made.is_empty()) {
        let Some(store) = environment.store.as_ref().filter(|store| !store.keep.is_empty()) else { continue };
        let path = text!("live/{}/{}/credentials/{SCRIPT}", product.name, environment.name);
        let script = script(product, environment, store).map_err(|error| error.within(path.clone()))?;
        tree.insert_entry(path, Entry::new(script)?.executable())?;
    }
    Ok(())
}

fn script(product: &Product, environment: &Environment, store: &Store) -> Result<String, Error> {
    let mut text = format!(
        "#!/bin/sh\n\
         # {}\n\
         #\n\
         # Makes the secrets of the services of {}/{} that are not there yet, in its store of secrets. What is there is never replaced. An\n\
         # operator runs it, from any folder, before the services are configured, and again after each change that adds a secret.\n\
         set -eu\n\n",
        header(&product.source),
        product.name,
        environment.name,
    );
    enter(environment, store, &mut text)?;
    for (thing, secrets) in &environment.made {
        let path = |name: &str| text!("{}/{}/{thing}/{name}", product.name, environment.name);
        let key = secrets.iter().find(|(_, form)| **form == SecretForm::PrivateKey).map(|(name, _)| name);
        let signs = secrets.values().any(|form| *form == SecretForm::Authority);
        for (name, form) in secrets {
            // Who signs others is made with its key.
            if *form == SecretForm::PrivateKey && signs {
                continue;
            }
            text.push_str(&format!("\n{} > /dev/null 2>&1 || {{\n", command(&store.kept, &[("{path}", &path(name))])?));
            if *form == SecretForm::Authority {
                let subject = Word::literal(&format!("/CN={} {} {thing}", product.name, environment.name))?;
                text.push_str(&format!(
                    "  key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)\n  \
                       value=$(printf '%s\\n' \"$key\" | openssl req -x509 -key /dev/stdin -sha256 -days 3650 -subj {} \\\n    \
                         -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign)\n",
                    subject.as_str(),
                ));
                if let Some(key) = key {
                    text.push_str(&keep(store, "key", &path(key))?);
                }
            } else {
                text.push_str(&format!("  value=$({})\n", made_by(*form)));
            }
            text.push_str(&keep(store, "value", &path(name))?);
            text.push_str("}\n");
        }
    }
    Ok(text)
}

/// The command that prints a secret of a form.
fn made_by(form: SecretForm) -> String {
    match form {
        SecretForm::Base64(bytes) => format!("openssl rand -base64 {bytes}"),
        SecretForm::Hex(bytes) => format!("openssl rand -hex {bytes}"),
        SecretForm::Uuid => r"openssl rand -hex 16 | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)/\1-\2-4\3-8\4-/'".into(),
        SecretForm::PrivateKey | SecretForm::Authority => "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256".into(),
    }
}

/// A value goes by a pipe: what stands in the arguments of a command can be seen by others.
fn keep(store: &Store, variable: &str, path: &Text) -> Result<String, Error> {
    Ok(format!("  printf '%s' \"${variable}\" | {} > /dev/null\n", command(&store.keep, &[("{path}", path)])?))
}
