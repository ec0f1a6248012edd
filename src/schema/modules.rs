//! Specifications of Ansible's modules: what each takes, as `ansible-doc --json` says it, pruned.

use super::{Schemas, collections};
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ty::Ty;
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
    /// What it answers, by name; absent where nobody has said that.
    #[serde(default)]
    pub returns: Option<BTreeMap<Text, Return>>,
}

/// What a module answers under one name.
#[derive(Debug, Deserialize)]
pub struct Return {
    /// Its type, in Ansible's words.
    #[serde(rename = "type", default)]
    pub ty: Text,
    /// The type of the elements of a list.
    #[serde(default)]
    pub elements: Text,
    /// What it holds, by name.
    #[serde(default)]
    pub contains: BTreeMap<Text, Return>,
}

/// What every module answers.
const ALWAYS: [&str; 2] = ["changed", "failed"];

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
    /// The type of what it answers: anything where nobody has said that.
    pub fn answers(&self) -> Ty {
        let Some(returns) = &self.returns else { return Ty::Error };
        let always = ALWAYS.into_iter().filter(|name| !returns.contains_key(*name)).map(|name| (Text::from(name), Ty::Bool));
        Ty::record(returns.iter().map(|(name, part)| (name.clone(), part.ty())).chain(always))
    }

    /// The option of a name or alias.
    pub fn option(&self, name: &str) -> Option<&ModuleOption> {
        self.options.get(name).or_else(|| self.options.values().find(|option| option.aliases.iter().any(|alias| alias == name)))
    }
}

impl Return {
    fn ty(&self) -> Ty {
        let held = || match self.contains.is_empty() {
            true => Ty::Error,
            false => Ty::record(self.contains.iter().map(|(name, part)| (name.clone(), part.ty()))),
        };
        match self.ty.as_str() {
            "list" if self.contains.is_empty() => simple(&self.elements).unwrap_or(Ty::Error).list(),
            "list" => held().list(),
            ty => simple(ty).unwrap_or_else(held),
        }
    }
}

/// The type of a single value.
fn simple(ty: &str) -> Option<Ty> {
    Some(match ty {
        "str" | "string" | "path" => Ty::String,
        "bool" | "boolean" => Ty::Bool,
        "int" | "integer" => Ty::Int,
        "float" => Ty::Float,
        _ => return None,
    })
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
