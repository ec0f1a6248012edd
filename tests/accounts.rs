//! Several accounts of one cloud in one environment: which credentials each unit and each image gets, and what an account refuses to take
//! twice. Terragrunt itself runs; OpenTofu and the store of secrets are stand-ins that say what they were given.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PRODUCT: &str = include_str!("cases/accounts/product.infra");

/// Answers what a role asks for with what was asked.
const STORE: &str = r#"#!/bin/sh
case "$*" in
  write*) cat > /dev/null; echo token ;;
  *) for field; do case $field in -field=*) name=${field#-field=} ;; esac; done; echo "$name of $field" ;;
esac
"#;

/// Says which credentials it sees.
const TOFU: &str = r#"#!/bin/sh
case "$1" in
  *version) echo "OpenTofu v1.12.0" ;;
  output) echo '{}' ;;
  plan) echo "$PWD|${HCLOUD_TOKEN-unset}|${AWS_WEB_IDENTITY_TOKEN_FILE-unset}" >> "$SEEN" ;;
esac
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn infrac(project: &Path, command: &str) -> Output {
    let mut infrac = Command::new(env!("CARGO_BIN_EXE_infrac"));
    infrac.args([command, "--project"]).arg(project).env("XDG_CACHE_HOME", project).output().unwrap()
}

/// A project with one product.
fn project(name: &str, product: &str) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&project);
    fs::create_dir_all(project.join("inventory/shop")).unwrap();
    fs::write(project.join("infra.toml"), "name = \"accounts\"\nedition = \"2026\"\noutput = \"generated\"\n").unwrap();
    fs::write(project.join("inventory/shop/product.infra"), product).unwrap();
    project
}

fn built(name: &str, product: &str) -> PathBuf {
    let project = project(name, product);
    let output = infrac(&project, "build");
    assert!(output.status.success(), "{}", said(&output));
    project.join("generated")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn tool(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Plans every unit, with what the script of the role `plan` reads, and with one credential that nobody asked for. By stack: the token
/// of Hetzner, and the identity for AWS.
fn planned(generated: &Path) -> BTreeMap<String, (String, String)> {
    let tools = generated.join("stand-ins");
    tool(&tools, "bao", STORE);
    tool(&tools, "tofu", TOFU);
    let seen = generated.join("seen");
    let script = format!(
        "set -eu\n. '{}/.tools/env'\nPATH=\"$PWD/stand-ins:$PATH\"\nidentity=x system=github authority=\n\
         file() {{ :; }}\ntoken() {{ token=\"for $1\"; }}\nmachines() {{ :; }}\nprofile() {{ :; }}\n\
         . live/shop/prod/credentials/plan.sh\n\
         export INFRAC_STATE=bootstrap SEEN='{}'\ncd live/shop/prod\n\
         terragrunt run --all --non-interactive --no-color -- plan\n",
        root().display(),
        seen.display(),
    );
    let run = Command::new("sh").args(["-c", &script]).current_dir(generated).env("HCLOUD_TOKEN", "stray").output().unwrap();
    assert!(run.status.success(), "{}", said(&run));
    let mut stacks = BTreeMap::new();
    for line in fs::read_to_string(&seen).unwrap().lines() {
        let [folder, hetzner, aws] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let stack = folder.split("/live/shop/prod/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let got = (hetzner.to_owned(), aws.to_owned());
        assert_eq!(*stacks.entry(stack).or_insert_with(|| got.clone()), got, "{line}");
    }
    stacks
}

#[test]
fn each_unit_is_planned_with_the_credentials_of_its_own_account() {
    let generated = built("accounts", PRODUCT);
    let stacks = planned(&generated);
    let of = |account: &str| format!("token of shop/prod/plan/{account}");
    assert_eq!(stacks["mgmt"].0, of("own"));
    assert_eq!(stacks["access"].0, of("own"));
    assert_eq!(stacks["web"].0, of("customer"));
    // One account in two regions knows a job once, by the variables that the plugin reads.
    assert_eq!(stacks["east"].1, "for us");
    assert_eq!(stacks["ice"].1, "for us");
    let read = |path: &str| fs::read_to_string(generated.join("live/shop").join(path)).unwrap();
    assert!(!read("providers/us.hcl").contains("extra_arguments"));
    assert!(!read("prod/credentials/plan.sh").contains("north"));
}

#[test]
fn a_credential_that_is_not_there_is_never_that_of_another_account() {
    let generated = built("accounts-missing", PRODUCT);
    let script = generated.join("live/shop/prod/credentials/plan.sh");
    let without: String = fs::read_to_string(&script)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("HCLOUD_TOKEN_CUSTOMER="))
        .fold(String::new(), |text, line| text + &line.replace(" HCLOUD_TOKEN_CUSTOMER", "") + "\n");
    fs::write(&script, without).unwrap();
    let stacks = planned(&generated);
    assert_eq!(stacks["web"].0, "");
    assert_eq!(stacks["mgmt"].0, "token of shop/prod/plan/own");
}

#[test]
fn an_image_is_baked_with_the_credentials_of_its_account() {
    let generated = built("accounts-images", PRODUCT);
    let read = |path: &str| fs::read_to_string(generated.join("live/shop").join(path)).unwrap();
    for account in ["own", "customer"] {
        let script = read(&format!("prod/credentials/image-{account}.sh"));
        let line = format!("HCLOUD_TOKEN=$(bao kv get -mount=kv -field=token shop/prod/image-{account}/{account})");
        assert!(script.contains(&line), "{script}");
    }
    let guide = read("BOOTSTRAP.md");
    assert!(guide.contains("HCLOUD_TOKEN=\"$HCLOUD_TOKEN_OWN\" ./ci/image.sh shop \"$environment\" base own\n"), "{guide}");
    assert!(guide.contains("`HCLOUD_TOKEN_CUSTOMER`, `HCLOUD_TOKEN_OWN`") && !guide.contains("`HCLOUD_TOKEN`"), "{guide}");
}

#[test]
fn one_account_has_the_variables_that_its_plugin_reads() {
    let one = PRODUCT
        .replace("region = hel1 }", "region = hel1, credentials = own }")
        .replace("on = customer,", "on = customer, keys = [mgmt.keys],");
    let generated = built("accounts-one", &one);
    let stacks = planned(&generated);
    let own = "token of shop/prod/plan/own";
    assert_eq!((stacks["mgmt"].0.as_str(), stacks["web"].0.as_str()), (own, own));
    assert!(!fs::read_to_string(generated.join("live/shop/prod/environment.hcl")).unwrap().contains("credentials"));
    // The key of the operators is registered once.
    assert!(!generated.join("live/shop/prod/web/own").exists());
}

#[test]
fn an_account_takes_a_key_once() {
    let one = PRODUCT.replace("region = hel1 }", "region = hel1, credentials = own }");
    let output = infrac(&project("accounts-key", &one), "check");
    assert!(!output.status.success());
    assert!(said(&output).contains("makes a key that `mgmt` makes in the same account already"), "{}", said(&output));
    let circle = PRODUCT
        .replace("region = hel1 }", "region = hel1, credentials = own }")
        .replace("region = fsn1 }", "region = fsn1, credentials = customer }");
    let output = infrac(&project("accounts-circle", &circle), "check");
    assert!(!output.status.success());
    assert!(said(&output).contains("IC0206"), "{}", said(&output));
}
