//! What an operator runs so that the jobs of pipelines may read what their roles read, and nothing else.

use super::credentials::{command, filled, name, placed};
use crate::artifact::shell::Word;
use crate::artifact::{Entry, Error, Tree, header, json};
use crate::base::{Text, text};
use crate::target::common::delivery::{Environment, Invocation, Product, Store, System};
use std::collections::BTreeSet;

/// Writes a script for each environment whose store can let jobs in.
pub(super) fn grants(product: &Product, branch: &str, tree: &mut Tree) -> Result<(), Error> {
    for environment in &product.environments {
        let Some(store) = environment.store.as_ref().filter(|store| !store.grant.is_empty()) else { continue };
        if product.systems.is_empty() {
            continue;
        }
        let path = text!("live/{}/{}/credentials/grant.sh", product.name, environment.name);
        let script = script(product, environment, store, branch).map_err(|error| error.within(path.clone()))?;
        tree.insert_entry(path, Entry::new(script)?.executable())?;
    }
    Ok(())
}

fn script(product: &Product, environment: &Environment, store: &Store, branch: &str) -> Result<String, Error> {
    let mut text = format!(
        "#!/bin/sh\n\
         # {}\n\
         #\n\
         # Lets the jobs of pipelines in at the store of secrets of {}/{}: each role reads what lies below its own path. An operator runs\n\
         # it, from any folder, after each change of it. No job can: what it may do is not its own to say.\n\
         set -eu\n\n",
        header(&product.source),
        product.name,
        environment.name,
    );
    enter(environment, store, &mut text)?;
    for system in &product.systems {
        text.push_str(&format!("\n# {} says who its jobs are.\n", system.name));
        let places = [("{system}", &system.trusted()), ("{issuer}", &system.issuer)];
        invoke(&store.trust, &places, &mut text)?;
    }
    for role in environment.roles.keys() {
        let (name, path) = (super::credentials::role(product, environment, role), text!("{}/{}/{role}", product.name, environment.name));
        text.push_str(&format!("\n# {role}\n"));
        invoke(&permits(product, environment, store, role, &path), &[("{role}", &name), ("{path}", &path)], &mut text)?;
        for system in &product.systems {
            let claims = system.claims(&product.name, environment, role, branch);
            let claims = claims.into_iter().fold(json::Value::object(), |object, (claim, value)| object.with(claim, value));
            let claims: Text = json::print(&claims)?.trim_end().replace('\n', "\n  ").into();
            let places = [("{system}", &system.trusted()), ("{role}", &name), ("{audience}", &store.audience), ("{claims}", &claims)];
            invoke(&store.grant, &places, &mut text)?;
        }
    }
    take_back(product, environment, store, &mut text)?;
    Ok(text)
}

/// How an operator's shell gets to the store, in a script that lies where credentials do.
pub(super) fn enter(environment: &Environment, store: &Store, text: &mut String) -> Result<(), Error> {
    let mut names = Vec::new();
    for (variable, value) in &store.variables {
        text.push_str(&format!("{}={}\n", name(variable)?, Word::literal(value)?.as_str()));
        names.push(variable.clone());
    }
    if let Some(authority) = &store.authority {
        let file = Word::literal(&format!("{}.pem", environment.name))?;
        text.push_str(&format!("{}=$(cd \"$(dirname \"$0\")/../..\" && pwd)/.bootstrap/{}\n", name(authority)?, file.as_str()));
        names.push(authority.clone());
    }
    text.push_str(&format!("export {}\n", names.join(" ")));
    if !store.enter.is_empty() {
        text.push_str(&format!("[ -n \"${{{}:-}}\" ] || {}\n", name(&store.token)?, command(&store.enter, &[])?));
    }
    Ok(())
}

