//! What `BOOTSTRAP.md` says of pipelines: what their jobs read and who keeps it, the environments of their systems, who looks at changes.

use super::machines;
use crate::base::Text;
use crate::plan::Plan;
use crate::target::common::delivery::{Credential, Environment, Network, Product, approved, place_of};
use std::collections::{BTreeMap, BTreeSet};

/// What pipelines need before they can work on an environment.
pub(super) fn pipelines(plan: &Plan, product: &Product, branch: &str) -> Option<String> {
    let environment = product.environments.first()?;
    if product.systems.is_empty() {
        return None;
    }
    let (mut text, authority) = match &environment.store {
        Some(store) if !store.grant.is_empty() => (kept_in_store(product, environment), store.authority.is_some()),
        None if environment.by_system => (kept_by_systems(environment), machines::are_signed(plan)),
        _ => return None,
    };
    text.push_str(&known_to_accounts(product, environment));
    let name = &product.name;
    let network = environment.network.as_ref();
    let kept: &[&str] = match (environment.by_system, network) {
        (true, Some(_)) => &["CREDENTIALS", "NETWORK_KEY"],
        (true, None) => &["CREDENTIALS"],
        (false, Some(_)) => &["NETWORK_KEY"],
        (false, None) => &[],
    };
    for system in &product.systems {
        let of_system = match system.name {
            "github" => github(name, &reviewers(plan), (&system.repository, branch), authority, kept),
            _ => gitlab(name, branch, authority, environment),
        };
        text.push_str(&of_system);
    }
    if let Some(Network { of: name, .. }) = network {
        text.push_str(&format!(
            "\nA plan gets no way into the network, so it runs on a runner with the label `{name}`: one of yours, made anew for each job, that\n\
             reaches the stores of secrets and states, the internet, and no other machine of the product. `NETWORK_KEY` of the others is the\n\
             configuration of a client of its own, as `way-in.conf` has it, with an account of `operators` that has nothing else.\n"
        ));
    }
    Some(text)
}

const READ_BY_ROLES: &str = "`plan` runs for changes that nobody has looked at: give it what can only read, and nothing that\n\
                             opens a machine. `ssh` of the others belongs to an account of `operators` of their own.\n";

