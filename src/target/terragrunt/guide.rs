//! `BOOTSTRAP.md`: what an operator does in the first run of an environment.

use super::bootstrap::First;
use super::{capability, first_secrets};
use crate::artifact::header;
use crate::base::Text;
use crate::plan::Plan;
use crate::target::common::delivery::{Credential, of_plans};
use crate::target::common::images::used;
use crate::target::common::secrets::Sources;
use crate::value::{Scheme, Value};
use std::collections::{BTreeMap, BTreeSet};

/// `BOOTSTRAP.md`.
pub(super) fn guide(plan: &Plan, first: &First) -> String {
    let product = &plan.product.name.text;
    let stacks: Vec<String> = first.stacks.iter().map(|name| format!("`{name}`")).collect();
    let mut guide = format!(
        "<!-- {header} -->\n\
         # The first run of {product}\n\
         \n\
         State, locks and secrets of {product} are served and reached by {stacks}, whose machines these units create. So the first run of\n\
         an environment keeps its state beside `root.hcl`, encrypted and out of version control, until there is a place for it.\n\
         \n\
         | variable | what it is |\n\
         |---|---|\n",
        header = header(&plan.product.path),
        stacks = stacks.join(", "),
    );
    for (variables, what) in variables(plan) {
        guide.push_str(&format!("| {variables} | {what} |\n"));
    }
    for (at, step) in steps(plan, first).iter().enumerate() {
        guide.push_str(&format!("\n{}. {}", at + 1, step.trim_end().replace('\n', "\n   ").replace("\n   \n", "\n\n")));
        guide.push('\n');
    }
    guide.push_str(
        "\nA unit whose state was left in `.bootstrap` is refused, never planned anew. Keep `.bootstrap` until a plan shows no change.\n",
    );
    guide
}

/// What an operator's shell has to know, with what it is.
fn variables(plan: &Plan) -> Vec<(String, String)> {
    let product = &plan.product.name.text;
    let credentials: BTreeSet<String> = plan
        .instances
        .iter()
        .filter_map(|instance| instance.fields.get("credential").and_then(Value::as_map))
        .flat_map(|credentials| credentials.values().filter_map(|credential| credential.field("env").and_then(Value::as_text)))
        .map(|name| format!("`{name}`"))
        .collect();
    let mut rows = vec![
        (credentials.into_iter().collect::<Vec<_>>().join(", "), "credentials of the providers".to_owned()),
        ("`TF_ENCRYPTION`".to_owned(), "the keys of states and plans: nothing is read or written without them".to_owned()),
        (
            "`AWS_SHARED_CREDENTIALS_FILE`".to_owned(),
            format!("a file with the profile `{product}-<environment>-state`: the key of the bucket that keeps the states"),
        ),
    ];
    if let Some(token) = capability(plan, "state", "lock", "lock").and_then(|lock| lock.field("token")).and_then(Value::as_text) {
        rows.push((format!("`{token}`"), "the token that may take the locks, once they are served".to_owned()));
    }
    rows
}

/// What is done, in order.
fn steps(plan: &Plan, first: &First) -> Vec<String> {
    let product = &plan.product.name.text;
    let mut steps = Vec::new();
    if !first_secrets::first(plan).is_empty() {
        steps.push(first_secrets_are_made(plan));
    }
    steps.extend(images(plan, first));
    steps.push(format!(
        "Keep its state here for now, and make the machines:\n\
         \n\
         ```sh\n\
         environment=<environment>\n\
         cd live/{product}/$environment\n\
         export INFRAC_STATE=bootstrap\n\
         terragrunt run --all {} -- apply\n\
         ```\n",
        filters(plan, first).join(" "),
    ));
    let configured = first.stacks.iter().filter(|stack| plan.services.iter().any(|service| service.stack == **stack));
    let playbooks: String = configured
        .map(|stack| {
            let ansible = "../../../ansible";
            format!("ansible-playbook --inventory {ansible}/inventory/{product}/$environment {ansible}/playbooks/{product}/{stack}.yml\n")
        })
        .collect();
    steps.push(format!("Configure the machines. The first secrets come from where they are kept:\n\n```sh\n{playbooks}```\n"));
    steps.push(
        "Move the states, and look that nothing would change:\n\
         \n\
         ```sh\n\
         unset INFRAC_STATE\n\
         ../migrate-state \"$environment\"\n\
         terragrunt run --all -- plan\n\
         ```\n"
            .to_owned(),
    );
    steps.extend(pipelines(plan));
    steps.push("Add the environment to `ready` of `state`, compile, and commit: from then on the pipelines work on it.\n".to_owned());
    steps
}

