//! `BOOTSTRAP.md` of a product whose states, locks and secrets are kept by what is there before it: another product, or a store that
//! nobody here makes.

use super::guide::{Steps, passphrase};
use super::{first_secrets, machines};
use crate::artifact::shell::Word;
use crate::base::Text;
use crate::plan::{Plan, Tool};
use crate::target::common::word;
use std::collections::BTreeSet;

/// Who keeps what, in words.
pub(super) fn introduction(plan: &Plan) -> String {
    let product = &plan.product.name.text;
    if plan.state().is_none() {
        return format!(
            "{product} names no store of states (`state`): they lie beside `root.hcl`, on the disk of who works here, and no pipeline works on\n\
             it.\n"
        );
    }
    let others: BTreeSet<&Text> = plan.stands_on().into_iter().map(|(other, _)| other).collect();
    let keepers: Vec<String> = others.iter().map(|other| format!("the product `{other}`")).collect();
    let keepers = if keepers.is_empty() { "a store that is there already".to_owned() } else { keepers.join(" and ") };
    format!(
        "The states of {product} are kept by {keepers}. So nothing has to be moved: the first run is like every other one, once the shell\n\
         knows how to get there.\n"
    )
}

/// What is done, in order.
pub(super) fn steps<'p>(plan: &'p Plan, branch: &str) -> Steps<'p> {
    let product = &plan.product.name.text;
    let mut steps = Steps::new(plan);
    let made = !first_secrets::first(plan).is_empty();
    if made {
        steps.first_secrets();
    }
    // Who signs is a service's: a bucket that another product has made is trusted as any other one.
    let services = plan.instances.iter().filter(|instance| instance.declaration.keyword == "service");
    let signing: BTreeSet<&Text> = services.filter_map(|service| Some(&service.elsewhere.as_ref()?.product)).collect();
    for (other, environment) in plan.stands_on().into_iter().filter(|(other, _)| signing.contains(other)) {
        steps.push(trusted(plan, other, environment, made));
    }
    steps.push(passphrase());
    if machines::is_entered_elsewhere(plan) {
        let others: Vec<String> = plan.stands_on().into_iter().map(|(other, _)| format!("`live/{other}/BOOTSTRAP.md`")).collect();
        steps.push(format!("Join the private network in which the stores are, as {} says.\n", others.join(", ")));
    }
    let images: String = plan.used_images().map(|image| super::guide::bake(plan, image)).collect();
    if !images.is_empty() {
        let config = "export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n";
        steps.push(format!("Bake the images that the machines start from:\n\n```sh\n{config}{images}```\n"));
    }
    match plan.late().next() {
        None => {
            steps.push(format!(
                "Make everything:\n\n```sh\n(cd \"live/{product}/$environment\" && terragrunt run --all -- apply)\n```\n{}",
                names(plan)
            ));
            steps.made();
            let stacks: Vec<&Text> = plan.phases.iter().filter(|phase| phase.tool == Tool::Ansible).map(|phase| &phase.stack).collect();
            if !stacks.is_empty() {
                steps.push(configured(plan, &stacks, true));
            }
        }
        Some(_) => one_after_the_other(plan, &mut steps),
    }
    if machines::are_signed(plan) {
        steps
            .push(format!("Let pipelines know the machines: sign their keys.\n\n```sh\nlive/{product}/sign-hosts \"$environment\"\n```\n"));
    }
    steps.pipelines(branch);
    steps
}

/// What stands on a service is made once that is configured.
fn one_after_the_other(plan: &Plan, steps: &mut Steps<'_>) {
    let product = &plan.product.name.text;
    let mut first = true;
    for (at, phases) in plan.phases.chunk_by(|one, next| one.tool == next.tool).enumerate() {
        let stacks: Vec<&Text> = phases.iter().map(|phase| &phase.stack).collect();
        if phases.iter().any(|phase| phase.tool == Tool::Ansible) {
            if first {
                steps.made();
            }
            steps.push(configured(plan, &stacks, first));
            first = false;
            continue;
        }
        let what = if at == 0 { "Make what stands on no service of the product" } else { "Make what stands on these services" };
        let filters: Vec<String> = stacks.iter().map(|stack| format!("--filter './{stack}/**'")).collect();
        let filters = filters.join(" ");
        let named = if at == 0 { names(plan) } else { String::new() };
        steps.push(format!(
            "{what}:\n\n```sh\n(cd \"live/{product}/$environment\" && terragrunt run --all {filters} -- apply)\n```\n{named}"
        ));
    }
}

/// What makes the names known by which machines are entered, once there are zones and addresses.
fn names(plan: &Plan) -> String {
    // A product whose machines nobody calls by name waits for none.
    if plan.needed_names().is_empty() {
        return String::new();
    }
    let first = plan.first();
    super::guide::delegation(plan, &first) + &super::guide::foreign_names(plan, &first)
}

/// The playbooks of some stacks; before the first ones Ansible gets what it needs.
fn configured(plan: &Plan, stacks: &[&Text], first: bool) -> String {
    let product = &plan.product.name.text;
    let variables = super::guide::variables_of_first_secrets(plan);
    let playbooks: String = stacks.iter().map(|stack| super::guide::playbook(product, "", &word(stack))).collect();
    match first {
        true => format!(
            "Configure the machines. SSH shows the fingerprint of each machine that it meets for the first time.\n\
             \n\
             ```sh\n\
             {variables}export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n\
             ./ci/collections.sh\n\
             {playbooks}```\n"
        ),
        false => format!("Configure the machines that come behind that:\n\n```sh\n{playbooks}```\n"),
    }
}

/// The certificate of who signs the services of another product lies behind that of the product's own authority, by which its machines
/// are known.
fn trusted(plan: &Plan, other: &Text, environment: &Text, made: bool) -> String {
    let product = &plan.product.name.text;
    let there = if *environment == plan.environment {
        format!("\"live/{other}/.bootstrap/$environment.pem\"")
    } else {
        Word::literal(&format!("live/{other}/.bootstrap/{environment}.pem")).map(|word| word.as_str().to_owned()).unwrap_or_default()
    };
    let (how, own) = if made { (">>", "add") } else { (">", "take") };
    format!(
        "Let the tools trust the stores of `{other}`: {own} the certificate of who signs its services, which its operators have.\n\
         \n\
         ```sh\n\
         mkdir -p \"live/{product}/.bootstrap\"\n\
         cat {there} {how} \"live/{product}/.bootstrap/$environment.pem\"\n\
         ```\n"
    )
}
