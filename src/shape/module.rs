//! A module for one provider.

use super::example::Mocked;
use super::{Hole, Validation};
use crate::base::{Span, Text};
use crate::schema;
use crate::ty::Ty;
use crate::value::{Entries, Value};
use std::sync::Arc;

/// A module for one provider, the same for every product.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The contract's name.
    pub name: Text,
    /// The folder it belongs to: infra, services, security.
    pub group: Text,
    /// The provider's name.
    pub provider: Text,
    /// The contract's documentation.
    pub doc: Text,
    /// The path of the source that implements it.
    pub source: Text,
    /// The plugins that its resources need, in the order of their names.
    pub plugins: Vec<Plugin>,
    /// The variables, required ones first, otherwise in the order of the declarations.
    pub holes: Vec<Hole>,
    /// Data sources, in the order of the text.
    pub data: Vec<Resource>,
    /// Resources, in the order of the text.
    pub resources: Vec<Resource>,
    /// The deferred outputs of the contract, in the order of their declarations.
    pub outputs: Vec<Output>,
    /// Rules over what only the tool knows: preconditions of the first output.
    pub preconditions: Vec<Validation>,
    /// What variables are in its tests, where the library says so.
    pub example: Entries,
    /// What plugins say in its tests, where the library says so.
    pub mocked: Mocked,
}

/// A plugin of the tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plugin {
    /// `hcloud`
    pub name: Text,
    /// `hetznercloud/hcloud`
    pub source: Text,
    /// `~> 1.68`
    pub version: Text,
}

/// A resource or data source.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// `hcloud_server`
    pub ty: Text,
    /// `node`
    pub name: Text,
    /// The comment above it.
    pub doc: Option<Text>,
    /// Its repetition or condition.
    pub repeat: Repeat,
    /// What it sets.
    pub body: Body,
    /// What its plugin says of its type; absent where the provider names no schema.
    pub schema: Option<Arc<schema::Block>>,
    /// Where it is declared.
    pub span: Span,
}

/// How often a resource is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeat {
    /// Once.
    Once,
    /// Once or not at all.
    If(Value),
    /// Once for each entry of a map: `Residual::EachKey` and `EachValue` stand for it in the body.
    Each(Value),
}

/// The body of a resource or of a block in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Arguments, in the order of the text.
    pub arguments: Vec<(Text, Value)>,
    /// Nested blocks, in the order of the text.
    pub blocks: Vec<Block>,
}

/// A block in a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// `network`
    pub name: Text,
    /// The comment above it.
    pub doc: Option<Text>,
    /// What it is repeated over: a list or map; in the body `Residual::Local(binding)` is the element.
    pub repeat: Option<(Text, Value)>,
    /// What it sets.
    pub body: Body,
}

/// An output of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: Text,
    /// What it is, as a sentence.
    pub doc: Text,
    /// Its type, without the deferral.
    pub ty: Ty,
    /// Its value over the module's resources and variables.
    pub value: Value,
    /// Whether it may not be shown.
    pub sensitive: bool,
}
