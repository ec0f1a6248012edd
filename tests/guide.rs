//! The guide, done: every block of commands of `BOOTSTRAP.md`, in order, in one shell at the root of a generated tree. The tools are
//! stand-ins that know what they need, and refuse to work without it.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// What every stand-in begins with: it says that it was called, and how it refuses.
const BEGIN: &str = r##"#!/bin/sh
set -eu
name=${0##*/}
need() { [ "$@" ] || { echo "$name needs: $*" >&2; exit 99; }; }
echo "$name $*" >> "$LAB/log"
"##;

const TOOLS: &[(&str, &str)] = &[
    // A sign-in, and a vault of the environment; what was kept there is found again.
    (
        "op",
        r#"case "$1 $2" in
  "item list") echo '[]' ;;
  "item create") cat >> "$LAB/vault"; need -s "$LAB/vault" ;;
  "item get") jq --arg title "$3" 'select(.title == $title)' "$LAB/vault" ;;
  "item edit")
    need "$6" = --template
    jq --arg title "$3" 'select(.title != $title)' "$LAB/vault" > "$LAB/vault.new"
    cat "$7" >> "$LAB/vault.new"
    mv "$LAB/vault.new" "$LAB/vault"
    ;;
  "read op://acme-prod/vault/operator") jq --raw-output 'select(.title == "vault") | .fields[] | select(.label == "operator").value' "$LAB/vault" ;;
  "read op://acme-prod/authority/key") jq --raw-output 'select(.title == "authority") | .fields[] | select(.label == "key").value' "$LAB/vault" ;;
  *) exit 98 ;;
esac
"#,
    ),
    (
        "packer",
        r#"for last; do :; done
need -e "$last/image.pkr.json"
for word; do case $word in -var-file=*) need -e "${word#-var-file=}" ;; esac; done
need -e "$ANSIBLE_CONFIG"
"#,
    ),
    (
        "terragrunt",
        r#"need -n "$HCLOUD_TOKEN"
case "$TF_ENCRYPTION" in *'passphrase = "'?*'"'*aes_gcm*'state {'*'plan {'*) ;; *) echo "TF_ENCRYPTION is $TF_ENCRYPTION" >&2; exit 99 ;; esac
root=$PWD
while [ ! -e "$root/root.hcl" ]; do need "$root" != /; root=${root%/*}; done
need -e "$root/.bootstrap/prod.pem"
case "$*" in
  *"-- apply")
    need -e environment.hcl
    # Behind the first run everything is applied where the states are now.
    if [ -e "$LAB/joined" ]; then
      need -z "${INFRAC_STATE:-}"
      need -z "$(find ../.bootstrap -name tofu.tfstate)"
      exit 0
    fi
    need "$INFRAC_STATE" = bootstrap
    for unit in $(sed '/^#/d' bootstrap.units); do
      mkdir -p "../.bootstrap/prod/$unit"
      echo encrypted > "../.bootstrap/prod/$unit/tofu.tfstate"
    done
    ;;
  *"-- plan")
    need -z "${INFRAC_STATE:-}"
    need -e environment.hcl
    need -z "$(find ../.bootstrap -name tofu.tfstate)"
    ;;
  init*) need -n "$INFRAC_MIGRATING"; need -e "$root/$TG_WORKING_DIR/terragrunt.hcl"; need -e "$LAB/joined" ;;
  "state pull") case "$INFRAC_STATE" in store) echo '{"version":4,"serial":0,"lineage":""}' ;; *) echo '{}' ;; esac ;;
  "output -json name_servers") need -e terragrunt.hcl; need "$INFRAC_STATE" = bootstrap; need -e "$root/.bootstrap/prod/front/zone/tofu.tfstate"; echo '["a.ns.example"]'; : > "$LAB/delegated" ;;
  "state list") need -e terragrunt.hcl; need -z "${INFRAC_STATE:-}"; printf '%s\n' 'x.spread' 'x.node["acme-prod-mgmt-nodes-0"]' ;;
  'apply -replace=x.node["acme-prod-mgmt-nodes-0"]') need -e terragrunt.hcl ;;
  *) exit 98 ;;
esac
for word; do case $word in ./*) word=${word%/\*\*}; need -d "$word" ;; esac; done
"#,
    ),
    ("ansible-galaxy", "need -e ansible/requirements.yml\n"),
    (
        "ansible-playbook",
        r#"need -e "$ANSIBLE_CONFIG"
need -n "$ANSIBLE_REMOTE_USER"
need "$1" = --inventory
need -e "$2/hosts.yml"
for last; do :; done
need -e "$last"
need -s "$LAB/vault"
case "$last" in
  */mgmt.yml) need -e "$LAB/gate" ;;
  # Its name is answered by a zone that has to be delegated first.
  */access.yml) need -e "$LAB/delegated"; : > "$LAB/gate" ;;
