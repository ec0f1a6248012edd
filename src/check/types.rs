//! What the checker found out: the types of what is declared without one, and what names mean.

use super::credentials::Credentials;
use crate::base::Text;
use crate::hir::{FreeName, Meaning, Program};
use crate::ty::Ty;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    pub(super) lets: Arc<BTreeMap<Key, Ty>>,
    /// Of the names in the library, by `hir::NameId`.
    pub(super) library: Arc<Vec<Meaning>>,
    /// Of the names behind them, in the products.
    pub(super) own: Vec<Meaning>,
    /// Members of enums, names of definitions and labels: what a bare name may be where no type is expected.
    pub(super) words: Arc<BTreeSet<Text>>,
    /// What text must not look like.
    pub(super) credentials: Arc<Credentials>,
}

impl Types {
    /// What a name means where it stands.
    pub fn meaning(&self, name: &FreeName) -> Meaning {
        let at = name.id.0 as usize;
        let meaning = self.library.get(at).or_else(|| self.own.get(at.checked_sub(self.library.len())?));
        meaning.cloned().unwrap_or_default()
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
