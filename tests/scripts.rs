//! The scripts of pipelines, run in the shells that there are, with stand-ins for the tools that would reach a network.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A repository with the scripts and one product.
struct Repository {
    folder: TempDir,
}

const DATA: &str = r#"{
  "product": "acme",
  "environments": [
    {
      "name": "staging", "rank": 0, "ready": true, "approve": false, "protected": false, "audience": "https://vault.example.com",
      "inventory": "ansible/inventory/acme/staging",
      "phases": [
        { "stack": "mgmt", "folder": "live/acme/staging/mgmt", "playbook": "ansible/playbooks/acme/mgmt.yml" },
        { "stack": "front", "folder": "live/acme/staging/front" }
      ],
      "images": [{ "image": "base", "provider": "eu", "template": "packer/base/x", "reads": ["ansible/roles/base"] }],
      "reads": ["live/acme/staging", "modules/infra/network/x"]
    },
    {
      "name": "prod", "rank": 1, "ready": true, "approve": true, "protected": true, "audience": "https://vault.example.com",
      "inventory": "ansible/inventory/acme/prod", "phases": [], "images": [],
      "reads": ["live/acme/prod", "modules/infra/network/x"]
    },
    {
      "name": "later", "rank": 2, "ready": false, "approve": true,
      "inventory": "ansible/inventory/acme/later", "phases": [], "images": [],
      "reads": ["live/acme/later", "modules/infra/network/x"]
    }
  ]
}"#;

impl Repository {
    fn new() -> Repository {
        let repository = Repository { folder: tempfile::tempdir().unwrap() };
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ci");
        for entry in fs::read_dir(assets).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("ci/{}", path.file_name().unwrap().to_str().unwrap());
            repository.executable(&name, &fs::read_to_string(path).unwrap());
        }
        repository.write("live/acme/pipeline.json", DATA);
        repository.git(&["init", "--quiet"]);
        repository.commit();
        repository
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn executable(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").current_dir(self.folder.path()).args(who).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "next"]);
    }

    /// Runs a script of `ci/` in a shell; `tools` of the repository come before those of the machine.
    fn run(&self, shell: &str, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let path = format!("{}:{}", self.path("tools").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(shell);
        command.current_dir(self.folder.path()).arg(format!("ci/{script}")).args(arguments).env("PATH", path);
        command.env_remove("ACTIONS_ID_TOKEN_REQUEST_URL").envs(variables.iter().copied()).output().unwrap()
    }
}

/// Every POSIX shell that scripts of CI meet, as far as it is on this machine.
fn shells() -> Vec<&'static str> {
    let there = |shell: &&str| Command::new(shell).args(["-c", ":"]).output().is_ok_and(|output| output.status.success());
    let shells: Vec<_> = ["sh", "dash", "bash"].into_iter().filter(there).collect();
    assert!(!shells.is_empty());
    shells
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

/// The environments of the rows that a script printed.
fn environments(output: &Output) -> Vec<String> {
    let rows: serde_json::Value = serde_json::from_str(&text(output)).unwrap();
    rows.as_array().unwrap().iter().map(|row| row["environment"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn selects_what_a_change_reaches_and_nothing_that_is_not_ready() {
    let repository = Repository::new();
    repository.write("modules/infra/network/x/main.tf", "");
    repository.commit();
    repository.write("live/acme/prod/web/terragrunt.hcl", "");
    repository.commit();
    repository.write("live/acme/production/web/terragrunt.hcl", "");
    repository.write("ansible/roles/base/tasks/main.yml", "");
    repository.commit();
    for shell in shells() {
        let select = |arguments: &[&str]| environments(&repository.run(shell, "select.sh", arguments, &[]));
        assert_eq!(select(&["environments", "all"]), ["staging", "prod"]);
        assert_eq!(select(&["environments", "changed", "HEAD~3", "HEAD~2"]), ["staging", "prod"]);
        assert_eq!(select(&["environments", "changed", "HEAD~2", "HEAD~1"]), ["prod"]);
        assert_eq!(select(&["environments", "changed", "HEAD~1", "HEAD"]), [""; 0], "a name that only begins the same");
        assert_eq!(select(&["environments", "slot", "1", "2"]), ["prod"]);
        assert_eq!(select(&["images", "changed", "HEAD~1", "HEAD"]), ["staging"]);
        assert_eq!(select(&["images", "changed", "HEAD~2", "HEAD~1"]), [""; 0]);
        let unknown = "0000000000000000000000000000000000000000";
        assert_eq!(select(&["environments", "changed", unknown, "HEAD"]), ["staging", "prod"], "without a base all may have changed");
        assert!(!repository.run(shell, "select.sh", &["environments", "some"], &[]).status.success());
    }
}

/// A switch is a change: what has become ready is selected, with its images, and nothing else of the product.
#[test]
fn an_environment_that_becomes_ready_is_selected() {
    let repository = Repository::new();
    let data = |ready: bool, image: &str| {
        format!(
            r#"{{ "product": "shop", "environments": [
              {{ "name": "old", "rank": 0, "ready": true, "approve": false, "runner": "r", "images": [], "reads": ["live/shop/old"] }},
              {{ "name": "new", "rank": 1, "ready": {ready}, "approve": false, "runner": "r", "reads": ["live/shop/new"],
                 "images": [{{ "image": "{image}", "provider": "eu", "reads": ["packer/x"] }}] }} ] }}"#
        )
    };
    repository.write("live/shop/pipeline.json", &data(false, "base"));
    repository.commit();
    repository.write("live/shop/pipeline.json", &data(true, "base"));
    repository.commit();
    repository.write("live/shop/pipeline.json", &data(true, "other"));
    repository.commit();
    for shell in shells() {
        let select = |arguments: &[&str]| environments(&repository.run(shell, "select.sh", arguments, &[]));
        assert_eq!(select(&["environments", "changed", "HEAD~2", "HEAD~1"]), ["new"]);
        assert_eq!(select(&["images", "changed", "HEAD~2", "HEAD~1"]), ["new"]);
        assert_eq!(select(&["environments", "proposed", "HEAD~2", "HEAD~1"]), [""; 0], "its images are not baked");
        assert_eq!(select(&["environments", "changed", "HEAD~1", "HEAD"]), [""; 0], "it was ready before");
        // A product that comes with this change has nothing that was ready.
        assert_eq!(select(&["environments", "changed", "HEAD~3", "HEAD"]), ["old", "new"]);
    }
}

#[test]
fn what_nobody_has_approved_bakes_nothing() {
    let repository = Repository::new();
    let image = r#""image": "base", "provider": "eu", "reads": ["ansible/roles/base"]"#;
    let environment = |name: &str, approve: bool| {
        format!(
            r#"{{ "name": "{name}", "rank": 0, "ready": true, "approve": {approve}, "runner": "r",
               "images": [{{ {image} }}], "reads": ["live/acme/{name}", "ansible/roles/base"] }}"#
        )
    };
    let all = [environment("open", false), environment("approved", true)].join(",");
    repository.write("live/acme/pipeline.json", &format!(r#"{{ "product": "acme", "environments": [{all}] }}"#));
    repository.commit();
    repository.write("ansible/roles/base/tasks/main.yml", "");
    repository.commit();
    for name in ["open", "approved"] {
        repository.write(&format!("live/acme/{name}/x"), "");
    }
    repository.commit();
    for shell in shells() {
        let select = |arguments: &[&str]| environments(&repository.run(shell, "select.sh", arguments, &[]));
        assert_eq!(select(&["images", "changed", "HEAD~2", "HEAD~1"]), ["open", "approved"]);
        assert_eq!(select(&["environments", "proposed", "HEAD~2", "HEAD~1"]), [""; 0], "their machines would start from what is not baked");
        assert_eq!(select(&["environments", "proposed", "HEAD~1", "HEAD"]), ["open", "approved"]);
        assert_eq!(select(&["environments", "changed", "HEAD~2", "HEAD"]), ["open", "approved"]);
        let variables = |purpose: &'static str| [("PURPOSE", purpose), ("BASE", "HEAD~1")];
        let said = |purpose| {
            let said = text(&repository.run(shell, "gitlab-select.sh", &[], &variables(purpose)));
            let said = serde_json::from_str::<serde_json::Value>(&said).unwrap()["acme"]["variables"].clone();
            (said["IMAGES"].as_str().unwrap().to_owned(), said["ENVIRONMENTS"].as_str().unwrap().to_owned())
        };
        assert_eq!(said("plan"), (String::new(), "open approved".into()));
        let variables = [("PURPOSE", "apply"), ("BASE", "HEAD~2")];
        assert!(text(&repository.run(shell, "gitlab-select.sh", &[], &variables)).contains("open/base/eu approved/base/eu"));
    }
}

/// The store as files: what `grant.sh` gives, and what it takes back.
#[test]
fn what_is_no_longer_listed_is_taken_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join("snapshots/inventory/live/acme/prod/credentials/grant.sh")).unwrap();
    let bao = r#"#!/bin/sh