esac
case "$*" in *"--limit "*) need -e "$LAB/signed-again" ;; esac
"#,
    ),
    (
        "ansible",
        r#"need -e "$ANSIBLE_CONFIG"
need -e "$LAB/gate"
need "$1 $2" = "access --inventory"
need -e "$3/hosts.yml"
printf 'acme-prod-access-gate-0 | CHANGED | rc=0 >>\nGATEKEY=\n'
"#,
    ),
    (
        "sudo",
        r#"case "$*" in
  "install -D --mode=0600 /dev/stdin /etc/wireguard/infrac.conf") cat > "$LAB/infrac.conf" ;;
  "wg-quick up infrac")
    need -s "$LAB/infrac.conf"
    grep -qx 'PublicKey = GATEKEY=' "$LAB/infrac.conf"
    grep -qx 'PrivateKey = OWNKEY=' "$LAB/infrac.conf"
    grep -Eqx 'Address = 10\.20\.[0-9.]+/32' "$LAB/infrac.conf"
    grep -q '^Endpoint = vpn.acme.example.com:' "$LAB/infrac.conf"
    ! grep -q '[{}#]' "$LAB/infrac.conf"
    : > "$LAB/joined"
    ;;
  *) exit 98 ;;
esac
"#,
    ),
    (
        "ssh",
        r#"for word; do case $word in
  'cat /etc/ssh/ssh_host_ed25519_key.pub') cat "$LAB/host.pub"; exit ;;
  *HostCertificate*)
    cat > "$LAB/certificate"
    ssh-keygen -L -f "$LAB/certificate" | grep -q 'host certificate'
    [ ! -e "$LAB/signed" ] || : > "$LAB/signed-again"
    exit ;;
esac; done
exit 98
"#,
    ),
    ("ssh-keygen", "case \"$1\" in -R) need \"$2\" = 10.20.0.2 ;; *) PATH=/usr/local/bin:/usr/bin exec ssh-keygen \"$@\" ;; esac\n"),
    (
        "bao",
        r#"need -e "$LAB/joined"
need -s "$BAO_CACERT"
case "$*" in *password=-) need "$(cat)" = "$(op read op://acme-prod/vault/operator)" ;; esac
case "$1" in write | policy) [ "$#" -lt 4 ] || cat > /dev/null ;; esac
: > "$LAB/signed"
"#,
    ),
    (
        "aws",
        r#"case "$1 $2" in "iam get-"*) exit 1 ;; "iam "*) ;; *) exit 98 ;; esac
"#,
    ),
    (
        "gh",
        r#"case "$*" in
  "api --silent --method PUT repos/"*) ;;
  # A branch is asked for before it is added, and both for one environment.
  "api repos/"*"/deployment-branch-policies --jq .branch_policies[].name") echo "$2" > "$LAB/asked" ;;
  "api --silent --method POST "*"/deployment-branch-policies --field name=main") need "$5" = "$(cat "$LAB/asked")" ;;
  "variable set AUTHORITY "*) grep -q 'BEGIN CERTIFICATE' ;;
  *) exit 98 ;;
esac
"#,
    ),
];

/// The blocks of commands of a guide, in order, without the margin of the step that each stands in.
fn blocks(guide: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for line in guide.lines() {
        match &mut open {
            None if line.trim_start() == "```sh" => open = Some((line.len() - "```sh".len(), String::new())),
            None => {}
            Some((_, block)) if line.trim_start() == "```" => {
                found.push(std::mem::take(block));
                open = None;
            }
            Some((margin, block)) => {
                assert!(line.is_empty() || line.len() > *margin && line[..*margin].trim().is_empty(), "{line}");
                block.push_str(line.get(*margin..).unwrap_or_default());
                block.push('\n');
            }
        }
    }
    assert!(open.is_none());
    found
}

