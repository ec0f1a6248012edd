//! Specifications of Ansible's modules: what each takes, as `ansible-doc --json` says it, pruned.

use super::{Schemas, collections};
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A module of Ansible.
#[derive(Debug, Deserialize)]
pub struct Module {
    /// `ansible.posix.sysctl`
    pub module: Text,
    /// What it takes, by name.
    pub options: BTreeMap<Text, ModuleOption>,
}

/// What a module takes under one name.
#[derive(Debug, Deserialize)]
pub struct ModuleOption {
    /// Its type, in Ansible's words.
    #[serde(rename = "type")]
    pub ty: Text,
    /// It must be set.
    #[serde(default)]
    pub required: bool,
    /// Other names of it.
    #[serde(default)]
    pub aliases: Vec<Text>,
    /// The only words that it takes, where it is one of a few.
    #[serde(default)]
    pub choices: Vec<serde_json::Value>,
}

impl Module {
    /// The option of a name or alias.
    pub fn option(&self, name: &str) -> Option<&ModuleOption> {
        self.options.get(name).or_else(|| self.options.values().find(|option| option.aliases.iter().any(|alias| alias == name)))
    }
}

impl ModuleOption {
    /// Whether it takes a word; anything is right where it is not one of a few.
    pub fn takes(&self, word: &str) -> bool {
        self.choices.is_empty() || self.words().any(|choice| choice == word)
    }

    /// The words that it takes.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().filter_map(serde_json::Value::as_str)
    }
}

/// Reads every `ansible/*.json` of a workspace.
pub(super) fn read(workspace: &Workspace, schemas: &mut Schemas, diagnostics: &mut Diagnostics) {
    for (id, file) in workspace.files() {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        if !name.ends_with(".json") || name == collections::FILE || folder.rsplit('/').next() != Some("ansible") {
            continue;
        }
        match serde_json::from_str::<Module>(&file.text) {
            Ok(module) => {
                schemas.modules.insert(module.module.clone(), Arc::new(module));
            }
            Err(error) => diagnostics.push(
                Diagnostic::error(Code::InvalidProject, Span::new(id, 0, 0), format!("the specification cannot be read: {error}"))
                    .help("write it with `infrac schema add`, from what `ansible-doc --json` prints"),
            ),
        }
    }
}
