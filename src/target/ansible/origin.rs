//! What says a part of an inventory, a playbook or a role.

use super::names::{variable, word};
use crate::base::{Key, Text};
use crate::eval::text_of;
use crate::plan::{Plan, Service};
use crate::shape::role::{Role, Step};
use crate::shape::{Hole, Source};
use crate::target::common::origin::{Part, Said};

/// What says a part of a file below `ansible`.
pub fn origin(part: &Part<'_>) -> Vec<Said> {
    match part.folders()[..] {
        ["ansible", "inventory", _, environment, ref rest @ ..] => {
            part.plan(environment).map_or_else(Vec::new, |plan| of_inventory(part, plan, rest))
        }
        ["ansible", "roles", role, ref rest @ ..] => of_role(part, role, rest),
        ["ansible", "playbooks", "images", image] => part.definition("image", image.trim_end_matches(".yml")).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_inventory(part: &Part<'_>, plan: &Plan, rest: &[&str]) -> Vec<Said> {
    match rest {
        ["group_vars", group, file] => {
            let service = |service: &&Service| word(&service.group) == *group && word(&service.service) == file.trim_end_matches(".yml");
            let service = plan.services.iter().find(service);
            let place = service.map(|service| Said::Place { what: service.service.clone(), span: service.span });
            service.and_then(|service| of_variable(part, plan, service, None)).or(place).into_iter().collect()
        }
        ["host_vars", file] => {
            let host = Text::new(file.trim_end_matches(".yml"));
            let said = plan.services_on(&host).find_map(|service| of_variable(part, plan, service, Some(&host)));
            said.map_or_else(|| of_machine(part, plan, &host), |said| vec![said])
        }
        ["hosts.yml"] => {
            let last = part.keys.iter().rev().find_map(Key::as_name);
            last.map_or_else(Vec::new, |host| of_machine(part, plan, host))
        }
        _ => Vec::new(),
    }
}

/// What fills a variable of a role.
fn of_variable(part: &Part<'_>, plan: &Plan, service: &Service, host: Option<&Text>) -> Option<Said> {
    let [Key::Name(name), path @ ..] = part.keys else { return None };
    let holes = part.shapes.roles.get(&service.service).map(|role| role.holes.as_slice()).unwrap_or_default();
    let hole = holes.iter().find(|hole| variable(&service.service, &hole.name) == *name)?;
    let (Source::Field(field) | Source::Keyed(field, _)) = &hole.source else { return None };
    Some(Said::Field {
        environment: plan.environment.clone(),
        instance: service.instance,
        field: field.clone(),
        host: host.filter(|_| hole.per_host).cloned(),
        path: path.to_vec(),
    })
}

fn of_machine(part: &Part<'_>, plan: &Plan, host: &Text) -> Vec<Said> {
    let Some(machine) = plan.hosts.iter().find(|of| of.name == *host) else { return Vec::new() };
    let held = machine.record.as_map().into_iter().flatten();
    // The address, or the name under which it is entered, is the field whose text stands in the line.
    let field = held.filter_map(|(field, value)| Some((field, text_of(value)?))).find(|(_, text)| part.line.ends_with(text.as_str()));
    let path = field.map(|(field, _)| Key::Name(field.clone())).into_iter().collect();
    vec![
        Said::Machine { environment: plan.environment.clone(), host: host.clone(), path },
        Said::Place { what: format!("{}.{}", machine.stack, machine.unit).into(), span: machine.span },
    ]
}

fn of_role(part: &Part<'_>, name: &str, rest: &[&str]) -> Vec<Said> {
    let Some(role) = part.shapes.roles.values().find(|role| word(&role.name) == name) else { return Vec::new() };
    let hole = |hole: &Hole| Said::Place { what: format!("{} of service {}", hole.name, role.name).into(), span: hole.span };
    let named = part.names();
    let mut said: Vec<Said> =
        role.holes.iter().filter(|of| named.iter().any(|name| *name == variable(&role.name, &of.name))).map(hole).collect();
    if said.is_empty() {
        said.extend(step_of(part, role, rest).map(|step| Said::Place { what: step.word.clone(), span: step.span }));
    }
    if said.is_empty() {
        // What a line takes from a variable.
        let used = role.holes.iter().filter(|of| part.line.contains(variable(&role.name, &of.name).as_str()));
        said.extend(used.map(hole));
    }
    said.extend(part.definition("service", &role.name));
    said
}

/// The step that a task was made of: the one whose label, such as the path of its file, stands in it.
fn step_of<'r>(part: &Part<'_>, role: &'r Role, rest: &[&str]) -> Option<&'r Step> {
    let steps: Vec<&Step> = match rest {
        ["tasks", "install.yml"] => role.install.iter().collect(),
        ["tasks", "cluster.yml"] => role.cluster.iter().collect(),
        ["tasks", _] => role.configure.iter().collect(),
        _ => role.install.iter().chain(&role.configure).chain(&role.cluster).collect(),
    };
    let text = if rest.first() == Some(&"templates") { rest.last().copied().unwrap_or_default() } else { part.around };
    let found = |step: &&Step| {
        let labels = step.labels.iter().filter_map(text_of);
        labels
            .filter(|label| match rest {
                ["templates", file] => label.rsplit('/').next() == file.strip_suffix(".j2"),
                _ => label.len() > 2 && text.contains(label.as_str()),
            })
            .map(|label| label.len())
            .max()
    };
    steps.into_iter().filter_map(|step| Some((found(&step)?, step))).max_by_key(|(length, _)| *length).map(|(_, step)| step)
}
