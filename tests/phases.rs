//! What stands on the product itself: a provider on a scheduler of the product, and one on a database that a unit makes. Terragrunt itself
//! runs; OpenTofu is real where it looks at the configuration, and a stand-in that keeps outputs where something would be made.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LIBRARY: &str = include_str!("cases/phases/library.infra");
const PRODUCT: &str = include_str!("cases/phases/product.infra");

/// Says what it made, with how its plugins were configured, and gives outputs from then on. The endpoint of the database looks like a
/// template. What stands on something takes its time to go.
const TOFU: &str = r#"#!/bin/sh
unit=$(printf %s "$PWD/" | sed 's,.*/live/shop/prod/\([^/]*/[^/]*\)/.*,\1,')
state=$STATES/$(printf %s "$unit" | tr / .)
of() { printf '"%s":{"sensitive":false,"type":%s,"value":%s}' "$1" "$2" "$3"; }
case "$1" in
  *version) echo "OpenTofu v1.12.0" ;;
  output)
    if [ -e "$state" ]; then
      printf '{%s,%s,%s,%s}\n' "$(of id '"string"' '"7"')" "$(of ids '["list","string"]' '["7"]')" \
        "$(of subnet_ids '["map","string"]' '{"fsn1":"7"}')" "$(of endpoint '"string"' '"https://${db}.example.com"')"
    else
      echo '{}'
    fi
    ;;
  plan) echo "plan $unit $(cat provider.tf.json)" >> "$LOG" ;;
  apply) touch "$state"; echo "apply $unit $(cat provider.tf.json)" >> "$LOG" ;;
  destroy)
    case "$unit" in batch/* | lists/*) sleep 1 ;; esac
    echo "destroy $unit $(cat provider.tf.json)" >> "$LOG"
    ;;
esac
"#;

const PLAYBOOK: &str = r#"#!/bin/sh
for playbook; do :; done
test -e "$playbook" || exit 98
echo "playbook $playbook" >> "$LOG"
"#;

/// The keys of states, so that the real OpenTofu reads the configuration.
const ENCRYPTION: &str = r#"
key_provider "pbkdf2" "passphrase" { passphrase = "correct horse battery staple" }
method "aes_gcm" "passphrase" { keys = key_provider.pbkdf2.passphrase }
state { method = method.aes_gcm.passphrase }
plan { method = method.aes_gcm.passphrase }
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project, built.
struct Built {
    generated: PathBuf,
}

impl Built {
    fn new(name: &str) -> Built {
        let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("phases-{name}"));
        let _ = fs::remove_dir_all(&project);
        let files = [("infra.toml", SETTINGS), ("library/own.infra", LIBRARY), ("inventory/shop/product.infra", PRODUCT)];
        for (path, text) in files {
            let path = project.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for arguments in [&["fmt", "--check"][..], &["build"]] {
            let mut infrac = Command::new(env!("CARGO_BIN_EXE_infrac"));
            let output = infrac.args(arguments).arg("--project").arg(&project).env("XDG_CACHE_HOME", &project).output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        let built = Built { generated: project.join("generated") };
        for (name, text) in [("tofu", TOFU), ("ansible-playbook", PLAYBOOK), ("ansible-galaxy", "#!/bin/sh\n")] {
            let path = built.generated.join("stand-ins").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir_all(built.generated.join("states")).unwrap();
        built
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.generated.join(path)).unwrap()
    }

    /// Runs a line of the shell at the root of the tree; the stand-ins come before the stock tools where they are asked for.
    fn run(&self, stand_ins: bool, line: &str) -> Output {
        let path = if stand_ins { "PATH=\"$PWD/stand-ins:$PATH\"\n" } else { "" };
        let script = format!("set -eu\n. '{}/.tools/env'\n{path}{line}", root().display());
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(&self.generated).envs([("INFRAC_STATE", "bootstrap"), ("TF_ENCRYPTION", ENCRYPTION)]);
        command.envs([("TG_STRICT_MODE", "true"), ("TG_NON_INTERACTIVE", "true"), ("TG_NO_COLOR", "true")]);
        command.env("STATES", self.generated.join("states")).env("LOG", self.generated.join("log")).output().unwrap()
    }

    /// What was done since the last time, in order.
    fn log(&self) -> Vec<String> {
        let path = self.generated.join("log");
        let lines = fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned).collect();
        let _ = fs::remove_file(path);
        lines
    }
}

const SETTINGS: &str = "name = \"phases\"\nedition = \"2026\"\noutput = \"generated\"\nlibrary = [\"library\"]\n";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The place of a line that begins like this.
fn place(log: &[String], start: &str) -> usize {
    log.iter().position(|line| line.starts_with(&format!("{start} "))).unwrap_or_else(|| panic!("{start} is not in {log:#?}"))
}

/// The last place of a line that begins like this.
fn last(log: &[String], start: &str) -> usize {
    log.iter().rposition(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} is not in {log:#?}"))
}

/// OpenTofu takes the configuration of every plugin, with what stands for outputs that are not there.
#[test]
fn the_stock_tools_take_what_waits_for_outputs() {
    let built = Built::new("stock");
    // One after the other: they share a cache of plugins.
    let output = built.run(false, "terragrunt run --all --parallelism 1 --working-dir live/shop/prod -- validate");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("The configuration is valid").count(), 7, "{}", said(&output));
    let output = built.run(false, "./ci/check-terragrunt.sh");
    assert!(output.status.success(), "{}", said(&output));
}

/// The script of pipelines makes and configures everything in one run, from nothing.
#[test]
fn what_stands_on_the_product_comes_behind_it() {
    let built = Built::new("apply");
    let output = built.run(true, "./ci/apply.sh shop prod");
    assert!(output.status.success(), "{}", said(&output));
    let log = built.log();
    let playbook = |stack: &str| last(&log, &format!("playbook ansible/playbooks/shop/{stack}.yml"));
    assert!(place(&log, "apply db/main") < place(&log, "apply lists/first"), "{log:#?}");
    assert!(last(&log, "apply web/") < playbook("plat"), "{log:#?}");
    assert!(place(&log, "apply lists/first") < playbook("plat"), "what can be made before is: {log:#?}");
    assert!(playbook("plat") < place(&log, "apply batch/first"), "{log:#?}");
    assert!(playbook("web") < playbook("plat"), "what opens the port of a service comes first: {log:#?}");

    let provider = |unit: &str| log[place(&log, &format!("apply {unit}"))].split_once('{').unwrap().1.to_owned();
    assert_eq!(provider("batch/first"), r#""provider":{"hcloud":{"endpoint":"http://10.0.0.2:4646"}}}"#);
    // Neither what is known nor what an output holds is a template for OpenTofu.
    assert_eq!(provider("lists/first"), r#""provider":{"hcloud":{"endpoint":"https://$${db}.example.com/v1","poll_interval":"$${p}"}}}"#);
    assert_eq!(provider("db/main"), r#""provider":{"hcloud":{}}}"#);

    // What stands on something goes first.
    let output = built.run(true, "terragrunt run --all --working-dir live/shop/prod -- destroy -auto-approve");
    assert!(output.status.success(), "{}", said(&output));
    let log = built.log();
    assert!(place(&log, "destroy batch/first") < place(&log, "destroy web/nodes"), "{log:#?}");
    assert!(place(&log, "destroy lists/first") < place(&log, "destroy db/main"), "{log:#?}");
}

/// A plan comes before there is anything; what writes never takes what only stands for an output.
#[test]
fn a_plan_takes_what_stands_for_an_output_and_an_apply_does_not() {
    let built = Built::new("plan");
    let output = built.run(true, "terragrunt run --all --working-dir live/shop/prod -- plan");
    assert!(output.status.success(), "{}", said(&output));
    let log = built.log();
    assert_eq!(log.len(), 7, "{log:#?}");
    assert!(log[place(&log, "plan lists/first")].contains(r#""endpoint":"https://192.0.2.1/v1""#), "{log:#?}");
    let output = built.run(true, "terragrunt run --working-dir live/shop/prod/lists/first -- apply -auto-approve");
    assert!(!output.status.success(), "{}", said(&output));
    assert_eq!(built.log(), Vec::<String>::new());
}

/// The guide of the first run goes the same way.
#[test]
fn the_first_run_goes_by_phases() {
    let built = Built::new("guide");
    let guide = built.read("live/shop/BOOTSTRAP.md");
    let apply = |filters: &str| format!("terragrunt run --all {filters} -- apply");
    let playbook = |stack: &str| format!("ansible/playbooks/shop/{stack}.yml\n");
    let steps = [
        apply("--filter './db/**' --filter './web/**' --filter './lists/**'"),
        playbook("web"),
        playbook("plat"),
        apply("--filter './batch/**'"),
    ];
    let places: Vec<usize> = steps.iter().map(|step| guide.find(step).unwrap_or_else(|| panic!("{step} is not in {guide}"))).collect();
    assert!(places.is_sorted(), "{guide}");
    // A machine is replaced: what is asked through it waits.
    assert!(guide.contains(&apply("--filter '!./batch/**'")), "{guide}");
    let found = built.run(true, "cd live/shop/prod && terragrunt find --filter '!./batch/**'");
    assert!(found.status.success() && !said(&found).contains("batch/first") && said(&found).contains("web/nodes"), "{}", said(&found));
}

/// Graphs and lists know what a provider stands on.
#[test]
fn views_show_what_a_provider_stands_on() {
    let built = Built::new("views");
    let project = built.generated.parent().unwrap();
    let infrac = |arguments: &[&str]| {
        let mut infrac = Command::new(env!("CARGO_BIN_EXE_infrac"));
        let output = infrac.args(arguments).current_dir(project).env("XDG_CACHE_HOME", project).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let stacks = infrac(&["graph"]);
    assert!(stacks.contains("needs plat (plat/scheduler by jobs)") && stacks.contains("needs db (main.endpoint)"), "{stacks}");
    let units = infrac(&["graph", "--units"]);
    assert!(units.contains("needs web/nodes (provider jobs)") && units.contains("needs db/main (endpoint)"), "{units}");
    let list = infrac(&["list", "stacks", "--format", "csv"]);
    assert!(list.contains("shop,prod,batch,work,jobs,api,2,1,0,plat"), "{list}");
    let why = infrac(&["why", "generated/live/shop/prod/lists/first/terragrunt.hcl:30"]);
    assert!(why.contains("provider rows") && why.contains("product.infra"), "{why}");
}
