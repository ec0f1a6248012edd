//! What a plan says about one product in one environment, as plain data: names and numbers that need no plan behind them.

use crate::base::{Ports, Text, text};
use crate::hir::items::{
    DnsZone, HostFilter, PacketFilter, Port, PrivateNetwork, Provider as OfProvider, PublicDoor, PublicNames, RecordSet, WayIn,
};
use crate::plan::{self, Instance, Plan};
use crate::target::common::delivery::of_plans;
use crate::target::common::secrets::Sources;
use crate::value::{InstanceId, Residual, Secret as Reference, SecretForm, Value};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A product in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The product's name.
    pub product: Text,
    /// The environment's name.
    pub environment: Text,
    /// The path of the product's source, from the project.
    pub source: Text,
    /// Whether nothing in it is destroyed by a plan.
    pub protected: bool,
    /// Whether a person lets each change in.
    pub approved: bool,
    /// Whether its state is where pipelines can reach it.
    pub ready: bool,
    /// The providers in the order of the text.
    pub providers: Vec<Provider>,
    /// The stacks in the order in which they are applied.
    pub stacks: Vec<Stack>,
    /// The units in the order of their paths.
    pub units: Vec<Unit>,
    /// The private networks in the order of their units.
    pub networks: Vec<Network>,
    /// The machines in the order of their names.
    pub hosts: Vec<Host>,
    /// The services in the order of stacks, then of the text.
    pub services: Vec<Service>,
    /// The ways into private networks.
    pub tunnels: Vec<Tunnel>,
    /// The secrets, sorted.
    pub secrets: Vec<Secret>,
    /// The names in DNS, sorted.
    pub names: Vec<Name>,
    /// The images that its machines start from, each with the instance of a provider.
    pub images: Vec<(Text, Text)>,
    /// The findings that are waived: policy and thing.
    pub waived: Vec<(Text, Text)>,
}

/// A provider's instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// `eu`
    pub name: Text,
    /// `hetzner`
    pub kind: Text,
    /// Where it connects from.
    pub ranges: Vec<IpNet>,
}

/// A stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: Text,
    /// `compute`
    pub definition: Text,
    /// The instance of a provider that it runs on.
    pub provider: Text,
    /// The kind of that provider.
    pub kind: Text,
    /// How many stacks one behind the other must be there first.
    pub phase: usize,
    /// The stacks that it needs, each with what of them: outputs of units, services.
    pub needs: Vec<(Text, Vec<Text>)>,
}

/// A deployable unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// `mgmt/nodes`
    pub path: Text,
    /// Its stack.
    pub stack: Text,
    /// Its own name.
    pub name: Text,
    /// Its module.
    pub module: Text,
    /// The instance of a provider.
    pub provider: Text,
    /// The kind of that provider.
    pub kind: Text,
    /// The units whose outputs it reads, each with these outputs.
    pub needs: Vec<(Text, Vec<Text>)>,
    /// The units that its provider stands on beside those.
    pub behind: Vec<Text>,
}

/// A private network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The path of its unit.
    pub unit: Text,
    /// The instance of a provider.
    pub provider: Text,
    /// The kind of that provider.
    pub kind: Text,
    /// Its addresses.
    pub range: Option<IpNet>,
    /// Its parts: key, zone, range.
    pub subnets: Vec<(Text, Text, IpNet)>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: Text,
    /// Its stack.
    pub stack: Text,
    /// The path of the unit that makes it.
    pub unit: Text,
    /// The instance of a provider.
    pub provider: Text,
    /// The kind of that provider.
    pub kind: Text,
    /// Its private address.
    pub address: Option<IpAddr>,
    /// The key and the range of its subnet.
    pub subnet: Option<(Text, IpNet)>,
    /// The unit of its network.
    pub network: Option<Text>,
    /// Its name in DNS.
    pub fqdn: Text,
    /// Its instruction set.
    pub arch: Text,
    /// Whether it has a public address.
    pub public: bool,
    /// The ports of TCP that what has a public address takes to it.
    pub doors: BTreeSet<u16>,
    /// The machine through which it is entered.
    pub gate: Option<Text>,
    /// The services on it.
    pub services: Vec<Text>,
    /// The firewall in front of it; none where there is none.
    pub cloud: Option<Filter>,
    /// Its own firewall; none where there is none.
    pub own: Option<Filter>,
}

/// A firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The unit or the service that it is made by.
    pub by: Text,
    /// Whether it sees what comes from private addresses.
    pub private: bool,
    /// What it lets in.
    pub rules: Vec<Rule>,
}

