//! Who reaches what: for each machine and port, who may open a connection, through the firewall of the provider and that of the machine.
//!
//! What a firewall lets in is compared range by range. Who has a public address comes by the public address of a machine and through both
//! firewalls. Who has a private one comes by the private network that the machine is in, or through a tunnel that ends there; a
//! firewall of a provider may not see that. What a load balancer takes to a machine comes from the internet, too. ICMP that keeps a
//! network working is not listed: every machine answers it.

use super::table::Cell;
use super::{Facts, Filter, Host, Rule, Table};
use crate::base::{Ports, Text, text};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Who opens a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Anybody.
    Internet,
    /// What stands at the edge, on a provider of that name.
    Edge(Text),
    /// The peers of a tunnel, which a stack of that name makes.
    Peers(Text),
    /// The machine of that name, by its public address.
    Machine(Text),
    /// Machines of a stack, by their private addresses.
    Stack(Text),
    /// Whatever stands in the network of that unit.
    Network(Text),
    /// A range that belongs to nothing of the product.
    Range(IpNet),
}

impl Source {
    /// The words with which their names begin, but for that of a range.
    pub const WORDS: [&str; 6] = ["internet", "edge", "peers", "machine", "stack", "network"];

    /// What it is called.
    pub fn name(&self) -> Text {
        match self {
            Source::Internet => "internet".into(),
            Source::Edge(provider) => text!("edge {provider}"),
            Source::Peers(stack) => text!("peers of {stack}"),
            Source::Machine(host) => text!("machine {host}"),
            Source::Stack(stack) => text!("stack {stack}"),
            Source::Network(unit) => text!("network {unit}"),
            Source::Range(range) => text!("{range}"),
        }
    }

    /// Whether who has a name is among those who come from here: they themselves, or machines of a stack that stand within.
    pub fn holds(&self, name: &Text, facts: &Facts) -> bool {
        let machines = || name.strip_prefix("stack ").map(|stack| facts.hosts.iter().filter(move |host| host.stack == stack));
        self.name() == *name
            || match self {
                Source::Internet => true,
                Source::Network(unit) => machines().is_some_and(|mut of| of.any(|host| host.network.as_ref() == Some(unit))),
                Source::Range(range) => {
                    machines().is_some_and(|mut of| of.any(|host| host.address.is_some_and(|address| range.contains(&address))))
                }
                _ => false,
            }
    }
}

/// What a firewall does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It lets it in, by these rules.
    Open(Vec<Text>),
    /// It stops it.
    Closed,
    /// It does not see it.
    Unseen,
    /// There is no such firewall.
    Absent,
}

impl Verdict {
    fn lets_in(&self) -> bool {
        *self != Verdict::Closed
    }

    fn said(&self) -> Text {
        match self {
            Verdict::Open(rules) => text!("open: {}", rules.join(", ")),
            Verdict::Closed => "closed".into(),
            Verdict::Unseen => "not seen".into(),
            Verdict::Absent => "none".into(),
        }
    }
}

/// What one source may reach, or what stops it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// The product.
    pub product: Text,
    /// The environment.
    pub environment: Text,
    /// The machine.
    pub host: Text,
    /// The unit that makes the machine.
    pub unit: Text,
    /// The layer-4 protocol; empty for all of them.
    pub protocol: Text,
    /// The first and the last port; nothing where the protocol has none.
    pub ports: Option<(u16, u16)>,
    /// Who opens the connection.
    pub source: Source,
    /// Its addresses; empty where they are not known before they are there.
    pub ranges: Vec<IpNet>,
    /// What the provider's firewall does.
    pub cloud: Verdict,
    /// What the machine's own firewall does.
    pub own: Verdict,
    /// Whether there is a way from the one to the other: a public address, or a network that both are in.
    pub route: bool,
}

impl Opening {
    /// Whether a connection comes to be.
    pub fn reaches(&self) -> bool {
        self.route && self.cloud.lets_in() && self.own.lets_in()
    }

    /// `tcp 443`
    pub fn port(&self) -> Text {
        let protocol = if self.protocol.is_empty() { "all" } else { &self.protocol };
        match self.ports {
            None => protocol.into(),
            Some((first, last)) if first == last => text!("{protocol} {first}"),
            Some((first, last)) => text!("{protocol} {first}-{last}"),
        }
    }
}

