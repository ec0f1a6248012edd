//! Modules of a project, with what is hard to say in OpenTofu: their generated tests compare what OpenTofu computes of them with what the
//! compiler does.

use super::{Ready, Said};
use infrac::base::{Text, Workspace};
use infrac::driver::{Options, compile};
use infrac::host::library;
use std::collections::BTreeMap;
use std::sync::Arc;

const LIBRARY: &str = include_str!("../cases/modules/library.infra");

const PRODUCT: &str = r#"
product shop {
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = { prod = 10.0.0.0/16 }
  operators    = [{ name = "ada", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada" }]
}
provider hetzner eu { region = fsn1 }
stack things t { on = eu }
"#;

#[test]
fn modules_of_a_project_pass_their_tests() {
    let own = [("library/own.infra", LIBRARY), ("inventory/shop/product.infra", PRODUCT)];
    let mut files: Vec<(Text, Arc<str>)> = own.map(|(path, text)| (path.into(), text.into())).into();
    files.extend(library::files().into_iter().map(|(path, text)| (format!("{}{path}", library::PREFIX).into(), text.into())));
    let outcome = compile(&Workspace::new(files), &Options::default());
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics.first());
    let mut modules: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for (path, entry) in outcome.tree.iter() {
        if let Some((module, file)) = path.strip_prefix("modules/infra/").and_then(|path| path.split_once("/hetzner/")) {
            modules.entry(module).or_default().insert(file.to_owned(), entry.text().to_string());
        }
    }
    assert_eq!(modules.keys().copied().collect::<Vec<_>>(), ["choices", "keys", "made", "sums"]);
    for (name, files) in modules {
        let said = Ready::new(&files).test("main.tf", &files["main.tf"]);
        assert!(matches!(said, Said::Passed), "{name}: {said:?}");
    }
}
