//! Where machines stand, and what leads from one to another: one graph, which rules ask and views draw.
//!
//! Two machines reach each other's private addresses where they are in one network: no part of the library joins two of them. What comes
//! through a tunnel comes from the machine that it ends on.

use super::{Gate, Host, Instance, Plan};
use crate::base::{Ports, Text};
use crate::hir::items::{MachineGroup, PacketFilter, PrivateNetwork};
use crate::value::{InstanceId, Value};
use ipnet::IpNet;
use std::net::IpAddr;

/// Where a machine stands. What a module of machines is given says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The module that makes it.
    pub made_by: InstanceId,
    /// Its private network; nothing where nobody says.
    pub network: Option<InstanceId>,
    /// The firewall in front of it.
    pub filter: Option<InstanceId>,
    /// Whether it has a public address.
    pub public: bool,
}

impl Plan {
    /// Where a machine stands; nothing where no module of the plan makes it.
    pub fn standing(&self, host: &Host) -> Option<Standing> {
        self.ways.standing(self, host)
    }

    /// Where the machines stand that an instance makes if it is a module, with its stack and its name.
    pub(super) fn made_by(&self, id: InstanceId) -> Option<((Text, Text), Standing)> {
        let module = self.instance(id).filter(|of| of.keyword == "module")?;
        let stack = self.instance(module.stack?)?;
        let given = |fits: &dyn Fn(&Instance) -> bool| {
            module.fields.values().find_map(|value| match value {
                Value::Instance(id) if self.instance(*id).is_some_and(|of| of.keyword == "module" && fits(of)) => Some(*id),
                _ => None,
            })
        };
        let standing = Standing {
            made_by: id,
            network: given(&|of| of.block::<PrivateNetwork<'_>>().is_some()),
            filter: given(&|of| of.block::<PacketFilter<'_>>().is_some()),
            public: module.block::<MachineGroup<'_>>().and_then(MachineGroup::public).unwrap_or(false),
        };
        Some(((stack.name.clone(), module.name.clone()), standing))
    }

    /// The addresses of a private network.
    pub fn range_of(&self, network: InstanceId) -> Option<IpNet> {
        self.ways.networks(self).get(&network).copied()
    }

    /// The private networks, each with its addresses.
    pub fn networks(&self) -> impl Iterator<Item = (InstanceId, IpNet)> + '_ {
        self.ways.networks(self).iter().map(|(id, range)| (*id, *range))
    }

    /// Whether a gate leads to the private address of a machine. Where nobody says in which network one of them is, it may.
    pub fn leads_to(&self, gate: &Gate, host: &Host) -> bool {
        let network = |of: &Host| self.standing(of).and_then(|standing| standing.network);
        let from = self.host(&gate.host).and_then(network);
        let joined = match (from, network(host)) {
            (Some(from), Some(to)) => from == to,
            _ => true,
        };
        let address = host.said().and_then(|said| said.address());
        joined && (gate.reaches.is_empty() || address.is_none_or(|address| gate.reaches.iter().any(|range| range.contains(&address))))
    }

    /// Whether the firewall in front of a machine lets SSH in from the public address of a gate.
    pub fn lets_in(&self, gate: &Gate, host: &Host) -> bool {
        let Some(standing) = self.standing(host) else { return true };
        let filter = standing.filter.and_then(|id| self.instance(id)?.block::<PacketFilter<'_>>());
        let Some(filter) = filter else { return standing.public };
        let from_gate = filter.entries().any(|entry| entry.name() == Some(&gate.host));
        standing.public && (from_gate || from_anywhere(filter))
    }

    /// Whether the firewall in front of a machine lets SSH in from anywhere.
    pub fn is_met_in_public(&self, host: &Host) -> bool {
        let Some(standing) = self.standing(host) else { return true };
        let filter = standing.filter.and_then(|id| self.instance(id)?.block::<PacketFilter<'_>>());
        standing.public && filter.is_none_or(from_anywhere)
    }
}

/// Whether a firewall lets everybody in at the port of SSH.
fn from_anywhere(filter: PacketFilter<'_>) -> bool {
    let ssh = Ports::one(22, "tcp");
    let mut rules = filter.inbound().filter(|rule| rule.port().is_some_and(|ports| ports.contains(&ssh)));
    rules.any(|rule| rule.sources().any(|source| source.prefix_len() == 0 && matches!(source.addr(), IpAddr::V4(_))))
}
