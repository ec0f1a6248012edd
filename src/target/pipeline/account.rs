//! What an operator runs so that an account knows the jobs of pipelines by the tokens of their system of CI.

use super::credentials::{command, filled, placed};
use super::grant::{former, invoke, take_each};
use crate::artifact::{Entry, Error, Tree, header, json};
use crate::base::{Text, text};
use crate::target::common::delivery::{Account, Credential, Environment, Invocation, Product, short_role};

/// Writes a script for each account of each environment that knows jobs so.
pub(super) fn accounts(product: &Product, branch: &str, tree: &mut Tree) -> Result<(), Error> {
    for environment in product.environments.iter().filter(|environment| environment.is_served()) {
        for (name, account) in environment.accounts.iter().filter(|(_, account)| !account.grant.is_empty()) {
            let path = text!("live/{}/{}/credentials/{}", product.name, environment.name, file(name));
            let script = script(product, environment, (name, account), branch).map_err(|error| error.within(path.clone()))?;
            tree.insert_entry(path, Entry::new(script)?.executable())?;
        }
    }
    Ok(())
}

/// What the script for an account is called.
pub(super) fn file(account: &str) -> Text {
    text!("grant-{account}.sh")
}

fn script(product: &Product, environment: &Environment, (name, account): (&Text, &Account), branch: &str) -> Result<String, Error> {
    let mut text = format!(
        "#!/bin/sh\n\
         # {}\n\
         #\n\
         # Lets the jobs of pipelines in at the account of {name} in {}/{}: each takes on the role that it is for, by the token that its\n\
         # system signs. Who administers the account runs it, from any folder, after each change of it. No job can.\n\
         set -eu\n",
        header(&product.source),
        product.name,
        environment.name,
    );
    for system in &product.systems {
        text.push_str(&format!("\n# {} says who its jobs are.\n", system.name));
        let host = Text::from(system.host());
        let places = [("{system}", &Text::from(system.name)), ("{issuer}", &system.issuer), ("{host}", &host)];
        invoke(&account.trust, &places, &mut text)?;
        for role in roles(environment, name) {
            let named = text!("{}.{}", super::credentials::role(product, environment, role), system.name);
            let (short, claims) = (
                short_role(&product.name, environment, role, system.name),
                claims(account, system.claims(&product.name, environment, role, branch)),
            );
            let subjects = subjects(system.subjects(&product.name, environment, role, branch))?;
            let places = [
                ("{system}", places[0].1),
                ("{issuer}", &system.issuer),
                ("{host}", &host),
                ("{role}", &named),
                ("{short}", &short),
                ("{subjects}", &subjects),
                ("{claims}", &claims),
            ];
            text.push_str(&format!("\n# {role}\n"));
            invoke(&granted(account, role), &places, &mut text)?;
        }
    }
    if !account.granted.is_empty() {
        let of = |role: &Text| super::credentials::role(product, environment, role);
        let named = |role: Text| product.systems.iter().map(move |system| text!("{role}.{}", system.name));
        let listed: Vec<Text> = roles(environment, name).flat_map(|role| named(of(role))).collect();
        former(&super::credentials::role(product, environment, ""), &listed, &mut text)?;
        take_each(&format!("$({})", command(&account.granted, &[])?), &placed(&account.revoke, &[], "role")?, &mut text);
    }
    Ok(text)
}

/// The roles that work in an account.
fn roles<'e>(environment: &'e Environment, account: &'e Text) -> impl Iterator<Item = &'e Text> {
    let works = move |reads: &[Credential]| reads.iter().any(|of| matches!(of, Credential::Token { account: of, .. } if of == account));
    environment.roles.iter().filter(move |(_, reads)| works(reads)).map(|(role, _)| role)
}

/// What makes a role: a command that names a right is there for each of the role's.
fn granted(account: &Account, role: &str) -> Vec<Invocation> {
    let kind = role.split('-').next().unwrap_or(role);
    let rights = account.rights.get(kind).map(Vec::as_slice).unwrap_or_default();
    let names = |of: &Invocation| of.run.iter().chain(&of.input).any(|word| word.contains("{right}"));
    let with = |of: &Invocation, right: &Text| {
        let word = |word: &Text| -> Text { filled(word, &[("{right}", right)]).into_owned().into() };
        Invocation { run: of.run.iter().map(word).collect(), input: of.input.as_ref().map(word), unless: of.unless.clone() }
    };
    let each = |of: &Invocation| match names(of) {
        true => rights.iter().map(|right| with(of, right)).collect(),
        false => vec![of.clone()],
    };
    account.grant.iter().flat_map(each).collect()
}

/// What tokens must say, as the account writes it.
fn claims(account: &Account, said: Vec<(&'static str, Text)>) -> Text {
    let said: Vec<String> = said
        .iter()
        .map(|(claim, value)| filled(&account.claim, &[("{claim}", &Text::from(*claim)), ("{value}", value)]).into_owned())
        .collect();
    said.join(&account.between).into()
}

/// Patterns as a list of JSON.
fn subjects(patterns: Vec<Text>) -> Result<Text, Error> {
    let texts = patterns.into_iter().map(|pattern| Ok(json::print(&json::Value::Text(pattern))?.trim_end().to_owned()));
    Ok(text!("[{}]", texts.collect::<Result<Vec<_>, Error>>()?.join(", ")))
}
