//! The names by which files of a product reach its machines and services, and the zones that answer for them.

use super::{Gate, Instance, Plan};
use crate::base::Text;
use crate::hir::items::{self, DnsZone, PublicNames, RecordSet, StateStore};
use crate::value::InstanceId;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A name that a file of the product says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NeededName {
    /// The whole name.
    pub name: Text,
    /// The service that is reached by it.
    pub service: InstanceId,
    /// Where it has to lead.
    pub leads: Leads,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leads {
    /// To private addresses.
    Private(Vec<IpAddr>),
    /// To the public address of a machine, which its provider gives.
    Public(Text),
}

impl Plan {
    /// The names that the inventory, the states, the locks and the secrets of the product are reached by: each once, sorted.
    pub fn needed_names(&self) -> Vec<NeededName> {
        let of_gate = |gate: &Gate| NeededName { name: gate.name.clone(), service: gate.service, leads: Leads::Public(gate.host.clone()) };
        let gates = self.gates().iter().map(of_gate);
        let store = self.state().and_then(|state| self.instance(state.store()?)?.block::<StateStore<'_>>()?.address());
        let stores = [
            (self.state().and_then(|state| state.store()), store),
            (self.state().and_then(|state| state.lock()), self.lock().and_then(|lock| lock.address())),
            (self.secrets().and_then(|secrets| secrets.store()), self.secret_store().and_then(|store| store.address())),
        ];
        let stores = stores.into_iter().filter_map(|(service, address)| {
            let (service, name) = (service?, host(address?)?);
            // Whose services another product has, serves their names.
            if self.instance(service).is_none_or(Instance::is_elsewhere) {
                return None;
            }
            Some(NeededName { name, service, leads: Leads::Private(self.addresses_of(service)) })
        });
        let named = self.hosts.iter().filter(|host| self.is_entered_by_name(host)).filter_map(|host| {
            let name = host.said().and_then(items::Host::fqdn)?.clone();
            let service = self.services_on(&host.name).next()?.instance;
            Some(NeededName { name, service, leads: Leads::Public(host.name.clone()) })
        });
        let names: BTreeSet<NeededName> = gates.chain(stores).chain(named).collect();
        names.into_iter().collect()
    }

    fn addresses_of(&self, service: InstanceId) -> Vec<IpAddr> {
        let of = self.services.iter().find(|of| of.instance == service);
        let hosts = self.hosts.iter().filter(|host| of.is_some_and(|of| of.hosts.contains(&host.name)));
        hosts.filter_map(|host| host.said()?.address()).collect()
    }

    /// The zone of the plan that answers for a name, with its domain: that of the longest domain above it.
    pub fn zone_of(&self, name: &str) -> Option<(InstanceId, &Text)> {
        let zones = self.instances.iter().enumerate();
        let zones = zones.filter_map(|(at, instance)| Some((InstanceId(at as u32), instance.block::<DnsZone<'_>>()?.domain()?)));
        zones.filter(|(_, domain)| lies_in(name, domain)).max_by_key(|(_, domain)| domain.len())
    }

    /// Whether some zone of the plan has records for a name, or an edge answers for it.
    pub fn serves(&self, name: &str) -> bool {
        self.instances.iter().any(|instance| {
            let edge = instance.block::<PublicNames<'_>>().is_some_and(|edge| edge.names().chain(edge.machines()).any(|of| of == name));
            let zone = instance.block::<DnsZone<'_>>().is_some_and(|zone| {
                let Some(domain) = zone.domain() else { return false };
                zone.records().any(|set| match RecordSet::name(set).map(Text::as_str) {
                    Some("@") | None => domain == name,
                    Some("*") => domain != name && lies_in(name, domain),
                    Some(relative) => name.strip_suffix(domain.as_str()).and_then(|rest| rest.strip_suffix('.')) == Some(relative),
                })
            });
            edge || zone
        })
    }
}

/// Whether a name is a domain or stands below it.
pub fn lies_in(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The host of a URL, where it is a name.
fn host(url: &Text) -> Option<Text> {
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', ':']).next()?;
    let is_name = host.chars().any(|c| c.is_ascii_alphabetic()) && host.contains('.');
    is_name.then(|| host.into())
}
