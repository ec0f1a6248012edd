//! The same stacks stand on every provider that runs machines: one word of acme moves them there, or the finding names what is missing
//! and what takes its place.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use infrac::base::{Text, Workspace};
use infrac::diag::{Code, Diagnostic};
use infrac::driver::{Options, Outcome, Renumber, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

const ACME: &str = "inventory/acme/product.infra";

/// An instance of every provider that runs machines.
const PROVIDERS: &[(&str, &str)] = &[
    ("hetzner", "region = nbg1"),
    ("aws", "region = eu-north-1, account = \"111122223333\""),
    ("google", "region = europe-west3, project = \"acme-prod\""),
    ("azure", "region = westeurope, subscription = \"00000000-0000-0000-0000-000000000000\", group = \"acme-prod\""),
    (
        "oci",
        "region = eu-frankfurt-1, compartment = \"ocid1.compartment.oc1..a\", debian = \"ocid1.image.oc1.a\", \
         workshop = \"ocid1.subnet.oc1.a\", domains = [\"Uocm:EU-FRANKFURT-1-AD-1\", \"Uocm:EU-FRANKFURT-1-AD-2\"]",
    ),
];

/// Stacks of acme. The way in stands where management does, and the names that take over where the first origin is.
const STACKS: [&str; 2] = [MANAGEMENT, WEB];
const MANAGEMENT: &str = "management mgmt {\n  on     ";
const WEB: &str = "compute web_eu {\n  on     ";

/// A stack of acme in two zones.
const ZONES: &str = "compute web_us {\n  on     ";

/// Acme with these stacks on an instance of a provider that is called `elsewhere`.
fn acme(provider: &str, says: &str, stacks: &[&str]) -> Outcome {
    let project = infrac::host::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut files: BTreeMap<Text, Arc<str>> = project.workspace.files().map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
    let mut text = files[ACME].to_string();
    for stack in stacks {
        let stands = ["eu", "us"].map(|on| format!("stack {stack} = {on}\n"));
        let stands = stands.iter().find(|stands| text.contains(stands.as_str())).unwrap();
        text = text.replace(stands.as_str(), &format!("stack {stack} = elsewhere\n"));
    }
    text.push_str(&format!("\nprovider {provider} elsewhere {{ {says} }}\n"));
    files.insert(ACME.into(), text.into());
    compile(&Workspace::new(files), &Options { renumber: Renumber::new(["acme".into()]), ..Options::default() })
}

/// What is found but that places were given up, which is what a move does.
fn findings(outcome: &Outcome) -> Vec<&Diagnostic> {
    outcome.diagnostics.iter().filter(|found| found.code != Code::Renumbered).collect()
}

/// The modules that the units of an environment are made by.
fn used(outcome: &Outcome) -> BTreeSet<String> {
    let units = outcome.tree.iter().filter(|(path, _)| path.starts_with("live/acme/prod/") && path.ends_with("/terragrunt.hcl"));
    let modules =
        units.filter_map(|(_, entry)| Some(entry.text().to_string().split_once("locals.modules}/")?.1.split_once('"')?.0.to_owned()));
    modules.collect()
}

#[test]
fn every_stack_stands_on_every_provider() {
    for (provider, says) in PROVIDERS {
        let stacks = if *provider == "oci" { &STACKS[1..] } else { &STACKS[..] };
        let outcome = acme(provider, says, stacks);
        assert_eq!(findings(&outcome), Vec::<&Diagnostic>::new(), "{provider}");
        let used = used(&outcome);
        let keeps = (stacks.len() == STACKS.len()).then_some("infra/storage");
        for module in ["infra/compute", "infra/network", "infra/dns", "security/firewall", "security/ssh"].into_iter().chain(keeps) {
            assert!(used.contains(&format!("{module}/{provider}")), "{provider}: {module} of {used:#?}");
        }
        // Where nobody translates addresses, the way in does.
        assert_eq!(used.contains(&format!("infra/nat/{provider}")), *provider == "hetzner", "{used:#?}");
        let template = outcome.tree.get(&format!("packer/base/{provider}/image.pkr.json")).unwrap().text().to_string();
        assert!(template.contains("source."), "{template}");
    }
}

#[test]
fn where_a_provider_has_fewer_zones_the_finding_says_what_takes_their_place() {
    for (provider, says) in PROVIDERS {
        let outcome = acme(provider, says, &[ZONES]);
        let found = findings(&outcome);
        if *provider != "hetzner" {
            assert_eq!(found, Vec::<&Diagnostic>::new(), "{provider}");
            continue;
        }
        let [found] = found[..] else { panic!("{found:#?}") };
        assert_eq!(found.code, Code::MissingCapability);
        assert!(found.help.as_ref().unwrap().contains("a second stack"), "{found:#?}");
    }
}

/// The way in has a public address in the network of management, which has none itself.
#[test]
fn where_a_provider_lets_a_network_be_left_by_one_way_the_finding_says_where_it_can_stand() {
    let (provider, says) = PROVIDERS.iter().find(|(provider, _)| *provider == "oci").unwrap();
    let outcome = acme(provider, says, &[MANAGEMENT]);
    let found = findings(&outcome);
    assert!(!found.is_empty());
    for found in found {
        assert_eq!(found.code, Code::MissingCapability, "{found:#?}");
        assert!(found.message.contains("need a network that is public on oci"), "{found:#?}");
        assert!(found.help.as_ref().unwrap().contains("google"), "{found:#?}");
    }
}

/// What a builder does not read from the environment itself, its template does; what an image lacks is installed first.
#[test]
fn templates_read_secrets_from_the_environment_and_prepare_the_image() {
    let template = |name: &str| {
        let (provider, says) = PROVIDERS.iter().find(|(provider, _)| *provider == name).unwrap();
        let outcome = acme(provider, says, &[WEB]);
        let text = outcome.tree.get(&format!("packer/base/{provider}/image.pkr.json")).unwrap().text().to_string();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let first = |template: &serde_json::Value| template["build"]["provisioner"][0]["shell"]["inline"].to_string();
    for (provider, builder, setting, variable) in [
        ("google", "googlecompute", "access_token", "GOOGLE_OAUTH_ACCESS_TOKEN"),
        ("azure", "azure-arm", "client_secret", "ARM_CLIENT_SECRET"),
        ("oci", "oracle-oci", "key", "OCI_PRIVATE_KEY"),
    ] {
        let template = template(provider);
        assert_eq!(template["source"][builder]["amd64"][setting], format!("${{var.{setting}}}"));
        let declared = &template["variable"][setting];
        assert_eq!((&declared["default"], &declared["sensitive"]), (&format!("${{env(\"{variable}\")}}").into(), &true.into()));
        assert_eq!(first(&template).contains("install cloud-init"), provider == "google", "{provider}");
        assert_eq!(first(&template).contains("cloud-init status --wait"), provider != "google", "{provider}");
    }
}
