//! The tests of the standard library: they pass, and notice small mistakes in the definitions that they are of.

use infrac::base::Workspace;
use infrac::driver::tests::{Tested, run_tests};
use infrac::host::library::{PREFIX, files};
use std::fs;
use std::path::Path;

/// What is planted: file, what stands there once, what takes its place, and a part of the name of a test that has to fail.
const PLANTED: &[(&str, &str, &str, &str)] = &[
    ("modules/network.infra", "cidr_subnet(range, 4, i)", "cidr_subnet(range, 4, i + 1)", "network: a zone"),
    ("modules/network.infra", "check zones <= length(provider.zones)", "check zones <= length(provider.zones) + 1", "network: as many"),
    ("modules/compute.infra", "\"${name}-${i}\"", "\"${name}-${i + 1}\"", "compute: machines are named"),
    ("modules/firewall.infra", "r.direction == ingress and", "r.direction == egress and", "firewall: what is published"),
    ("modules/storage.infra", "label = purpose, path, size", "label = purpose, path = \"/srv\", size", "storage: a volume"),
    ("modules/storage.infra", "provider.limits.volume_min <= size and", "true and", "storage: no volume"),
    ("modules/dns.infra", "[for r in records : name_in(zone, r.name)]", "[for r in records : zone]", "dns: names"),
    ("providers/hetzner/compute.infra", "ipv4_enabled = public", "ipv4_enabled = true", "compute: machines are named"),
    ("providers/hetzner/ssh.infra", "\"${name}-${owner}\"", "\"${owner}\"", "ssh: every operator"),
    ("providers/hetzner/nat.infra", "\"0.0.0.0/0\"", "\"10.0.0.0/8\"", "nat: the way out"),
    (
        "providers/hetzner/firewall.infra",
        "resource hcloud_firewall this {\n    name\n",
        "resource hcloud_firewall this {\n    name = \"fw\"\n",
        "firewall: a port",
    ),
    ("providers/aws/provider.infra", "arm64 = \"c7g.xlarge\"", "arm64 = \"c7g.2xlarge\"", "compute: the same promise"),
    ("providers/cloudflare/edge.infra", "[for p in pools : p.name]", "reverse([for p in pools : p.name])", "edge: visitors"),
    ("types.infra", ") == (other.keys_within", ") != (other.keys_within", "compute: keys of the same"),
    ("stacks/compute.infra", "sources   = from", "sources   = [0.0.0.0/0]", "firewall: a port"),
    ("stacks/management.infra", "consul = addresses, vault = addresses", "consul = addresses, vault = []", "management: its services"),
    ("stacks/vpn.infra", "if o.tunnel != none", "if true", "vpn: an operator keeps"),
    ("stacks/vpn.infra", "cidr_host(wireguard_range, 2)", "cidr_host(wireguard_range, 3)", "vpn: an operator keeps"),
    ("stacks/vpn.infra", "cidr_host(openvpn_range, 2)", "cidr_host(openvpn_range, 3)", "openvpn: every operator"),
    ("stacks/vpn.infra", "if protocols[0] == openvpn or", "if true or", "gateway:"),
    ("stacks/vpn.infra", "interface = \"tun0\"", "interface = \"tun1\"", "gateway:"),
    ("stacks/edge.infra", "check s.public at s", "check true at s", "edge: an origin"),
    ("services/consul.infra", "number = 8300, from = [members]", "number = 8300, from = [members, operators]", "consul:"),
    ("services/vault.infra", "number = 8201, from = [members]", "number = 8201, from = [members, operators]", "vault:"),
    ("services/garage.infra", "number = 3901, from = [members]", "number = 3901, from = [members, operators]", "garage:"),
    (
        "services/ldap.infra",
        "number = 636, from = [members, stack, clients, operators]",
        "number = 636, from = [internet]",
        "ldap: everybody",
    ),
    ("services/ldap.infra", "\"disallow bind_anon\"", "\"allow bind_anon_cred\"", "ldap: everybody"),
    ("services/ldap.infra", "check m in [for p in people : p.name] at groups", "check true at groups", "ldap: a group"),
    ("services/site.infra", "port http if fetched", "port http if true", "site: an edge's"),
    ("services/site.infra", "if fetched and h.name != host.name", "if fetched and h.name == host.name", "site: without an edge"),
    ("services/site.infra", "challenge == none\n", "true\n", "site: an edge's"),
    ("services/site.infra", "\"${host.name}.${domain}\"", "\"x${host.name}.${domain}\"", "site: an edge's"),
    ("stacks/edge.infra", "if letsencrypt in fallback then [letsencrypt] else []", "[letsencrypt]", "site: the edge alone"),
    ("stacks/edge.infra", "check not (letsencrypt in fallback) or token != none", "check true", "edge: Let's Encrypt"),
    (
        "stacks/edge.infra",
        "check token == none or length([for p in s.ports if 443/tcp in p : p]) > 0",
        "check true",
        "edge: who is to serve",
    ),
    ("stacks/website.infra", "check 443/tcp in origin.ports", "check true", "website: who is to serve visitors publishes"),
    ("stacks/website.infra", "check origin.public", "check true", "website: who is to serve visitors has"),
    ("stacks/website.infra", "direct, machines, names, signers", "direct, names, signers", "site: without an edge"),
    ("modules/bucket.infra", "${name}-${sha256(\"${product.domain}/${name}\", 8)}", "${name}", "bucket: it is closed"),
    ("modules/bucket.infra", "1d <= it and milliseconds(it) % 86400000 == 0", "1d <= it", "bucket: objects"),
    ("providers/aws/bucket.infra", "restrict_public_buckets = true", "restrict_public_buckets = false", "bucket: it is closed"),
    ("providers/aws/bucket.infra", "BucketOwnerEnforced", "ObjectWriter", "bucket: it is closed"),
    ("providers/aws/bucket.infra", "\"Suspended\"", "\"Enabled\"", "bucket: what is overwritten"),
    ("providers/google/bucket.infra", "\"enforced\"", "\"inherited\"", "bucket: the same promise in Google"),
    (
        "providers/azure/bucket.infra",
        "shared_access_key_enabled       = false",
        "shared_access_key_enabled       = true",
        "bucket: the same promise in Azure",
    ),
    ("providers/azure/bucket.infra", "\"private\"", "\"blob\"", "bucket: the same promise in Azure"),
    ("providers/oci/bucket.infra", "\"NoPublicAccess\"", "\"ObjectRead\"", "bucket: the same promise in Oracle"),
    ("stacks/files.infra", "check possible at provider", "check true at provider", "files: a provider without"),
    ("stacks/management.infra", "expire     = b.expire", "expire     = none", "garage: the product's own"),
    ("services/garage.infra", "days(b.unfinished ?? 7d)", "7", "garage: the product's own"),
    ("services/garage.infra", "milliseconds(span) % 86400000 == 0", "true", "garage: objects go"),
    ("services/garage.infra", "b.name != states and", "", "garage: a bucket has one name"),
    (
        "services/nomad.infra",
        "number = 4648, protocols = [tcp, udp], from = [members]",
        "number = 4648, from = [internet]",
        "nomad: the servers",
    ),
    (
        "services/nomad.infra",
        "listens = opened, from = [members, stack, clients]",
        "listens = opened, from = [internet]",
        "nomad: the servers",
    ),
    (
        "services/nomad.infra",
        "verify_server_hostname = true\n          # Op",
        "verify_server_hostname = false\n          # Op",
        "nomad: the servers",
    ),
    ("services/nomad.infra", "supervises  = true", "supervises  = false", "nomad: the servers"),
    ("services/nomad.infra", "iptables = false", "iptables = true", "nomad: a container"),
    ("services/nomad.infra", "@sha256:[0-9a-f]{64}$", "", "nomad: an image"),
    ("services/nomad.infra", "check (j.schedule != none) == (j.kind == periodic)", "check true", "nomad: what runs"),
    ("stacks/management.infra", "check scheduler or length(jobs) == 0", "check true", "nomad: jobs without"),
    ("stacks/workers.infra", "check cluster.scheduler", "check true", "nomad: workers need"),
    ("providers/heroku/app.infra", "acm   = named", "acm    = false", "platform: an application"),
    ("providers/heroku/app.infra", "quantity = p.count", "quantity = 2", "platform: an application"),
    ("providers/heroku/app.infra", "last  => \"production\"", "last  => \"staging\"", "platform: an application"),
    ("core/service.infra", "^[0-9a-f]{64}$", "", "platform: sources"),
    ("modules/balancer.infra", "check length(ports) <= provider.limits.balancer_ports", "check true", "balanced: a provider takes"),
    ("modules/balancer.infra", "check network.public or not", "check true or not", "balanced: where a private"),
    ("providers/hetzner/balancer.infra", "use_private_ip   = true", "use_private_ip   = false", "balanced: one address"),
    (
        "providers/aws/balancer.infra",
        "internal                         = false",
        "internal                         = true",
        "balanced: the same in AWS",
    ),
    (
        "providers/google/balancer.infra",
        "\"EXTERNAL\"\n    backend_service",
        "\"INTERNAL\"\n    backend_service",
        "balanced: the same in Google",
    ),
    (
        "providers/azure/balancer.infra",
        "disable_outbound_snat          = true",
        "disable_outbound_snat          = false",
        "balanced: the same in Google",
    ),
    (
        "providers/oci/balancer.infra",
        "    port                     = l.port\n    protocol",
        "    port                     = 80\n    protocol",
        "balanced: the same in Google",
    ),
    ("stacks/balanced.infra", ") > 0 at machines", ") >= 0 at machines", "balanced: a port"),
    ("services/ssh-tunnel.infra", "\"AllowTcpForwarding remote\"", "\"AllowTcpForwarding yes\"", "tunnel: operators"),
    ("services/ssh-tunnel.infra", "\"MaxSessions 0\"", "\"MaxSessions 10\"", "tunnel: operators"),
    ("services/ssh-tunnel.infra", "\"GatewayPorts no\"", "\"GatewayPorts yes\"", "tunnel: operators"),
    ("stacks/preview.infra", "check name in [for o in", "check true or name in [for o in", "tunnel: who leads"),
    ("services/ngrok.infra", "licence = \"proprietary\"", "licence = \"MIT\"", "ngrok: a service"),
    ("stacks/zone.infra", "concat(private, gateway, records)", "concat(private, records)", "zone: machines"),
    ("services/wireguard.infra", "number = 51820", "number = 51821", "wireguard:"),
    ("services/openvpn.infra", "number = 1194, protocols = [udp]", "number = 1194", "openvpn: every operator"),
    ("services/openvpn.infra", "          \"ccd-exclusive\",\n", "", "openvpn: every operator"),
    ("services/openvpn.infra", "\"verify-client-cert require\"", "\"verify-client-cert optional\"", "openvpn: every operator"),
    ("services/openvpn.infra", "\"crl-verify /etc/openvpn/infrac/revoked dir\",\n", "", "openvpn: every operator"),
    ("services/pptp.infra", "number = 1723", "number = 1724", "pptp: who is named"),
    ("services/pptp.infra", "listens = [gre]", "listens = [esp]", "pptp: who is named"),
    ("services/pptp.infra", "\"require-mppe-128\"", "\"require-mppe-40\"", "pptp: who is named"),
    ("stacks/vpn.infra", "if s.kind != \"management\"", "if s.kind != \"compute\"", "pptp: it leads nobody"),
    ("stacks/vpn.infra", "check peer in [for o in", "check true or peer in [for o in", "pptp: who speaks it"),
    ("policies/insecure.infra", "or stack.insecure != none", "or true", "pptp: nobody speaks it"),
    ("services/gateway.infra", "priority filter; policy drop;", "priority filter; policy accept;", "gateway:"),
    ("services/gateway.infra", "interface}\\\" drop", "interface}\\\" accept", "gateway:"),
    ("types.infra", "    4 => \"240\"", "    4 => \"248\"", "openvpn: every operator"),
    ("services/base.infra", "if bastion then [internet] else [operators]", "[internet]", "base: nobody"),
    ("policies/quorum.infra", ">= 3", ">= 1", "quorum-survives"),
];

