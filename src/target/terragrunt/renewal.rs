//! How a secret that was made for the product gets another value: the last part of `BOOTSTRAP.md`, and what `first-secrets` makes again.

use super::{guide, machines};
use crate::artifact::Error;
use crate::artifact::shell::Word;
use crate::base::Text;
use crate::hir::items;
use crate::plan::Plan;
use crate::target::common::word;
use crate::value::{Secret, SecretForm, Value};
use std::collections::BTreeMap;

/// A secret of which the library says how it gets another value.
pub(super) struct Renewal<'p> {
    /// What it belongs to, and its name.
    pub(super) thing: &'p Text,
    pub(super) name: &'p Text,
    /// How it is made.
    pub(super) form: SecretForm,
    /// Whether the other value takes the place of the one before.
    pub(super) replaces: bool,
    /// Where it is kept.
    secret: &'p Secret,
    /// Whose playbook takes it to who reads it.
    stack: &'p Text,
    says: items::Renewal<'p>,
}

impl Renewal<'_> {
    /// What it is called where it is kept.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.thing, self.name)
    }

    /// Whether to make it and to run the playbook is all.
    fn is_usual(&self) -> bool {
        let says = self.says;
        says.says().is_none() && says.before().next().is_none() && says.tell().next().is_none() && says.behind().next().is_none()
    }
}

/// Those of a product that are kept where its first secrets are, by their names.
pub(super) fn of(plan: &Plan) -> Vec<Renewal<'_>> {
    let mut found = BTreeMap::new();
    for service in &plan.services {
        let Some(instance) = plan.instances.get(service.instance.0 as usize) else { continue };
        for (_, says) in items::Values::from(&instance.fields).labelled::<items::Renewal<'_>>() {
            let Some(secret) = says.secret() else { continue };
            if let Secret::Generated { thing, name, form, bootstrap: true } = &**secret {
                let replaces = says.replaces() != Some(false);
                let renewal = Renewal { thing, name, form: *form, replaces, secret, stack: &service.stack, says };
                found.entry((thing, name)).or_insert(renewal);
            }
        }
    }
    found.into_values().collect()
}

/// What the guide says of them; nothing where there are none.
pub(super) fn section(plan: &Plan) -> Result<String, Error> {
    let all = of(plan);
    if all.is_empty() {
        return Ok(String::new());
    }
    let product = &plan.product.name.text;
    let (usual, special): (Vec<_>, Vec<_>) = all.iter().partition(|renewal| renewal.is_usual());
    let mut text = String::from(
        "\n# A secret gets another value\n\
         \n\
         Another value is made and kept where the first secrets are, and the playbook takes it to who reads it, one member after the other. The\n\
         value before opens nothing behind it. What is not listed here is not changed so.\n",
    );
    let block = |commands: &str| format!("\n```sh\n{commands}```\n");
    let start = "export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n";
    let read = guide::variables_of_first_secrets(plan);
    let made = |secret: &str| format!("live/{product}/first-secrets \"$environment\" {secret}\n{read}");
    if !usual.is_empty() {
        text.push_str("\n| secret | stack |\n|---|---|\n");
        for renewal in &usual {
            text.push_str(&format!("| `{}` | `{}` |\n", renewal.path(), renewal.stack));
        }
        let run =
            guide::playbook(product, "", "$stack").replace(" ansible/playbooks", " \"ansible/playbooks").replace(".yml\n", ".yml\"\n");
        let chosen = "environment=<environment> secret=<secret> stack=<stack>\n";
        text.push_str(&block(&format!("{start}{chosen}{}{run}", made("\"$secret\""))));
    }
    for renewal in special {
        let says = renewal.says;
        text.push_str(&format!("\n## `{}`\n", renewal.path()));
        let client = client(plan, says)?;
        let before = format!(
            "{start}environment=<environment>\n{client}{}{}",
            lines(says.before())?,
            made(Word::literal(&renewal.path())?.as_str())
        );
        let told = words(says.tell())?;
        let mut behind = match told.is_empty() {
            true => guide::playbook(product, "", &word(renewal.stack)),
            false => format!("{} | {told}\n", kept(plan, renewal)?),
        };
        behind.push_str(&lines(says.behind())?);
        match says.says() {
            Some(says) => text.push_str(&format!("{}\n{says}\n{}", block(&before), block(&behind))),
            None => text.push_str(&block(&(before + &behind))),
        }
    }
    Ok(text)
}

/// What the client of the store of secrets reads from its environment, where it is called.
fn client(plan: &Plan, says: items::Renewal<'_>) -> Result<String, Error> {
    let called = says.before().next().is_some() || says.tell().next().is_some() || says.behind().next().is_some();
    let Some(store) = plan.secret_store().filter(|_| called) else { return Ok(String::new()) };
    // The guide is one for all environments: their domains differ.
    let domain = plan.said().domain().map_or("", Text::as_str);
    let mut text = String::new();
    for (name, value) in store.environment() {
        let value = if domain.is_empty() { value.to_string() } else { value.replace(domain, "<domain>") };
        text.push_str(&format!("export {name}=\"{value}\"\n"));
    }
    if let Some(authority) = store.authority() {
        text.push_str(&format!("export {authority}=\"$PWD/live/{}/.bootstrap/$environment.pem\"\n", plan.product.name.text));
    }
    Ok(text)
}

/// The command that prints a value that is kept where the first secrets are.
fn kept(plan: &Plan, renewal: &Renewal<'_>) -> Result<String, Error> {
    machines::reading(plan, renewal.secret, "ansible/", "").map(Option::unwrap_or_default)
}

/// Commands, one a line.
fn lines<'v>(commands: impl Iterator<Item = &'v Value>) -> Result<String, Error> {
    let mut text = String::new();
    for command in commands {
        let list = command.as_list().into_iter().flatten();
        text.push_str(&words(list.filter_map(Value::as_text))?);
        text.push('\n');
    }
    Ok(text)
}

/// A command as a line of the shell.
fn words<'v>(words: impl Iterator<Item = &'v Text>) -> Result<String, Error> {
    let words = words.map(|word| Ok(Word::literal(word)?.as_str().to_owned())).collect::<Result<Vec<_>, Error>>()?;
    Ok(words.join(" "))
}
