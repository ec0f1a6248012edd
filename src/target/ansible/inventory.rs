//! The inventory of one product and environment: machines, groups, and the values of the roles' variables.

use super::lower;
use super::names::{variable, word};
use crate::artifact::yaml::{Document, Map, Node};
use crate::artifact::{Error, Problem, Tree, header};
use crate::base::{Text, text};
use crate::plan::{Gate, Host, Plan, Service};
use crate::target::common::secrets::Sources;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Writes the inventory of a plan; `all` are the plans of every environment of the product, whose groups it declares too.
pub fn inventory(plan: &Plan, all: &[Plan], tree: &mut Tree) -> Result<(), Error> {
    let folder = text!("ansible/inventory/{}/{}", word(&plan.product.name.text), word(&plan.environment));
    let head = header(&plan.product.path);
    let document = |root: Map| Document::new(root).header(head.clone()).start();
    tree.insert(text!("{folder}/hosts.yml"), document(hosts(plan, all)))?;
    let sources = Sources::of(plan);
    let gates = gates(plan)?;
    if let Some(gate) = gates.first() {
        tree.insert(text!("{folder}/group_vars/all.yml"), document(everywhere(gate)))?;
    }
    for service in &plan.services {
        let mut map = Map::new();
        for (name, value) in &service.group_vars {
            map.push(variable(&service.service, name), lower::known(value, &sources).map_err(|error| error.within(name.clone()))?);
        }
        if !map.is_empty() {
            let path = text!("{folder}/group_vars/{}/{}.yml", word(&service.group), word(&service.service));
            tree.insert(path, document(map))?;
        }
    }
    for host in &plan.hosts {
        let map = of_host(host, plan, gates, &sources)?;
        tree.insert(text!("{folder}/host_vars/{}.yml", host.name), document(map))?;
    }
    Ok(())
}

/// Stacks and services as groups. A group that only other environments fill is declared all the same: a play names it.
fn hosts(plan: &Plan, all: &[Plan]) -> Map {
    let names = |of: &dyn Fn(&Service) -> Text| -> BTreeSet<Text> { all.iter().flat_map(|plan| &plan.services).map(of).collect() };
    let mut children = Map::new();
    for (at, stack) in names(&|service| service.stack.clone()).into_iter().enumerate() {
        let members: Map = members(plan, &stack).map(|host| (host.name.clone(), Node::Null)).collect();
        let entry = children.push(word(&stack), group("hosts", members));
        entry.comment = (at == 0).then(|| "Stacks".into());
    }
    let parts: BTreeMap<Text, &Service> =
        plan.services.iter().filter(|service| service.group != service.stack).map(|service| (service.group.clone(), service)).collect();
    for (at, (part, service)) in parts.into_iter().enumerate() {
        let members: Map = service.hosts.iter().map(|host| (host.clone(), Node::Null)).collect();
        let entry = children.push(word(&part), group("hosts", members));
        entry.comment = (at == 0).then(|| "Parts of stacks that have a service of their own".into());
        entry.blank = at == 0;
    }
    for (at, service) in names(&|service| service.service.clone()).into_iter().enumerate() {
        let entry = children.push(word(&service), of_service(&service, plan));
        entry.comment = (at == 0).then(|| "Services".into());
        entry.blank = at == 0;
    }
    Map::new().with("all", Map::new().with("children", children))
}

fn group(key: &'static str, members: Map) -> Map {
    if members.is_empty() { Map::new() } else { Map::new().with(key, members) }
}

/// The machines of a stack, and those of others that its services run on.
pub(super) fn members<'a>(plan: &'a Plan, stack: &'a Text) -> impl Iterator<Item = &'a Host> {
    let runs = move |host: &Host| plan.services_on(&host.name).any(|of| of.stack == *stack);
    plan.hosts.iter().filter(move |host| host.stack == *stack || runs(host))
}

/// The stacks whose machines have a service, or parts of them, or the machines where only some have it.
fn of_service(service: &Text, plan: &Plan) -> Map {
    let mut stacks = Map::new();
    let mut machines = Map::new();
    for instance in plan.services.iter().filter(|instance| instance.service == *service) {
        if instance.group != instance.stack {
            stacks.push(word(&instance.group), Node::Null);
            continue;
        }
        let whole = members(plan, &instance.stack).all(|host| instance.hosts.contains(&host.name));
        if whole {
            stacks.push(word(&instance.stack), Node::Null);
        } else {
            instance.hosts.iter().for_each(|host| {
                machines.push(host.clone(), Node::Null);
            });
        }
    }
    let mut map = group("children", stacks);
    if !machines.is_empty() {
        map.push("hosts", machines);
    }
    map
}

/// Every name of a gate becomes a word of a command line.
fn gates(plan: &Plan) -> Result<&[Gate], Error> {
    let gates = plan.gates();
    match gates.iter().find(|gate| !gate.name.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))) {
        Some(gate) => Err(Problem::Syntax(gate.name.clone()).into()),
        None => Ok(gates),
    }
}

fn through(gate: &Gate) -> Text {
    text!("-o ProxyJump=%r@{}", gate.name)
}

fn everywhere(gate: &Gate) -> Map {
    Map::new().with("ansible_ssh_common_args", through(gate)).comment("Machines are reached through the gate, under the same account.")
}

fn of_host(host: &Host, plan: &Plan, gates: &[Gate], sources: &Sources) -> Result<Map, Error> {
    let mut map = Map::new();
    match gates.iter().find(|gate| gate.host == host.name) {
        Some(gate) => {
            map = map.with("ansible_host", gate.name.clone()).comment("The gate itself is reached by its public name.");
            map.push("ansible_ssh_common_args", "");
        }
        None => {
            let said = host.said();
            let by = match plan.is_entered_by_name(host) {
                true => said.and_then(|host| host.fqdn().cloned()),
                false => said.and_then(|host| Some(text!("{}", host.address()?))),
            };
            if let Some(by) = by {
                map.push("ansible_host", lower::plain(&Value::Text(by))?);
            }
            if !gates.is_empty() && plan.is_open(host) {
                map.push("ansible_ssh_common_args", "");
            }
            // What is said of all machines names the first gate.
            if let Some(gate) = plan.gate_of(host).filter(|gate| gates.first() != Some(*gate)) {
                map.push("ansible_ssh_common_args", through(gate));
            }
        }
    }
    // Two stacks may say the same of a machine: it has the service once.
    let mut seen: BTreeSet<&Text> = BTreeSet::new();
    for service in plan.services_on(&host.name).filter(|service| seen.insert(&service.service)) {
        for (at, (name, value)) in service.host_vars.get(&host.name).into_iter().flatten().enumerate() {
            let value = lower::known(value, sources).map_err(|error| error.within(name.clone()))?;
            map.push(variable(&service.service, name), value).blank = at == 0;
        }
    }
    Ok(map)
}
