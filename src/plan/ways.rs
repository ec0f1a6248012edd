//! The ways into machines and out of their networks, and the order in which machines are configured because of them.

use super::{Host, Plan, Service};
use crate::base::Text;
use crate::base::graph::Graph;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Entry, WayIn};
use crate::value::{InstanceId, Value};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// A machine through which others are entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The machine.
    pub host: Text,
    /// Its stack.
    pub stack: Text,
    /// The name by which it is reached from outside.
    pub name: Text,
    /// The private networks that it leads to; that of its machine where it says nothing.
    pub reaches: Vec<IpNet>,
    /// Its service.
    pub service: InstanceId,
}

impl Plan {
    /// What the services that lead into the private networks say of themselves.
    pub fn gates(&self) -> Vec<Gate> {
        let gate = |(service, way): (&Service, WayIn<'_>)| {
            let (name, host) = (way.name()?, service.hosts.first()?);
            let reaches = way.reaches().collect();
            Some(Gate { host: host.clone(), stack: service.stack.clone(), name: name.clone(), reaches, service: service.instance })
        };
        self.ways_in().filter_map(gate).collect()
    }

    /// How the services on a machine say that it is entered.
    fn entries<'p>(&'p self, host: &'p Host) -> impl Iterator<Item = Entry<'p>> {
        self.services_on(&host.name).filter_map(|service| self.instance(service.instance)?.block())
    }

    /// Whether a service says that its machines are entered by their own names.
    pub fn is_entered_by_name(&self, host: &Host) -> bool {
        self.entries(host).any(|entry| entry.named() == Some(true))
    }

    /// Whether a service says that its machines are entered from anywhere.
    pub fn is_open(&self, host: &Host) -> bool {
        self.entries(host).any(|entry| entry.open() == Some(true))
    }

    /// The gate through which a machine is entered: one that leads to its private address, or where it is entered by its own name one
    /// whose public address its firewall lets in. None where it is a gate itself, open to who holds a key, or reached by none.
    pub fn gate_of(&self, host: &Host) -> Option<Gate> {
        let gates = self.gates();
        if gates.iter().any(|gate| gate.host == host.name) || self.is_open(host) {
            return None;
        }
        let leads = |gate: &&Gate| match self.is_entered_by_name(host) {
            true => self.lets_in(gate, host),
            false => self.leads_to(gate, host),
        };
        gates.iter().find(leads).cloned()
    }

    /// The address of the machine through which the network of another one is left: what translates the addresses of a network says it.
    pub fn gateway_of(&self, network: InstanceId) -> Option<&Value> {
        let of_network = |of: &&super::Instance| of.keyword == "module" && of.fields.get("network") == Some(&Value::Instance(network));
        let exits = self.instances.iter().filter(of_network);
        exits.filter_map(|of| of.fields.get("gateway").filter(|gateway| **gateway != Value::None)).next()
    }

    /// The machine through which a network is left, as its stack.
    fn way_out(&self, host: &Host) -> Option<Text> {
        let gateway = self.gateway_of(self.standing(host)?.network?)?;
        let through = self.hosts.iter().find(|other| other.record.field("address") == Some(gateway))?;
        (through.name != host.name).then(|| through.stack.clone())
    }

    /// The stacks in the order in which their machines are configured: each behind what its services refer to, and behind the ways into
    /// and out of its machines. Beyond that as they are made, as far as that goes.
    pub(super) fn configuration(&self) -> Result<Vec<Text>, Box<Diagnostic>> {
        let places: BTreeMap<&Text, usize> = self.stacks.iter().enumerate().map(|(at, stack)| (&stack.name, at)).collect();
        let node = |name: &Text| places.get(name).map(|at| (*at, name.clone()));
        let mut graph: Graph<(usize, Text)> = Graph::default();
        let mut soft = Vec::new();
        for stack in &self.stacks {
            let Some(of) = node(&stack.name) else { continue };
            graph.node(of.clone());
            stack.refers.iter().filter_map(&node).for_each(|needed| graph.edge(of.clone(), needed));
            soft.extend(stack.needs.iter().filter_map(&node).map(|needed| (of.clone(), needed)));
        }
        for host in &self.hosts {
            let ways = self.gate_of(host).map(|gate| gate.stack).into_iter().chain(self.way_out(host));
            for way in ways.filter(|way| *way != host.stack) {
                if let (Some(of), Some(way)) = (node(&host.stack), node(&way)) {
                    graph.edge(of, way);
                }
            }
        }
        for (of, needed) in soft {
            if of != needed && !graph.reachable(&needed).contains(&of) {
                graph.edge(of, needed);
            }
        }
        let order = graph.order().map_err(|cycle| Box::new(self.no_way(&cycle)))?;
        Ok(order.into_iter().map(|(_, name)| name).collect())
    }

    /// No order brings every machine its way in first.
    fn no_way(&self, cycle: &[(usize, Text)]) -> Diagnostic {
        let span = |name: &Text| {
            let stack = self.stack(name)?;
            self.instances.get(stack.instance.0 as usize).map(|of| of.declaration.name.span)
        };
        let words: Vec<String> = cycle.iter().map(|(_, name)| format!("`{name}`")).collect();
        let first = cycle.iter().find_map(|(_, name)| span(name));
        let mut diagnostic = Diagnostic::error(
            Code::StackCycle,
            first.unwrap_or(self.product.name.span),
            format!("no machine of these stacks can be configured first: {} need each other", words.join(" and ")),
        )
        .help("a machine is configured behind the gate that it is entered and left through: let the services of the gate do without it");
        for (_, name) in cycle.iter().skip(1) {
            if let Some(span) = span(name) {
                diagnostic = diagnostic.related(span, format!("`{name}` is part of the circle"));
            }
        }
        diagnostic
    }
}
