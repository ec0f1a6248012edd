//! The networks of an environment with their machines, the firewalls before and on them, and who reaches what, as a graph.

use super::facts::kinds;
use super::reach::{Opening, Source, Verdict, openings};
use super::{Edge, Facts, Flow, Graph, Host, Node, Shape};
use crate::base::{Text, text};
use std::collections::{BTreeMap, BTreeSet};

/// The map.
pub fn network(facts: &[Facts]) -> Graph {
    let mut graph = Graph { title: "Networks".into(), flow: Flow::Reaches, classes: kinds(facts), ..Graph::default() };
    facts.iter().for_each(|of| environment(of, &mut graph));
    graph
}

/// The ports that something is about, by protocol.
type Ports = BTreeSet<(Text, Option<(u16, u16)>)>;

fn environment(facts: &Facts, graph: &mut Graph) {
    let place = text!("{}/{}", facts.product, facts.environment);
    let around = graph.group(place.clone(), None);
    let openings = openings(facts);
    let mut hosts: BTreeMap<&Text, usize> = BTreeMap::new();
    let mut networks: BTreeMap<&Text, usize> = BTreeMap::new();
    for network in &facts.networks {
        let range = network.range.map(|range| text!(" {range}")).unwrap_or_default();
        let group = graph.group(text!("network {}{range} ({})", network.unit, network.provider), Some(around));
        networks.insert(&network.unit, group);
        for (key, zone, range) in &network.subnets {
            let zone = if zone == key || zone.is_empty() { Text::default() } else { text!(" in {zone}") };
            let subnet = graph.group(text!("subnet {key} {range}{zone}"), Some(group));
            let inside =
                |host: &&Host| host.network.as_ref() == Some(&network.unit) && host.subnet.as_ref().is_some_and(|(of, _)| of == key);
            for host in facts.hosts.iter().filter(inside) {
                hosts.insert(&host.name, graph.node(machine(facts, &place, host, Some(subnet))));
            }
        }
    }
    for host in &facts.hosts {
        if !hosts.contains_key(&host.name) {
            let group = host.network.as_ref().and_then(|network| networks.get(network)).copied().unwrap_or(around);
            hosts.insert(&host.name, graph.node(machine(facts, &place, host, Some(group))));
        }
    }
    let mut sources: BTreeMap<Source, usize> = BTreeMap::new();
    for group in alike(&facts.hosts) {
        let Some(first) = group.first() else { continue };
        let of_first: Vec<&Opening> = openings.iter().filter(|of| of.host == first.name).collect();
        let network = first.network.as_ref().and_then(|network| networks.get(network)).copied().unwrap_or(around);
        let cloud = first.cloud.as_ref().map(|filter| {
            let mut lines = vec!["cloud firewall".into(), filter.by.clone()];
            if !filter.private {
                lines.push("sees no private address".into());
            }
            lines.extend(lets_in(&of_first, |of| &of.cloud));
            node(
                graph,
                text!("{place}/{} before {}", filter.by, first.unit),
                text!("{} (cloud firewall)", filter.by),
                lines,
                Shape::Wall,
                around,
                &first.kind,
            )
        });
        let own = first.own.as_ref().map(|filter| {
            let mut lines = vec!["host firewall".into(), text!("{} on {}", filter.by, first.unit)];
            lines.extend(lets_in(&of_first, |of| &of.own));
            let id = text!("{place}/{} on {}", filter.by, first.name);
            node(graph, id, text!("{} (host firewall)", first.unit), lines, Shape::Wall, network, &Text::default())
        });
        let mut through: BTreeMap<(usize, usize), Ports> = BTreeMap::new();
        for of in of_first.iter().filter(|of| of.reaches()) {
            let from = match &of.source {
                // What members may do among themselves stands in the firewall.
                Source::Stack(stack) if *stack == first.stack => continue,
                Source::Network(unit) if first.network.as_ref() == Some(unit) => continue,
                Source::Machine(machine) if hosts.contains_key(machine) => hosts[machine],
                source => *sources.entry(source.clone()).or_insert_with(|| {
                    let lines = described(facts, source);
                    let id = text!("{place}/{}", source.name());
                    node(graph, id, source.name(), lines, Shape::Round, around, &Text::default())
                }),
            };
            let walls = [cloud.filter(|_| matches!(of.cloud, Verdict::Open(_))), own.filter(|_| matches!(of.own, Verdict::Open(_)))];
            let mut way: Vec<usize> = std::iter::once(from).chain(walls.into_iter().flatten()).collect();
            if own.is_none() {
                way.extend(group.iter().take(1).map(|host| hosts[&host.name]));
            }
            for pair in way.windows(2) {
                through.entry((pair[0], pair[1])).or_default().insert((of.protocol.clone(), of.ports));
            }
        }
        // What lets nothing in stands before the machines all the same.
        if let (Some(cloud), Some(own)) = (cloud, own) {
            through.entry((cloud, own)).or_default();
        }
        graph.edges.extend(through.into_iter().map(|((from, to), ports)| Edge { from, to, label: said(&ports) }));
        if let Some(own) = own {
            graph.edges.extend(group.iter().map(|host| Edge { from: own, to: hosts[&host.name], label: Text::default() }));
        }
    }
}

