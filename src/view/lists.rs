//! Lists of what there is: a table for each kind of thing.

use super::facts::Listen;
use super::table::Cell;
use super::{Facts, Table};
use crate::base::{IndexMap, Text, text};
use std::collections::{BTreeMap, BTreeSet};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Products.
    Products,
    /// Environments of products.
    Environments,
    /// Stacks.
    Stacks,
    /// Machines.
    Hosts,
    /// Units.
    Units,
    /// Where secrets are, never what they are.
    Secrets,
    /// What services listen on.
    Ports,
    /// Names in DNS.
    Names,
}

/// A list.
pub fn list(facts: &[Facts], subject: Subject) -> Table {
    match subject {
        Subject::Products => products(facts),
        Subject::Environments => environments(facts),
        Subject::Stacks => stacks(facts),
        Subject::Hosts => hosts(facts),
        Subject::Units => units(facts),
        Subject::Secrets => secrets(facts),
        Subject::Ports => ports(facts),
        Subject::Names => names(facts),
    }
}

fn products(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environments", "stacks", "units", "hosts", "source"]);
    let mut by_product: BTreeMap<&Text, Vec<&Facts>> = BTreeMap::new();
    facts.iter().for_each(|of| by_product.entry(&of.product).or_default().push(of));
    for (product, of) in by_product {
        let stacks: BTreeSet<&Text> = of.iter().flat_map(|of| &of.stacks).map(|stack| &stack.name).collect();
        let environments: Vec<Text> = of.iter().map(|of| of.environment.clone()).collect();
        let source = of.first().map(|of| of.source.clone()).unwrap_or_default();
        let (units, hosts): (usize, usize) = (of.iter().map(|of| of.units.len()).sum(), of.iter().map(|of| of.hosts.len()).sum());
        table.row([product.into(), environments.into(), stacks.len().into(), units.into(), hosts.into(), source.into()]);
    }
    table
}

fn environments(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "stacks", "units", "hosts", "providers", "ready", "protected"]);
    for of in facts {
        let providers: Vec<Text> = of.providers.iter().map(|provider| text!("{} ({})", provider.name, provider.kind)).collect();
        table.row([
            Cell::from(&of.product),
            (&of.environment).into(),
            of.stacks.len().into(),
            of.units.len().into(),
            of.hosts.len().into(),
            providers.into(),
            of.ready.into(),
            of.protected.into(),
        ]);
    }
    table
}

fn stacks(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "stack", "definition", "provider", "kind", "phase", "units", "hosts", "needs"]);
    for of in facts {
        for stack in &of.stacks {
            let needs: Vec<Text> = stack.needs.iter().map(|(need, _)| need.clone()).collect();
            table.row([
                Cell::from(&of.product),
                (&of.environment).into(),
                (&stack.name).into(),
                (&stack.definition).into(),
                (&stack.provider).into(),
                (&stack.kind).into(),
                (stack.phase + 1).into(),
                of.units.iter().filter(|unit| unit.stack == stack.name).count().into(),
                of.hosts.iter().filter(|host| host.stack == stack.name).count().into(),
                needs.into(),
            ]);
        }
    }
    table
}

fn hosts(facts: &[Facts]) -> Table {
    let mut table = Table::new([
        "product",
        "environment",
        "host",
        "address",
        "public",
        "stack",
        "provider",
        "subnet",
        "entered_by",
        "services",
        "fqdn",
    ]);
    for of in facts {
        for host in &of.hosts {
            let address = host.address.map(|address| text!("{address}")).unwrap_or_default();
            let subnet = host.subnet.as_ref().map(|(_, range)| text!("{range}")).unwrap_or_default();
            table.row([
                Cell::from(&of.product),
                (&of.environment).into(),
                (&host.name).into(),
                address.into(),
                host.public.into(),
                (&host.stack).into(),
                text!("{} ({})", host.provider, host.kind).into(),
                subnet.into(),
                host.gate.clone().unwrap_or_default().into(),
                host.services.clone().into(),
                (&host.fqdn).into(),
            ]);
        }
    }
    table
}

fn units(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "unit", "module", "provider", "kind", "needs", "folder"]);
    for of in facts {
        for unit in &of.units {
            let needs: Vec<Text> = unit.needs.iter().map(|(need, _)| need).chain(&unit.behind).cloned().collect();
            table.row([
                Cell::from(&of.product),
                (&of.environment).into(),
                (&unit.path).into(),
                (&unit.module).into(),
                (&unit.provider).into(),
                (&unit.kind).into(),
                needs.into(),
                text!("live/{}/{}/{}", of.product, of.environment, unit.path).into(),
            ]);
        }
    }
    table
}

fn secrets(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "secret", "form", "keeper", "place", "read_by"]);
    for of in facts {
        for secret in &of.secrets {
            table.row([
                Cell::from(&of.product),
                (&of.environment).into(),
                (&secret.name).into(),
                (&secret.form).into(),
                (&secret.keeper).into(),
                (&secret.place).into(),
                secret.readers.clone().into(),
            ]);
        }
    }
    table
}

fn ports(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "stack", "service", "port", "number", "protocols", "open_to", "hosts"]);
    for of in facts {
        for service in &of.services {
            let spans =
                service.ports.iter().flat_map(|port| by_span(port).into_iter().map(move |(span, protocols)| (port, span, protocols)));
            for (port, span, protocols) in spans {
                // A span is a text, a number stays one.
                let number = match span {
                    None => Cell::from(&Text::default()),
                    Some((first, last)) if first == last => usize::from(first).into(),
                    Some((first, last)) => text!("{first}-{last}").into(),
                };
                table.row([
                    Cell::from(&of.product),
                    (&of.environment).into(),
                    (&service.stack).into(),
                    (&service.service).into(),
                    (&port.name).into(),
                    number,
                    protocols.into(),
                    port.from.clone().into(),
                    service.hosts.len().into(),
                ]);
            }
        }
    }
    table
}

/// The spans that a port listens on, each with its protocols.
fn by_span(port: &Listen) -> IndexMap<Option<(u16, u16)>, Vec<Text>> {
    let mut found = IndexMap::<_, Vec<Text>>::default();
    for ports in &port.ports {
        found.entry(ports.span).or_default().push(ports.protocol.clone());
    }
    found
}

fn names(facts: &[Facts]) -> Table {
    let mut table = Table::new(["product", "environment", "name", "kind", "leads_to", "unit", "provider"]);
    for of in facts {
        for name in &of.names {
            table.row([
                Cell::from(&of.product),
                (&of.environment).into(),
                (&name.name).into(),
                (&name.kind).into(),
                (&name.value).into(),
                (&name.unit).into(),
                (&name.provider).into(),
            ]);
        }
    }
    table
}