/// Everything that a firewall of some machine lets in.
pub fn openings(facts: &Facts) -> Vec<Opening> {
    let mut found: Vec<Opening> = facts.hosts.iter().flat_map(|host| of_host(facts, host)).collect();
    found.sort();
    found
}

/// What is the same of some ranges: protocol, ports, who has them, both verdicts, the way.
type Answer = (Text, Option<(u16, u16)>, Source, Verdict, Verdict, bool);

fn of_host(facts: &Facts, host: &Host) -> Vec<Opening> {
    let mut found: BTreeMap<Answer, Vec<IpNet>> = BTreeMap::new();
    for (protocol, ports) in segments(host) {
        let rules = |filter: &Option<Filter>| -> Vec<Rule> {
            let rules = filter.iter().flat_map(|filter| &filter.rules);
            rules.filter(|rule| covers(rule, &protocol, ports)).cloned().collect()
        };
        let (cloud, own) = (rules(&host.cloud), rules(&host.own));
        let mut ranges: BTreeSet<IpNet> = cloud.iter().chain(&own).flat_map(|rule| rule.sources.iter().copied()).collect();
        ranges.extend(inside(facts, host));
        if host.cloud.is_none() || host.own.is_none() {
            ranges.extend(everywhere());
        }
        for range in ranges {
            let private = is_private(&range);
            // What a load balancer brings comes by the private network, where a firewall may see nothing.
            let brought = !private && !host.public && is_brought(host, &protocol, ports);
            let of_cloud = match &host.cloud {
                Some(filter) if (private || brought) && !filter.private => Verdict::Unseen,
                filter => judge(filter.is_some(), &cloud, |rule| rule.sources.iter().any(|source| source.contains(&range))),
            };
            let of_own = judge(host.own.is_some(), &own, |rule| {
                !(private && rule.public) && rule.sources.iter().any(|source| source.contains(&range))
            });
            // What both stop is no opening.
            if !matches!(of_cloud, Verdict::Open(_) | Verdict::Absent) && !matches!(of_own, Verdict::Open(_) | Verdict::Absent) {
                continue;
            }
            let route = if private { is_inside(facts, host, &range) } else { host.public || brought };
            let key = (protocol.clone(), ports, source(facts, &range), of_cloud, of_own, route);
            found.entry(key).or_default().push(range);
        }
        // The public address of a machine is known to the provider alone: of the own firewall it asks for all of them.
        for machine in cloud.iter().filter_map(|rule| rule.machine.clone()) {
            let of_cloud = judge(true, &cloud, |rule| rule.machine.as_ref() == Some(&machine) || rule.sources.contains(&everywhere()[0]));
            let of_own = judge(host.own.is_some(), &own, |rule| rule.sources.contains(&everywhere()[0]));
            found.entry((protocol.clone(), ports, Source::Machine(machine), of_cloud, of_own, host.public)).or_default();
        }
    }
    found
        .into_iter()
        .map(|((protocol, ports, source, cloud, own, route), ranges)| Opening {
            product: facts.product.clone(),
            environment: facts.environment.clone(),
            host: host.name.clone(),
            unit: host.unit.clone(),
            protocol,
            ports,
            source,
            ranges,
            cloud,
            own,
            route,
        })
        .collect()
}

/// Whether something with a public address takes connections to these ports of a machine.
fn is_brought(host: &Host, protocol: &Text, ports: Option<(u16, u16)>) -> bool {
    protocol == "tcp" && ports.is_some_and(|(first, last)| (first..=last).all(|port| host.doors.contains(&port)))
}

fn judge(is_there: bool, rules: &[Rule], lets_in: impl Fn(&Rule) -> bool) -> Verdict {
    let by: BTreeSet<Text> = rules.iter().filter(|rule| lets_in(rule)).map(|rule| rule.name.clone()).collect();
    match (is_there, by.is_empty()) {
        (false, _) => Verdict::Absent,
        (true, true) => Verdict::Closed,
        (true, false) => Verdict::Open(by.into_iter().collect()),
    }
}

