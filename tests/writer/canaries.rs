//! A hundred planted secrets: none of them is in a file, a message or a log.

use super::program::{Node, Program, repository};
use infrac::base::{Text, Workspace};
use infrac::diag::Severity;
use infrac::driver::{Options, compile};
use infrac::render::{Format, render, resolve};
use std::collections::BTreeMap;
use std::sync::Arc;

const EXAMPLE: &str = "examples/one-server-hetzner";
const PRODUCT: &str = "inventory/shop/product.infra";
const FORMATS: [&str; 7] = ["text", "concise", "json", "github", "gitlab", "sarif", "markdown"];

/// A text that stands nowhere else.
fn canary(number: usize) -> String {
    format!("c4n4ry{number:03}hunter2")
}

/// Every way in which any of them could be seen: as it is, in the other case, in base 64 and in hexadecimal.
fn sightings(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let hex: String = "c4n4ry".bytes().map(|byte| format!("{byte:02x}")).collect();
    ["c4n4ry", "hunter2", "YzRuNHJ5", "aHVudGVyMg", hex.as_str()]
        .iter()
        .filter(|form| lower.contains(&form.to_lowercase()))
        .map(|form| (*form).to_owned())
        .collect()
}

/// A project with secrets wherever they are none of the compiler's business: 25 in comments and settings, 25 beside the
/// sources, 25 in the environment.
fn planted() -> (Program, Vec<(String, String)>) {
    let project = Program::of(EXAMPLE);
    let mut numbers = 0..75;
    let mut next = || canary(numbers.next().unwrap());
    let text = project.read(PRODUCT);
    let mut commented = String::new();
    for (number, line) in text.lines().enumerate() {
        commented.push_str(line);
        if number < 13 && !line.is_empty() {
            commented.push_str(&format!("  # {}", next()));
        }
        commented.push('\n');
    }
    while numbers_left(&commented) < 22 {
        commented.push_str(&format!("# {}\n", next()));
    }
    project.put(PRODUCT, &commented);
    let settings = project.read("infra.toml");
    project.put("infra.toml", &format!("# {}\n{settings}\n# {}\n# {}\n", next(), next(), next()));
    let beside = [
        ".env",
        ".envrc",
        ".netrc",
        "../.env",
        "../secrets.yml",
        "id_ed25519",
        "terraform.tfvars",
        "terraform.tfstate",
        ".git/config",
        "inventory/.env",
        "inventory/.hidden.infra",
        "inventory/secrets.yml",
        "inventory/README.md",
        "inventory/shop/notes.md",
        "inventory/shop/.product.infra.swp",
        "inventory/shop/product.infra~",
        "inventory/shop/product.infra.orig",
        "inventory/shop/vault.json",
        "inventory/shop/.vault-password",
        "generated/.env",
        "generated/mine.txt",
        "generated/live/shop/mine.hcl",
        "generated/live/shop/terraform.tfstate",
        "generated/modules/mine.tf",
        "generated/ansible/roles/base/mine.yml",
    ];
    for path in beside {
        project.put(path, &format!("password = \"{}\"\n", next()));
    }
    let names = [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "HCLOUD_TOKEN",
        "CLOUDFLARE_API_TOKEN",
        "VAULT_TOKEN",
        "CONSUL_HTTP_TOKEN",
        "GITHUB_TOKEN",
        "GITLAB_TOKEN",
        "CI_JOB_TOKEN",
        "TF_VAR_password",
        "ANSIBLE_VAULT_PASSWORD",
        "OP_SESSION",
        "SOPS_AGE_KEY",
        "SSH_AUTH_SOCK",
        "USER",
        "LOGNAME",
        "HOSTNAME",
        "HOME",
        "PWD",
        "SHELL",
        "EDITOR",
        "INFRAC_TOKEN",
        "RUST_LOG",
        "DATABASE_URL",
        "PASSWORD",
    ];
    let environment = names.iter().map(|name| ((*name).to_owned(), next())).collect();
    (project, environment)
}

fn numbers_left(text: &str) -> usize {
    text.matches("c4n4ry").count()
}