store=$PWD/store
case "$1 $2" in
  "read sys/"*) test -d "$store/$(dirname "${2#sys/}")" ;;
  "auth enable") mkdir -p "$store/auth/${3#-path=}/role" ;;
  "policy write") cat > "$store/policy/$3" ;;
  "policy list") ls "$store/policy" ;;
  "policy delete") rm "$store/policy/$3" ;;
  "write auth/"*) case "$2" in */role/*) cat > "$store/$2" ;; esac ;;
  "list auth/"*) test ! -e broken && test -d "$store/$2" && printf 'Keys\n----\n' && ls "$store/$2" ;;
  "delete auth/"*) rm "$store/$2" ;;
  *) exit 64 ;;
esac
"#;
    let all = ["apply", "drift", "image-eu", "image-us", "plan"].map(|role| format!("acme.prod.{role}"));
    let names = |path: std::path::PathBuf| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    for shell in shells() {
        let repository = Repository::new();
        repository.executable("tools/bao", bao);
        repository.executable("ci/grant.sh", &script);
        for kept in ["policy/default", "policy/acme.staging.plan", "policy/acme.production", "auth/gitlab/role/other"] {
            repository.write(&format!("store/{kept}"), "");
        }
        for former in ["policy/acme.prod.image-old", "auth/gitlab/role/acme.prod.image-old", "auth/github/role/acme.prod.root"] {
            repository.write(&format!("store/{former}"), "");
        }
        let variables = [("BAO_TOKEN", "operator")];
        for _ in 0..2 {
            text(&repository.run(shell, "grant.sh", &[], &variables));
            assert_eq!(names(repository.path("store/auth/github/role")), all, "{shell}");
            let others = |more: &[&str]| {
                let mut names: Vec<String> = all.iter().cloned().chain(more.iter().map(|name| (*name).to_owned())).collect();
                names.sort();
                names
            };
            assert_eq!(names(repository.path("store/auth/gitlab/role")), others(&["other"]), "{shell}");
            assert_eq!(names(repository.path("store/policy")), others(&["default", "acme.staging.plan", "acme.production"]), "{shell}");
        }
        repository.write("broken", "");
        assert!(!repository.run(shell, "grant.sh", &[], &variables).status.success(), "what cannot be listed is not taken back");
    }
}

/// A product with a service of its own library, whose secrets its store keeps.
const WITH_A_DATABASE: &str = r#"
define service books {
  licence = "PostgreSQL"
  input hosts:    list(host)
  input password: secret(string) = generated("books/password", bytes = 24)
  input reader:   secret(string) = generated("books/reader", uuid = true)
  input backups:  secret(string) = secret("vault:kv/backups#key")
  configure { file "/etc/books.json" { format = json, mode = "0600", content = { password = password, reader = reader, backups = backups } } }
}
define stack shelf {
  input machines: stack compute
  service books { hosts = machines.hosts }
}
stack compute nodes { on = eu, public = true, gates = [access], keys = [mgmt.keys] }
stack shelf   data  { on = eu, machines = nodes }
"#;

/// The secrets of services are made once, by an operator, and read by the roles that configure services and look at them.
#[test]
fn secrets_of_services_are_made_and_readable() {
    let library = infrac::host::library::files().into_iter();
    let library = library.map(|(path, text)| (format!("{}{path}", infrac::host::library::PREFIX), text.to_owned()));
    let product = include_str!("cases/plane/platform.infra").to_owned() + WITH_A_DATABASE;
    let files = library.chain([("inventory/platform/product.infra".to_owned(), product)]);
    let workspace = infrac::base::Workspace::new(files.map(|(path, text)| (path.as_str().into(), text.as_str().into())));
    let outcome = infrac::driver::compile(&workspace, &infrac::driver::Options::default());
    assert_eq!(outcome.diagnostics, []);
    let file = |path: &str| outcome.tree.get(&format!("live/platform/prod/credentials/{path}")).unwrap().text().clone();
    let grant = file("grant.sh");
    let reads = |role: &str| {
        let policy = grant.split("bao policy write").find(|text| text.contains(&format!("# {role}\n"))).unwrap();
        policy.contains("path \"kv/data/platform/prod/books/*\" { capabilities = [\"read\"] }")
    };
    assert!(reads("apply") && reads("drift") && !reads("plan"), "{grant}");
    // What somebody else has put there is read by who configures what reads it, and no more than that.
    assert_eq!(grant.matches("path \"kv/data/backups\" { capabilities = [\"read\"] }").count(), 2, "{grant}");
    let guide = &outcome.tree.get("live/platform/BOOTSTRAP.md").unwrap().text();
    assert!(guide.find("make-secrets.sh").unwrap() < guide.find("grant.sh").unwrap());
    assert!(guide.contains("| `kv/backups`, field `key` | the product's store of secrets |"), "{guide}");
    let read = &outcome.tree.get("ansible/inventory/platform/prod/group_vars/data/books.yml").unwrap().text();

    let bao = r#"#!/bin/sh
for word; do case "$word" in platform/*) path=$word ;; esac; done
file=$PWD/store/$(printf %s "$path" | tr / .)
case "$1 $2" in
  "kv get") test -e "$file" ;;
  "kv put") test ! -e "$file" && cat > "$file" ;;
  *) exit 64 ;;
esac
"#;
    for shell in shells() {
        let repository = Repository::new();
        repository.executable("tools/bao", bao);
        repository.executable("ci/make.sh", &file("make-secrets.sh"));
        repository.write("store/platform.prod.books.reader", "kept");
        for _ in 0..2 {
            assert_eq!(text(&repository.run(shell, "make.sh", &[], &[("BAO_TOKEN", "operator")])), "", "{shell}");
            let kept = |name: &str| {
                assert!(read.contains(&format!("'platform/prod/books/{name}'")), "{read}");
                fs::read_to_string(repository.path(&format!("store/platform.prod.books.{name}"))).unwrap()
            };
            assert_eq!(kept("password").len(), 32, "{shell}");
            assert_eq!(kept("reader"), "kept", "{shell}");
        }
    }
}

/// Whatever may write holds the lock, wherever its options stand; what is not known does too.
#[test]
fn everything_but_what_only_reads_holds_the_lock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join("snapshots/inventory/live/acme/tofu-locked")).unwrap();
    let repository = Repository::new();
    repository.executable("ci/tofu-locked", &script);
    repository.executable("tools/consul", "#!/bin/sh\necho locked >> log\nuntil [ \"$1\" = env ]; do shift; done\nexec \"$@\"\n");
    repository.executable("tools/tofu", "#!/bin/sh\necho \"tofu $*\" >> log\n");
    let writes = [
        "apply",
        "-chdir=x apply",
        "-no-color -chdir=x destroy -auto-approve",
        "workspace delete a",
        "workspace new a",
        "workspace select a",
        "init -migrate-state",
        "init -input=false --migrate-state=true",
        "-chdir=x init -force-copy",
        "state mv a b",
        "state rm a",
        "state push -",
        "state replace-provider a b",
        "state",
        "import a b",
        "taint a",
        "untaint a",
        "force-unlock 1",
        "refresh",
        "test",
        "console",
        "whatever",
        "state -x list",
    ];
    let reads = [
        "",
        "-version",
        "-help",
        "version",
        "fmt -check",
        "validate",
        "-chdir=x validate",
        "output -json",
        "show -json plan",
        "graph",
        "providers schema -json",
        "plan -out=a",
        "-chdir=x plan",
        "state list",
        "state show a",
        "-chdir=x state pull",
        "workspace list",
        "workspace show",
        "init",
        "init -reconfigure",
        "get",
    ];
    for shell in shells() {
        for (commands, locks) in [(&writes[..], true), (&reads[..], false)] {
            for command in commands {
                let _ = fs::remove_file(repository.path("log"));
                let arguments: Vec<&str> = command.split_whitespace().collect();
                text(&repository.run(shell, "tofu-locked", &arguments, &[("INFRAC_LOCK_KEY", "a/key")]));
                let log = fs::read_to_string(repository.path("log")).unwrap();
                assert_eq!(log.starts_with("locked\n"), locks, "{shell}: {command}: {log}");
                assert!(log.ends_with(&format!("tofu {}\n", arguments.join(" "))), "{shell}: {command}: {log}");
            }
        }
        let with = |arguments: &[&str], variables: &[(&str, &str)]| {
            let _ = fs::remove_file(repository.path("log"));
            let variables: Vec<(&str, &str)> = variables.iter().copied().chain([("INFRAC_LOCK_KEY", "a/key")]).collect();
            text(&repository.run(shell, "tofu-locked", arguments, &variables));
            fs::read_to_string(repository.path("log")).unwrap().starts_with("locked\n")
        };
        assert!(with(&["init"], &[("TF_CLI_ARGS_init", "-migrate-state")]));
        repository.write("x/terraform.tfstate", "{}");
        assert!(with(&["-chdir=x", "init"], &[]), "a state that lies there would be copied");
        fs::remove_file(repository.path("x/terraform.tfstate")).unwrap();
        let unnamed = repository.run(shell, "tofu-locked", &["whatever"], &[]);
        assert!(!unnamed.status.success(), "without the name of its lock nothing is written");
    }
}

#[test]
fn what_does_not_fit_into_a_matrix_is_an_error() {
    let repository = Repository::new();
    let row = |at: usize| format!(r#"{{ "name": "e{at}", "rank": 0, "ready": true, "approve": false, "images": [], "reads": [] }}"#);
    let rows: Vec<_> = (0..251).map(row).collect();
    repository.write("live/acme/pipeline.json", &format!(r#"{{ "product": "acme", "environments": [{}] }}"#, rows.join(",")));
    assert!(!repository.run("sh", "select.sh", &["environments", "all"], &[]).status.success());
    assert_eq!(environments(&repository.run("sh", "select.sh", &["environments", "slot", "0", "2"], &[])).len(), 126);
    // GitLab has no matrix here, and each product is a pipeline of its own.
    let whole = text(&repository.run("sh", "gitlab-select.sh", &[], &[("PURPOSE", "plan"), ("BASE", "unknown")]));
    assert!(whole.contains(" e250"), "{whole}");
}

/// A comment says how much each environment changes before it says what, and that it is cut where it is.
#[test]
fn a_comment_that_is_cut_says_so() {
    let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/steps/comment.sh")).unwrap();
    for shell in shells() {
        let repository = Repository::new();
        repository.executable("ci/comment.sh", &script);
        repository.executable("tools/gh", "#!/bin/sh\n");
        let comment = |lines: usize| {
            for environment in ["prod", "staging"] {
                let changes = "~ web/nodes: hcloud_server.node\n".repeat(lines);
                let text = format!("### acme/{environment}: {lines} changes\n\n```diff\n{changes}```\n");
                repository.write(&format!("summaries/plan.acme.{environment}/plan.md"), &text);
            }
            text(&repository.run(shell, "comment.sh", &[], &[("NUMBER", "1")]));
            fs::read_to_string(repository.path("comment.md")).unwrap()
        };
        let whole = comment(2);
        assert!(whole.starts_with("- acme/prod: 2 changes\n- acme/staging: 2 changes\n\n### acme/prod: 2 changes\n"), "{whole}");
        assert!(whole.ends_with("```\n") && !whole.contains("not all"), "{whole}");
        let cut = comment(1_500);
        assert!(cut.starts_with("- acme/prod: 1500 changes\n- acme/staging: 1500 changes\n"));
        assert!(cut.len() < 61_000 && cut.lines().filter(|line| line.starts_with("```")).count() % 2 == 0);
        assert!(cut.contains("\n```\n\n**This is not all**: "), "{}", &cut[cut.len() - 300..]);
    }
}

#[test]
fn a_pipeline_of_gitlab_triggers_the_products_that_it_reaches() {
    let repository = Repository::new();
    repository.write("ansible/roles/base/tasks/main.yml", "");
    repository.commit();
    for shell in shells() {
        let variables = [("PURPOSE", "apply"), ("BASE", "HEAD~1")];
        let pipeline: serde_json::Value = serde_json::from_str(&text(&repository.run(shell, "gitlab-select.sh", &[], &variables))).unwrap();
        assert_eq!(pipeline["acme"]["variables"]["IMAGES"], "staging/base/eu");
        assert_eq!(pipeline["acme"]["variables"]["ENVIRONMENTS"], "");
        assert_eq!(pipeline["acme"]["trigger"]["include"][0]["local"], "live/acme/gitlab-ci.yml");
        let nothing = repository.run(shell, "gitlab-select.sh", &[], &[("PURPOSE", "plan"), ("BASE", "HEAD")]);
        assert!(text(&nothing).contains("nothing to do"), "a pipeline without a job is an error");
    }
}

#[test]
fn an_unknown_environment_is_an_error_and_not_nothing_to_do() {
    let repository = Repository::new();
    repository.executable("tools/terragrunt", "#!/bin/sh\nexit 0\n");
    for shell in shells() {
        assert!(!repository.run(shell, "apply.sh", &["acme", "nowhere"], &[]).status.success());
        assert!(!repository.run(shell, "apply.sh", &["nobody", "prod"], &[]).status.success());
    }
}

#[test]
fn applies_stack_by_stack_and_stops_at_the_first_that_fails() {
    let repository = Repository::new();
    repository.executable("tools/ansible-galaxy", "#!/bin/sh\nexit 0\n");
    repository.executable("tools/ansible-playbook", "#!/bin/sh\ncat\necho \"playbook $3\" >> log\n");
    repository.executable("tools/terragrunt", "#!/bin/sh\necho \"units $6\" >> log\ntest ! -e broken\n");
    for shell in shells() {
        let _ = fs::remove_file(repository.path("log"));
        assert!(repository.run(shell, "apply.sh", &["acme", "staging"], &[]).status.success());
        let log = fs::read_to_string(repository.path("log")).unwrap();
        let expected = ["units live/acme/staging/mgmt", "playbook ansible/playbooks/acme/mgmt.yml", "units live/acme/staging/front"];
        assert_eq!(log.lines().collect::<Vec<_>>(), expected);
    }
    repository.write("broken", "");
    fs::remove_file(repository.path("log")).unwrap();
    assert!(!repository.run("sh", "apply.sh", &["acme", "staging"], &[]).status.success());
    assert_eq!(fs::read_to_string(repository.path("log")).unwrap().lines().count(), 1);
}

#[test]
fn a_plan_that_fails_is_not_a_plan_with_changes() {
    let repository = Repository::new();
    let plan = r#"{"resource_changes":[{"address":"x.y","change":{"actions":["create"],"after":{"password":"hunter2"}}}]}"#;
    let tool = format!("#!/bin/sh\nmkdir -p out/json/mgmt/net\nprintf '%s' '{plan}' > out/json/mgmt/net/tfplan.json\nexit \"$STATUS\"\n");
    repository.executable("tools/terragrunt", &tool);
    for shell in shells() {
        for (status, changed) in [("0", Some(false)), ("2", Some(true)), ("1", None), ("137", None)] {
            let _ = fs::remove_dir_all(repository.path("out"));
            let output = repository.run(shell, "plan.sh", &["acme", "staging", "out"], &[("STATUS", status)]);
            assert_eq!(output.status.success(), changed.is_some(), "{shell} {status}");
            if let Some(changed) = changed {
                assert_eq!(repository.path("out/changed").exists(), changed);
                let summary = fs::read_to_string(repository.path("out/plan.md")).unwrap();
                assert!(summary.contains("+ mgmt/net: x.y") && !summary.contains("hunter2"), "{summary}");
                let counts = fs::read_to_string(repository.path("out/counts.json")).unwrap();
                assert!(counts.contains(r#""create": 1"#), "{counts}");
            }
        }
    }
}

#[test]
fn only_the_command_sees_the_credentials() {
    let repository = Repository::new();
    let script = "TOKEN=$(printf '%s' \"${identity:?}\" | login)\nexport TOKEN\nfile KEY_FILE \"some key\"\nprofile p a b\n";
    repository.write("live/acme/staging/credentials/plan.sh", script);
    repository.executable("tools/login", "#!/bin/sh\nread -r token\ntest ! -e refused && echo \"client of $token\"\n");
    let command =
        "echo \"$TOKEN|$(cat \"$KEY_FILE\")|$(grep -c = \"$AWS_SHARED_CREDENTIALS_FILE\")|${CI_IDENTITY_TOKEN:-none}|$KEY_FILE\"; exit 7";
    repository.executable("tools/work", &format!("#!/bin/sh\n{command}\n"));
    for shell in shells() {
        let arguments = ["acme", "staging", "plan", "work"];
        let output = repository.run(shell, "with-credentials.sh", &arguments, &[("CI_IDENTITY_TOKEN", "me")]);
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let (said, file) = said.rsplit_once('|').unwrap();
        assert_eq!(said, "client of me|some key|2|none");
        assert_eq!(output.status.code(), Some(7), "the command's own status");
        assert!(!Path::new(file).exists(), "nothing stays behind");
        assert!(!repository.run(shell, "with-credentials.sh", &arguments, &[]).status.success(), "there is no identity on a laptop");
    }
    repository.write("refused", "");
    let output = repository.run("sh", "with-credentials.sh", &["acme", "staging", "plan", "work"], &[("CI_IDENTITY_TOKEN", "me")]);
    assert!(!output.status.success() && output.stdout.is_empty(), "without credentials nothing runs");
}

#[test]
fn what_ci_keeps_itself_is_read_by_the_role_alone() {
    let repository = Repository::new();
    repository.write("live/acme/pipeline.json", &DATA.replace(r#", "audience": "https://vault.example.com""#, ""));
    repository.write("live/acme/staging/credentials/plan.sh", "TOKEN=$(given eu token)\nexport TOKEN\n");
    repository.executable("tools/work", "#!/bin/sh\necho \"$TOKEN|${CREDENTIALS:-none}|${CREDENTIALS_PLAN:-none}|${kept:-none}\"\n");
    let arguments = ["acme", "staging", "plan", "work"];
    let kept = r#"{"eu":{"token":"a secret of 100%"}}"#;
    let github = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://example.com");
    for shell in shells() {
        let output = repository.run(shell, "with-credentials.sh", &arguments, &[("CREDENTIALS", kept), github]);
        assert_eq!(text(&output), "a secret of 100%|none|none|none");
        assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "::add-mask::a secret of 100%25", "what is in it is a secret too");
        // GitLab has one environment for all roles.
        let output = repository.run(shell, "with-credentials.sh", &arguments, &[("CREDENTIALS_PLAN", kept)]);
        assert_eq!(text(&output), "a secret of 100%|none|none|none");
        assert!(output.stderr.is_empty());
        for variables in
            [vec![("CREDENTIALS_APPLY", kept)], vec![], vec![("CREDENTIALS", "{}"), github], vec![("CREDENTIALS", "x"), github]]
        {
            let output = repository.run(shell, "with-credentials.sh", &arguments, &variables);
            assert!(!output.status.success() && output.stdout.is_empty(), "{shell} {variables:?}");
        }
    }
}

/// GitHub's tokens end within minutes, and a job takes hours.
#[test]
fn an_account_is_shown_a_token_that_has_not_ended() {
    let repository = Repository::new();
    repository.write("live/acme/pipeline.json", &DATA.replace(r#", "audience": "https://vault.example.com""#, ""));
    let script = "token eu-1 sts.example.com\nTOKEN_FILE=$token\nexport TOKEN_FILE\n";
    repository.write("live/acme/staging/credentials/apply.sh", script);
    // Each token is another one, for whom it is asked for.
    let curl = "#!/bin/sh\ncat > header\necho . >> asked\nfor last; do case $last in audience=*) for=$last ;; esac; done\n\
                printf '{\"value\":\"%s %s\"}' \"$for\" \"$(wc -l < asked | tr -d ' ')\"\n";
    repository.executable("tools/curl", curl);
    let work = "#!/bin/sh\nfirst=$(cat \"$TOKEN_FILE\")\n\
                for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do\n  [ \"$(cat \"$TOKEN_FILE\")\" = \"$first\" ] || break\n  sleep 0.25\ndone\n\
                echo \"$first|$(cat \"$TOKEN_FILE\")|${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-none}|${CI_IDENTITY_TOKEN_EU_1:-none}|$TOKEN_FILE\"\n";
    repository.executable("tools/work", work);
    let arguments = ["acme", "staging", "apply", "work"];
    let github =
        [("ACTIONS_ID_TOKEN_REQUEST_URL", "https://example.com"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a secret"), ("RENEW_AFTER", "0.2")];
    for shell in shells() {
        let _ = fs::remove_file(repository.path("asked"));
        let said = text(&repository.run(shell, "with-credentials.sh", &arguments, &github));
        let parts: Vec<&str> = said.split('|').collect();
        assert_eq!(parts[0], "audience=sts.example.com 1");
        assert!(parts[1].starts_with("audience=sts.example.com ") && parts[1] != parts[0], "{said}");
        assert_eq!(parts[2], "none", "what asks for tokens is not the command's");
        assert!(!Path::new(parts[4]).exists(), "nothing stays behind");
        let asked = fs::read_to_string(repository.path("asked")).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(700));
        assert_eq!(fs::read_to_string(repository.path("asked")).unwrap(), asked, "nobody asks any more");
        // That of GitLab is there from the beginning, one for each account.
        let said = text(&repository.run(shell, "with-credentials.sh", &arguments, &[("CI_IDENTITY_TOKEN_EU_1", "me")]));
        assert!(said.starts_with("me|me|none|none|"), "{said}");
        assert!(!repository.run(shell, "with-credentials.sh", &arguments, &[]).status.success());
    }
}

#[test]
fn a_role_is_tested_where_something_that_it_reads_has_changed() {
    let repository = Repository::new();
    repository.write("ansible/roles/base/tasks/main.yml", "");
    repository.write("ansible/roles/other/tasks/main.yml", "");
    repository.commit();
    repository.write("ansible/roles/other/tasks/main.yml", "---\n");
    repository.commit();
    repository.executable("tools/molecule", "#!/bin/sh\necho \"tested ${PWD##*/}\"\n");
    repository.executable("tools/ansible-galaxy", "#!/bin/sh\nexit 0\n");
    for shell in shells() {
        let test = |arguments: &[&str]| text(&repository.run(shell, "test-role.sh", arguments, &[]));
        assert!(test(&["base", "HEAD~1", "HEAD"]).contains("nothing that base reads has changed"));
        assert_eq!(test(&["other", "HEAD~1", "HEAD"]), "tested other");
        assert_eq!(test(&["base"]), "tested base");
    }
}