/// The protocols with the spans of ports within which no rule begins or ends.
fn segments(host: &Host) -> BTreeSet<(Text, Option<(u16, u16)>)> {
    let filters = [&host.cloud, &host.own];
    let mut spans: BTreeMap<&Text, BTreeSet<(u16, u16)>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for rule in filters.into_iter().flatten().flat_map(|filter| &filter.rules) {
        match rule.ports.span {
            Some(span) => {
                spans.entry(&rule.ports.protocol).or_default().insert(span);
            }
            None => {
                found.insert((rule.ports.protocol.clone(), None));
            }
        }
    }
    let tcp = Text::from("tcp");
    if let Some(spans) = spans.get_mut(&tcp) {
        spans.extend(host.doors.iter().map(|port| (*port, *port)));
    }
    for (protocol, spans) in spans {
        let ends = spans.iter().flat_map(|(first, last)| [u32::from(*first), u32::from(*last) + 1]);
        let ends: Vec<u32> = ends.collect::<BTreeSet<u32>>().into_iter().collect();
        for pair in ends.windows(2) {
            let (first, last) = (pair[0] as u16, (pair[1] - 1) as u16);
            if spans.iter().any(|span| span.0 <= first && last <= span.1) {
                found.insert((protocol.clone(), Some((first, last))));
            }
        }
    }
    // Where nothing filters, everything is open.
    if host.cloud.is_none() && host.own.is_none() {
        found.insert((Text::default(), None));
    }
    found
}

fn covers(rule: &Rule, protocol: &Text, span: Option<(u16, u16)>) -> bool {
    rule.ports.contains(&Ports { span, protocol: protocol.clone() })
}

fn everywhere() -> [IpNet; 2] {
    [IpNet::from(IpAddr::from([0u8; 4])), IpNet::from(IpAddr::from([0u16; 8]))].map(|net| match net {
        IpNet::V4(net) => IpNet::V4(ipnet::Ipv4Net::new_assert(net.addr(), 0)),
        IpNet::V6(net) => IpNet::V6(ipnet::Ipv6Net::new_assert(net.addr(), 0)),
    })
}

/// Whether a range is of addresses that nobody has on the internet.
fn is_private(range: &IpNet) -> bool {
    let whole = |address: IpAddr, length: u8| IpNet::new(address, length).is_ok_and(|net| net.contains(range));
    match range {
        IpNet::V4(_) => [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16), ([100, 64, 0, 0], 10), ([169, 254, 0, 0], 16)]
            .into_iter()
            .any(|(address, length)| whole(IpAddr::from(address), length)),
        IpNet::V6(_) => [([0xfc00u16, 0, 0, 0, 0, 0, 0, 0], 7), ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10)]
            .into_iter()
            .any(|(address, length)| whole(IpAddr::from(address), length)),
    }
}

/// The ranges of addresses from which a machine is reached without leaving a private network: that of its own network, and those of
/// the tunnels that end in it.
fn inside(facts: &Facts, host: &Host) -> Vec<IpNet> {
    let network = facts.networks.iter().find(|network| Some(&network.unit) == host.network.as_ref());
    let ends_here = |name: &Text| facts.hosts.iter().any(|other| other.name == *name && other.network == host.network);
    let tunnels = facts.tunnels.iter().filter(|tunnel| tunnel.hosts.iter().any(ends_here)).map(|tunnel| tunnel.range);
    network.and_then(|network| network.range).into_iter().chain(tunnels).collect()
}

/// Whether there is a private way. Where nobody says in which network the machine is, there may be one.
fn is_inside(facts: &Facts, host: &Host, range: &IpNet) -> bool {
    host.network.is_none() || inside(facts, host).iter().any(|around| around.contains(range))
}

/// Who has addresses of a range.
fn source(facts: &Facts, range: &IpNet) -> Source {
    if range.prefix_len() == 0 {
        return Source::Internet;
    }
    if let Some(tunnel) = facts.tunnels.iter().find(|tunnel| tunnel.range.contains(range)) {
        return Source::Peers(tunnel.stack.clone());
    }
    let is_of = |host: &&Host| range.prefix_len() == range.max_prefix_len() && host.address == Some(range.addr());
    if let Some(host) = facts.hosts.iter().find(is_of) {
        return Source::Stack(host.stack.clone());
    }
    if let Some(network) = facts.networks.iter().find(|network| network.range.is_some_and(|around| around.contains(range))) {
        return Source::Network(network.unit.clone());
    }
    let is_edge = |provider: &&super::Provider| provider.ranges.iter().any(|around| around.contains(range));
    match facts.providers.iter().find(is_edge) {
        Some(provider) => Source::Edge(provider.name.clone()),
        None => Source::Range(*range),
    }
}

