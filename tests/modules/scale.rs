//! Second events of a product that runs: a host more, a host less, a key more. The generated units are planned and applied by
//! Terragrunt, with stand-ins for the modules that need no cloud and states beside the units.

use super::{root, tools};
use infrac::base::{Text, Workspace};
use infrac::driver::{Options, compile};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A stack as the library's, with a volume for each host.
const STACK: &str = r#"
define stack kept {
  input servers: int
  input range:   cidr = allocate_range(product.ranges[environment], 20)

  let rules = rules_for(nodes.hosts)

  module network  net   { range, public = true }
  module ssh      own   { keys = { for o in product.operators : o.name => o.key } }
  module firewall fw    { network = net, rules }
  module compute  nodes {
    servers
    network  = net
    keys     = own
    firewall = fw
    image    = base
    public   = true
  }
  module storage  disks { machines = nodes }

  service base { hosts = nodes.hosts, rules, named = true, bastion = true }
}
"#;

const PRODUCT: &str = r#"
product shop {
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [test]
  ranges       = { test = 10.0.0.0/16 }
  operators    = [OPERATORS]
}

provider hetzner eu { region = nbg1 }

stack kept web { on = eu, servers = SERVERS }
"#;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag";

/// What stands for a module: it makes something of every entry, as the module does, and gives what it is called.
const STAND_INS: &[(&str, &str)] = &[
    (
        "infra/network/hetzner",
        "output \"id\" {\n  value = \"101\"\n}\n\noutput \"subnet_ids\" {\n  value = { for key, subnet in var.subnets : key => \"102\" }\n}\n",
    ),
    ("security/firewall/hetzner", "output \"id\" {\n  value = \"103\"\n}\n"),
    ("security/ssh/hetzner", "output \"ids\" {\n  value = [for key in keys(var.keys) : key]\n}\n"),
    (
        "infra/compute/hetzner",
        r#"resource "terraform_data" "host" {
  for_each = var.hosts
  input    = each.value.address
}

resource "terraform_data" "keys" {
  input = var.keys_ids
}

output "ids" {
  value = { for key, host in terraform_data.host : key => host.id }
}

output "public_ips" {
  value = { for key, host in var.hosts : key => "198.51.100.1" if var.public }
}
"#,
    ),
    (
        "infra/storage/hetzner",
        r#"resource "terraform_data" "attached" {
  for_each = var.volumes
  input    = var.machines_ids[each.value.host]
}

output "devices" {
  value = { for key, volume in var.volumes : key => "/dev/${key}" }
}
"#,
    ),
];

/// A product in a folder.
struct Product(TempDir);

impl Product {
    fn new() -> Product {
        Product(TempDir::new().unwrap())
    }