#[test]
fn an_environment_never_goes_back() {
    let repository = Repository::new();
    repository.commit();
    repository.executable("tools/gh", "#!/bin/sh\ngit rev-parse \"$DEPLOYED\"\n");
    let sha = |name: &str| {
        let output = Command::new("git").current_dir(repository.folder.path()).args(["rev-parse", name]).output().unwrap();
        text(&output)
    };
    for shell in shells() {
        for (own, deployed, goes) in [("HEAD", "HEAD~1", true), ("HEAD", "HEAD", true), ("HEAD~1", "HEAD", false)] {
            let own = sha(own);
            let variables = [("GITHUB_SHA", own.as_str()), ("DEPLOYED", deployed), ("GITHUB_REPOSITORY", "a/b")];
            let output = repository.run(shell, "github-forward-only.sh", &["acme/prod"], &variables);
            assert_eq!(output.status.success(), goes, "{own} {deployed}");
        }
    }
}

#[test]
fn an_environment_without_reviewers_lets_nothing_in() {
    let repository = Repository::new();
    repository.executable("tools/gh", "#!/bin/sh\necho \"$2\" > asked\nprintf '%b' \"$RULES\"\n");
    for shell in shells() {
        for (rules, passes) in [("branch_policy\\nrequired_reviewers\\n", true), ("branch_policy\\n", false), ("", false)] {
            let variables = [("RULES", rules), ("GITHUB_REPOSITORY", "a/b")];
            let output = repository.run(shell, "github-approved.sh", &["acme/prod"], &variables);
            assert_eq!(output.status.success(), passes, "{rules}");
        }
        assert_eq!(fs::read_to_string(repository.path("asked")).unwrap().trim(), "repos/a/b/environments/acme%2Fprod");
    }
}