/// What a firewall lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: Text,
    /// What may be opened.
    pub ports: Ports,
    /// From which addresses.
    pub sources: Vec<IpNet>,
    /// From the public address of which machine, which nobody knows before it is there.
    pub machine: Option<Text>,
    /// Whether it lets in public addresses alone.
    pub public: bool,
}

/// A service on machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its stack.
    pub stack: Text,
    /// Its name there.
    pub name: Text,
    /// Its definition.
    pub service: Text,
    /// The machines.
    pub hosts: Vec<Text>,
    /// What it listens on.
    pub ports: Vec<Listen>,
}

/// A port of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Its name.
    pub name: Text,
    /// The ports, spans of ports and protocols without ports.
    pub ports: Vec<Ports>,
    /// Who may open a connection, in the library's words.
    pub from: Vec<Text>,
}

/// A way into private networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tunnel {
    /// Its stack.
    pub stack: Text,
    /// The addresses that peers come from.
    pub range: IpNet,
    /// The peers with their addresses.
    pub peers: Vec<(Text, IpAddr)>,
    /// The machines that it ends on.
    pub hosts: Vec<Text>,
}

/// A secret, which is never here itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// What it is called: `consul/gossip`, or the path of a reference.
    pub name: Text,
    /// Whether infrac's first run makes it, and in which form; a reference is made by somebody else.
    pub form: Text,
    /// Who keeps it.
    pub keeper: Text,
    /// Where it is there.
    pub place: Text,
    /// The services that read it.
    pub readers: Vec<Text>,
}

/// A name in DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The whole name.
    pub name: Text,
    /// `A`, `CNAME`; `edge` for what an edge answers for.
    pub kind: Text,
    /// What it leads to.
    pub value: Text,
    /// The unit that makes it.
    pub unit: Text,
    /// The instance of a provider.
    pub provider: Text,
}

impl Facts {
    /// Those of the plans of a product, in the order of its environments.
    pub fn of_product(plans: &[Plan]) -> Vec<Facts> {
        let delivered = of_plans(plans);
        let facts = plans.iter().zip(&delivered.environments).map(|(plan, environment)| Facts {
            approved: environment.approve,
            protected: environment.protected,
            ready: environment.ready,
            ..Facts::of(plan)
        });
        facts.collect()
    }

    fn of(plan: &Plan) -> Facts {
        Facts {
            product: plan.product.name.text.clone(),
            environment: plan.environment.clone(),
            source: plan.product.path.clone(),
            protected: false,
            approved: false,
            ready: false,
            providers: providers(plan),
            stacks: stacks(plan),
            units: plan.units.iter().map(|of| unit(plan, of)).collect(),
            networks: networks(plan),
            hosts: plan.hosts.iter().map(|of| host(plan, of)).collect(),
            services: plan.services.iter().map(|of| service(plan, of)).collect(),
            tunnels: tunnels(plan),
            secrets: secrets_of(plan),
            names: names(plan),
            images: plan.used_images().map(|image| (image.name.clone(), image.instance.clone())).collect(),
            waived: plan.used_waivers.iter().cloned().collect(),
        }
    }
}

/// The kinds of providers, sorted: what the colours of most graphs stand for.
pub(super) fn kinds(facts: &[Facts]) -> Vec<Text> {
    let kinds: BTreeSet<&Text> = facts.iter().flat_map(|of| &of.providers).map(|provider| &provider.kind).collect();
    kinds.into_iter().cloned().collect()
}

fn providers(plan: &Plan) -> Vec<Provider> {
    use crate::hir::items::View;
    let of = plan.providers();
    let provider = |instance: &Instance| Provider {
        name: instance.name.clone(),
        kind: instance.definition.clone(),
        ranges: OfProvider::over(instance.said()).ranges().collect(),
    };
    of.map(provider).collect()
}

/// The name and the kind of the provider that an instance runs on.
fn provider_of(plan: &Plan, instance: &Instance) -> (Text, Text) {
    let provider = instance.provider.and_then(|id| plan.instance(id));
    provider.map(|of| (of.name.clone(), of.definition.clone())).unwrap_or_default()
}

/// `mgmt/nodes`, or `mgmt` where it stands in no stack.
fn path_of(plan: &Plan, id: InstanceId) -> Text {
    let Some(instance) = plan.instance(id) else { return Text::default() };
    match instance.stack.and_then(|stack| plan.instance(stack)) {
        Some(stack) => text!("{}/{}", stack.name, instance.name),
        None => instance.name.clone(),
    }
}

