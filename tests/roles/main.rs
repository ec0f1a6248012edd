//! Tasks of the generated roles, run by Ansible on this machine: what they refuse and what they accept. Whole roles on whole
//! machines are the matter of `tests/fleet`.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod archives;
mod expressions;
mod forged;
mod formats;
mod packages;
mod repeated;
#[allow(dead_code, reason = "the tests of strings use the rest of it")]
#[path = "../strings/tools.rs"]
mod tools;

use infrac::base::{Text, Workspace};
use infrac::driver::{Options, Outcome, compile};
use infrac::host::library;
use std::fs;
use std::path::Path;

/// A product for services of a test's own.
const PRODUCT: &str = r#"
product shop {
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = { prod = 10.0.0.0/16 }
  operators    = [{ name = "ada", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada" }]
}
provider hetzner eu { region = fsn1 }
"#;

/// What that product gives with further declarations.
fn compiled(declared: &str) -> Outcome {
    let files = library::files().into_iter().map(|(path, text)| (Text::from(format!("{}{path}", library::PREFIX)), text.into()));
    let product = ("inventory/shop/product.infra".into(), format!("{PRODUCT}{declared}").into());
    compile(&Workspace::new(files.chain([product])), &Options::default())
}

/// A generated file of the first inventory.
fn generated(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/inventory").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tasks of a generated list from the one with a name up to another one, without their indentation.
fn tasks(list: &str, from: &str, to: &str) -> String {
    let start = list.find(from).map(|at| list[..at].rfind("- name: ").unwrap()).unwrap();
    let end = list.find(to).map(|at| list[..at].rfind("- name: ").unwrap()).unwrap();
    let indent = start - list[..start].rfind('\n').map_or(0, |at| at + 1);
    let lines = list[start - indent..end].lines();
    lines.map(|line| line.get(indent..).unwrap_or_default()).collect::<Vec<_>>().join("\n") + "\n"
}