fn said(project: &Program, environment: &[(String, String)], arguments: &[&str], code: i32) {
    let output = project.command(arguments).envs(environment.iter().cloned()).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(sightings(&text), Vec::<String>::new(), "infrac {arguments:?} says {text}");
}

#[test]
fn what_is_no_value_reaches_no_file_and_no_message() {
    let (project, environment) = planted();
    let planted: usize = project
        .snapshot()
        .values()
        .map(|node| matches!(node, Node::File { bytes, .. } if !sightings(&String::from_utf8_lossy(bytes)).is_empty()))
        .map(usize::from)
        .sum();
    assert!(planted >= 25, "{planted} files are planted");
    let before = project.snapshot();
    said(&project, &environment, &["check"], 0);
    said(&project, &environment, &["build"], 0);
    said(&project, &environment, &["build", "--check"], 0);
    said(&project, &environment, &["graph"], 0);
    let made: Vec<(String, Node)> = project.snapshot().into_iter().filter(|(path, _)| !before.contains_key(path)).collect();
    assert!(made.len() > 100);
    for (path, node) in &made {
        assert_eq!(sightings(path), Vec::<String>::new());
        if let Node::File { bytes, .. } = node {
            assert_eq!(sightings(&String::from_utf8_lossy(bytes)), Vec::<String>::new(), "{path}");
        }
    }

    // Whatever goes wrong, only the lines that are meant are shown.
    project.put("inventory/shop/wrong.infra", "provider hetzner other { region = nowhere }\n");
    for format in FORMATS {
        said(&project, &environment, &["build", "--output", format], 1);
        said(&project, &environment, &["check", "--output", format], 1);
    }
    project.put("infra.toml", "name = 1\n");
    said(&project, &environment, &["build"], 1);
    said(&project, &environment, &["build", "--project", "/nowhere"], 2);
}

/// Where a secret is needed, what a person may write in its place: 25 of them. A reference, also a misspelt one, is public: it
/// says where a secret is.
const FORMS: &[&str] = &[
    r#"= "CANARY""#,
    r#"= "CANARY CANARY""#,
    r#"= "CANARY ${product.name} CANARY""#,
    r#"= "CANARY\"CANARY""#,
    r#"= "ä CANARY 日本 CANARY""#,
    r#"= if environment == staging then "CANARY" else "CANARY""#,
    r#"= ["CANARY", "CANARY"]"#,
    r#"= { password = "CANARY" }"#,
    r#"= secret("CANARY")"#,
    r#"= secret("CANARY:CANARY")"#,
    r#"= secret("//user:CANARY@host")"#,
    r#"= secret("https://CANARY:CANARY@host/")"#,
    r#"= secret("CANARY#CANARY")"#,
    r#"= secret("${product.name}:CANARY")"#,
    r#"= ["CANARY ${product.name} CANARY"]"#,
];

#[test]
fn a_secret_that_is_written_out_is_an_error_that_does_not_repeat_it() {
    let project = infrac::host::load(repository()).unwrap();
    let sources: BTreeMap<Text, Arc<str>> = project.workspace.files().map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
    let service: Text = "<stdlib>/services/consul.infra".into();
    let place = "= generated(\"consul/gossip\", bytes = 32)";
    assert_eq!(sources[&service].matches(place).count(), 1);
    let mut number = 75;
    let mut leaks = Vec::new();
    for form in FORMS {
        let mut form = (*form).to_owned();
        while form.contains("CANARY") {
            form = form.replacen("CANARY", &canary(number), 1);
            number += 1;
        }
        let mut files = sources.clone();
        files.insert(service.clone(), sources[&service].replace(place, &form).into());
        let workspace = Workspace::new(files);
        let outcome = compile(&workspace, &Options::default());
        assert!(outcome.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error), "`{form}` is no error");
        let reports = resolve(&workspace, &outcome.diagnostics, "");

        for format in [Format::Text, Format::Concise, Format::Json, Format::Github, Format::Gitlab, Format::Sarif] {
            let text = render(format, &reports);
            if !sightings(&text).is_empty() {
                leaks.push(format!("`{form}` as {format:?}: {text}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    assert!(number >= 100, "{number} canaries");
}
