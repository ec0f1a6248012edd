//! From the plans of a product to what pipelines need to know of it.

use super::credentials::{accounts, given, made, network, roles, store, variables};
use super::systems;
use super::{Environment, Image, Phase, Product};
use crate::base::{Text, text};
use crate::hir::items::Secrets;
use crate::plan::{self, Plan, Tool};
use crate::target::common::{images, word};
use crate::value::Value;
use std::collections::BTreeSet;

/// One product; `plans` are those of its environments, in their order.
pub fn of_plans(plans: &[Plan]) -> Product {
    let Some(first) = plans.first() else { return Product::default() };
    let last = plans.len() - 1;
    Product {
        name: first.product.name.text.clone(),
        source: first.product.path.clone(),
        after: plans.iter().flat_map(Plan::stands_on).map(|(product, _)| product.clone()).collect(),
        systems: systems::of(first),
        environments: plans.iter().enumerate().map(|(rank, plan)| environment(plan, rank == last)).collect(),
    }
}

fn environment(plan: &Plan, last: bool) -> Environment {
    let product = &plan.product.name.text;
    let name = &plan.environment;
    let store = store(plan);
    let by_system = plan.state().is_some() && plan.secrets().and_then(Secrets::store).is_none();
    let images: Vec<Image> = plan.used_images().map(|image| bake(image, plan)).collect();
    Environment {
        name: name.clone(),
        rank: plan.rank,
        // Where nobody keeps what jobs read, nothing that they did would be right.
        ready: plan.is_ready() && (store.is_some() || by_system),
        approve: approve(plan, last),
        protected: plan.said().protected().any(|protected| protected == name),
        network: network(plan),
        inventory: text!("ansible/inventory/{}/{}", word(product), word(name)),
        phases: phases(plan),
        units: plan.units.iter().map(|unit| (unit.path.clone(), unit.needs().map(|of| of.path.clone()).collect())).collect(),
        variables: variables(plan),
        roles: roles(plan, &images),
        reads: reads(plan),
        made: made(plan),
        given: given(plan),
        accounts: accounts(plan),
        store,
        by_system,
        images,
    }
}

/// Those that the product says. Where it says nothing, the last one: a change that reaches it has nowhere else to be seen first.
fn approve(plan: &Plan, last: bool) -> bool {
    match approved(plan) {
        None => last,
        Some(said) => said.contains(&&plan.environment),
    }
}

/// The environments whose changes wait, where the product says which.
pub fn approved(plan: &Plan) -> Option<Vec<&Text>> {
    plan.settings.get("approve").and_then(Value::as_list).map(|_| plan.said().approve().collect())
}

/// The stacks with what is done first, as the plan says: a machine is configured behind the ways that lead to it and out of its network,
/// and mostly behind all units, because it may be reached by a name that another stack makes.
fn phases(plan: &Plan) -> Vec<Phase> {
    let product = &plan.product.name.text;
    let phase = |of: &plan::Phase| match of.tool {
        Tool::OpenTofu => {
            Phase { stack: of.stack.clone(), folder: Some(text!("live/{product}/{}/{}", plan.environment, of.stack)), playbook: None }
        }
        Tool::Ansible => Phase {
            stack: of.stack.clone(),
            folder: None,
            playbook: Some(text!("ansible/playbooks/{}/{}.yml", word(product), word(&of.stack))),
        },
    };
    plan.phases.iter().map(phase).collect()
}

fn reads(plan: &Plan) -> BTreeSet<Text> {
    let product = &plan.product.name.text;
    let mut reads = BTreeSet::from([
        text!("live/{product}/root.hcl"),
        text!("live/{product}/tofu-locked"),
        text!("live/{product}/{}", plan.environment),
    ]);
    for unit in &plan.units {
        reads.insert(text!("live/{product}/providers/{}.hcl", unit.provider_instance));
        reads.insert(text!("modules/{}/{}/{}", unit.group, unit.module, unit.provider));
    }
    if !plan.services.is_empty() {
        reads.insert("ansible/ansible.cfg".into());
        reads.insert("ansible/requirements.yml".into());
        reads.insert(text!("ansible/inventory/{}/{}", word(product), word(&plan.environment)));
        reads.insert(text!("ansible/playbooks/{}", word(product)));
    }
    reads.extend(plan.services.iter().map(|service| text!("ansible/roles/{}", word(&service.service))));
    reads
}

fn bake(image: &plan::Image, plan: &Plan) -> Image {
    let variables = images::variables_path(plan, image);
    let mut reads = BTreeSet::from([
        "ansible/ansible.cfg".into(),
        "ansible/requirements.yml".into(),
        images::folder(image),
        images::playbook(image),
        variables.clone(),
    ]);
    reads.extend(image.install.iter().map(|role| text!("ansible/roles/{}", word(role))));
    Image {
        image: image.name.clone(),
        provider: image.instance.clone(),
        template: images::folder(image),
        credentials: builder_variables(plan, &image.instance),
        variables,
        reads,
    }
}

/// What the builder of a provider instance reads from the environment.
fn builder_variables(plan: &Plan, instance: &str) -> Vec<Text> {
    let provider = plan.provider(instance).into_iter();
    provider.flat_map(|provider| plan.credentials(provider)).map(|variable| variable.read).collect()
}