/// What makes a role that reads its own folder and, where it configures services or looks at them, what is made for these and what they
/// are given.
fn permits(product: &Product, environment: &Environment, store: &Store, role: &str, own: &Text) -> Vec<Invocation> {
    let mut paths = vec![text!("{own}/*")];
    if ["apply", "drift"].contains(&role) {
        let made = environment.made.keys().map(|thing| text!("{}/{}/{thing}/*", product.name, environment.name));
        paths.extend(made.chain(environment.given.iter().map(|secret| text!("{}", secret.path))));
        // One secret may have several fields.
        paths.dedup();
    }
    let all = |input: &Text| -> Text {
        let each: Vec<String> = paths.iter().map(|path| filled(input, &[("{path}", path)]).into_owned()).collect();
        each.join("\n").into()
    };
    store.permit.iter().map(|of| Invocation { input: of.input.as_ref().map(all), ..of.clone() }).collect()
}

/// What earlier runs of the script gave to who is no longer listed, at systems of CI that are no longer named too.
fn take_back(product: &Product, environment: &Environment, store: &Store, text: &mut String) -> Result<(), Error> {
    if store.granted.is_empty() && store.permitted.is_empty() {
        return Ok(());
    }
    let listed: Vec<Text> = environment.roles.keys().map(|role| super::credentials::role(product, environment, role)).collect();
    former(&super::credentials::role(product, environment, ""), &listed, text)?;
    let trusted: BTreeSet<Text> = product.systems.iter().map(System::trusted).collect();
    for system in trusted.iter().cloned().chain(super::SYSTEMS.map(Text::from).into_iter().filter(|name| !trusted.contains(name))) {
        if store.granted.is_empty() {
            break;
        }
        // A system that this environment still uses has to answer, a former one may be gone.
        let used = trusted.contains(&system);
        let places = [("{system}", system)];
        let former: Vec<(&str, &Text)> = places.iter().map(|(name, value)| (*name, value)).collect();
        let list = command(&store.granted, &former)?;
        let list = if used { format!("$({list})") } else { format!("$({list} 2> /dev/null || true)") };
        take_each(&list, &placed(&store.revoke, &former, "role")?, text);
    }
    if !store.permitted.is_empty() {
        take_each(&format!("$({})", command(&store.permitted, &[])?), &placed(&store.forbid, &[], "role")?, text);
    }
    Ok(())
}

/// A function that passes on which of the roles of an environment, one a line, are not listed.
pub(super) fn former(prefix: &str, listed: &[Text], text: &mut String) -> Result<(), Error> {
    let listed = listed.iter().map(|role| Ok(Word::literal(role)?.as_str().to_owned()));
    text.push_str(&format!(
        "\n# What an earlier run gave, and nothing above gives any more, is taken back.\n\
         former() {{\n  \
           while read -r role; do\n    \
             case \"$role\" in\n      \
               {}) ;;\n      \
               {}*) printf '%s\\n' \"$role\" ;;\n    \
             esac\n  \
           done\n\
         }}\n",
        listed.collect::<Result<Vec<_>, Error>>()?.join(" | "),
        Word::literal(prefix)?.as_str(),
    ));
    Ok(())
}

/// Takes back what `former` leaves of a list.
pub(super) fn take_each(list: &str, command: &str, text: &mut String) {
    text.push_str(&format!("roles={list}\nprintf '%s\\n' \"$roles\" | former | while read -r role; do\n  {command}\ndone\n"));
}

pub(super) fn invoke(invocations: &[Invocation], places: &[(&str, &Text)], text: &mut String) -> Result<(), Error> {
    for of in invocations {
        if !of.unless.is_empty() {
            text.push_str(&format!("{} > /dev/null 2>&1 ||\n  ", command(&of.unless, places)?));
        }
        if let Some(input) = &of.input {
            text.push_str(&format!("printf '%s' {} |\n  ", command(std::slice::from_ref(input), places)?));
        }
        text.push_str(&command(&of.run, places)?);
        text.push('\n');
    }
    Ok(())
}
