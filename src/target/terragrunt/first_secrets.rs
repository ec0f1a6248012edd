//! `first-secrets`, a script that makes the secrets that have to be there before anything keeps secrets.

use super::renewal::{self, Renewal};
use crate::artifact::shell::Word;
use crate::artifact::{Error, header};
use crate::base::Text;
use crate::plan::Plan;
use crate::target::common::secrets::{self, Sources};
use crate::value::{Scheme, Secret, SecretForm};
use std::collections::{BTreeMap, BTreeSet};

/// What the script says of secrets that are named.
const OTHERS: &str =
    "# Of a secret that is named, such as thing/name, it makes another value in place of the one before. Read the guide first.\n";

const SCRIPT: &str = include_str!("assets/first-secrets");

/// How those are made for which one command is not enough.
const FUNCTIONS: [(SecretForm, &str); 2] =
    [(SecretForm::Uuid, include_str!("assets/make/uuid")), (SecretForm::Authority, include_str!("assets/make/authority"))];

/// Forms by what the secrets belong to and their names.
pub(super) type Forms = BTreeMap<Text, BTreeMap<Text, SecretForm>>;

/// The script of a product, where it needs secrets first.
pub(super) fn script(plan: &Plan) -> Result<Option<String>, Error> {
    let forms = first(plan);
    if forms.is_empty() {
        return Ok(None);
    }
    let product = Word::literal(&plan.product.name.text)?;
    let mut script = SCRIPT.replace("@HEADER@", &header(&plan.product.path)).replace("@PRODUCT@", product.as_str());
    let others = renewal::of(plan);
    script = match others.is_empty() {
        true => script.replace("@USAGE@", "").replace("@OTHERS@", ""),
        false => script.replace("@USAGE@", " [secret...]").replace("@OTHERS@", OTHERS),
    };
    let made: BTreeSet<SecretForm> =
        forms.values().flat_map(BTreeMap::values).copied().chain(others.iter().map(|other| other.form)).collect();
    for (_, function) in FUNCTIONS.iter().filter(|(form, _)| made.contains(form)) {
        script.push_str(function);
    }
    script.push_str(keep(Sources::of(plan).bootstrap));
    if !others.is_empty() {
        script.push_str(replace(Sources::of(plan).bootstrap));
        script.push_str(&again(&others)?);
    }
    script.push_str("keeps\n\n");
    script.push_str(&make(&forms)?);
    script.push_str("\nkeeping=yes\nkeep\n");
    for certificate in certificates(&forms)? {
        script.push_str(&format!("cp {certificate} \"$here/.bootstrap/$environment.pem\"\n"));
    }
    Ok(Some(script))
}

/// What is made for the product and what serves its secrets needs.
pub(super) fn first(plan: &Plan) -> Forms {
    let mut forms = Forms::new();
    for secret in secrets::generated(plan) {
        if let Secret::Generated { thing, name, form, bootstrap: true } = secret {
            forms.entry(thing.clone()).or_default().insert(name.clone(), *form);
        }
    }
    // Pipelines know machines by who signs their keys, whoever signs the services that the product stands on.
    if plan.state_store().is_some() && !plan.serves_itself() && !plan.hosts.is_empty() {
        let signs = plan.authority().into_iter().flat_map(|authority| [authority.certificate(), authority.key()]).flatten();
        for secret in signs {
            if let Secret::Generated { thing, name, form, .. } = &**secret {
                forms.entry(thing.clone()).or_default().insert(name.clone(), *form);
            }
        }
    }
    forms
}

/// A line for each secret; who signs others is made with its key.
fn make(forms: &Forms) -> Result<String, Error> {
    let mut text = String::from("mkdir");
    for thing in forms.keys() {
        text.push(' ');
        text.push_str(Word::literal(thing)?.as_str());
    }
    text.push('\n');
    for (thing, secrets) in forms {
        let named = |form| secrets.iter().find(|(_, of)| **of == form).map(|(name, _)| name);
        let file = |name: &str| Word::literal(&format!("{thing}/{name}")).map(|word| word.as_str().to_owned());
        for (name, form) in secrets {
            let made = file(name)?;
            let line = match form {
                SecretForm::Base64(_) | SecretForm::Hex(_) | SecretForm::Uuid => format!("{} > {made}", command(*form)),
                SecretForm::Authority => {
                    let key = named(SecretForm::PrivateKey).map_or(Ok("/dev/null".to_owned()), |key| file(key))?;
                    format!("authority {key} {made}")
                }
                SecretForm::PrivateKey if named(SecretForm::Authority).is_some() => continue,
                SecretForm::PrivateKey => format!("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {made}"),
            };
            text.push_str(&line);
            text.push('\n');
        }
    }
    Ok(text)
}

/// The command that prints a value of a form that is made alone.
fn command(form: SecretForm) -> String {
    match form {
        SecretForm::Base64(bytes) => format!("openssl rand -base64 {bytes}"),
        SecretForm::Hex(bytes) => format!("openssl rand -hex {bytes}"),
        SecretForm::Uuid => "uuid".to_owned(),
        SecretForm::PrivateKey | SecretForm::Authority => "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256".to_owned(),
    }
}

/// What is done for secrets that are named: another value of each is made and kept.
fn again(others: &[Renewal<'_>]) -> Result<String, Error> {
    let mut text = String::from("for secret; do\n  mkdir -p \"${secret%%/*}\"\n  case $secret in\n");
    for other in others {
        let path = Word::literal(&other.path())?;
        text.push_str(&format!("    {path}) {} > {path} ;;\n", command(other.form), path = path.as_str()));
    }
    text.push_str("    *)\n      echo \"first-secrets: the guide does not say how $secret gets another value\" >&2\n      exit 64\n      ;;\n  esac\ndone\n");
    // One that nothing else is called by must not be there yet.
    let new = others.iter().filter(|other| !other.replaces).map(|other| Ok(Word::literal(&other.path())?.as_str().to_owned()));
    let new = new.collect::<Result<Vec<_>, Error>>()?.join(" | ");
    if new.is_empty() {
        text.push_str("is_new() {\n  return 1\n}\n");
    } else {
        text.push_str(&format!("is_new() {{\n  case $1 in {new}) ;; *) return 1 ;; esac\n}}\n"));
    }
    text.push_str("[ \"$#\" -eq 0 ] || {\n  keeping=yes\n  again\n  exit\n}\n");
    Ok(text)
}

/// The files of the certificates of those who sign others. They are no secrets: who works with the environment has them at hand.
fn certificates(forms: &Forms) -> Result<Vec<String>, Error> {
    let of = |(thing, secrets): (&Text, &BTreeMap<Text, SecretForm>)| {
        let signs = secrets.iter().filter(|(_, form)| **form == SecretForm::Authority);
        signs.map(|(name, _)| format!("{thing}/{name}")).collect::<Vec<_>>()
    };
    forms.iter().flat_map(of).map(|file| Ok(Word::literal(&file)?.as_str().to_owned())).collect()
}

/// How they are kept where the first secrets are looked for.
fn keep(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Op => include_str!("assets/keep/op"),
        Scheme::Sops => include_str!("assets/keep/sops"),
        // A store that the product serves itself keeps nothing yet.
        Scheme::Env | Scheme::Vault => include_str!("assets/keep/env"),
    }
}

/// How another value is kept there.
fn replace(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Op => include_str!("assets/again/op"),
        Scheme::Sops => include_str!("assets/again/sops"),
        Scheme::Env | Scheme::Vault => include_str!("assets/again/env"),
    }
}