/// The first secrets of the product of this repository, where they are kept in one way or another.
fn first_secrets(bootstrap: &str) -> Repository {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let product = fs::read_to_string(root.join("inventory/acme/product.infra")).unwrap();
    let product = product.replace("bootstrap = onepassword", &format!("bootstrap = {bootstrap}"));
    let product = if bootstrap == "onepassword" { product } else { product.replace("[cloudflare, onepassword]", "[cloudflare]") };
    let project = infrac::host::load(root).unwrap();
    let sources = project.workspace.files().map(|(_, file)| {
        let text = if file.path == "inventory/acme/product.infra" { product.as_str().into() } else { file.text.clone() };
        (file.path.clone(), text)
    });
    let outcome = infrac::driver::compile(&infrac::base::Workspace::new(sources), &infrac::driver::Options::default());
    assert_eq!(outcome.diagnostics, []);
    let repository = Repository::new();
    repository.executable("ci/first-secrets", &outcome.tree.get("live/acme/first-secrets").unwrap().text());
    fs::create_dir_all(repository.path("live/acme")).unwrap();
    fs::rename(repository.path("ci/first-secrets"), repository.path("live/acme/first-secrets")).unwrap();
    repository
}

fn openssl(repository: &Repository, arguments: &[&str], input: &str) -> String {
    repository.write("input", input);
    let input = fs::File::open(repository.path("input")).unwrap();
    text(&Command::new("openssl").args(arguments).stdin(input).output().unwrap())
}

