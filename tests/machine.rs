//! One machine for real: Debian with systemd in a container, which the generated playbooks make the gate of acme. `tests/README.md` says
//! what the whole fleet is. A machine that cannot boot one says what it lacks.

use std::path::Path;
use std::process::Command;

/// What is missing here, if anything.
fn lacks() -> Option<String> {
    let missing = |condition: bool, what: &str| condition.then(|| what.to_owned());
    let answers =
        |program: &str, arguments: &[&str]| Command::new(program).args(arguments).output().is_ok_and(|said| said.status.success());
    let root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n");
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/env");
    missing(!tools.exists(), "the stock tools: tests/tools/install")
        .or_else(|| missing(!root, "root, for namespaces and containers"))
        .or_else(|| missing(!answers("unshare", &["--net", "--mount", "true"]), "the right to make namespaces"))
        .or_else(|| missing(!answers("ip", &["link"]), "`ip`, of iproute2"))
        .or_else(|| missing(!Path::new("/dev/net/tun").exists(), "/dev/net/tun, for the tunnel"))
        .or_else(|| missing(!answers("apt-cache", &["show", "debootstrap"]), "Debian's lists of packages: apt-get update"))
}

#[test]
#[ignore = "boots a Debian, which takes minutes and root"]
fn a_machine_becomes_a_gate() {
    if let Some(what) = lacks() {
        panic!("this machine lacks {what}");
    }
    let output = Command::new("tests/fleet/run")
        .arg("small")
        .env("INFRAC", env!("CARGO_BIN_EXE_infrac"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let output = output.unwrap_or_else(|error| panic!("tests/fleet/run: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