fn unit(plan: &Plan, unit: &plan::Unit) -> Unit {
    let outputs = plan.outputs_read(unit);
    let needs = unit.dependencies.iter().map(|of| {
        let read = outputs.get(&of.instance).into_iter().flatten().cloned().collect();
        (of.path.clone(), read)
    });
    let mut needs: Vec<(Text, Vec<Text>)> = needs.collect();
    needs.sort();
    Unit {
        path: unit.path.clone(),
        stack: unit.stack.clone(),
        name: unit.name.clone(),
        module: unit.module.clone(),
        provider: unit.provider_instance.clone(),
        kind: unit.provider.clone(),
        needs,
        behind: unit.behind.iter().map(|of| of.path.clone()).collect(),
    }
}

fn stacks(plan: &Plan) -> Vec<Stack> {
    let units: Vec<Unit> = plan.units.iter().map(|of| unit(plan, of)).collect();
    let mut phases: BTreeMap<&Text, usize> = BTreeMap::new();
    let mut stacks = Vec::new();
    for stack in &plan.stacks {
        let phase = stack.needs.iter().filter_map(|need| phases.get(need)).map(|phase| phase + 1).max().unwrap_or(0);
        phases.insert(&stack.name, phase);
        let mut needs: BTreeMap<Text, BTreeSet<Text>> = stack.needs.iter().map(|need| (need.clone(), BTreeSet::new())).collect();
        for (path, outputs) in units.iter().filter(|unit| unit.stack == stack.name).flat_map(|unit| &unit.needs) {
            let Some((of, name)) = path.split_once('/') else { continue };
            if let Some(why) = needs.get_mut(of) {
                why.extend(outputs.iter().map(|output| text!("{name}.{output}")));
            }
        }
        for unit in plan.units.iter().filter(|unit| unit.stack == stack.name) {
            // An output says more.
            let named = plan.ground_of(unit).into_iter().flat_map(|of| of.on.keys().filter(|on| !of.read.contains(on)));
            for on in named {
                let path = path_of(plan, *on);
                if let Some(why) = needs.get_mut(path.split_once('/').map_or(path.as_str(), |(of, _)| of)) {
                    why.insert(text!("{} by {}", path, unit.provider_instance));
                }
            }
        }
        for service in plan.services.iter().filter(|service| service.stack == stack.name) {
            for (of, what) in mentioned(plan, service.instance) {
                if let Some(why) = needs.get_mut(&of) {
                    why.insert(text!("{} of {}", what, service.service));
                }
            }
        }
        let instance = plan.instance(stack.instance);
        let (provider, kind) = instance.map(|instance| provider_of(plan, instance)).unwrap_or_default();
        stacks.push(Stack {
            name: stack.name.clone(),
            definition: instance.map(|instance| instance.definition.clone()).unwrap_or_default(),
            provider,
            kind,
            phase,
            needs: needs.into_iter().map(|(stack, why)| (stack, why.into_iter().collect())).collect(),
        });
    }
    stacks
}

/// The stacks that the values of a service name, each with the input of the service that does.
fn mentioned(plan: &Plan, id: InstanceId) -> BTreeSet<(Text, Text)> {
    let mut found = BTreeSet::new();
    for (field, value) in plan.instance(id).into_iter().flat_map(|instance| &instance.fields) {
        let mut instances = BTreeSet::new();
        value.instances(&mut instances);
        for of in instances {
            let Some(instance) = plan.instance(of) else { continue };
            let stack = instance.stack.and_then(|stack| plan.instance(stack)).unwrap_or(instance);
            found.insert((stack.name.clone(), field.clone()));
        }
    }
    found
}

/// The modules of a plan, with the paths of their units.
fn modules(plan: &Plan) -> impl Iterator<Item = (Text, &Instance)> {
    let of = plan.instances.iter().enumerate().filter(|(_, instance)| instance.keyword == "module");
    of.map(|(at, instance)| (path_of(plan, InstanceId(at as u32)), instance))
}

