//! What the checker found out: the types of what is declared without one, and what names mean.

use crate::base::Text;
use crate::hir::{FreeName, Meaning, Program};
use crate::ty::Ty;
use std::collections::BTreeMap;

/// Names what has no declared type: a `let` of a definition (keyword, name, `let`), or of an implementation (module, provider, `let`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Definition(Text, Text, Text),
    Implementation(Text, Text, Text),
    /// What an attribute or an open block of a definition is, where its kind does not say: keyword, name, attribute or block.
    Open(Text, Text, Text),
}

/// The types of the `let`s of a program, and what its names mean.
#[derive(Debug, Default)]
pub struct Types {
    pub(super) lets: BTreeMap<Key, Ty>,
    /// By `hir::NameId`.
    pub(super) meanings: Vec<Meaning>,
}

impl Types {
    /// What a name means where it stands.
    pub fn meaning(&self, name: &FreeName) -> Meaning {
        self.meanings.get(name.id.0 as usize).cloned().unwrap_or_default()
    }

    /// The type of a `let` of a definition.
    pub fn definition_let(&self, keyword: &str, definition: &str, name: &str) -> Option<&Ty> {
        self.lets.get(&Key::Definition(keyword.into(), definition.into(), name.into()))
    }

    /// The type of a `let` of an implementation.
    pub fn implementation_let(&self, module: &str, provider: &str, name: &str) -> Option<&Ty> {
        self.lets.get(&Key::Implementation(module.into(), provider.into(), name.into()))
    }

    /// The type of an input, `let` or output of a definition.
    pub fn field<'a>(&'a self, program: &'a Program, keyword: &str, definition: &str, name: &str) -> Option<&'a Ty> {
        let of = program.definitions.get(&(keyword.into(), definition.into()))?;
        let input = of.inputs.get(name).map(|input| &input.ty);
        input.or_else(|| of.outputs.get(name)?.ty.as_ref()).or_else(|| self.definition_let(keyword, definition, name))
    }
}