/// The machines that one module makes and the same rules hold for.
fn alike(hosts: &[Host]) -> Vec<Vec<&Host>> {
    let mut groups: Vec<Vec<&Host>> = Vec::new();
    for host in hosts {
        let same = |group: &&mut Vec<&Host>| {
            group.first().is_some_and(|first| first.unit == host.unit && first.own == host.own && first.cloud == host.cloud)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(host),
            None => groups.push(vec![host]),
        }
    }
    groups
}

fn node(graph: &mut Graph, id: Text, name: Text, lines: Vec<Text>, shape: Shape, group: usize, class: &Text) -> usize {
    graph.node(Node { id, name, lines, group: Some(group), class: class.clone(), shape, focus: false })
}

fn machine(facts: &Facts, place: &Text, host: &Host, group: Option<usize>) -> Node {
    let mut lines = vec![host.name.clone()];
    lines.extend(host.address.map(|address| text!("{address}{}", if host.public { " and a public address" } else { "" })));
    for service in facts.services.iter().filter(|service| service.hosts.contains(&host.name) && !service.ports.is_empty()) {
        let ports = service.ports.iter().flat_map(|port| &port.ports).map(|ports| (ports.protocol.clone(), ports.span));
        lines.push(text!("{}: {}", service.service, said(&ports.collect())));
    }
    Node { id: text!("{place}/{}", host.name), name: host.name.clone(), lines, group, class: host.kind.clone(), ..Node::default() }
}

/// What a firewall lets in, a line for each source.
fn lets_in(openings: &[&Opening], of: impl Fn(&Opening) -> &Verdict) -> Vec<Text> {
    let mut by_source: BTreeMap<&Source, Ports> = BTreeMap::new();
    for opening in openings.iter().filter(|opening| matches!(of(opening), Verdict::Open(_))) {
        by_source.entry(&opening.source).or_default().insert((opening.protocol.clone(), opening.ports));
    }
    let mut lines: Vec<Text> = by_source.into_iter().map(|(source, ports)| text!("{}: {}", source.name(), said(&ports))).collect();
    if lines.is_empty() {
        lines.push("lets nothing in".into());
    }
    lines
}

fn described(facts: &Facts, source: &Source) -> Vec<Text> {
    let mut lines = vec![source.name()];
    if let Source::Peers(stack) = source {
        for tunnel in facts.tunnels.iter().filter(|tunnel| tunnel.stack == *stack) {
            lines.push(text!("{}", tunnel.range));
            lines.extend(tunnel.peers.iter().map(|(name, address)| text!("{name} {address}")));
        }
    }
    if let Source::Edge(name) = source {
        let provider = facts.providers.iter().find(|provider| provider.name == *name);
        lines.extend(provider.map(|provider| text!("{}, {} ranges", provider.kind, provider.ranges.len())));
    }
    lines
}

/// `tcp 22, 443; udp 51820`
fn said(ports: &Ports) -> Text {
    let mut by_protocol: BTreeMap<&Text, Vec<String>> = BTreeMap::new();
    for (protocol, span) in ports {
        let numbers = by_protocol.entry(protocol).or_default();
        numbers.extend(span.map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") }));
    }
    let parts = by_protocol.into_iter().map(|(protocol, numbers)| {
        let protocol = if protocol.is_empty() { "all" } else { protocol };
        format!("{protocol} {}", numbers.join(", ")).trim_end().to_owned()
    });
    parts.collect::<Vec<_>>().join("; ").into()
}
