//! A secret that is made has one form.
//!
//! `generated` names a secret by a path, and whoever says the same path gets the same secret. It is made once: where two of them say
//! another form, one of them reads what it cannot use. The same holds where one of them is made before there is a store and the other
//! one is kept by it: these are two places.
//!
//! ```infra
//! generated("postgres/app", bytes = 24)   # in one service
//! generated("postgres/app", hex = 8)      # in another one
//! ```

use super::{Facts, place};
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Service};
use crate::value::{Secret, SecretForm, Value};
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for plan in facts.plans {
        let mut seen: BTreeMap<(Text, Text), (SecretForm, bool, &Service)> = BTreeMap::new();
        for service in &plan.services {
            let of_hosts = service.host_vars.values().flatten();
            for (_, value) in service.group_vars.iter().chain(of_hosts) {
                value.secrets(&mut |secret| {
                    let Secret::Generated { thing, name, form, bootstrap } = secret else { return };
                    let first = *seen.entry((thing.clone(), name.clone())).or_insert((*form, *bootstrap, service));
                    if let Some(diagnostic) = differs(plan, &format!("{thing}/{name}"), first, (*form, *bootstrap, service)) {
                        found.push(diagnostic);
                    }
                });
            }
        }
    }
}

type Made<'a> = (SecretForm, bool, &'a Service);

fn differs(plan: &Plan, path: &str, first: Made<'_>, second: Made<'_>) -> Option<Diagnostic> {
    let message = if first.0 != second.0 {
        format!("`{path}` is made once, and is to be {} and {}", words(first.0), words(second.0))
    } else if first.1 != second.1 {
        format!("`{path}` would be made twice: once before there is what keeps secrets, and once for what keeps them")
    } else {
        return None;
    };
    let at = |made: Made<'_>| {
        let fits = |value: &Value| {
            let mut found = false;
            value.secrets(&mut |secret| {
                found |= matches!(secret, Secret::Generated { thing, name, form, .. } if *form == made.0 && format!("{thing}/{name}") == path);
            });
            found
        };
        let instance = plan.instance(made.2.instance);
        let stack = instance.and_then(|of| of.stack).and_then(|stack| plan.given_where(stack, fits));
        stack.unwrap_or_else(|| place::named_at(plan, made.2.instance))
    };
    let (one, other) = (at(first), at(second));
    let diagnostic = Diagnostic::error(Code::DuplicateName, other, message).help("give each its own path, or both one form");
    Some(if one == other { diagnostic } else { diagnostic.related(one, "the other one is here") })
}

/// What a form is made of.
fn words(form: SecretForm) -> String {
    match form {
        SecretForm::Base64(bytes) => format!("{bytes} bytes in base64"),
        SecretForm::Hex(bytes) => format!("{bytes} bytes in hexadecimal"),
        SecretForm::Uuid => "a UUID".to_owned(),
        SecretForm::Authority => "the certificate of an authority".to_owned(),
        SecretForm::PrivateKey => "a private key".to_owned(),
    }
}