/// The matrix: one row for each opening.
pub fn table(openings: &[Opening]) -> Table {
    let mut table =
        Table::new(["product", "environment", "host", "port", "source", "addresses", "cloud_firewall", "host_firewall", "way", "reaches"]);
    for of in openings {
        // Lists of ranges are long: how many there are says enough in a table.
        let addresses = match of.ranges.as_slice() {
            [] => "known after apply".into(),
            ranges if ranges.len() <= 3 => Text::from(ranges.iter().map(|range| range.to_string()).collect::<Vec<_>>().join(" ")),
            ranges => text!("{} ranges", ranges.len()),
        };
        table.row([
            Cell::from(&of.product),
            (&of.environment).into(),
            (&of.host).into(),
            of.port().into(),
            of.source.name().into(),
            addresses.into(),
            of.cloud.said().into(),
            of.own.said().into(),
            of.route.into(),
            of.reaches().into(),
        ]);
    }
    table
}

/// What two sets of openings differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What is reached now and was not before.
    pub new: Vec<Opening>,
    /// What was reached before and is not now.
    pub closed: Vec<Opening>,
}

/// What is reached now and was not before, and the other way around. What a wider range or span of ports held before is not new.
pub fn difference(before: &[Opening], now: &[Opening]) -> Difference {
    Difference { new: beyond(now, before), closed: beyond(before, now) }
}

