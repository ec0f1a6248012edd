//! Collections of Ansible in the versions that roles are written for: `ansible/collections.json` of a library.

use super::Schemas;
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};
use std::fmt;

/// The name of the file in a folder `ansible`.
pub(super) const FILE: &str = "collections.json";

/// The collection that comes with Ansible itself.
const BUILT_IN: &str = "ansible.builtin";

/// A collection in the version that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The one version that is installed, such as `2.1.0`.
    pub version: Text,
    /// The file that says so.
    pub source: Text,
}

/// The collection of a module, `ansible.posix` of `ansible.posix.sysctl`; none where it comes with Ansible itself.
pub fn collection_of(module: &str) -> Option<&str> {
    let (namespace, rest) = module.split_once('.')?;
    let (name, _) = rest.split_once('.')?;
    let collection = &module[..namespace.len() + 1 + name.len()];
    (collection != BUILT_IN).then_some(collection)
}

/// Reads every `ansible/collections.json` of a workspace: what two of them say has to be the same.
pub(super) fn read(workspace: &Workspace, schemas: &mut Schemas, diagnostics: &mut Diagnostics) {
    for (id, file) in workspace.files() {
        let Some((folder, FILE)) = file.path.rsplit_once('/') else { continue };
        if folder.rsplit('/').next() != Some("ansible") {
            continue;
        }
        let mut wrong = |message: String, help: &str| {
            diagnostics.push(Diagnostic::error(Code::InvalidProject, Span::new(id, 0, 0), message).help(help));
        };
        let listed = match serde_json::from_str::<Listed>(&file.text) {
            Ok(Listed(listed)) => listed,
            Err(error) => {
                wrong(
                    format!("the collections cannot be read: {error}"),
                    "it is one object: the names of collections, each with its one version",
                );
                continue;
            }
        };
        for (name, version) in listed {
            if !is_name(&name) {
                wrong(format!("`{name}` is no name of a collection"), "it has a namespace and a name, such as `ansible.posix`");
            } else if !is_version(&version) {
                let help = "write the one version that is installed, such as `2.1.0`";
                wrong(format!("`{version}` is no version of {name}"), help);
            } else if let Some(other) = schemas.collections.get(&name).filter(|other| other.version != version) {
                let message = format!("{name} is wanted in version {version} here and in {} by {}", other.version, other.source);
                wrong(message, "a repository installs a collection once: choose one of the versions");
            } else {
                schemas.collections.insert(name, Collection { version, source: file.path.clone() });
            }
        }
    }
}

/// Names with versions, in the order of the text; a name that stands there twice is refused.
struct Listed(Vec<(Text, Text)>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Listed, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Listed;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("names of collections with their versions")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Listed, M::Error> {
                let mut listed: Vec<(Text, Text)> = Vec::new();
                while let Some((name, version)) = map.next_entry::<Text, Text>()? {
                    if listed.iter().any(|(other, _)| *other == name) {
                        return Err(M::Error::custom(format!("`{name}` stands there twice")));
                    }
                    listed.push((name, version));
                }
                Ok(Listed(listed))
            }
        }
        deserializer.deserialize_map(Names)
    }
}

fn is_name(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    name.split_once('.').is_some_and(|(namespace, name)| word(namespace) && word(name))
}

fn is_version(version: &str) -> bool {
    let numbers = version.split_once('-').map_or(version, |(numbers, _)| numbers);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::collection_of;
    use crate::base::Workspace;
    use crate::schema::read;

    #[test]
    fn a_module_names_its_collection() {
        assert_eq!(collection_of("ansible.posix.sysctl"), Some("ansible.posix"));
        assert_eq!(collection_of("cisco.nxos.deep.thing"), Some("cisco.nxos"));
        assert_eq!(collection_of("ansible.builtin.file"), None);
        assert_eq!(collection_of("file"), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_list() {
        let found = |text: &str| {
            let first = ("a/ansible/collections.json".into(), r#"{"a.b": "1.0.0"}"#.into());
            let (_, diagnostics) = read(&Workspace::new([first, ("b/ansible/collections.json".into(), text.into())]));
            diagnostics.0.iter().map(|one| one.message.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found(r#"{"a.b": "1.0.0", "c.d": "2.0.1-beta.1"}"#), [""; 0]);
        assert_eq!(found(r#"{"a.b": "1.0.1"}"#), ["a.b is wanted in version 1.0.1 here and in 1.0.0 by a/ansible/collections.json"]);
        assert_eq!(found(r#"{"A.b": "1.0.1"}"#), ["`A.b` is no name of a collection"]);
        assert_eq!(found(r#"{"c.d": ">=1"}"#), ["`>=1` is no version of c.d"]);
        assert!(found(r#"{"c.d": "1.0.0", "c.d": "1.0.0"}"#)[0].contains("`c.d` stands there twice"));
        assert!(found("[]")[0].starts_with("the collections cannot be read"));
    }
}