#[test]
fn first_secrets_have_their_forms_and_are_kept_once() {
    for shell in shells() {
        let repository = first_secrets("onepassword");
        let store = repository.path("store");
        let op =
            format!("#!/bin/sh\nif [ \"$2\" = list ]; then cat '{0}' 2> /dev/null || echo '[]'; else cat >> '{0}'; fi\n", store.display());
        repository.executable("tools/op", &op);
        text(&repository.run(shell, "../live/acme/first-secrets", &["prod"], &[]));
        let kept = fs::read_to_string(&store).unwrap();
        let items: Vec<serde_json::Value> =
            serde_json::Deserializer::from_str(&kept).into_iter::<serde_json::Value>().collect::<Result<_, _>>().unwrap();
        let secret = |thing: &str, name: &str| -> String {
            let item = items.iter().find(|item| item["title"] == thing).unwrap();
            let field = item["fields"].as_array().unwrap().iter().find(|field| field["label"] == name).unwrap();
            field["value"].as_str().unwrap().to_owned()
        };
        let matches = |text: &str, pattern: &str| regex::Regex::new(pattern).unwrap().is_match(text);
        assert!(matches(&secret("consul", "gossip"), "^[A-Za-z0-9+/]{43}=$"));
        assert!(matches(&secret("consul", "lock"), "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"));
        assert!(matches(&secret("garage", "key-id"), "^[0-9a-f]{24}$"));
        assert_ne!(secret("garage", "rpc"), secret("garage", "key-secret"));

        let certificate = secret("authority", "certificate");
        let public = openssl(&repository, &["x509", "-noout", "-pubkey"], &certificate);
        assert_eq!(public, openssl(&repository, &["pkey", "-pubout"], &secret("authority", "key")));
        let said = openssl(&repository, &["x509", "-noout", "-text"], &certificate);
        assert!(said.contains("CA:TRUE, pathlen:0") && said.contains("CN = acme prod"), "{said}");
        assert_eq!(fs::read_to_string(repository.path("live/acme/.bootstrap/prod.pem")).unwrap().trim(), certificate);

        repository.write("store", "[{}]");
        assert_eq!(repository.run(shell, "../live/acme/first-secrets", &["prod"], &[]).status.code(), Some(73));
        assert_eq!(fs::read_to_string(&store).unwrap(), "[{}]");
    }
}