fn networks(plan: &Plan) -> Vec<Network> {
    let mut networks: Vec<Network> = modules(plan)
        .filter_map(|(unit, instance)| {
            let network: PrivateNetwork<'_> = instance.block()?;
            let (provider, kind) = provider_of(plan, instance);
            let subnets = network.subnets().filter_map(|subnet| {
                let zone = subnet.zone().and_then(Value::as_text).cloned().unwrap_or_default();
                Some((subnet.key().cloned().unwrap_or_default(), zone, subnet.range()?))
            });
            Some(Network { unit, provider, kind, range: network.range(), subnets: subnets.collect() })
        })
        .collect();
    networks.sort_by(|a, b| a.unit.cmp(&b.unit));
    networks
}

fn host(plan: &Plan, host: &plan::Host) -> Host {
    let unit = text!("{}/{}", host.stack, host.unit);
    let standing = plan.standing(host);
    let made_by = standing.and_then(|standing| plan.instance(standing.made_by));
    let (provider, kind) = made_by.map(|instance| provider_of(plan, instance)).unwrap_or_default();
    let network = standing.and_then(|standing| standing.network).map(|id| path_of(plan, id));
    let cloud = standing.and_then(|standing| standing.filter);
    let cloud = cloud.and_then(|id| Some(cloud_filter(path_of(plan, id), plan.instance(id)?.block()?)));
    let said = host.said();
    let subnet = said.and_then(|said| said.subnet());
    let key = subnet.and_then(|subnet| subnet.key()).cloned().unwrap_or_default();
    Host {
        name: host.name.clone(),
        stack: host.stack.clone(),
        provider,
        kind,
        address: said.and_then(|said| said.address()),
        subnet: subnet.and_then(|subnet| subnet.range()).map(|range| (key, range)),
        network,
        fqdn: said.and_then(|said| said.fqdn()).cloned().unwrap_or_default(),
        arch: said.and_then(|said| said.arch()).cloned().unwrap_or_default(),
        public: standing.is_some_and(|standing| standing.public),
        doors: doors(plan, &host.name),
        gate: plan.gate_of(host).map(|gate| gate.host.clone()),
        services: host.services.clone(),
        cloud,
        own: own_filter(plan, &host.name),
        unit,
    }
}

/// The ports at which load balancers lead to a machine.
fn doors(plan: &Plan, host: &Text) -> BTreeSet<u16> {
    let doors = plan.instances.iter().filter_map(|instance| instance.block::<PublicDoor<'_>>());
    let leading = doors.filter(|door| door.hosts().any(|of| of == host));
    leading.flat_map(PublicDoor::ports).filter_map(|port| u16::try_from(port).ok()).collect()
}

fn cloud_filter(by: Text, filter: PacketFilter<'_>) -> Filter {
    let mut rules: Vec<Rule> = filter
        .inbound()
        .filter_map(|rule| {
            Some(Rule {
                name: rule.name().cloned().unwrap_or_default(),
                ports: rule.port()?.clone(),
                sources: rule.sources().collect(),
                machine: None,
                public: false,
            })
        })
        .collect();
    rules.extend(filter.entries().filter_map(|entry| {
        let name = entry.name()?.clone();
        Some(Rule {
            name: text!("from {name}"),
            ports: Ports::one(u16::try_from(entry.port()?).ok()?, "tcp"),
            sources: Vec::new(),
            machine: Some(name),
            public: false,
        })
    }));
    Filter { by, private: filter.private().unwrap_or(true), rules }
}

/// The firewall of a machine: what a service on it says of itself.
fn own_filter(plan: &Plan, host: &Text) -> Option<Filter> {
    let on_it = plan.services.iter().filter(|service| service.hosts.contains(host));
    let mut filters = on_it.filter_map(|service| {
        let instance = plan.instance(service.instance)?;
        let filter: HostFilter<'_> = instance.block()?;
        let rules = filter.inbound().filter_map(|rule| {
            Some(Rule {
                name: rule.name().cloned().unwrap_or_default(),
                ports: rule.port()?.clone(),
                sources: rule.ipv4().chain(rule.ipv6()).collect(),
                machine: None,
                public: false,
            })
        });
        let public = filter.public_ports().filter_map(|entry| {
            Some(Rule {
                name: entry.name()?.clone(),
                ports: Ports::one(u16::try_from(entry.port()?).ok()?, "tcp"),
                sources: vec![IpNet::V4(ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::UNSPECIFIED, 0))],
                machine: None,
                public: true,
            })
        });
        Some(Filter { by: service.service.clone(), private: true, rules: rules.chain(public).collect() })
    });
    filters.next()
}