/// The library with its tests, one file of which may be another one.
fn library(changed: &str, change: impl Fn(&str) -> String) -> Workspace {
    let of_library = files().into_iter().map(|(path, text)| {
        let text = if path == changed { change(text) } else { text.to_owned() };
        (format!("{PREFIX}{path}"), text)
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/tests");
    let sources =
        fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| entry.path().extension().is_some_and(|of| of == "infra"));
    let tests = sources.map(|entry| {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        (format!("stdlib/tests/{}", entry.file_name().to_string_lossy()), text)
    });
    Workspace::new(of_library.chain(tests).map(|(path, text)| (path.into(), text.into())))
}

fn failed(tested: &Tested) -> Vec<String> {
    let failed = tested.results.iter().filter(|result| !result.failures.is_empty());
    failed.map(|result| format!("{}: {}", result.name, result.failures[0].message)).collect()
}

#[test]
fn the_tests_of_the_library_pass() {
    let tested = run_tests(&library("", str::to_owned), &[], None);
    assert_eq!(tested.diagnostics, []);
    assert_eq!(failed(&tested), Vec::<String>::new());
    assert!(tested.results.len() > 25, "{}", tested.results.len());
}

#[test]
fn each_planted_mistake_is_noticed() {
    let mut missed = Vec::new();
    for (file, before, after, noticed_by) in PLANTED {
        let workspace = library(file, |text| {
            assert_eq!(text.matches(before).count(), 1, "{file} has `{before}` once");
            text.replace(before, after)
        });
        let tested = run_tests(&workspace, &[], None);
        let errors: Vec<&str> = tested.diagnostics.iter().map(|found| found.message.as_str()).collect();
        if !errors.is_empty() {
            missed.push(format!("{file}: `{after}` is refused before any test runs: {errors:?}"));
        } else if !failed(&tested).iter().any(|name| name.starts_with(noticed_by)) {
            missed.push(format!("{file}: `{after}` is not noticed by `{noticed_by}`, but by {:?}", failed(&tested)));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}
