//! The names of who may open a connection: what a question or a test of a library can ask about.

use super::{Facts, Source, openings};
use crate::base::{Text, text};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// The names of all who could open a connection in a product and environment, whether something lets them in or not. Ranges that belong to
/// nothing of the product are there where a firewall names them.
pub fn sources(facts: &Facts) -> BTreeSet<Text> {
    let mut known: BTreeSet<Text> = openings(facts).iter().map(|of| of.source.name()).collect();
    known.insert(Source::Internet.name());
    known.extend(facts.stacks.iter().map(|stack| text!("stack {}", stack.name)));
    known.extend(facts.hosts.iter().map(|host| text!("machine {}", host.name)));
    known.extend(facts.networks.iter().map(|network| text!("network {}", network.unit)));
    known.extend(facts.providers.iter().map(|provider| text!("edge {}", provider.name)));
    known.extend(facts.tunnels.iter().map(|tunnel| Source::Peers(tunnel.stack.clone()).name()));
    known
}

/// Whether who comes from a range may be among those of some ranges.
pub fn meets(range: &IpNet, ranges: &[IpNet]) -> bool {
    ranges.iter().any(|of| of.contains(range) || range.contains(of))
}
