//! Firewall rules: they follow from the ports of the services on some machines and from who refers to these services.

use super::planner::Planner;
use crate::base::{Ports, Span, Text, text};
use crate::eval::{Evaluated, Stop};
use crate::hir::Definition;
use crate::hir::items::{Host, Port, View, WayIn};
use crate::value::{InstanceId, Value};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// One rule before the same port of two protocols or sources is put together.
struct Opening {
    sources: BTreeSet<IpNet>,
    public: bool,
    reason: Text,
}

impl Planner<'_> {
    /// What must be open on some machines, by the services there: `list(rule)`.
    pub(super) fn rules_for(&mut self, hosts: &Value, span: Span) -> Evaluated {
        let wanted: BTreeSet<Text> = names(Some(hosts));
        let mut openings: BTreeMap<(Text, Ports), Opening> = BTreeMap::new();
        for service in self.of("service") {
            let hosts = self.field(service, &"hosts".into(), span)?;
            if names(Some(&hosts)).is_disjoint(&wanted) {
                continue;
            }
            let ports = self.field(service, &Port::NAME.into(), span)?;
            for (name, port) in ports.as_map().into_iter().flatten().filter_map(|(name, port)| Some((name, Port::of(port)?))) {
                self.open_port(service, (name, port), &hosts, &mut openings, span)?;
            }
        }
        let rules = openings.into_iter().map(|((name, ports), opening)| {
            Value::map([
                ("name", Value::Text(name)),
                ("direction", Value::text("ingress")),
                ("port", Value::Port(ports)),
                ("sources", Value::list(opening.sources.into_iter().map(Value::Cidr))),
                ("public", Value::Bool(opening.public)),
                ("reason", Value::Text(opening.reason)),
            ])
        });
        Ok(Value::list(rules))
    }

    fn open_port(
        &mut self,
        service: InstanceId,
        (label, port): (&Text, Port<'_>),
        hosts: &Value,
        openings: &mut BTreeMap<(Text, Ports), Opening>,
        span: Span,
    ) -> Result<(), Stop> {
        let definition = self.node(service).declaration.definition.text.clone();
        let peers: Vec<&Text> = port.from().collect();
        let mut sources = BTreeSet::new();
        for peer in &peers {
            match peer.as_str() {
                "internet" => sources.extend([IpNet::V4(EVERYWHERE_4), IpNet::V6(EVERYWHERE_6)]),
                "members" => sources.extend(addresses(hosts)),
                "clients" => sources.extend(self.clients(service, span)?.iter().copied()),
                "operators" => sources.extend(self.operators(span)?),
                "stack" => sources.extend(self.of_stack(service, span)?),
                _ => {}
            }
        }
        let public = peers.iter().any(|peer| *peer == "internet");
        if public {
            sources.retain(|net| net.prefix_len() == 0);
        }
        if sources.is_empty() {
            return Ok(());
        }
        let listened = port.listened();
        for ports in &listened {
            let name = match listened.iter().filter(|other| other.protocol == ports.protocol).count() {
                _ if listened.len() == 1 => text!("{definition}-{}", label),
                1 => text!("{definition}-{}-{}", label, ports.protocol),
                _ => text!("{definition}-{}-{}", label, words(ports)),
            };
            let reason = text!("{} of {definition}", label);
            let opening = openings.entry((name, ports.clone())).or_insert_with(|| Opening { sources: BTreeSet::new(), public, reason });
            opening.sources.extend(sources.iter().copied());
            opening.public |= public;
        }
        Ok(())
    }

    /// The machines of every service and stack that refers to a service.
    fn clients(&mut self, service: InstanceId, span: Span) -> Result<Arc<BTreeSet<IpNet>>, Stop> {
        if let Some(known) = self.clients.get(&service) {
            return Ok(known.clone());
        }
        let mut found = BTreeSet::new();
        for other in self.of("service").into_iter().filter(|other| *other != service) {
            let refers = self.referred(other, span)?.contains(&service);
            if refers {
                found.extend(addresses(&self.field(other, &"hosts".into(), span)?));
            }
        }
        let found = Arc::new(found);
        self.clients.insert(service, found.clone());
        Ok(found)
    }

    /// The instances that a service names in what it is given.
    fn referred(&mut self, service: InstanceId, span: Span) -> Result<Arc<BTreeSet<InstanceId>>, Stop> {
        if let Some(known) = self.referred.get(&service) {
            return Ok(known.clone());
        }
        let mut found = BTreeSet::new();
        if let Some(definition) = self.node(service).definition.clone() {
            // What can be no instance is not asked for: it may be made of these very rules.
            for (input, declared) in &definition.inputs {
                if declared.ty.holds_instance() && self.node(service).declaration.attributes.contains_key(input) {
                    self.field(service, input, span)?.instances(&mut found);
                }
            }
        }
        let found = Arc::new(found);
        self.referred.insert(service, found.clone());
        Ok(found)
    }

    /// The machines of every service that refers to a service: `list(host)`.
    pub(super) fn clients_of(&mut self, service: InstanceId, span: Span) -> Evaluated {
        let clients = self.clients(service, span)?;
        let machines = self
            .machines
            .values()
            .filter(|machine| addresses(&Value::list([machine.record.clone()])).any(|address| clients.contains(&address)));
        Ok(Value::list(machines.map(|machine| machine.record.clone())))
    }

    /// The services that lead into the private networks.
    pub(super) fn leading(&self) -> impl Iterator<Item = InstanceId> + '_ {
        let leads = |definition: &Arc<Definition>| definition.blocks.iter().any(|block| block.keyword.text == WayIn::NAME);
        self.of("service").into_iter().filter(move |service| self.node(*service).definition.as_ref().is_some_and(leads))
    }

    /// The ranges from which operators come: what a way in says of itself.
    fn operators(&mut self, span: Span) -> Result<BTreeSet<IpNet>, Stop> {
        let mut found = BTreeSet::new();
        for service in self.leading().collect::<Vec<_>>() {
            found.extend(WayIn::of(&self.field(service, &WayIn::NAME.into(), span)?).and_then(WayIn::range));
            // What comes through the tunnel may carry the gate's own address.
            found.extend(addresses(&self.field(service, &"hosts".into(), span)?));
        }
        Ok(found)
    }

    fn of_stack(&mut self, service: InstanceId, span: Span) -> Result<BTreeSet<IpNet>, Stop> {
        let stack = self.node(service).stack;
        let mut found = BTreeSet::new();
        for other in self.of("service").into_iter().filter(|other| self.node(*other).stack == stack).collect::<Vec<_>>() {
            found.extend(addresses(&self.field(other, &"hosts".into(), span)?));
        }
        Ok(found)
    }
}

/// `udp-30000-30100`
fn words(ports: &Ports) -> Text {
    match ports.span {
        None => ports.protocol.clone(),
        Some((first, last)) if first == last => text!("{}-{first}", ports.protocol),
        Some((first, last)) => text!("{}-{first}-{last}", ports.protocol),
    }
}

const EVERYWHERE_4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0);
const EVERYWHERE_6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0);

/// The names of some host records.
pub(super) fn names(hosts: Option<&Value>) -> BTreeSet<Text> {
    let hosts = hosts.and_then(Value::as_list).unwrap_or_default();
    hosts.iter().filter_map(|host| Host::of(host)?.name().cloned()).collect()
}

/// The addresses of some host records, as networks of one.
fn addresses(hosts: &Value) -> impl Iterator<Item = IpNet> + '_ {
    let hosts = hosts.as_list().unwrap_or_default();
    hosts.iter().filter_map(|host| Host::of(host)?.address().map(IpNet::from))
}
