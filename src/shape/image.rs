//! An image for one provider: what a builder of Packer is told, and who it is.

use super::module::Plugin;
use crate::base::Text;
use crate::value::Value;
use indexmap::IndexMap;

/// An image for one provider, the same for every product.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its name.
    pub name: Text,
    /// What it is, from its documentation.
    pub doc: Text,
    /// The path of the source that defines it.
    pub source: Text,
    /// The provider's name.
    pub provider: Text,
    /// The plugin of Packer that the builder comes from, with the exact version.
    pub plugin: Plugin,
    /// The builder's type.
    pub builder: Text,
    /// The user of the machine that it is baked on.
    pub login: Text,
    /// One for each architecture, in the order of the definition.
    pub builds: Vec<Build>,
    /// The services whose install part is baked, in order.
    pub services: Vec<Text>,
    /// The variables whose value differs between environments: `Residual::Variable` in the arguments.
    pub variables: Vec<Variable>,
    /// What tells it apart from what it was before: made of everything that goes into it.
    pub revision: Text,
}

/// A build for one architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// The architecture.
    pub arch: Text,
    /// What the builder is told, in the order of the text.
    pub arguments: IndexMap<Text, Value>,
}

/// What an environment says of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// What it is, as a sentence.
    pub doc: Text,
}