/// How jobs come to what they read where the product has a store of secrets.
fn kept_in_store(product: &Product, environment: &Environment) -> String {
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for secret in environment.roles.values().flatten().flat_map(Credential::secrets) {
        let path = secret.path.replacen(&format!("/{}/", environment.name), "/<environment>/", 1);
        fields.entry(path).or_default().insert(format!("`{}`", secret.field));
    }
    let fields: String = fields
        .into_iter()
        .map(|(path, fields)| format!("| `{path}` | {} |\n", fields.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    format!(
        "Let the jobs of pipelines in at the store of secrets. The script says what each role is bound to; run it again after each change of\n\
         it, it takes back what is no longer listed.\n\
         \n\
         ```sh\n\
         \"live/{name}/$environment/credentials/grant.sh\"\n\
         ```\n\
         \n\
         Then put there what the roles read. {READ_BY_ROLES}\
         \n\
         | path | fields |\n\
         |---|---|\n\
         {fields}",
        name = product.name
    )
}

/// The same where the system of CI keeps it: for each of its environments an object with what its roles read.
fn kept_by_systems(environment: &Environment) -> String {
    let mut places: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for (role, reads) in &environment.roles {
        let place = places.entry(place_of(role).unwrap_or("apply")).or_default();
        for secret in reads.iter().flat_map(Credential::secrets) {
            place.entry(secret.thing()).or_default().insert(&secret.field);
        }
    }
    let object = |things: &BTreeMap<&str, BTreeSet<&str>>| {
        let fields = |of: &BTreeSet<&str>| of.iter().map(|field| format!("\"{field}\": \"…\"")).collect::<Vec<_>>().join(", ");
        let things: Vec<String> = things.iter().map(|(thing, of)| format!("\"{thing}\": {{ {} }}", fields(of))).collect();
        format!("{{ {} }}", things.join(", "))
    };
    let rows: String = places
        .iter()
        .filter(|(_, things)| !things.is_empty())
        .map(|(place, things)| format!("| {place} | `{}` |\n", object(things)))
        .collect();
    format!(
        "Write down what the jobs of pipelines read. No store of secrets is named, so their system keeps it, for each kind of job by itself:\n\
         one line of JSON. {READ_BY_ROLES}\
         \n\
         | jobs | what they read |\n\
         |---|---|\n\
         {rows}"
    )
}

/// The scripts by which accounts know jobs by their tokens.
fn known_to_accounts(product: &Product, environment: &Environment) -> String {
    let known = environment.accounts.iter().filter(|(_, account)| !account.grant.is_empty());
    let lines: String =
        known.map(|(account, _)| format!("\"live/{}/$environment/credentials/grant-{account}.sh\"\n", product.name)).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "\nWhat opens these accounts is kept nowhere: they know a job by the token that its system signs, and give it the role that it is for.\n\
         Whoever administers an account runs its script, with the client of its cloud, and again after each change of it.\n\
         \n\
         ```sh\n\
         {lines}```\n"
    )
}

/// Who looks at changes of an environment before they go in.
fn reviewers(plan: &Plan) -> String {
    let listed = |names: &[&Text]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match approved(plan).as_deref() {
        Some([]) => "nobody: `approve` is empty".to_owned(),
        Some(names) => format!("somebody, for what `approve` lists: {}", listed(names)),
        None => {
            let last = plan.product.environments.last().map(|of| format!(", `{}`", of.text)).unwrap_or_default();
            format!("somebody, for the last one{last}: `approve` says nothing else")
        }
    }
}

/// The environments of the repository at GitHub, made with its client.
fn github(product: &str, reviewers: &str, (repository, branch): (&str, &str), authority: bool, kept: &[&str]) -> String {
    let place = |role: &str| place_of(role).map_or(String::new(), |place| format!("/{place}"));
    let places: Vec<String> = ["apply", "plan", "drift", "image"].map(|role| format!("\"{}\"", place(role))).to_vec();
    let set = if authority {
        "\n  gh variable set AUTHORITY --repo \"$repository\" --env \"$name\" < \"live/".to_owned()
            + product
            + "/.bootstrap/$environment.pem\""
    } else {
        String::new()
    };
    let listed = |names: &mut dyn Iterator<Item = &&str>| {
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let all = listed(&mut kept.iter());
    // What plans what nobody has looked at gets no way into the network.
    let of_plans = listed(&mut kept.iter().filter(|name| **name != "NETWORK_KEY"));
    format!(
        "\nAt GitHub, make its environments:\n\
         \n\
         ```sh\n\
         repository={repository} branch={branch}\n\
         for place in {}; do\n  \
           name={product}/$environment$place\n  \
           path=repos/$repository/environments/$(printf %s \"$name\" | sed 's,/,%2F,g')\n  \
           if [ \"$place\" = /plan ]; then\n    \
             gh api --silent --method PUT \"$path\"\n  \
           else\n    \
             gh api --silent --method PUT \"$path\" --field 'deployment_branch_policy[protected_branches]=false' \\\n      \
               --field 'deployment_branch_policy[custom_branch_policies]=true'\n    \
             gh api \"$path/deployment-branch-policies\" --jq '.branch_policies[].name' | grep --quiet --line-regexp --fixed-strings \"$branch\" ||\n      \
               gh api --silent --method POST \"$path/deployment-branch-policies\" --field name=\"$branch\"\n  \
           fi{set}\n\
         done\n\
         ```\n\
         \n\
         What they hold is for the branch that is said, and for no other; give them their reviewers and secrets:\n\
         \n\
         | environment | branches | reviewers | secrets |\n\
         |---|---|---|---|\n\
         | `{product}/<environment>` | `{branch}` | {reviewers} | {all} |\n\
         | `{product}/<environment>/plan` | any | nobody | {of_plans} |\n\
         | `{product}/<environment>/drift` | `{branch}` | nobody | {all} |\n\
         | `{product}/<environment>/images` | `{branch}` | nobody | {all} |\n",
        places.join(" "),
    )
}

/// The same at GitLab, where one environment has them all.
fn gitlab(product: &str, branch: &str, authority: bool, environment: &Environment) -> String {
    let authority = if authority { " with the variable `AUTHORITY` (`.bootstrap/<environment>.pem`)" } else { "" };
    let network = environment.network.as_ref();
    let runner = network.map_or(String::new(), |of| format!(", and register a runner with the tag `{}` that reaches the stores", of.of));
    let kept = match environment.by_system {
        true => {
            "\nWhat jobs read are variables of that environment: `CREDENTIALS_PLAN`, and protected, so that no other branch has them,\n\
             `CREDENTIALS_APPLY`, `CREDENTIALS_DRIFT` and `CREDENTIALS_IMAGES`.\n"
        }
        false => "",
    };
    format!(
        "\nAt GitLab, protect the branch `{branch}`, make the environment `{product}/<environment>`{authority}{runner}. A schedule that starts the\n\
         pipeline of `{branch}` every hour looks for drift.\n{kept}"
    )
}
