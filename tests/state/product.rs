//! The generated layout of acme with modules that need no cloud: each writes into a log when it begins and ends its work.

use super::services::{ACCESS_KEY, Consul, Garage, LOCK_TOKEN, SECRET_KEY};
use super::session::Session;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The units that are tried, with their modules and what the others read from these.
const UNITS: [(&str, &str, &str); 4] = [
    (
        "net",
        "infra/network/hetzner",
        "output \"id\" {\n  value = \"1\"\n}\n\noutput \"subnet_ids\" {\n  value = { for key, subnet in var.subnets : key => \"1\" }\n}\n",
    ),
    ("fw", "security/firewall/hetzner", "output \"id\" {\n  value = \"1\"\n}\n"),
    ("keys", "security/ssh/hetzner", "output \"ids\" {\n  value = [for key in keys(var.keys) : key]\n}\n"),
    ("nodes", "infra/compute/hetzner", "output \"ids\" {\n  value = { for key, host in var.hosts : key => key }\n}\n"),
];

pub const ENVIRONMENT: &str = "staging";
const BUCKET: &str = "acme-staging-state";

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-input=false"];

/// The keys that the states are encrypted with.
const ENCRYPTION: &str = include_str!("encryption.hcl");

/// A product with its services.
pub struct Product {
    pub consul: Consul,
    garage: Garage,
    folder: TempDir,
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of a unit of the stack.
fn unit_folder(unit: &str) -> String {
    format!("live/acme/{ENVIRONMENT}/mgmt/{unit}")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// Puts one text for another, which stands in the file once.
fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

/// The rights of who takes the locks, from the generated role.
fn rules(tree: &Path) -> String {
    let tasks = fs::read_to_string(tree.join("ansible/roles/consul/tasks/cluster.yml")).unwrap();
    let tasks: Vec<serde_json::Value> = serde_saphyr::from_str(&tasks).unwrap();
    let rules = tasks.iter().find_map(|task| task["ansible.builtin.uri"]["body"]["Rules"].as_str());
    rules.unwrap().to_owned()
}

impl Product {
    pub fn new() -> Product {
        let tree = repository().join("snapshots/inventory");
        let folder = TempDir::new().unwrap();
        let to = folder.path();
        let garage = Garage::start(to, BUCKET);
        let consul = Consul::start(to, &rules(&tree));
        let live = tree.join("live/acme");
        for file in ["root.hcl", "tofu-locked", "migrate-state", "providers/eu.hcl", "staging/environment.hcl", "staging/bootstrap.units"] {
            copy(&live.join(file), &to.join("live/acme").join(file));
        }
        for script in fs::read_dir(tree.join("ci")).unwrap().map(|entry| entry.unwrap().path()) {
            copy(&script, &to.join("ci").join(script.file_name().unwrap()));
        }
        for (unit, module, outputs) in UNITS {
            let file = format!("live/acme/{ENVIRONMENT}/mgmt/{unit}/terragrunt.hcl");
            copy(&tree.join(&file), &to.join(&file));
            let module = Path::new("modules").join(module);
            copy(&tree.join(&module).join("variables.tf"), &to.join(&module).join("variables.tf"));
            fs::write(to.join(&module).join("outputs.tf"), outputs).unwrap();
            fs::write(to.join(&module).join("main.tf"), work(to)).unwrap();
        }
        let product = Product { consul, garage, folder };
        // The plugins of clouds cannot be had, and the services stand elsewhere.
        let environment = product.live().join("environment.hcl");
        replace(&environment, "hcloud = {}", "terraform = {}");
        replace(&environment, "https://s3.staging.acme.example.com", &product.garage.endpoint());
        fs::write(
            product.path("profiles"),
            format!("[{BUCKET}]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"),
        )
        .unwrap();
        fs::create_dir(product.path("control")).unwrap();
        fs::write(product.path("control/work"), include_str!("work")).unwrap();
        fs::write(product.path("control/log"), "").unwrap();
        product
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The folder of the environment.
    pub fn live(&self) -> PathBuf {
        self.path("live/acme").join(ENVIRONMENT)
    }

    /// Lets the state be locked by the backend alone.
    pub fn use_lockfile(&self) {
        let root = self.path("live/acme/root.hcl");
        replace(&root, "binary = \"${get_parent_terragrunt_dir()}/tofu-locked\"", "binary = \"tofu\"");
        replace(&root, "use_path_style              = true", "use_path_style = true\n        use_lockfile = true");
    }

    /// What the modules do: `trial` names what they make, so that another name makes them do it anew.
    pub fn set(&self, name: &str, value: &str) {
        fs::write(self.path("control").join(name), value).unwrap();
    }

    pub fn unset(&self, name: &str) {
        fs::remove_file(self.path("control").join(name)).unwrap();
    }

    /// What the modules wrote so far, and forgets it.
    pub fn take_log(&self) -> Vec<String> {
        let lines = self.log();
        self.set("log", "");
        lines
    }

    pub fn log(&self) -> Vec<String> {
        fs::read_to_string(self.path("control/log")).unwrap().lines().map(str::to_owned).collect()
    }

    /// A command in a folder below the product's, in the environment of an operator.
    pub fn command(&self, folder: &str, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.path(folder))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path("profiles"))
            .env("CONSUL_HTTP_ADDR", self.consul.address())
            .env("CONSUL_HTTP_TOKEN", LOCK_TOKEN)
            .env("TF_ENCRYPTION", ENCRYPTION)
            .env("TG_NON_INTERACTIVE", "true")
            .env("TF_IN_AUTOMATION", "1")
            .env_remove("INFRAC_STATE");
        command
    }

    /// Terragrunt on one unit of the stack.
    pub fn terragrunt(&self, unit: &str, arguments: &[&str]) -> Session {
        Session::start(&mut self.command(&unit_folder(unit), "terragrunt", arguments))
    }

    pub fn apply(&self, unit: &str) -> Session {
        self.terragrunt(unit, &APPLY)
    }

    /// An apply that does not wait longer than that for the lock.
    pub fn apply_within(&self, timeout: &str, unit: &str) -> Session {
        let folder = unit_folder(unit);
        Session::start(self.command(&folder, "terragrunt", &APPLY).env("INFRAC_LOCK_TIMEOUT", timeout))
    }

    /// What the store has of a unit, read by OpenTofu: it is whole, or this fails.
    pub fn state(&self, unit: &str) -> serde_json::Value {
        let pulled = self.terragrunt(unit, &["state", "pull"]).ends(0);
        let start = pulled.out.find('{').unwrap_or_else(|| panic!("{pulled:?}"));
        serde_json::from_str(&pulled.out[start..]).unwrap()
    }
}

/// The resource of every module.
fn work(folder: &Path) -> String {
    let control = folder.join("control");
    let control = control.display();
    format!(
        r#"locals {{
  trial = fileexists("{control}/trial") ? file("{control}/trial") : "first"
}}

resource "terraform_data" "work" {{
  input            = var.name
  triggers_replace = {{
    made    = local.trial == "always" ? timestamp() : local.trial
    outputs = "a name that a state has at its top too"
  }}

  provisioner "local-exec" {{
    command = "exec sh {control}/work ${{var.name}}"
  }}
}}
"#
    )
}
