//! Images that machines start from.

use super::Plan;
use crate::base::Text;
use crate::hir::{Block, Definition, Expr, Local};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An image for one provider: what Packer builds.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its name.
    pub name: Text,
    /// Its documentation.
    pub doc: Text,
    /// The provider's name.
    pub provider: Text,
    /// The provider instance that it is baked on.
    pub instance: Text,
    /// The kind of builder: `hcloud`, `amazon-ebs`.
    pub builder: Text,
    /// The builder's plugin and its version, where the library names one.
    pub plugin: Option<(Text, Text)>,
    /// The settings of the builder for each architecture, in the order of the architectures.
    pub sources: Vec<(Text, Value)>,
    /// The settings whose value depends on what an instance of the provider says, and whether it depends on the architecture too.
    pub varying: BTreeMap<Text, bool>,
    /// The settings of the builder that are secret, each with the environment variable that holds it.
    pub secrets: Vec<(Text, Text)>,
    /// The account of the first login.
    pub login: Text,
    /// What this account runs before anything is installed.
    pub prepare: Vec<Text>,
    /// The services whose install part is baked.
    pub install: Vec<Text>,
    /// What tells this state of the image from another one.
    pub revision: Text,
    /// The path of the source that defines it.
    pub source: Text,
}

impl Plan {
    /// The images of the environment that a machine of it starts from.
    pub fn used_images(&self) -> impl Iterator<Item = &Image> {
        self.images.iter().filter(|image| {
            self.instances.iter().any(|instance| {
                let on = instance.provider.and_then(|id| self.instances.get(id.0 as usize));
                let named = |value: &Value| matches!(value, Value::Definition(keyword, name) if keyword == "image" && *name == image.name);
                on.is_some_and(|on| on.name == image.instance) && instance.fields.values().any(named)
            })
        })
    }
}

/// The settings of a builder that differ between two instances of the provider, by what they are made of and not by what they happen
/// to be; and whether they differ between architectures.
pub(super) fn varying(provider: &Definition, builder: &Block) -> BTreeMap<Text, bool> {
    let mut known: BTreeSet<Text> = provider.inputs.keys().cloned().collect();
    loop {
        let before = known.len();
        let lets = provider.lets.iter().filter(|(_, of)| of.value.mentions(&known)).map(|(name, _)| name.clone());
        let attributes = provider.attributes.iter().filter(|(_, of)| of.value.mentions(&known)).map(|(name, _)| name.clone());
        let found: Vec<Text> = lets.chain(attributes).collect();
        known.extend(found);
        if known.len() == before {
            break;
        }
    }
    // The places of `hir::BUILDER_NAMES`.
    let (source, arch) = (Local(0), Local(2));
    let mut stock = provider.blocks.iter().filter(|block| block.keyword.text == "image").flat_map(|block| block.body.attributes());
    let source_varies = stock.any(|of| of.value.mentions(&known));
    let differs = |of: &Expr| of.mentions(&known) || source_varies && of.uses(source);
    let varying = builder.body.attributes().filter(|of| differs(&of.value));
    varying.map(|of| (of.name.text.clone(), of.value.uses(arch))).collect()
}
