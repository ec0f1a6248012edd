//! A playbook for each stack of a product and one for all of them. Environments share them: what differs stands in the inventories.

use super::inventory::members as members_of;
use super::names::{capital, word};
use super::task::{Task, tasks};
use crate::artifact::yaml::{Document, Item, Map, Node, Seq};
use crate::artifact::{Error, Tree, header};
use crate::base::IndexMap;
use crate::base::{Text, text};
use crate::plan::Plan;
use crate::shape::{Role, Shapes};
use std::collections::BTreeSet;

/// Writes the playbooks of a product.
pub fn playbooks(plans: &[Plan], shapes: &Shapes, tree: &mut Tree) -> Result<(), Error> {
    let Some(first) = plans.first() else { return Ok(()) };
    let product = &first.product.name.text;
    let head = header(&first.product.path);
    let folder = text!("ansible/playbooks/{}", word(product));
    let stacks = stacks(plans);
    let mut site = Seq::default();
    for (stack, services) in stacks.iter().filter(|(_, services)| !services.is_empty()) {
        let plays = plays(stack, services, shapes, plans);
        let file = text!("{}.yml", word(stack));
        tree.insert(text!("{folder}/{file}"), Document::new(plays).header(head.clone()).start())?;
        let import = Map::new().with("name", text!("Configure {stack}")).with("ansible.builtin.import_playbook", file);
        site.items.push(Item { blank: true, comment: None, value: import.into() });
    }
    if !site.items.is_empty() {
        tree.insert(text!("{folder}/site.yml"), Document::new(site).header(head).start())?;
    }
    Ok(())
}

/// The stacks in the order in which their machines are configured, with their services in the order of their declarations. Where an
/// environment has a stack that others lack, that one keeps its place before those that come behind it.
fn stacks(plans: &[Plan]) -> IndexMap<Text, Vec<Text>> {
    let mut stacks: IndexMap<Text, Vec<Text>> = IndexMap::default();
    for plan in plans {
        // For each, the first behind it that another environment has too.
        let mut later = None;
        let mut behind: Vec<Option<&Text>> = Vec::with_capacity(plan.configured.len());
        for stack in plan.configured.iter().rev() {
            later = if stacks.contains_key(stack) { Some(stack) } else { later };
            behind.push(later);
        }
        for (stack, later) in plan.configured.iter().zip(behind.into_iter().rev()) {
            if !stacks.contains_key(stack) {
                let later = later.and_then(|later| stacks.get_index_of(later));
                stacks.shift_insert(later.unwrap_or(stacks.len()), stack.clone(), Vec::new());
            }
        }
        for service in &plan.services {
            let services = stacks.entry(service.stack.clone()).or_default();
            if !services.contains(&service.service) {
                services.push(service.service.clone());
            }
        }
    }
    stacks
}

/// The machines of a stack that have a service, in each environment.
fn machines<'p>(plans: &'p [Plan], stack: &Text, service: &Text) -> Vec<BTreeSet<&'p Text>> {
    let of = |plan: &'p Plan| {
        let services = plan.services.iter().filter(|of| of.stack == *stack && of.service == *service);
        services.flat_map(|service| &service.hosts).collect()
    };
    plans.iter().map(of).collect()
}

fn plays(stack: &Text, services: &[Text], shapes: &Shapes, plans: &[Plan]) -> Seq {
    let mut list = Seq::default();
    let mut together: Vec<&Text> = Vec::new();
    let mut push = |comment: Option<&str>, play: Map| {
        list.items.push(Item { blank: true, comment: comment.map(Text::from), value: play.into() });
    };
    for (at, service) in services.iter().enumerate() {
        let role = shapes.roles.get(service);
        let serial = role.is_some_and(|role| role.serial);
        if serial {
            push(Some("One after the other: a quorum loses one member at a time and no more."), one_by_one(stack, service));
        } else {
            together.push(service);
            let next = services.get(at + 1);
            // Roles without a quorum that follow each other on the same machines share a play.
            let goes_on = |next: &Text| {
                let role = shapes.roles.get(next);
                role.is_some_and(|role| !role.serial) && machines(plans, stack, next) == machines(plans, stack, service)
            };
            if !next.is_some_and(goes_on) || role.is_some_and(|role| !role.cluster.is_empty()) {
                push(None, at_once(plans, stack, &together));
                together.clear();
            }
        }
        if role.is_some_and(|role: &std::sync::Arc<Role>| !role.cluster.is_empty()) {
            push(None, once(stack, service));
        }
    }
    list
}

fn members(stack: &str, service: &str) -> Text {
    text!("{}:&{}", word(stack), word(service))
}

fn roles(services: &[&Text]) -> Seq {
    Seq::new(services.iter().map(|service| Map::new().with("role", word(service)).with("tags", Node::flow([word(service)]))))
}

/// Whether every machine of a stack has a service.
fn is_everywhere(plans: &[Plan], stack: &Text, service: &Text) -> bool {
    let has =
        |plan: &Plan, host: &Text| plan.services.iter().any(|of| of.stack == *stack && of.service == *service && of.hosts.contains(host));
    plans.iter().all(|plan| members_of(plan, stack).all(|host| has(plan, &host.name)))
}

fn at_once(plans: &[Plan], stack: &Text, services: &[&Text]) -> Map {
    let hosts = match services {
        // They are on the same machines.
        [first, _, ..] if is_everywhere(plans, stack, first) => word(stack),
        [first, ..] => members(stack, first),
        [] => word(stack),
    };
    let names: Vec<Text> = services.iter().map(|service| capital(service)).collect();
    Map::new()
        .with("name", text!("Configure {} on {stack}", names.join(" and ")))
        .with("hosts", hosts)
        .with("become", true)
        .with("roles", roles(services))
}

fn one_by_one(stack: &Text, service: &Text) -> Map {
    Map::new()
        .with("name", text!("Configure {} on {stack}", capital(service)))
        .with("hosts", members(stack, service))
        .with("become", true)
        .with("serial", 1)
        .with("any_errors_fatal", true)
        .with("roles", roles(&[service]))
}

fn once(stack: &Text, service: &Text) -> Map {
    let apply = Map::new().with("tags", Node::flow([word(service)]));
    let arguments = Map::new().with("name", word(service)).with("tasks_from", "cluster").with("apply", apply);
    let task = Task::new(text!("Bring the members of {} together", capital(service)), "ansible.builtin.include_role", arguments);
    let task = task.when("not ansible_check_mode");
    let mut list = tasks(vec![task], "");
    if let Some(Item { value: Node::Map(map), .. }) = list.items.first_mut() {
        map.push("run_once", true);
        map.push("tags", Node::flow([word(service)]));
    }
    Map::new()
        .with("name", text!("Finish {} on {stack}", capital(service)))
        .with("hosts", members(stack, service))
        .with("become", true)
        .with("gather_facts", false)
        .with("tasks", list)
}
