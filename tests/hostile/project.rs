//! A small project in memory: one stack at one provider, with the part of the library that it stands on.

use infrac::base::{Text, Workspace};
use infrac::host::library;
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// What of the library it stands on; less would not compile.
pub const LIBRARY: [&str; 6] = [
    "core.infra",
    "core/licences.infra",
    "modules/ssh.infra",
    "providers/hetzner/provider.infra",
    "providers/hetzner/ssh.infra",
    "types.infra",
];

/// Its schema, of which one resource is needed, and those of which the provider says what their names look like.
const SCHEMA: &str = "schemas/hcloud.json";
const RESOURCE: &str = "hcloud_ssh_key";
const PROVIDER: &str = "providers/hetzner/provider.infra";

/// Where its product stands.
pub const PRODUCT: &str = "inventory/shop/product.infra";

/// The files of the project.
pub static FILES: LazyLock<Vec<(Text, Arc<str>)>> = LazyLock::new(|| {
    let mut files = vec![(Text::from(PRODUCT), Arc::from(include_str!("product.infra")))];
    for (path, text) in library::files() {
        let text = match path {
            SCHEMA => cut(text),
            path if LIBRARY.contains(&path) => text.to_owned(),
            _ => continue,
        };
        files.push((format!("{}{path}", library::PREFIX).into(), text.into()));
    }
    files
});

/// A schema with few resources.
fn cut(text: &str) -> String {
    let (_, provider) = library::files().into_iter().find(|(path, _)| *path == PROVIDER).unwrap();
    let names = provider.split_once("names {").unwrap().1.split_once("\n  }").unwrap().0;
    let mut schema: Value = serde_json::from_str(text).unwrap();
    let resources = schema["resource_schemas"].as_object_mut().unwrap();
    resources.retain(|name, _| name == RESOURCE || names.split_whitespace().any(|word| word == name));
    assert!(resources.contains_key(RESOURCE) && resources.len() < 5, "{:?}", resources.keys());
    schema.to_string()
}

/// The project with another text at a path, in place of what stands there or beside it.
pub fn with(path: &str, text: &str) -> Workspace {
    let others = FILES.iter().filter(|(other, _)| other != path).cloned();
    Workspace::new(others.chain([(Text::from(path), Arc::from(text))]))
}