/// What a stand-in of 1Password keeps: each item is a file, what it was called with is another one.
const ITEMS: &str = r##"#!/bin/sh
set -eu
echo "$*" >> "$STORE/calls"
case "$1 $2" in
  "item list") find "$STORE" -name '*.json' | jq --raw-input . | jq --slurp . ;;
  "item create") cat > "$STORE/new" && mv "$STORE/new" "$STORE/$(jq --raw-output .title "$STORE/new").json" ;;
  "item get") cat "$STORE/$3.json" ;;
  "item edit") [ "$6" = --template ] && cp "$7" "$STORE/$3.json" ;;
  *) exit 98 ;;
esac
"##;

#[test]
fn a_first_secret_gets_another_value_where_it_is_kept() {
    for shell in shells() {
        let repository = first_secrets("onepassword");
        repository.executable("tools/op", ITEMS);
        fs::create_dir_all(repository.path("store")).unwrap();
        let store = repository.path("store").display().to_string();
        let run = |words: &[&str]| repository.run(shell, "../live/acme/first-secrets", words, &[("STORE", &store)]);
        let kept = |thing: &str| -> BTreeMap<String, String> {
            let item = fs::read_to_string(repository.path(&format!("store/{thing}.json"))).unwrap();
            let item: serde_json::Value = serde_json::from_str(&item).unwrap();
            let fields = item["fields"].as_array().unwrap().iter();
            fields.map(|field| (field["label"].as_str().unwrap().to_owned(), field["value"].as_str().unwrap().to_owned())).collect()
        };
        text(&run(&["prod"]));
        let (consul, vault) = (kept("consul"), kept("vault"));

        text(&run(&["prod", "consul/gossip", "vault/seal-2"]));
        let (other, sealed) = (kept("consul"), kept("vault"));
        assert_ne!(other["gossip"], consul["gossip"]);
        assert_eq!(other["gossip"].len(), 44);
        for same in ["lock", "management"] {
            assert_eq!(other[same], consul[same], "{same}");
        }
        assert_eq!((&sealed["seal"], &sealed["operator"]), (&vault["seal"], &vault["operator"]));
        assert!(sealed["seal-2"].len() == 64 && sealed["seal-2"] != sealed["seal"], "{}", sealed["seal-2"]);

        // A key that has a name of its own is made once, and others are not known.
        assert_eq!(run(&["prod", "vault/seal-2"]).status.code(), Some(73));
        for unknown in ["vault/seal", "authority/key", "consul"] {
            assert_eq!(run(&["prod", unknown]).status.code(), Some(64), "{unknown}");
        }
        assert_eq!((kept("consul"), kept("vault")), (other.clone(), sealed.clone()));
        let calls = fs::read_to_string(repository.path("store/calls")).unwrap();
        assert!(!other.values().chain(sealed.values()).any(|value| calls.contains(value)), "{calls}");
    }
}

