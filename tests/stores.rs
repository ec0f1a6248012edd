//! Each store of states that the library has: what OpenTofu itself makes of the arguments that are written for it. Nobody answers, so
//! OpenTofu goes as far as the first connection: an argument that a backend does not have, or lacks, stops it before that.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The stores: the product, the declaration, and where OpenTofu asks for the state of the unit `prod/web/own`.
const STORES: [(&str, &str, &str); 6] = [
    ("s3", "store s3 states { bucket = \"acme-states\", region = \"eu-central-1\" }", "https://sts.eu-central-1.amazonaws.com/"),
    ("gcs", "store gcs states { bucket = \"acme-states\" }", "/storage/v1/b/acme-states/o?"),
    (
        "azurerm",
        "store azurerm states { account = \"acmestates\", container = \"states\" }",
        "https://acmestates.blob.core.windows.net/states?comp=list&marker=&prefix=of-azurerm%2Fprod%2Fweb%2Fown%2Ftofu.tfstate",
    ),
    ("consul", "store consul states { address = \"127.0.0.1:9\" }", "https://127.0.0.1:9/v1/kv/infrac/states/of-consul/prod/web/own"),
    ("gitlab", "store gitlab states { project = 42 }", "https://gitlab.com/api/v4/projects/42/terraform/state/of-gitlab.prod.web.own"),
    (
        "oci",
        "store oci states { bucket = \"acme-states\", namespace = \"abcdef\", region = \"eu-frankfurt-1\" }",
        "https://abcdef.compat.objectstorage.eu-frankfurt-1.oraclecloud.com/acme-states?",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project with a product for each store, and the plane that keeps locks for the one that keeps none; built.
fn project(name: &str) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&project);
    let write = |path: &str, text: &str| {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("infra.toml", "name = \"stores\"\nedition = \"2026\"\noutput = \"generated\"\n");
    write("inventory/platform/product.infra", include_str!("cases/plane/platform.infra"));
    let shop = include_str!("cases/plane/shop.infra");
    for (store, declaration, _) in STORES {
        let lock = if store == "oci" { "lock = platform.mgmt.consul, " } else { "" };
        let text = shop
            .replace("shop0", &format!("of-{store}"))
            .replace("store = platform.mgmt.garage, lock = platform.mgmt.consul, ", &format!("store = states, {lock}"));
        write(&format!("inventory/of-{store}/product.infra"), &format!("{text}\n{declaration}\n"));
    }
    let mut build = Command::new(env!("CARGO_BIN_EXE_infrac"));
    said(&build.args(["build", "--project"]).arg(&project).env("XDG_CACHE_HOME", &project).output().unwrap(), true);
    project
}

fn said(output: &Output, is_success: bool) -> String {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.success(), is_success, "{said}");
    said
}

/// Runs a tool of `.tools` in a folder.
fn tool(folder: &Path, script: &str, variables: &[(&str, String)]) -> Output {
    let script = format!(". '{}/.tools/env' && {script}", root().display());
    Command::new("sh").args(["-c", &script]).current_dir(folder).envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap()
}

#[test]
fn terragrunt_reads_every_store() {
    let project = project("stores-judged");
    let output = Command::new(root().join("tests/judge/terragrunt")).arg(project.join("generated")).output().unwrap();
    said(&output, true);
}

#[test]
fn opentofu_knows_the_arguments_of_every_store_and_asks_in_the_right_place() {
    let project = project("stores-asked");
    for (store, _, place) in STORES {
        let unit = project.join(format!("generated/live/of-{store}/prod/web/own"));
        let rendered = tool(&unit, "terragrunt render --json", &[]);
        assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
        let rendered: serde_json::Value = serde_json::from_slice(&rendered.stdout).unwrap();
        let state = &rendered["remote_state"];
        let folder = project.join(store);
        fs::create_dir_all(&folder).unwrap();
        let profiles = folder.join("profiles");
        fs::write(&profiles, format!("[of-{store}-prod-states]\naws_access_key_id = a\naws_secret_access_key = b\n")).unwrap();
        let google = r#"{"type":"service_account","client_email":"a@b.example","private_key":"x","token_uri":"http://127.0.0.1:9/"}"#;
        let nobody = || "http://127.0.0.1:9".to_owned();
        let variables = [
            ("AWS_SHARED_CREDENTIALS_FILE", profiles.display().to_string()),
            ("AWS_MAX_ATTEMPTS", "1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("ARM_ACCESS_KEY", "YQ==".into()),
            ("GOOGLE_BACKEND_CREDENTIALS", google.into()),
            ("TF_HTTP_USERNAME", "ada".into()),
            ("TF_HTTP_PASSWORD", "x".into()),
            ("TF_HTTP_RETRY_MAX", "0".into()),
            ("CONSUL_HTTP_TOKEN", "x".into()),
            ("HTTP_PROXY", nobody()),
            ("HTTPS_PROXY", nobody()),
        ];
        let init = |arguments: &serde_json::Value| {
            let backend = serde_json::json!({ "terraform": { "backend": { state["backend"].as_str().unwrap(): arguments } } });
            fs::write(folder.join("main.tf.json"), backend.to_string()).unwrap();
            let _ = fs::remove_dir_all(folder.join(".terraform"));
            // Lines are broken where a terminal would end.
            said(&tool(&folder, "tofu init -input=false -no-color", &variables), false).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let asked = init(&state["config"]);
        assert!(asked.contains(place), "{store}: {asked}");
        // OpenTofu does look at the arguments.
        let mut wrong = state["config"].clone();
        wrong["nonsense"] = true.into();
        let refused = init(&wrong);
        assert!(refused.contains("is named \"nonsense\""), "{store}: {refused}");
    }
}
