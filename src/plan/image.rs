//! Images that machines start from, and the revision that tells one state of an image from another.

use crate::base::Text;
use crate::hir::{Block, Definition, Expr, ExprKind, LabelValue, Local};
use crate::shape::Shapes;
use crate::value::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

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
    /// The account of the first login.
    pub login: Text,
    /// The services whose install part is baked.
    pub install: Vec<Text>,
    /// What tells this state of the image from another one.
    pub revision: Text,
    /// The path of the source that defines it.
    pub source: Text,
}

/// The revision of an image, which is the same for every product.
pub(super) fn revision_of(shapes: &Shapes, definition: &Definition) -> Text {
    match shapes.revisions.get(&definition.name.text) {
        Some(known) => known.get_or_init(|| revision(shapes, definition)).clone(),
        None => revision(shapes, definition),
    }
}

/// The revision of an image: twelve hexadecimal digits over the base image and everything that its roles install.
fn revision(shapes: &Shapes, definition: &Definition) -> Text {
    let mut content = String::new();
    for (name, attribute) in &definition.attributes {
        for word in words(&attribute.value.kind) {
            // Writing to a string cannot fail.
            let _ = writeln!(content, "{name} {word}");
        }
    }
    for service in installed(definition) {
        let Some(role) = shapes.roles.get(&service) else { continue };
        for step in &role.install {
            let _ = writeln!(content, "{} {:?} {:?} {:?} {:?}", step.word, step.labels, step.arguments, step.repeat, step.condition);
        }
        for hole in &role.holes {
            let _ = writeln!(content, "{} {:?}", hole.name, hole.default);
        }
    }
    let digest = Sha256::digest(content.as_bytes());
    digest.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}")).into()
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

/// The services that an image installs.
pub(super) fn installed(definition: &Definition) -> Vec<Text> {
    definition.attributes.get("install").map(|attribute| words(&attribute.value.kind)).unwrap_or_default()
}

/// The names and plain texts in an attribute of an image.
pub(super) fn words(kind: &ExprKind) -> Vec<Text> {
    match kind {
        ExprKind::Name(name) => vec![name.text.clone()],
        ExprKind::List(list) => list.iter().flat_map(|element| words(&element.kind)).collect(),
        ExprKind::Template(parts) => parts
            .iter()
            .filter_map(|part| match part {
                crate::hir::Part::Text(text) => Some(text.clone()),
                crate::hir::Part::Expr(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The word of a label.
pub(super) fn word(label: &LabelValue) -> Option<Text> {
    match label {
        LabelValue::Word(text) => Some(text.clone()),
        LabelValue::Template(_) => None,
    }
}
