//! The ways into machines and out of their networks, and the order in which machines are configured because of them.

use super::services::by_host;
use super::{Host, Plan, Service, Standing};
use crate::base::Text;
use crate::base::graph::Graph;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Entry, PrivateNetwork, WayIn, WayOut};
use crate::value::{InstanceId, Value};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::OnceLock;

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

/// What is asked of every machine of a plan, made when it is asked for the first time: a plan does not change.
#[derive(Debug, Default)]
pub(super) struct Ways {
    gates: OnceLock<Vec<Gate>>,
    /// The places of the services on each machine, in their order.
    services: OnceLock<BTreeMap<Text, Vec<usize>>>,
    /// Where the machines that a module makes stand, by stack and unit.
    standings: OnceLock<BTreeMap<(Text, Text), Standing>>,
    /// The address through which each network is left that says one.
    gateways: OnceLock<BTreeMap<InstanceId, IpAddr>>,
    /// The private networks, each with its addresses.
    networks: OnceLock<BTreeMap<InstanceId, IpNet>>,
}

impl Ways {
    pub(super) fn services<'w>(&'w self, plan: &Plan, host: &str) -> &'w [usize] {
        let by_host = self.services.get_or_init(|| by_host(&plan.services));
        by_host.get(host).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn networks(&self, plan: &Plan) -> &BTreeMap<InstanceId, IpNet> {
        self.networks.get_or_init(|| {
            let ids = (0..plan.instances.len()).map(|at| InstanceId(at as u32));
            let range = |id: InstanceId| plan.instance(id)?.block::<PrivateNetwork<'_>>()?.range();
            ids.filter_map(|id| Some((id, range(id)?))).collect()
        })
    }

    pub(super) fn standing(&self, plan: &Plan, host: &Host) -> Option<Standing> {
        let standings = self.standings.get_or_init(|| {
            let mut standings = BTreeMap::new();
            for at in 0..plan.instances.len() {
                let id = InstanceId(at as u32);
                if let Some((key, standing)) = plan.made_by(id) {
                    standings.entry(key).or_insert(standing);
                }
            }
            standings
        });
        standings.get(&(host.stack.clone(), host.unit.clone())).copied()
    }
}

impl Plan {
    /// What the services that lead into the private networks say of themselves.
    pub fn gates(&self) -> &[Gate] {
        self.ways.gates.get_or_init(|| self.find_gates())
    }

    fn find_gates(&self) -> Vec<Gate> {
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
    pub fn gate_of(&self, host: &Host) -> Option<&Gate> {
        let gates = self.gates();
        if gates.iter().any(|gate| gate.host == host.name) || self.is_open(host) {
            return None;
        }
        let by_name = self.is_entered_by_name(host);
        gates.iter().find(|gate| if by_name { self.lets_in(gate, host) } else { self.leads_to(gate, host) })
    }

    /// The address of the machine through which the network of another one is left: what translates the addresses of a network says it.
    pub fn gateway_of(&self, network: InstanceId) -> Option<IpAddr> {
        let gateways = self.ways.gateways.get_or_init(|| {
            let mut gateways = BTreeMap::new();
            for of in self.instances.iter().filter(|of| of.keyword == "module") {
                let Some(gateway) = of.block().and_then(WayOut::through) else { continue };
                let given = of.fields.values().filter_map(|value| if let Value::Instance(id) = value { Some(*id) } else { None });
                given.filter(|id| self.range_of(*id).is_some()).for_each(|network| {
                    gateways.entry(network).or_insert(gateway);
                });
            }
            gateways
        });
        gateways.get(&network).copied()
    }

    /// The machine through which a network is left.
    fn way_out(&self, network: InstanceId) -> Option<&Host> {
        let gateway = self.gateway_of(network)?;
        self.hosts.iter().find(|other| other.said().and_then(|said| said.address()) == Some(gateway))
    }

    /// The machines, each with the other stacks through which it is entered and left.
    pub(super) fn ways_of_machines(&self) -> BTreeMap<&Text, Vec<&Text>> {
        let mut ways_out: BTreeMap<InstanceId, Option<&Host>> = BTreeMap::new();
        let mut found: BTreeMap<&Text, Vec<&Text>> = BTreeMap::new();
        for host in &self.hosts {
            let network = self.standing(host).and_then(|standing| standing.network);
            let way_out = network.and_then(|network| *ways_out.entry(network).or_insert_with(|| self.way_out(network)));
            let way_out = way_out.filter(|through| through.name != host.name);
            let ways = self.gate_of(host).map(|gate| &gate.stack).into_iter().chain(way_out.map(|through| &through.stack));
            found.entry(&host.name).or_default().extend(ways.filter(|way| **way != host.stack));
        }
        found
    }

    /// The stacks in the order in which their machines are configured: each behind what its services refer to, and behind the ways into
    /// and out of its machines. Beyond that, as far as it goes, services on machines of another stack come behind these, and stacks
    /// as they are made.
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
        let ways = self.ways_of_machines();
        for service in &self.services {
            let Some(of) = node(&service.stack) else { continue };
            for host in service.hosts.iter().filter_map(|host| self.host(host)).filter(|host| host.stack != service.stack) {
                let behind = ways.get(&host.name).into_iter().flatten().copied().chain([&host.stack]);
                soft.extend(behind.filter_map(&node).map(|needed| (of.clone(), needed)));
            }
        }
        for host in &self.hosts {
            for way in ways.get(&host.name).into_iter().flatten() {
                if let (Some(of), Some(way)) = (node(&host.stack), node(way)) {
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
