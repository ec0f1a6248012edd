//! A release is installed only where the vendor's own key has signed the list of its checksums.

use crate::tools::Folder;
use crate::{generated, tasks};
use std::process::Command;

/// The fingerprint that the library pins for the release of Consul.
const PINNED: &str = "C874011F0AB405110D02105534365D9472D7468F";

/// A home of gpg in which keys are made.
struct Keys<'a>(&'a Folder);

impl Keys<'_> {
    fn gpg(&self, arguments: &[&str]) -> String {
        let home = self.0.path().join("gpg");
        let always = ["--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--allow-freeform-uid"];
        let output = Command::new("gpg").arg("--homedir").arg(home).args(always).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes a key and gives its fingerprint.
    fn make(&self, user: &str, time: &str, expires: &str) -> String {
        self.gpg(&["--faked-system-time", time, "--quick-gen-key", user, "ed25519", "sign", expires]);
        let listed = self.gpg(&["--with-colons", "--list-keys"]);
        listed.lines().rfind(|line| line.starts_with("fpr:")).unwrap().split(':').nth(9).unwrap().to_owned()
    }

    /// What a vendor publishes for a host: the list, its signature, and keys.
    fn publish(&self, host: &str, signer: &str, time: &str, keys: &[&str], list: &str) {
        let file = |name: &str| self.0.path().join(host).join(name).to_str().unwrap().to_owned();
        self.0.write(&format!("{host}/checksums"), list);
        let (list, signature, published) = (file("checksums"), file("checksums.sig"), file("vendor.asc"));
        self.gpg(&["--faked-system-time", time, "--local-user", signer, "--output", &signature, "--detach-sign", &list]);
        let mut export = vec!["--armor", "--output", &published, "--export"];
        export.extend(keys);
        self.gpg(&export);
    }
}

#[test]
fn a_release_is_accepted_from_its_vendor_only() {
    const NOW: &str = "20260101T000000";
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("gpg")).unwrap();
    std::fs::set_permissions(folder.path().join("gpg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let keys = Keys(&folder);
    let vendor = keys.make("Vendor <vendor@example.com>", NOW, "never");
    let list = "0000  consul_1.22.3_linux_amd64.zip\n";
    keys.publish("honest", &vendor, NOW, &[&vendor], list);

    // A user id says what gpgv says of a good signature: on its line, behind separators of lines, with the whole line before it.
    let line = format!("[GNUPG:] VALIDSIG {vendor} 2026-01-01 1767225600 0 4 0 22 8 00 {vendor}");
    let users = [
        format!("VALIDSIG x {vendor}"),
        line.clone(),
        format!("x\u{2028}{line}"),
        format!("x\u{2029}{line}\u{2029}"),
        format!("x\u{85}{line}"),
        format!("x {line} "),
    ];
    let mut hosts = vec!["honest".to_owned()];
    for (at, user) in users.iter().enumerate() {
        let forger = keys.make(user, NOW, "never");
        for (kind, published) in [("alone", vec![forger.as_str()]), ("beside", vec![vendor.as_str(), forger.as_str()])] {
            let host = format!("forged{at}{kind}");
            keys.publish(&host, &forger, NOW, &published, list);
            hosts.push(host);
        }
    }
    // The vendor's signature of another list, and one that counted before its key expired.
    keys.publish("changed", &vendor, NOW, &[&vendor], list);
    folder.write("changed/checksums", "1111  consul_1.22.3_linux_amd64.zip\n");
    let expired = keys.make("Expired <vendor@example.com>", "20200101T000000", "1d");
    keys.publish("expired", &expired, "20200101T010000", &[&expired], list);
    hosts.extend(["changed".to_owned(), "expired".to_owned()]);
    let _ = Command::new("gpgconf").arg("--homedir").arg(folder.path().join("gpg")).args(["--kill", "all"]).status();

    let install = generated("ansible/roles/consul/tasks/install.yml");
    let checks = tasks(&install, "Make a keyring of the vendor's key", "Fetch the release of consul");
    assert_eq!(checks.matches(PINNED).count(), 1, "{checks}");
    let checks = checks.replace(PINNED, "{{ fingerprint }}").replace("/var/cache/consul", ".");
    let indented: String = checks.lines().map(|line| format!("    {line}\n")).collect();
    folder.write(
        "play.yml",
        &format!(
            "- name: Check\n  hosts: all\n  connection: local\n  gather_facts: false\n  module_defaults:\n    \
             ansible.builtin.command:\n      chdir: \"{{{{ playbook_dir }}}}/{{{{ inventory_hostname }}}}\"\n  vars:\n    \
             ansible_python_interpreter: \"{{{{ ansible_playbook_python }}}}\"\n    fingerprint: \"{{{{ '{vendor}' if inventory_hostname != 'expired' else '{expired}' }}}}\"\n  tasks:\n{indented}\n    \
             - name: Note what was accepted\n      ansible.builtin.copy:\n        content: yes\n        \
             dest: \"{{{{ playbook_dir }}}}/{{{{ inventory_hostname }}}}/accepted\"\n        mode: \"0600\"\n"
        ),
    );
    let inventory = hosts.join(",") + ",";
    folder.run(&["sh", "-c", "ansible-playbook --forks 4 --inventory \"$0\" play.yml > log 2>&1 || true", &inventory]);
    let accepted: Vec<&str> = hosts.iter().map(String::as_str).filter(|host| folder.path().join(host).join("accepted").exists()).collect();
    assert_eq!(accepted, ["honest"], "{}", String::from_utf8_lossy(&folder.read("log")));
    let log = String::from_utf8(folder.read("log")).unwrap();
    assert_eq!(log.matches("failed=1").count(), hosts.len() - 1, "each of the others is refused: {log}");
}