#[test]
fn a_first_secret_gets_another_value_in_a_file() {
    for shell in shells() {
        let repository = first_secrets("local");
        let read = |name: &str| {
            let script = format!(". live/acme/.bootstrap/staging.env; printf '%s' \"${{{name}-}}\"");
            text(&Command::new("sh").current_dir(repository.folder.path()).args(["-c", &script]).output().unwrap())
        };
        let run = |words: &[&str]| repository.run(shell, "../live/acme/first-secrets", words, &[]);
        assert_eq!(run(&["staging", "consul/lock"]).status.code(), Some(66));
        text(&run(&["staging"]));
        let before = ["ACME_STAGING_CONSUL_LOCK", "ACME_STAGING_AUTHORITY_KEY", "ACME_STAGING_VAULT_SEAL"].map(read);
        text(&run(&["staging", "consul/lock", "vault/seal-2"]));
        let behind = ["ACME_STAGING_CONSUL_LOCK", "ACME_STAGING_AUTHORITY_KEY", "ACME_STAGING_VAULT_SEAL"].map(read);
        assert!(before[0] != behind[0] && before[1..] == behind[1..], "{behind:?}");
        assert_eq!(read("ACME_STAGING_VAULT_SEAL_2").len(), 64);
        let file = fs::read_to_string(repository.path("live/acme/.bootstrap/staging.env")).unwrap();
        assert!(!file.contains(&before[0]), "{file}");
        assert_eq!(run(&["staging", "vault/seal-2"]).status.code(), Some(73));

        let repository = first_secrets("sops");
        repository.executable(
            "tools/sops",
            "#!/bin/sh\nfor last; do :; done\ncase $1 in encrypt | decrypt) cat \"$last\" ;; *) exit 98 ;; esac\n",
        );
        let read = || {
            let file = fs::read_to_string(repository.path("ansible/secrets/acme/prod.yml")).unwrap();
            serde_json::from_str::<BTreeMap<String, String>>(&file).unwrap()
        };
        let run = |words: &[&str]| repository.run(shell, "../live/acme/first-secrets", words, &[]);
        text(&run(&["prod"]));
        let before = read();
        text(&run(&["prod", "consul/gossip", "vault/seal-2"]));
        let mut behind = read();
        assert_eq!(behind.remove("vault/seal-2").unwrap().len(), 64);
        let changed: Vec<&String> = before.keys().filter(|name| before[*name] != behind[*name]).collect();
        assert_eq!((changed, behind.len()), (vec![&"consul/gossip".to_owned()], before.len()));
        assert_eq!(run(&["prod", "vault/seal-2", "vault/seal-2"]).status.code(), Some(73));
    }
}