/// The images that the first machines start from: nobody has baked them yet.
fn images(plan: &Plan, first: &First) -> Option<String> {
    let product = &plan.product.name.text;
    let on: BTreeSet<&Text> =
        plan.units.iter().filter(|unit| first.units.contains(&unit.path)).map(|unit| &unit.provider_instance).collect();
    let lines: String = used(plan)
        .filter(|image| on.contains(&image.instance))
        .map(|image| format!("ci/image.sh {product} <environment> {} {}\n", image.name, image.instance))
        .collect();
    (!lines.is_empty()).then(|| format!("Bake the images that the first machines start from:\n\n```sh\n{lines}```\n"))
}

/// What pipelines need before they can work on an environment.
fn pipelines(plan: &Plan) -> Option<String> {
    let product = of_plans(std::slice::from_ref(plan));
    let environment = product.environments.first()?;
    let store = environment.store.as_ref().filter(|store| !store.grant.is_empty() && !product.systems.is_empty())?;
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for secret in environment.roles.values().flatten().flat_map(Credential::secrets) {
        let path = secret.path.replacen(&format!("/{}/", environment.name), "/<environment>/", 1);
        fields.entry(path).or_default().insert(format!("`{}`", secret.field));
    }
    let fields: String = fields
        .into_iter()
        .map(|(path, fields)| format!("| `{path}` | {} |\n", fields.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    let network = match environment.network {
        Some(_) => " and the secret `NETWORK_KEY`, the configuration with which a machine of CI joins the private network",
        None => "",
    };
    let authority = match store.authority {
        Some(_) => "the variable `AUTHORITY`",
        None => "its rules",
    };
    Some(format!(
        "Let the jobs of pipelines in at the store of secrets, and give their environments in CI {authority}{network}:\n\
         \n\
         ```sh\n\
         credentials/grant.sh\n\
         ```\n\
         \n\
         Then put there what they read. What plans is given what can only read; `ssh` and the way into the network belong to an account of\n\
         `operators`.\n\
         \n\
         | path | fields |\n\
         |---|---|\n\
         {fields}",
    ))
}

fn first_secrets_are_made(plan: &Plan) -> String {
    let product = &plan.product.name.text;
    let kept = match Sources::of(plan).bootstrap {
        Scheme::Op => format!("They are kept in 1Password, in the vault `{product}-<environment>`: make it, and sign in with `op signin`."),
        Scheme::Sops => format!("They are kept in `ansible/secrets/{product}/<environment>.yml`, encrypted by sops: commit it."),
        Scheme::Env | Scheme::Vault => {
            "They are written to `.bootstrap/<environment>.env`: read it in wherever Ansible runs, and keep it safe.".to_owned()
        }
    };
    format!(
        "Choose the environment, and make its first secrets. {kept}\n\
         \n\
         ```sh\n\
         live/{product}/first-secrets <environment>\n\
         ```\n\
         \n\
         Among them is the authority that signs the certificates of the product's services. Its own, `.bootstrap/<environment>.pem`, is no\n\
         secret: make it the variable `AUTHORITY` of the environment in CI, and give it to who else works here. `root.hcl` looks for it there.\n",
    )
}

/// What Terragrunt calls the units: a stack as a whole where all of it is meant.
fn filters(plan: &Plan, first: &First) -> Vec<String> {
    let mut found = Vec::new();
    for unit in &plan.units {
        let filter = match plan.units.iter().filter(|other| other.stack == unit.stack).all(|other| first.units.contains(&other.path)) {
            true => format!("--filter './{}/**'", unit.stack),
            false if first.units.contains(&unit.path) => format!("--filter './{}'", unit.path),
            false => continue,
        };
        if !found.contains(&filter) {
            found.push(filter);
        }
    }
    found
}
