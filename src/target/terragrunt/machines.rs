//! `machines`, how each machine of an environment is reached and what it is called, and `sign-hosts`, by which pipelines know them.

use super::first_secrets;
use crate::artifact::shell::Word;
use crate::artifact::{Error, header};
use crate::base::{Text, text};
use crate::hir::items;
use crate::plan::{Host, Plan};
use crate::target::common::secrets::{Place, Sources};
use crate::value::{Secret, SecretForm};

const SCRIPT: &str = include_str!("assets/sign-hosts");

/// The machines of an environment, one a line: name, where it is reached, the gate on the way or `-`, and all of its names.
pub(super) fn machines(plan: &Plan) -> String {
    let mut text = format!("# {}\n# name, address, gate, names\n", header(&plan.product.path));
    for host in &plan.hosts {
        let own = plan.gates().iter().find(|gate| gate.host == host.name).map(|gate| gate.name.clone());
        let gate = plan.gate_of(host).map(|gate| gate.name.as_str());
        let address = own.clone().unwrap_or_else(|| reached(plan, host));
        let mut names = vec![host.name.clone()];
        for name in [host.said().and_then(items::Host::fqdn).cloned(), address_of(host)].into_iter().flatten().chain(own) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        text.push_str(&format!("{} {address} {} {}\n", host.name, gate.unwrap_or("-"), names.join(",")));
    }
    text
}

/// The configuration of a client of the way in, with placeholders for what is the client's own or the gate's.
pub(super) fn client(plan: &Plan) -> Option<String> {
    let way = way_in(plan)?;
    let client = way.client()?;
    let mut text = format!("# {}\n#\n# Who has which address:\n", header(&plan.product.path));
    for (name, address) in way.clients() {
        text.push_str(&format!("# {name} {address}\n"));
    }
    text.push('\n');
    text.push_str(client.trim_end());
    text.push('\n');
    Some(text)
}

/// What the first service that leads into the private networks says of itself.
pub(super) fn way_in(plan: &Plan) -> Option<items::WayIn<'_>> {
    plan.ways_in().next().map(|(_, way)| way)
}

/// Whether operators and pipelines come to what keeps the states by the way into another product.
pub(super) fn is_entered_elsewhere(plan: &Plan) -> bool {
    plan.instances.iter().filter(|instance| instance.is_elsewhere()).any(|instance| instance.block::<items::WayIn<'_>>().is_some())
}

/// Where the inventory says that it is.
fn reached(plan: &Plan, host: &Host) -> Text {
    let named = plan.is_entered_by_name(host);
    let by = if named { host.said().and_then(items::Host::fqdn).cloned() } else { address_of(host) };
    by.unwrap_or_else(|| host.name.clone())
}

fn address_of(host: &Host) -> Option<Text> {
    host.said()?.address().map(|address| text!("{address}"))
}

/// Whether the product makes an authority that can sign the keys of its machines, for pipelines, which need a store of states.
pub(super) fn are_signed(plan: &Plan) -> bool {
    let forms = first_secrets::first(plan);
    plan.state().is_some()
        && !plan.hosts.is_empty()
        && forms.values().flat_map(|secrets| secrets.values()).any(|form| *form == SecretForm::Authority)
}

/// The script that signs their keys, where there is who signs.
pub(super) fn sign_hosts(plan: &Plan) -> Result<Option<String>, Error> {
    let key = plan.authority().and_then(items::Authority::key);
    let Some(key) = key.filter(|_| are_signed(plan)) else { return Ok(None) };
    let Some(command) = reading(plan, key, "\"$here\"/../../ansible/", IS_SET)? else { return Ok(None) };
    Ok(Some(SCRIPT.replace("@HEADER@", &header(&plan.product.path)).replace("@KEY@", &command)))
}

/// What the script does where the variable of the key says nothing.
const IS_SET: &str = r#"[ -n "$(printenv "$name")" ] || {
  echo "sign-hosts: $name is not set: read $here/.bootstrap/$environment.env in" >&2
  exit 78
}
"#;

/// The command that prints a secret of the environment that `$environment` names; `ansible` is how the folder of that name is found, and
/// `before` what comes before a variable is printed, whose name is `$name`.
pub(super) fn reading(plan: &Plan, secret: &Secret, ansible: &str, before: &str) -> Result<Option<String>, Error> {
    let product = &plan.product.name.text;
    // The place differs between environments by their name alone.
    let sources = Sources { environment: "{environment}".into(), ..Sources::of(plan) };
    Ok(Some(match sources.place(secret) {
        Place::Variable(_) => {
            let prefix = text!("{product}_").to_uppercase().replace('-', "_");
            let suffix = match secret {
                Secret::Generated { thing, name, .. } => text!("_{thing}_{name}").to_uppercase().replace('-', "_"),
                Secret::Reference { .. } => return Ok(None),
            };
            format!(
                "name={}$(printf %s \"$environment\" | tr 'a-z-' 'A-Z_'){}\n{before}printenv \"$name\"",
                Word::literal(&prefix)?.as_str(),
                Word::literal(&suffix)?.as_str()
            )
        }
        Place::Item { vault, item, field } => {
            format!("op read {}", placed(&text!("op://{vault}/{item}/{field}"))?)
        }
        Place::File { path, entry } => {
            let file = text!("{}", path.trim_start_matches("../"));
            let extract = entry.map(|entry| placed(&text!("[\"{entry}\"]"))).transpose()?;
            let extract = extract.map(|entry| format!("--extract {entry} ")).unwrap_or_default();
            format!("sops decrypt {extract}{ansible}{}", placed(&file)?)
        }
        Place::Entry { mount, path, field } => {
            format!("bao kv get -mount={} -field={} {}", placed(&mount)?, placed(&field)?, placed(&path)?)
        }
    }))
}

/// One word, with the environment of the script where its name stands in braces.
fn placed(word: &str) -> Result<String, Error> {
    let mut parts = Vec::new();
    for (at, part) in word.split("{environment}").enumerate() {
        if at > 0 {
            parts.push(Word::variable("environment")?);
        }
        if !part.is_empty() {
            parts.push(Word::literal(part)?);
        }
    }
    Ok(Word::join(parts).as_str().to_owned())
}
