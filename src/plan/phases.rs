//! The order in which two tools work on the stacks: OpenTofu makes their units, Ansible configures their machines.
//!
//! Mostly all units come first, because a machine may be reached by a name that another stack makes. Where a provider stands on a
//! service of the product, what it makes comes behind that.

use super::ground::named_by;
use super::{Plan, Unit};
use crate::base::graph::Graph;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items;
use crate::value::{InstanceId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A tool that works on a stack, the one that comes first before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// It makes the units.
    OpenTofu,
    /// It configures the machines.
    Ansible,
}

/// What one tool does with one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The stack.
    pub stack: Text,
    /// The tool.
    pub tool: Tool,
}

/// What a tool does with the stack of that place.
type Node = (usize, Tool);

/// Why something comes behind something else.
#[derive(Clone, Copy, Debug)]
enum Why<'p> {
    /// Machines are configured once they are made.
    Made,
    /// The unit needs an output of the other one.
    Output(&'p Unit, InstanceId),
    /// A provider of the unit stands on the instance.
    Provider(&'p Unit, InstanceId),
    /// A service of the stack refers to the other one.
    Refers,
    /// The machines of a service are made there.
    Machines,
    /// A machine is entered or left through the other stack.
    Way,
    /// A machine is reached by a name that is made there.
    Name,
}

/// A part of a circle.
struct Reason {
    /// Where the inventory says it.
    at: Span,
    /// What it says, in words.
    text: String,
    /// The provider instance that stands on something, where it is about that.
    by: Option<Text>,
}

impl Plan {
    /// The phases, and the stacks in the order in which their machines are configured; `configured` is that order as far as no provider
    /// stands on a service.
    pub(super) fn order(&self, configured: Vec<Text>) -> Result<(Vec<Text>, Vec<Phase>), Box<Diagnostic>> {
        let made: Vec<Text> = self.stacks.iter().map(|stack| stack.name.clone()).collect();
        let order = if self.grounds.is_empty() {
            let made = made.into_iter().map(|stack| (stack, Tool::OpenTofu));
            made.chain(configured.into_iter().map(|stack| (stack, Tool::Ansible))).collect()
        } else {
            self.late_order(&made, &configured)?
        };
        let configured = order.iter().filter(|(_, tool)| *tool == Tool::Ansible).map(|(stack, _)| stack.clone()).collect();
        let is_there = |(stack, tool): &(Text, Tool)| match tool {
            Tool::OpenTofu => self.units.iter().any(|unit| unit.stack == *stack),
            Tool::Ansible => self.services.iter().any(|service| service.stack == *stack),
        };
        let phases = order.into_iter().filter(is_there).map(|(stack, tool)| Phase { stack, tool });
        Ok((configured, phases.collect()))
    }

    /// The stacks whose units are made behind something that is configured.
    pub fn late(&self) -> impl Iterator<Item = &Text> {
        let behind = self.phases.iter().skip_while(|phase| phase.tool == Tool::OpenTofu);
        behind.filter(|phase| phase.tool == Tool::OpenTofu).map(|phase| &phase.stack)
    }

    /// The order where something is made behind what is configured. As ever, what is made comes before what is configured wherever it can.
    fn late_order(&self, made: &[Text], configured: &[Text]) -> Result<Vec<(Text, Tool)>, Box<Diagnostic>> {
        let (places, edges) = (self.places(), self.edges());
        let nodes =
            |stacks: &[Text], tool: Tool| -> Vec<Node> { stacks.iter().filter_map(|stack| Some((*places.get(stack)?, tool))).collect() };
        let (made, configured) = (nodes(made, Tool::OpenTofu), nodes(configured, Tool::Ansible));
        let mut graph: Graph<Node> = Graph::default();
        made.iter().chain(&configured).for_each(|node| graph.node(*node));
        edges.keys().for_each(|(node, before)| graph.edge(*node, *before));
        if let Err(cycle) = graph.ranks() {
            return Err(Box::new(self.no_order(&cycle, &edges)));
        }
        let needs: BTreeMap<&Node, &BTreeSet<Node>> = graph.iter().collect();
        // What has to be configured before something is made; everything else can wait until all is made.
        let (mut needed, mut open) = (BTreeSet::new(), made.clone());
        while let Some(node) = open.pop() {
            open.extend(needs.get(&node).into_iter().flat_map(|needs| needs.iter()).filter(|before| needed.insert(**before)));
        }
        let (sooner, later): (Vec<Node>, Vec<Node>) = configured.into_iter().partition(|node| needed.contains(node));
        let mut left: Vec<Node> = made.into_iter().chain(sooner).chain(later).collect();
        let (mut done, mut order) = (BTreeSet::new(), Vec::with_capacity(left.len()));
        while let Some(at) = left.iter().position(|node| needs.get(node).is_none_or(|needs| needs.is_subset(&done))) {
            let (stack, tool) = left.remove(at);
            done.insert((stack, tool));
            order.extend(self.stacks.get(stack).map(|stack| (stack.name.clone(), tool)));
        }
        Ok(order)
    }

    fn places(&self) -> BTreeMap<&Text, usize> {
        self.stacks.iter().enumerate().map(|(at, stack)| (&stack.name, at)).collect()
    }

    /// What has to come behind what, with one reason for each.
    fn edges(&self) -> BTreeMap<(Node, Node), Why<'_>> {
        let places = self.places();
        let mut edges: BTreeMap<(Node, Node), Why<'_>> = BTreeMap::new();
        let mut edge = |of: (&Text, Tool), before: (&Text, Tool), why| {
            if let (Some(stack), Some(other)) = (places.get(of.0), places.get(before.0)) {
                edges.entry(((*stack, of.1), (*other, before.1))).or_insert(why);
            }
        };
        for stack in &self.stacks {
            edge((&stack.name, Tool::Ansible), (&stack.name, Tool::OpenTofu), Why::Made);
            stack.refers.iter().for_each(|other| edge((&stack.name, Tool::Ansible), (other, Tool::Ansible), Why::Refers));
        }
        for unit in &self.units {
            let ground = self.ground_of(unit);
            for on in ground.into_iter().flat_map(|ground| ground.on.keys()) {
                let configured = self.configured_in(*on).and_then(|stack| self.instance(stack));
                match (configured, self.stack_of(*on)) {
                    (Some(stack), _) => {
                        // Its ports are opened where its machines are configured.
                        let services = self.services.iter().filter(|service| service.stack == stack.name);
                        let hosts = services.flat_map(|service| &service.hosts).filter_map(|host| self.host(host));
                        for stack in hosts.map(|host| &host.stack).chain([&stack.name]) {
                            edge((&unit.stack, Tool::OpenTofu), (stack, Tool::Ansible), Why::Provider(unit, *on));
                        }
                    }
                    (None, Some(stack)) if *stack != unit.stack => {
                        edge((&unit.stack, Tool::OpenTofu), (stack, Tool::OpenTofu), Why::Provider(unit, *on));
                    }
                    _ => {}
                }
            }
            for needed in &unit.dependencies {
                if let Some(stack) = self.stack_of(needed.instance).filter(|stack| **stack != unit.stack) {
                    edge((&unit.stack, Tool::OpenTofu), (stack, Tool::OpenTofu), Why::Output(unit, needed.instance));
                }
            }
        }
        let (ways, names) = (self.ways_of_machines(), self.zones_of_machines());
        for service in &self.services {
            let of = (&service.stack, Tool::Ansible);
            for host in service.hosts.iter().filter_map(|host| self.host(host)) {
                if host.stack != service.stack {
                    edge(of, (&host.stack, Tool::OpenTofu), Why::Machines);
                }
                for way in ways.get(&host.name).into_iter().flatten().filter(|way| ***way != service.stack) {
                    edge(of, (way, Tool::Ansible), Why::Way);
                }
                for zone in names.get(&host.name).into_iter().flatten().filter(|zone| ***zone != service.stack) {
                    edge(of, (zone, Tool::OpenTofu), Why::Name);
                }
            }
        }
        edges
    }

    /// The stacks that make the names by which machines are reached: their own, and that of their gate.
    fn zones_of_machines(&self) -> BTreeMap<&Text, Vec<&Text>> {
        let mut found: BTreeMap<&Text, Vec<&Text>> = BTreeMap::new();
        for host in &self.hosts {
            let own = host.said().and_then(items::Host::fqdn).filter(|_| self.is_entered_by_name(host));
            let gate = self.gates().iter().find(|gate| gate.host == host.name).or_else(|| self.gate_of(host)).map(|gate| &gate.name);
            let zones = own.into_iter().chain(gate).filter_map(|name| self.stack_of(self.zone_of(name)?.0));
            found.entry(&host.name).or_default().extend(zones);
        }
        found
    }

    /// The name of the stack that an instance stands in, or is.
    fn stack_of(&self, id: InstanceId) -> Option<&Text> {
        let of = self.instance(id)?;
        match of.stack {
            Some(stack) => self.instance(stack).map(|stack| &stack.name),
            None => (of.keyword == "stack").then_some(&of.name),
        }
    }

    /// Nothing among these can come first.
    fn no_order(&self, cycle: &[Node], edges: &BTreeMap<(Node, Node), Why<'_>>) -> Diagnostic {
        let mut chain = Vec::new();
        for (at, node) in cycle.iter().enumerate() {
            let before = cycle.get(at + 1).or(cycle.first()).unwrap_or(node);
            if let Some(why) = edges.get(&(*node, *before)) {
                chain.extend(self.reasons(*node, *before, *why));
            }
        }
        // The provider is what cannot be: the circle is told from there.
        let first = chain.iter().position(|reason| reason.by.is_some()).unwrap_or(0);
        chain.rotate_left(first);
        let mut chain = chain.into_iter();
        let Some(Reason { at, text, by }) = chain.next() else {
            return Diagnostic::error(Code::StackCycle, self.product.name.span, "no stack can come first");
        };
        let message = match by {
            Some(provider) => format!("{text}, which comes behind what `{provider}` makes: none can be first"),
            None => format!("{text}, which comes behind that: none can be first"),
        };
        let mut diagnostic = Diagnostic::error(Code::StackCycle, at, message)
            .help("what a provider makes comes behind what it stands on, the stack as a whole: move one of them, or take a reference out");
        for Reason { at, text, .. } in chain {
            diagnostic = diagnostic.related(at, text);
        }
        diagnostic
    }

    /// Where the inventory says why something comes behind something else, in words.
    fn reasons(&self, node: Node, before: Node, why: Why<'_>) -> Vec<Reason> {
        let (Some(stack), Some(other)) = (self.stacks.get(node.0), self.stacks.get(before.0)) else { return Vec::new() };
        let named = |id: InstanceId| self.instance(id).map(|of| of.declaration.name.span).unwrap_or(self.product.name.span);
        let leads = |value: &Value| named_by(value).iter().any(|id| self.stack_of(*id) == Some(&other.name));
        let at = self.given_where(stack.instance, leads).unwrap_or_else(|| named(stack.instance));
        let (name, before) = (&stack.name, &other.name);
        let one = |text: String| vec![Reason { at, text, by: None }];
        match why {
            Why::Made => Vec::new(),
            Why::Output(unit, needed) => {
                let needed = self.instance(needed).map_or("", |of| of.name.as_str());
                one(format!("`{}` of `{name}` needs an output of `{needed}` of `{before}`", unit.name))
            }
            Why::Refers => one(format!("a service of `{name}` refers to `{before}`")),
            Why::Machines => one(format!("the services of `{name}` run on machines of `{before}`")),
            Why::Way => one(format!("machines of `{name}` are entered or left through `{before}`")),
            Why::Name => one(format!("machines of `{name}` are reached by a name that `{before}` makes")),
            Why::Provider(unit, on) => {
                let Some(provider) = self.instance(unit.instance).and_then(|instance| instance.provider) else { return Vec::new() };
                let (of, on_name) = (self.instance(provider), self.instance(on).map_or("", |on| on.name.as_str()));
                let of = of.map_or("", |of| of.name.as_str());
                let what = if on_name == before { format!("`{before}`") } else { format!("`{on_name}` of `{before}`") };
                let runs = |value: &Value| *value == Value::Instance(provider);
                let runs = self.given_where(stack.instance, runs).unwrap_or_else(|| named(stack.instance));
                let stands = self.ground(provider).and_then(|ground| ground.on.get(&on).copied());
                let stands = stands.unwrap_or_else(|| named(provider));
                vec![
                    Reason { at: stands, text: format!("`{of}` stands on {what}"), by: Some(of.into()) },
                    Reason { at: runs, text: format!("`{}` of `{name}` is made by `{of}`", unit.name), by: None },
                ]
            }
        }
    }
}