    /// Writes the units for so many servers and operators, as `infrac build` does, and the stand-ins for their modules.
    fn build(&self, servers: usize, operators: &[&str]) {
        let library = infrac::host::load(&root()).unwrap();
        let library = library.workspace.files().filter(|(_, file)| file.path.starts_with("<stdlib>/"));
        let mut files: Vec<(Text, std::sync::Arc<str>)> = library.map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
        let operators = operators.iter().enumerate().map(|(at, name)| format!("{{ name = \"{name}\", key = \"{KEY}{at} {name}\" }}"));
        let operators = operators.collect::<Vec<_>>().join(", ");
        let product = PRODUCT.replace("OPERATORS", &operators).replace("SERVERS", &servers.to_string());
        files.push(("inventory/shop/product.infra".into(), format!("{STACK}{product}").into()));
        let outcome = compile(&Workspace::new(files), &Options::default());
        assert!(!outcome.diagnostics.iter().any(|found| found.severity == infrac::diag::Severity::Error), "{:?}", outcome.diagnostics);
        for (path, entry) in outcome.tree.iter().filter(|(path, _)| path.starts_with("live/") || path.ends_with("variables.tf")) {
            self.write(path, &entry.text());
        }
        for (module, text) in STAND_INS {
            assert!(self.path(&format!("modules/{module}/variables.tf")).exists(), "{module} is used");
            self.write(&format!("modules/{module}/main.tf"), text);
        }
        let environment = self.path("live/shop/test/environment.hcl");
        let text = fs::read_to_string(&environment).unwrap();
        assert!(text.contains("hcloud = {}"));
        fs::write(environment, text.replace("hcloud = {}", "terraform = {}")).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What Terragrunt says below a folder of the environment, and whether it succeeds.
    fn terragrunt(&self, folder: &str, words: &[&str]) -> (bool, String) {
        let output = tools::command("terragrunt")
            .args(words)
            .current_dir(self.path("live/shop/test").join(folder))
            .env("TF_ENCRYPTION", include_str!("../state/encryption.hcl"))
            .env("TG_NO_COLOR", "true")
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    }

    fn succeeds(&self, folder: &str, words: &[&str]) -> String {
        let (success, said) = self.terragrunt(folder, words);
        assert!(success, "{words:?} in {folder:?}:\n{said}");
        said
    }

    fn apply_all(&self) {
        self.succeeds("", &["run", "--all", "--non-interactive", "--", "apply", "-auto-approve", "-input=false"]);
    }

    /// What a plan of a unit would do: its last line.
    fn plan(&self, unit: &str) -> String {
        let said = self.succeeds(unit, &["plan", "-input=false", "-no-color"]);
        let line =
            said.lines().rev().find(|line| line.contains("Plan:") || line.contains("No changes")).unwrap_or_else(|| panic!("{said}"));
        line.find("Plan:").map_or("No changes", |at| &line[at..]).trim().to_owned()
    }

    /// What the volumes are attached to, by the state.
    fn attached(&self) -> Vec<(String, String)> {
        let said = self.succeeds("web/disks", &["state", "pull"]);
        let state: serde_json::Value = serde_json::from_str(&said[said.find('{').unwrap()..=said.rfind('}').unwrap()]).unwrap();
        let resources = state["resources"].as_array().unwrap().iter().flat_map(|of| of["instances"].as_array().unwrap());
        let one = |of: &serde_json::Value| {
            (of["index_key"].as_str().unwrap().to_owned(), of["attributes"]["input"]["value"].as_str().unwrap_or_default().to_owned())
        };
        let mut all: Vec<_> = resources.map(one).collect();
        all.sort();
        all
    }
}

/// The units that read the identifier of a new host are planned with one that is made up, and applied with its own.
#[test]
fn a_host_more_a_host_less_and_a_key_more() {
    let product = Product::new();
    product.build(2, &["ada"]);
    product.apply_all();
    let two = product.attached();
    assert_eq!(two.len(), 2);

    product.build(3, &["ada"]);
    assert_eq!(product.plan("web/nodes"), "Plan: 1 to add, 0 to change, 0 to destroy.");
    // What is there keeps its identifiers: nothing but the third volume is planned.
    assert_eq!(product.plan("web/disks"), "Plan: 1 to add, 0 to change, 0 to destroy.");
    product.succeeds("", &["run", "--all", "--non-interactive", "--", "plan", "-input=false", "-lock=false"]);

    // An apply sees no mock: before the third host is there, its volume cannot be made.
    let (success, said) = product.terragrunt("web/disks", &["apply", "-auto-approve", "-input=false"]);
    assert!(!success && said.contains("machines_ids"), "{said}");
    assert_eq!(product.attached(), two);

    // With a shallow merge, as with none, the plan fails.
    let unit = product.path("live/shop/test/web/disks/terragrunt.hcl");
    let text = fs::read_to_string(&unit).unwrap();
    assert!(text.contains("deep_map_only"));
    fs::write(&unit, text.replace("deep_map_only", "shallow")).unwrap();
    assert!(!product.terragrunt("web/disks", &["plan", "-input=false"]).0);
    fs::write(&unit, text).unwrap();

    product.apply_all();
    let three = product.attached();
    assert_eq!(three.len(), 3);
    assert_eq!(three[..2], two[..]);
    assert!(three.iter().all(|(_, id)| id.len() > 1), "{three:?}");

    // A host less: what the state still has of it is in nobody's way.
    product.build(2, &["ada"]);
    assert_eq!(product.plan("web/disks"), "Plan: 0 to add, 0 to change, 1 to destroy.");
    product.apply_all();
    assert_eq!(product.attached(), two);

    // A key more: a list is taken from the state as it is, since an element that is made up would stand among those that are there.
    product.build(2, &["ada", "grace"]);
    assert_eq!(product.plan("web/nodes"), "No changes");
    product.apply_all();
    let said = product.succeeds("web/nodes", &["state", "show", "-no-color", "terraform_data.keys"]);
    assert!(said.contains("grace"), "{said}");
}