#[test]
fn the_guide_does_what_it_says() {
    let lab = tempfile::tempdir().unwrap();
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/inventory");
    let tree = lab.path().join("tree");
    for entry in walkdir::WalkDir::new(&snapshot) {
        let entry = entry.unwrap();
        let path = tree.join(entry.path().strip_prefix(&snapshot).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::copy(entry.path(), path).unwrap();
        }
    }
    fs::create_dir_all(lab.path().join("tools")).unwrap();
    for (name, text) in TOOLS {
        let path = lab.path().join("tools").join(name);
        fs::write(&path, format!("{BEGIN}{text}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let key = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(lab.path().join("host")).status().unwrap();
    assert!(key.success());
    fs::create_dir_all(lab.path().join("home/.ssh")).unwrap();
    fs::write(lab.path().join("home/.ssh/known_hosts"), "").unwrap();
    fs::write(lab.path().join("tunnel.key"), "OWNKEY=\n").unwrap();

    let guide = fs::read_to_string(snapshot.join("live/acme/BOOTSTRAP.md")).unwrap();
    let blocks = blocks(&guide);
    assert!(blocks.len() >= 12, "{}", blocks.len());
    let mut script = String::from("set -eu\n");
    for (at, block) in blocks.iter().enumerate() {
        let said = [
            ("<environment>", "prod"),
            ("<machine>", "acme-prod-mgmt-nodes-0"),
            ("<stack>/<unit>", "mgmt/nodes"),
            ("<stack>", "mgmt"),
            ("<secret>", "consul/gossip"),
            ("<domain>", "acme.example.com"),
        ];
        let block = said.iter().fold(block.clone(), |block, (placeholder, value)| block.replace(placeholder, value));
        assert!(!block.contains('<') || block.contains("< \""), "a placeholder that nobody fills: {block}");
        script.push_str(&format!("echo 'block {at}' >> \"$LAB/log\"\n{block}"));
        // Whatever a block does, the next one begins where it began.
        script.push_str("[ \"$PWD\" = \"$LAB/tree\" ] || exit 97\n");
    }
    fs::write(lab.path().join("guide.sh"), &script).unwrap();
    let path = format!("{}:{}", lab.path().join("tools").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.arg(lab.path().join("guide.sh")).current_dir(&tree).env_clear();
    command.env("PATH", path).env("LAB", lab.path()).env("HOME", lab.path().join("home"));
    // What the table of the guide asks for.
    for variable in ["HCLOUD_TOKEN", "CLOUDFLARE_API_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "CONSUL_HTTP_TOKEN"] {
        assert!(guide.contains(&format!("`{variable}`")), "{variable}");
        command.env(variable, "given");
    }
    command.env("ANSIBLE_REMOTE_USER", "ada").env("OPERATOR", "ada").env("TUNNEL_KEY", lab.path().join("tunnel.key"));
    command.env("BAO_TOKEN", "given");
    let done = command.output().unwrap();
    let log = fs::read_to_string(lab.path().join("log")).unwrap_or_default();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{:?}\n{said}\n{log}", done.status.code());

    let place = |call: &str| log.find(call).unwrap_or_else(|| panic!("`{call}` was never called:\n{log}"));
    let order = [
        "op item create",
        "packer build",
        "terragrunt run",
        "terragrunt output -json name_servers",
        "ansible/playbooks/acme/access.yml",
        "ansible/playbooks/acme/mgmt.yml",
        "sudo wg-quick up",
        "ssh ",
        "terragrunt init",
        "ansible/playbooks/acme/web_us.yml",
        "bao policy write acme.prod.plan",
        "aws iam create-role --role-name acme.prod.plan.github",
        "gh variable set",
        "apply -replace",
        "--limit acme-prod-mgmt-nodes-0",
        "op item edit consul",
        "bao write auth/userpass/users/operator/password password=-",
        "bao lease revoke -prefix auth/userpass/login/operator",
        "bao write -force sys/rotate/root",
    ];
    for pair in order.windows(2) {
        assert!(place(pair[0]) < place(pair[1]), "{} comes before {}\n{log}", pair[0], pair[1]);
    }
    assert!(log.contains("repos/acme/infrastructure/environments/acme%2Fprod%2Fdrift"), "{log}");
}