fn service(plan: &Plan, service: &plan::Service) -> Service {
    let instance = plan.instance(service.instance);
    let ports = instance.into_iter().flat_map(|instance| instance.said().labelled::<Port<'_>>()).map(|(name, port)| Listen {
        name: name.clone(),
        ports: port.listened(),
        from: port.from().cloned().collect(),
    });
    Service {
        stack: service.stack.clone(),
        name: instance.map(|instance| instance.name.clone()).unwrap_or_default(),
        service: service.service.clone(),
        hosts: service.hosts.clone(),
        ports: ports.collect(),
    }
}

fn tunnels(plan: &Plan) -> Vec<Tunnel> {
    let tunnel = |(service, way): (&plan::Service, WayIn<'_>)| {
        Some(Tunnel {
            stack: service.stack.clone(),
            range: way.range()?,
            peers: way.clients().map(|(name, address)| (name.clone(), address)).collect(),
            hosts: service.hosts.clone(),
        })
    };
    plan.ways_in().filter_map(tunnel).collect()
}

fn secrets_of(plan: &Plan) -> Vec<Secret> {
    let sources = Sources::of(plan);
    let mut readers: BTreeMap<&Reference, BTreeSet<Text>> = BTreeMap::new();
    for service in &plan.services {
        let values = service.group_vars.iter().chain(service.host_vars.values().flatten());
        for (_, value) in values {
            read_secrets(value, &mut |secret| {
                readers.entry(secret).or_default().insert(text!("{}.{}", service.stack, service.service));
            });
        }
    }
    let mut found: Vec<Secret> = readers
        .into_iter()
        .map(|(secret, readers)| {
            let place = sources.place(secret);
            let (keeper, place) = (place.keeper().into(), place.path());
            let (name, form) = match secret {
                Reference::Generated { thing, name, form, .. } => (text!("{thing}/{name}"), self::form(*form)),
                Reference::Reference { path, field, .. } => match field {
                    Some(field) => (text!("{path}#{field}"), "given".into()),
                    None => (path.clone(), "given".into()),
                },
            };
            Secret { name, form, keeper, place, readers: readers.into_iter().collect() }
        })
        .collect();
    found.sort();
    found
}

fn read_secrets<'v>(value: &'v Value, found: &mut dyn FnMut(&'v Reference)) {
    match value {
        Value::List(list) => list.iter().for_each(|value| read_secrets(value, found)),
        Value::Map(map) => map.values().for_each(|value| read_secrets(value, found)),
        Value::Secret(secret) => found(secret),
        _ => {}
    }
}

fn form(form: SecretForm) -> Text {
    match form {
        SecretForm::Base64(bytes) => text!("{bytes} bytes, base64"),
        SecretForm::Hex(bytes) => text!("{bytes} bytes, hex"),
        SecretForm::Uuid => "UUID".into(),
        SecretForm::Authority => "certificate".into(),
        SecretForm::PrivateKey => "private key".into(),
    }
}

fn names(plan: &Plan) -> Vec<Name> {
    let mut names = Vec::new();
    for (unit, instance) in modules(plan) {
        let (provider, _) = provider_of(plan, instance);
        let name = |name: Text, kind: Text, value: Text| Name { name, kind, value, unit: unit.clone(), provider: provider.clone() };
        if let Some(zone) = instance.block::<DnsZone<'_>>() {
            let domain = zone.domain().cloned().unwrap_or_default();
            for set in zone.records() {
                let whole = match RecordSet::name(set).map(Text::as_str) {
                    Some("@") | None => domain.clone(),
                    Some(relative) => text!("{relative}.{domain}"),
                };
                let kind: Text = set.kind().map(|kind| kind.to_uppercase()).unwrap_or_default().into();
                names.extend(set.values().map(|value| name(whole.clone(), kind.clone(), leads_to(plan, value))));
            }
        }
        if let Some(edge) = instance.block::<PublicNames<'_>>() {
            names.extend(edge.names().map(|of| name(of.clone(), "edge".into(), unit.clone())));
        }
    }
    names.sort();
    names
}

/// A value of a record; what only a tool will know is named by the unit whose output it is.
fn leads_to(plan: &Plan, value: &Value) -> Text {
    match value {
        Value::Text(text) => text.clone(),
        Value::Ip(address) => text!("{address}"),
        Value::Residual(residual) => match &**residual {
            Residual::Index(of, Value::Text(key)) => text!("{}[{key}]", leads_to(plan, of)),
            Residual::Output(of, name) => text!("{}.{name}", path_of(plan, *of)),
            _ => "known after apply".into(),
        },
        _ => "known after apply".into(),
    }
}
