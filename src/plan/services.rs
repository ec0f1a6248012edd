//! Services on machines: the values of their roles' variables, for all members or for each of them.

use super::frame::Frame;
use super::planner::Planner;
use super::rules::names;
use super::{Host, Service};
use crate::base::{Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Evaluated, Stop, eval};
use crate::shape::{Hole, Source};
use crate::value::{InstanceId, Value};
use std::collections::BTreeMap;

impl Planner<'_> {
    /// The services in the order of their stacks, then as declared.
    pub(super) fn services(&mut self) -> Vec<Service> {
        let mut services: Vec<Service> = self.of("service").into_iter().filter_map(|id| self.service(id).ok()).collect();
        let mut times: BTreeMap<(Text, Text), usize> = BTreeMap::new();
        for service in &services {
            *times.entry((service.stack.clone(), service.service.clone())).or_default() += 1;
        }
        for service in &mut services {
            if times.get(&(service.stack.clone(), service.service.clone())).is_some_and(|times| *times > 1) {
                service.group = text!("{}-{}", service.stack, self.node(service.instance).name);
            }
        }
        services
    }

    fn service(&mut self, id: InstanceId) -> Result<Service, Stop> {
        let span = self.node(id).declaration.name.span;
        let service = self.node(id).declaration.definition.text.clone();
        let hosts = self.field(id, &"hosts".into(), span)?;
        let members: Vec<Text> = names(Some(&hosts)).into_iter().collect();
        let unknown = members.iter().find(|name| !self.machines.contains_key(*name)).cloned();
        if let Some(unknown) = unknown {
            self.report(
                Diagnostic::error(Code::DanglingReference, span, format!("service `{service}` runs on `{unknown}`, which no module makes"))
                    .help("give it the `hosts` of a module"),
            );
            return Err(Stop);
        }
        let Some(role) = self.shapes.roles.get(&service).cloned() else { return Err(Stop) };
        let mut group_vars = Vec::new();
        let mut host_vars: BTreeMap<Text, Vec<(Text, Value)>> = BTreeMap::new();
        for hole in &role.holes {
            if !hole.per_host {
                let value = self.variable(id, hole, None)?;
                if hole.default.as_ref() != Some(&value) {
                    group_vars.push((hole.name.clone(), value));
                }
                continue;
            }
            for name in &members {
                let record = self.machines[name].record.clone();
                let value = self.variable(id, hole, Some(record))?;
                host_vars.entry(name.clone()).or_default().push((hole.name.clone(), value));
            }
        }
        let stack = self.node(id).stack.map(|stack| self.node(stack).name.clone()).unwrap_or_default();
        Ok(Service { instance: id, service, group: stack.clone(), stack, hosts: members, group_vars, host_vars, span })
    }

    fn variable(&mut self, id: InstanceId, hole: &Hole, host: Option<Value>) -> Evaluated {
        let (Source::Field(field) | Source::Keyed(field, _)) = &hole.source else {
            self.only_known(hole);
            return Err(Stop);
        };
        let value = match host {
            None => self.field(id, field, hole.span)?,
            Some(host) => {
                let binding = self.node(id).definition.as_ref().and_then(|definition| definition.lets.get(field).cloned());
                match binding {
                    Some(binding) => eval(&binding.value, &mut Frame { planner: self, of: id, host: Some(host) })?,
                    None => self.field(id, field, hole.span)?,
                }
            }
        };
        if value.is_known() {
            return Ok(value);
        }
        self.only_known(hole);
        Err(Stop)
    }

    fn only_known(&mut self, hole: &Hole) {
        self.report(
            Diagnostic::error(Code::DeferredValue, hole.span, format!("`{}` would need what only another unit knows", hole.name))
                .help("a role gets known values and reaches machines by name: use the DNS name whose record a unit makes"),
        );
    }

    /// The machines in the order of their names, with the services on each.
    pub(super) fn hosts(&mut self, services: &[Service]) -> Vec<Host> {
        let on = by_host(services);
        let mut hosts: Vec<Host> = self
            .machines
            .iter()
            .map(|(name, machine)| {
                let node = self.node(machine.unit);
                let on = on.get(name).into_iter().flatten();
                Host {
                    name: name.clone(),
                    stack: node.stack.map(|stack| self.node(stack).name.clone()).unwrap_or_default(),
                    unit: node.name.clone(),
                    record: machine.record.clone(),
                    services: on.map(|at| services[*at].service.clone()).collect(),
                    span: node.declaration.name.span,
                }
            })
            .collect();
        hosts.sort_by(|a, b| a.name.cmp(&b.name));
        hosts
    }
}

/// The places of the services on each machine, in their order.
pub(super) fn by_host(services: &[Service]) -> BTreeMap<Text, Vec<usize>> {
    let mut by_host: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
    for (at, service) in services.iter().enumerate() {
        for host in &service.hosts {
            let on = by_host.entry(host.clone()).or_default();
            if on.last() != Some(&at) {
                on.push(at);
            }
        }
    }
    by_host
}
