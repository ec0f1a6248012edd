//! Graphs, lists and the reach matrix, as a person asks for them: acme in all forms, changes between revisions, disks that are full.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PRODUCT: &str = "inventory/acme/product.infra";

/// Acme as it is in this repository, without what is generated.
fn acme() -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(folder.path().join("inventory/acme")).unwrap();
    fs::write(folder.path().join("infra.toml"), "name = \"acme\"\nedition = \"2026\"\n").unwrap();
    for file in [PRODUCT, "inventory/acme/infra.lock"] {
        fs::copy(root.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn infrac(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infrac"));
    command.args(arguments).current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache")).env_remove("NO_COLOR");
    command
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> Answer {
    let Output { status, stdout, stderr } = infrac(folder, arguments).output().unwrap();
    let answer = Answer { code: status.code().unwrap(), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() };
    assert!(answer.code != 101, "{}", answer.err);
    answer
}

#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> String {
    let answer = run(folder, arguments);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{arguments:?}\n{}", answer.out);
    answer.out
}

fn replace(folder: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(PRODUCT)).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    fs::write(folder.join(PRODUCT), text.replace(from, to)).unwrap();
}

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn an_edge_says_what_is_needed() {
    let acme = acme();
    let units = said(acme.path(), &["graph", "--units", "--env", "prod"]);
    let line = units.lines().find(|line| line.trim_start().starts_with("web_eu/nodes ")).unwrap();
    assert!(line.ends_with("needs mgmt/keys (ids), web_eu/fw (id), web_eu/net (subnet_ids)"), "{line}");
    let stacks = said(acme.path(), &["graph", "--env", "prod"]);
    assert!(stacks.starts_with("acme/prod\n  mgmt    management on eu (hetzner)\n"), "{stacks}");
    assert!(stacks.contains("needs mgmt (keys.ids, net.id, net.subnet_ids)"), "{stacks}");
}

#[test]
fn a_focus_shows_what_is_around_it() {
    let acme = acme();
    let near = said(acme.path(), &["graph", "--units", "--env", "prod", "--focus", "mgmt/disks"]);
    assert_eq!(
        near,
        "acme/prod\n  mgmt\n    *mgmt/disks  storage on eu (hetzner)  needs mgmt/nodes (ids)\n    mgmt/nodes   compute on eu (hetzner)\n"
    );
    let far = said(acme.path(), &["graph", "--units", "--env", "prod", "--focus", "mgmt/disks", "--depth", "2"]);
    assert!(far.contains("mgmt/net ") && !far.contains("access/gate"), "{far}");
    let both = said(acme.path(), &["graph", "--focus", "front", "--format", "mermaid"]);
    assert_eq!(both.matches("stroke-width:4px").count(), 2, "{both}");
    let unknown = run(acme.path(), &["graph", "--units", "--focus", "web_eu/node"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.out.is_empty() && unknown.err.contains("did you mean `web_eu/nodes`?"), "{}", unknown.err);
}

/// Boxes of what is drawn together.
#[test]
fn things_are_drawn_together_by_what_is_asked() {
    let acme = acme();
    let of = |by: &str| said(acme.path(), &["graph", "--units", "--env", "prod", "--cluster", by]);
    assert!(of("product").starts_with("acme\n  prod/access/exit "));
    assert!(of("environment").starts_with("acme/prod\n  access/exit "));
    assert!(of("stack").starts_with("acme/prod\n  access\n    access/exit "));
    assert!(of("phase").contains("\n  phase 1\n    mgmt/disks "));
}

#[test]
fn a_focus_may_be_a_whole_of_what_is_drawn() {
    let acme = acme();
    for arguments in [
        &["--units", "--focus", "web_eu"][..],
        &["--units", "--focus", "acme/prod/web_eu"],
        &["--network", "--focus", "web_eu"],
        &["--pipelines", "--focus", "plan"],
        &["--focus", "acme/prod"],
    ] {
        let drawn = said(acme.path(), &[&["graph"], arguments].concat());
        assert!(drawn.lines().count() > 2, "{arguments:?}: {drawn}");
    }
}

#[test]
fn pipelines_wait_for_gates() {
    let pipelines = said(acme().path(), &["graph", "--pipelines"]);
    let line = |head: &str| pipelines.lines().find(|line| line.trim_start().starts_with(head)).unwrap().to_owned();
    assert!(line("apply/acme/prod ").contains("apply/acme/staging (applied before)"), "{pipelines}");
    assert!(line("apply/acme/staging ").contains("validate/validated (same commit)"), "{pipelines}");
    assert!(line("validate/validated ").contains("needs validate/generated, validate/check"), "{pipelines}");
}

/// Every drawing is one well-formed document that loads nothing, and the same each time.
#[test]
fn drawings_are_documents_of_their_own() {
    let acme = acme();
    for what in [&[][..], &["--units"], &["--pipelines"], &["--network"]] {
        for format in ["svg", "html", "dot", "mermaid", "text"] {
            let arguments = [&["graph", "--format", format][..], what].concat();
            let one = said(acme.path(), &arguments);
            assert_eq!(one, said(acme.path(), &[&arguments[..], &["--jobs", "1"]].concat()), "{arguments:?}");
            let outside = one.replace("http://www.w3.org/2000/svg", "");
            assert!(!outside.contains("://") && !outside.contains("src="), "{arguments:?}");
            let drawing = match one.find("<svg ") {
                Some(start) => &one[start..one.find("</svg>").unwrap() + "</svg>".len()],
                None => continue,
            };
            let script = "import sys, xml.dom.minidom as d; d.parseString(sys.stdin.buffer.read())";
            let mut python = Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap();
            std::io::Write::write_all(&mut python.stdin.take().unwrap(), drawing.as_bytes()).unwrap();
            assert!(python.wait().unwrap().success(), "{arguments:?}");
        }
    }
}

#[test]
fn the_network_map_has_both_firewalls() {
    let map = said(acme().path(), &["graph", "--network", "--env", "prod"]);
    let line = |head: &str| map.lines().find(|line| line.trim_start().starts_with(head)).unwrap().to_owned();
    assert!(line("edge cf ").contains("web_eu/fw (cloud firewall) (tcp 443)"), "{map}");
    assert!(line("web_eu/fw (cloud firewall)").contains("sees no private address"), "{map}");
    assert!(line("web_eu/fw (cloud firewall)").contains("reaches web_eu/nodes (host firewall) (tcp 22, 443)"), "{map}");
    assert!(line("peers of access ").contains("mgmt/nodes (host firewall) (tcp 22, 443, 3904, 8200, 8501)"), "{map}");
    assert!(map.contains("network web_us/net 10.20.48.0/20 (us)"), "{map}");
}

fn rows(text: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(text).unwrap().as_array().unwrap().clone()
}

#[test]
fn the_matrix_says_which_firewall_stops_what() {
    let acme = acme();
    let all = rows(&said(acme.path(), &["reach", "--env", "prod", "--all", "--format", "json"]));
    let find = |host: &str, port: &str, source: &str| {
        all.iter()
            .find(|row| row["host"] == host && row["port"] == port && row["source"] == source)
            .unwrap_or_else(|| panic!("{host} {port} {source}"))
    };
    let web = find("acme-prod-web-eu-nodes-0", "tcp 22", "internet");
    assert_eq!(
        (&web["cloud_firewall"], &web["host_firewall"], &web["host_rules"], &web["reaches"]),
        (&"closed".into(), &"open".into(), &serde_json::json!(["ssh-by-gates"]), &false.into())
    );
    assert_eq!((&web["protocol"], &web["ports"]), (&"tcp".into(), &serde_json::json!({ "first": 22, "last": 22 })));
    let gate = find("acme-prod-web-eu-nodes-0", "tcp 22", "machine acme-prod-access-gate-0");
    assert_eq!(gate["reaches"], true);
    // The tunnel ends in another network.
    let peers = find("acme-prod-web-us-nodes-0", "tcp 22", "peers of access");
    assert_eq!((&peers["way"], &peers["reaches"]), (&false.into(), &false.into()));
    let vault = find("acme-prod-mgmt-nodes-0", "tcp 8200", "peers of access");
    assert_eq!((&vault["cloud_firewall"], &vault["reaches"]), (&"not seen".into(), &true.into()));
    assert_eq!(find("acme-prod-web-us-nodes-1", "tcp 443", "edge cf")["addresses"].as_array().unwrap().len(), 22);
    let internet = rows(&said(acme.path(), &["reach", "--env", "prod", "--from", "internet", "--format", "json"]));
    let hosts: Vec<&Value> = internet.iter().map(|row| &row["host"]).collect();
    assert_eq!(hosts, ["acme-prod-access-gate-0", "acme-prod-access-gate-0"]);
    let markdown = said(acme.path(), &["reach", "--from", "internet", "--format", "markdown"]);
    assert!(markdown.starts_with("| product | environment | host | port |"), "{markdown}");
}

/// Machines without public addresses, each behind what has one.
#[test]
fn a_load_balancer_opens_the_machines_behind_it() {
    let folder = TempDir::new().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/balanced/inventory/shop");
    fs::create_dir_all(folder.path().join("inventory/shop")).unwrap();
    fs::write(folder.path().join("infra.toml"), "name = \"shop\"\nedition = \"2026\"\n").unwrap();
    for file in ["product.infra", "infra.lock"] {
        fs::copy(example.join(file), folder.path().join("inventory/shop").join(file)).unwrap();
    }
    let internet = rows(&said(folder.path(), &["reach", "--from", "internet", "--format", "json"]));
    for (host, firewall) in [("shop-prod-web-fi-nodes-0", "not seen"), ("shop-prod-web-eu-nodes-0", "open")] {
        let found = internet.iter().find(|row| row["host"] == host && row["port"] == "tcp 443").unwrap_or_else(|| panic!("{host}"));
        assert_eq!((&found["cloud_firewall"], &found["reaches"]), (&firewall.into(), &true.into()), "{host}");
        let ssh = internet.iter().find(|row| row["host"] == host && row["port"] == "tcp 22");
        assert!(ssh.is_none_or(|row| row["reaches"] == false), "{host}");
    }
}

#[test]
fn a_name_that_nothing_has_is_no_empty_answer() {
    let acme = acme();
    for (arguments, help) in [
        (["--from", "internt"], "did you mean `internet`?"),
        (["--from", "stack web_ew"], "did you mean `stack web_eu`?"),
        (["--to", "acme-prod-web-eu-nodes-9"], "did you mean `acme-prod-web-eu-nodes-0`?"),
        (["--to", "nobody at all"], "`infrac reach --all` shows the names"),
    ] {
        let answer = run(acme.path(), &["reach", arguments[0], arguments[1]]);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{arguments:?}");
        assert!(answer.err.contains(help), "{}", answer.err);
    }
    // What there is and reaches nothing is an answer.
    said(acme.path(), &["reach", "--from", "edge", "--to", "access-gate"]);
}

#[test]
fn a_revision_tells_what_a_change_opens() {
    let acme = acme();
    let folder = acme.path();
    let outside = run(folder, &["reach", "--diff", "HEAD"]);
    assert_eq!(outside.code, 2, "{}", outside.err);
    // What a library reads from beside its definitions belongs to a revision too.
    let settings = std::fs::read_to_string(folder.join("infra.toml")).unwrap();
    std::fs::write(folder.join("infra.toml"), format!("{settings}\nlibrary = [\"library\"]\n")).unwrap();
    std::fs::create_dir(folder.join("library")).unwrap();
    std::fs::write(folder.join("library/greeting.infra"), "fn greeting() -> string = file(\"greeting.txt\")\n").unwrap();
    std::fs::write(folder.join("library/greeting.txt"), "hello\n").unwrap();
    git(folder, &["init", "-q"]);
    git(folder, &["add", "infra.toml", "inventory", "library"]);
    git(folder, &["commit", "-qm", "acme"]);
    let same = run(folder, &["reach", "--diff", "HEAD", "--exit-code"]);
    assert_eq!((same.code, same.err.as_str()), (0, "nothing was opened or closed since HEAD\n"), "{}", same.out);

    replace(folder, "from    = cf.ranges\n  keys    = [mgmt.keys]", "keys    = [mgmt.keys]");
    let opened = run(folder, &["reach", "--env", "prod", "--diff", "HEAD", "--exit-code", "--format", "csv"]);
    assert_eq!(opened.code, 1, "{}", opened.err);
    let lines: Vec<&str> = opened.out.lines().filter(|line| line.starts_with("opened,")).collect();
    // Who is in the same network was not let in either.
    let of = |source: &str| lines.iter().filter(|line| line.contains("web-eu-nodes") && line.contains(source)).count();
    assert_eq!((lines.len(), of(",tcp 443,internet,"), of(",tcp 443,network web_eu/net,")), (4, 2, 2), "{}", opened.out);
    assert_eq!(run(folder, &["reach", "--diff", "HEAD"]).code, 0);

    git(folder, &["commit", "-qam", "open"]);
    git(folder, &["revert", "--no-edit", "-n", "HEAD"]);
    let closed = run(folder, &["reach", "--env", "prod", "--diff", "HEAD", "--exit-code", "--format", "csv"]);
    assert_eq!(closed.code, 0, "{}", closed.err);
    assert_eq!(closed.out.lines().filter(|line| line.starts_with("closed,")).count(), 4, "{}", closed.out);

    for (revision, words) in
        [("nowhere", "git knows no revision `nowhere`"), ("--all", "git knows no revision"), ("HEAD:infra.toml", "git knows no revision")]
    {
        let unknown = run(folder, &["reach", &format!("--diff={revision}")]);
        assert_eq!(unknown.code, 2, "{revision}");
        assert!(unknown.err.contains(words), "{}", unknown.err);
    }
}

#[test]
fn a_revision_with_mistakes_is_told_with_its_name() {
    let acme = acme();
    let folder = acme.path();
    replace(folder, "servers = 3", "servers = 4");
    git(folder, &["init", "-q"]);
    git(folder, &["add", "infra.toml", "inventory"]);
    git(folder, &["commit", "-qm", "wrong"]);
    replace(folder, "servers = 4", "servers = 3");
    let answer = run(folder, &["reach", "--diff", "HEAD"]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""));
    assert!(answer.err.contains("HEAD:inventory/acme/product.infra") && answer.err.contains("in the sources of HEAD"), "{}", answer.err);
}

#[test]
fn lists_have_a_row_for_each_thing() {
    let acme = acme();
    let list = |what: &str| rows(&said(acme.path(), &["list", what, "--env", "prod", "--format", "json"]));
    assert_eq!(list("products")[0]["environments"], serde_json::json!(["prod"]));
    assert_eq!(list("environments")[0]["protected"], true);
    assert_eq!(list("stacks").len(), 5);
    let hosts = list("hosts");
    let mgmt = hosts.iter().find(|host| host["host"] == "acme-prod-mgmt-nodes-0").unwrap();
    assert_eq!((&mgmt["entered_by"], &mgmt["public"]), (&"acme-prod-access-gate-0".into(), &false.into()));
    assert_eq!(list("units").len(), 18);
    let secrets = list("secrets");
    assert!(
        secrets
            .iter()
            .any(|secret| secret["place"] == "op://acme-prod/consul/gossip" && secret["read_by"] == serde_json::json!(["mgmt.consul"]))
    );
    assert!(list("ports").iter().any(|port| port["service"] == "wireguard" && port["number"] == 51820));
    assert!(
        list("names")
            .iter()
            .any(|name| name["name"] == "vpn.acme.example.com" && name["leads_to"] == "access/gate.public_ips[acme-prod-access-gate-0]")
    );
    let text = said(acme.path(), &["list", "stacks", "--env", "prod"]);
    assert!(text.starts_with("PRODUCT  ENVIRONMENT  STACK   DEFINITION  PROVIDER"), "{text}");
}

#[test]
fn the_fleet_says_what_is_not_as_it_should_be() {
    let acme = acme();
    let folder = acme.path();
    assert_eq!(run(folder, &["build"]).code, 0);
    let fleet = || serde_json::from_str::<Value>(&said(folder, &["list", "fleet", "--format", "json"])).unwrap();
    let before = fleet();
    let prod = |fleet: &Value| fleet["environments"].as_array().unwrap().iter().find(|row| row["environment"] == "prod").unwrap().clone();
    assert_eq!((&prod(&before)["stale"], &prod(&before)["ready"], &prod(&before)["waived"]), (&0.into(), &false.into(), &3.into()));
    let edited = folder.join("live/acme/prod/mgmt/net/terragrunt.hcl");
    fs::write(&edited, fs::read_to_string(&edited).unwrap() + "# mine\n").unwrap();
    fs::remove_file(folder.join("live/acme/prod/mgmt/fw/terragrunt.hcl")).unwrap();
    let after = fleet();
    assert_eq!((&prod(&after)["stale"], &prod(&after)["hand_edited"]), (&1.into(), &1.into()));
    let causes = after["causes"].as_array().unwrap();
    assert!(
        causes
            .iter()
            .any(|cause| cause["cause"] == "live/acme/prod/mgmt/net/terragrunt.hcl" && cause["where"] == serde_json::json!(["acme/prod"]))
    );
    // A file of values between commas is one table.
    for (what, head) in [("fleet", "product,environment,"), ("causes", "state,")] {
        let csv = said(folder, &["list", what, "--format", "csv"]);
        let width = csv.lines().next().unwrap().split(',').count();
        assert!(csv.starts_with(head) && csv.lines().count() > 1, "{csv}");
        assert!(csv.lines().all(|line| line.split(',').count() >= width), "{csv}");
    }
    // An error is shown, and that nobody can tell what else there is hides nothing that is known.
    replace(folder, "servers = 3", "servers = 4");
    let wrong = run(folder, &["list", "fleet"]);
    assert_eq!(wrong.code, 1);
    let wrong = wrong.out;
    assert!(
        wrong.lines().any(|line| line.starts_with("error") && line.contains("IC0202 check-failed") && line.ends_with("acme")),
        "{wrong}"
    );
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure_and_a_reader_that_leaves_is_none() {
    let acme = acme();
    for arguments in
        [&["graph"][..], &["graph", "--units", "--format", "html"], &["reach"], &["list", "hosts"], &["list", "fleet", "--format", "json"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = infrac(acme.path(), arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write `standard output`"), "{arguments:?}");
        let mut child = infrac(acme.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn mistakes_are_shown_and_nothing_else_is() {
    let acme = acme();
    replace(acme.path(), "servers = 3", "servers = 4");
    for arguments in [&["graph"][..], &["reach"], &["list", "hosts"]] {
        let answer = run(acme.path(), arguments);
        assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{arguments:?}");
        assert!(answer.err.contains("a quorum has 1, 3 or 5 members"), "{}", answer.err);
    }
}