fn beyond(openings: &[Opening], others: &[Opening]) -> Vec<Opening> {
    let place =
        |of: &Opening| -> (Text, Text, Text, Text) { (of.product.clone(), of.environment.clone(), of.host.clone(), of.protocol.clone()) };
    let mut known: BTreeMap<(Text, Text, Text, Text), Vec<&Opening>> = BTreeMap::new();
    others.iter().filter(|of| of.reaches()).for_each(|of| known.entry(place(of)).or_default().push(of));
    let mut found = Vec::new();
    for of in openings.iter().filter(|of| of.reaches()) {
        let at_same = known.get(&place(of)).map(Vec::as_slice).unwrap_or_default();
        let ports = |other: &&&Opening| match (other.ports, of.ports) {
            (Some(wide), Some(narrow)) => wide.0 <= narrow.0 && narrow.1 <= wide.1,
            (wide, narrow) => wide == narrow,
        };
        let at_same: Vec<&Opening> = at_same.iter().filter(ports).copied().collect();
        if of.ranges.is_empty() {
            if !at_same.iter().any(|other| other.source == of.source || other.source == Source::Internet) {
                found.push(of.clone());
            }
            continue;
        }
        let held = |range: &IpNet| at_same.iter().flat_map(|other| &other.ranges).any(|other| other.contains(range));
        let ranges: Vec<IpNet> = of.ranges.iter().filter(|range| !held(range)).copied().collect();
        if !ranges.is_empty() {
            found.push(Opening { ranges, ..of.clone() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Network, Provider, Tunnel};
    use super::*;

    fn net(range: &str) -> IpNet {
        range.parse().unwrap()
    }

    fn rule(name: &str, ports: &str, sources: &[&str]) -> Rule {
        let sources = sources.iter().map(|source| net(source)).collect();
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let ports = Ports { span: Some((first.parse().unwrap(), last.parse().unwrap())), protocol: "tcp".into() };
        Rule { name: name.into(), ports, sources, machine: None, public: false }
    }

    /// A public machine behind an edge, in a network into which a tunnel leads.
    fn facts(private: bool, cloud: Vec<Rule>, own: Vec<Rule>) -> Facts {
        let filter = |rules: Vec<Rule>, private| Some(Filter { by: "fw".into(), private, rules });
        let host = Host {
            name: "web-0".into(),
            stack: "web".into(),
            unit: "web/nodes".into(),
            provider: "eu".into(),
            kind: "hetzner".into(),
            address: Some("10.0.0.2".parse().unwrap()),
            subnet: None,
            network: Some("web/net".into()),
            fqdn: "web-0.example.com".into(),
            arch: "amd64".into(),
            public: true,
            doors: BTreeSet::new(),
            gate: None,
            services: Vec::new(),
            cloud: filter(cloud, private),
            own: filter(own, true),
        };
        Facts {
            product: "acme".into(),
            environment: "prod".into(),
            hosts: vec![host],
            networks: vec![Network {
                unit: "web/net".into(),
                provider: "eu".into(),
                kind: "hetzner".into(),
                range: Some(net("10.0.0.0/20")),
                subnets: Vec::new(),
            }],
            providers: vec![Provider {
                name: "cf".into(),
                kind: "cloudflare".into(),
                ranges: vec![net("198.51.100.0/24"), net("203.0.113.0/24")],
            }],
            tunnels: vec![Tunnel { stack: "access".into(), range: net("10.9.0.0/24"), peers: Vec::new(), hosts: vec!["web-0".into()] }],
            ..Facts::default()
        }
    }

    fn reached(facts: &Facts) -> Vec<String> {
        openings(facts).iter().filter(|of| of.reaches()).map(|of| format!("{} from {}", of.port(), of.source.name())).collect()
    }

    #[test]
    fn a_connection_passes_both_firewalls() {
        let edge = ["198.51.100.0/24", "203.0.113.0/24"];
        let open = facts(true, vec![rule("https", "443", &edge)], vec![rule("https", "443", &edge)]);
        assert_eq!(reached(&open), ["tcp 443 from edge cf"]);
        let shut = facts(true, vec![rule("https", "443", &edge)], vec![]);
        assert!(reached(&shut).is_empty());
        assert_eq!(openings(&shut)[0].own, Verdict::Closed);
        let half = facts(true, vec![rule("https", "443", &edge)], vec![rule("https", "443", &edge[..1])]);
        let found = openings(&half);
        assert_eq!(found.iter().filter(|of| of.reaches()).map(|of| of.ranges.clone()).collect::<Vec<_>>(), [[net(edge[0])]]);
    }

    #[test]
    fn a_firewall_that_sees_no_private_address_stops_none() {
        let own = vec![rule("ssh", "22", &["0.0.0.0/0"])];
        assert_eq!(reached(&facts(false, vec![], own.clone())), ["tcp 22 from peers of access", "tcp 22 from network web/net"]);
        assert!(reached(&facts(true, vec![], own)).is_empty());
    }

    #[test]
    fn who_has_no_way_reaches_nothing() {
        let own = vec![rule("ssh", "22", &["10.77.0.0/24", "10.9.0.5/32"])];
        assert_eq!(reached(&facts(false, vec![], own)), ["tcp 22 from peers of access"]);
        let everywhere = || vec![rule("https", "443", &["0.0.0.0/0", "::/0"])];
        let mut hidden = facts(true, everywhere(), everywhere());
        hidden.hosts[0].public = false;
        assert!(!reached(&hidden).iter().any(|of| of.contains("internet")));
    }

    #[test]
    fn spans_of_ports_are_cut_where_a_rule_ends() {
        let of = facts(true, vec![rule("many", "400-500", &["0.0.0.0/0"])], vec![rule("https", "443", &["0.0.0.0/0"])]);
        let internet: Vec<String> = reached(&of).into_iter().filter(|of| of.ends_with("internet")).collect();
        assert_eq!(internet, ["tcp 443 from internet"]);
    }

    #[test]
    fn without_a_firewall_everything_is_open() {
        let mut bare = facts(true, vec![], vec![]);
        (bare.hosts[0].cloud, bare.hosts[0].own) = (None, None);
        assert!(reached(&bare).contains(&"all from internet".to_owned()));
    }

    #[test]
    fn what_a_wider_range_held_is_not_new() {
        let of = |ports: &str, sources: &[&str]| openings(&facts(true, vec![rule("x", ports, sources)], vec![rule("x", ports, sources)]));
        let narrow = of("443", &["198.51.100.0/24"]);
        let wide = of("400-500", &["0.0.0.0/0"]);
        assert!(difference(&wide, &narrow).new.is_empty());
        assert!(!difference(&narrow, &wide).new.is_empty());
        let grown = difference(&narrow, &of("443", &["198.51.100.0/24", "203.0.113.0/24"]));
        assert_eq!(grown.new.iter().map(|of| of.ranges.clone()).collect::<Vec<_>>(), [[net("203.0.113.0/24")]]);
        assert!(grown.closed.is_empty());
    }
}