#[test]
fn drift_is_what_the_summary_of_ansible_says_and_its_words_are_shown() {
    let repository = Repository::new();
    let data = DATA.replace(r#""folder": "live/acme/staging/front""#, r#""folder": "x", "playbook": "ansible/playbooks/acme/front.yml""#);
    repository.write("live/acme/pipeline.json", &data);
    repository.executable("ci/plan.sh", "#!/bin/sh\nmkdir \"$3\" && echo plan > \"$3/plan.md\"\n");
    repository.executable("tools/ansible-galaxy", "#!/bin/sh\nexit 0\n");
    // A file on a machine holds what looks like a summary; one playbook fails where it is asked to.
    let tool = "#!/bin/sh\ncat\n\
        printf 'PLAY [x]\\n+host-0 : ok=1    changed=1\\nhost-9                     : ok=1    changed=9    failed=0\\n'\n\
        echo \"a warning of $4\" >&2\n\
        printf 'PLAY RECAP ****\\nhost-1                     : ok=9    changed=%s    unreachable=0\\n' \"$CHANGED\"\n\
        case $4 in *mgmt*) exit \"$STATUS\" ;; esac\n";
    repository.executable("tools/ansible-playbook", tool);
    for shell in shells() {
        for (changed, status) in [("0", 0), ("3", 0), ("0", 2), ("3", 4)] {
            let _ = fs::remove_dir_all(repository.path("out"));
            let variables = [("CHANGED", changed), ("STATUS", &status.to_string())];
            let output = repository.run(shell, "drift.sh", &["acme", "staging", "out"], &variables);
            assert_eq!(output.status.code(), Some(status), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            for playbook in ["mgmt", "front"] {
                assert!(said.contains(&format!("a warning of ansible/playbooks/acme/{playbook}.yml")), "{shell}: {said}");
            }
            assert_eq!(fs::read_to_string(repository.path("out/ansible.log")).unwrap(), said);
            assert_eq!(repository.path("out/changed").exists(), changed != "0", "{shell}");
            let summary = fs::read_to_string(repository.path("out/plan.md")).unwrap();
            assert_eq!(summary.matches("    host-1 ").count(), if changed == "0" { 0 } else { 2 }, "{summary}");
            assert!(!summary.contains("host-9") && !summary.contains("host-0"), "{summary}");
        }
    }
}

#[test]
fn first_secrets_are_kept_in_files_where_that_is_asked_for() {
    let repository = first_secrets("local");
    text(&repository.run("sh", "../live/acme/first-secrets", &["staging"], &[]));
    let script = ". live/acme/.bootstrap/staging.env; printf '%s' \"$ACME_STAGING_AUTHORITY_CERTIFICATE\"";
    let read = Command::new("sh").current_dir(repository.folder.path()).args(["-c", script]).output().unwrap();
    assert_eq!(text(&read), fs::read_to_string(repository.path("live/acme/.bootstrap/staging.pem")).unwrap().trim());
    assert_eq!(repository.run("sh", "../live/acme/first-secrets", &["staging"], &[]).status.code(), Some(73));

    let repository = first_secrets("sops");
    repository.executable("tools/sops", "#!/bin/sh\ntest \"$1\" = encrypt && cat\n");
    text(&repository.run("sh", "../live/acme/first-secrets", &["prod"], &[]));
    let file = fs::read_to_string(repository.path("ansible/secrets/acme/prod.yml")).unwrap();
    let secrets: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(secrets["garage/key-id"].as_str().unwrap().len(), 24);
}
