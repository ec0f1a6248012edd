//! What is remembered of products from one build to the next, so that what has not changed is not compiled again.

use super::fingerprint::Fingerprints;
use super::product::{Compiled, Uses};
use crate::base::Text;
use crate::hir::Product;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The products that builds have left without a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    products: BTreeMap<Text, Remembered>,
}

/// One product as it was compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remembered {
    /// Of everything that it was compiled from.
    fingerprint: Text,
    /// The digest of its files.
    files: Text,
    /// The modules that it uses, by contract and provider.
    modules: BTreeSet<(Text, Text)>,
    /// The services that it uses.
    roles: BTreeSet<Text>,
    /// The images that it uses, by name and provider.
    images: BTreeSet<(Text, Text)>,
}

impl Memory {
    /// Reads what [`Memory::print`] wrote. It only saves work, so what cannot be read is forgotten.
    pub fn read(bytes: &[u8]) -> Memory {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The text to keep.
    pub fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The products that there are.
    pub fn products(&self) -> impl Iterator<Item = &Text> {
        self.products.keys()
    }

    /// Forgets every product whose files do not have the digest that they had.
    pub fn keep(&mut self, digests: &BTreeMap<Text, Text>) {
        self.products.retain(|product, remembered| digests.get(product) == Some(&remembered.files));
    }

    /// Those of `products` that need not be compiled again. An image is described by the first product that uses it, so that
    /// one always is.
    pub(super) fn fresh(&self, products: &[&Arc<Product>], fingerprints: &Fingerprints<'_>) -> BTreeMap<Text, Remembered> {
        let mut described = BTreeSet::new();
        let mut fresh = BTreeMap::new();
        for product in products {
            let Some(remembered) = self.products.get(&product.name.text) else { continue };
            if fingerprints.of(product, fingerprints.lock(product), &BTreeMap::new()) != remembered.fingerprint {
                continue;
            }
            if remembered.images.iter().all(|image| described.contains(image)) {
                fresh.insert(product.name.text.clone(), remembered.clone());
            }
            described.extend(&remembered.images);
        }
        fresh
    }

    /// Remembers what there is to remember of a product that was compiled.
    pub(super) fn learn(&mut self, product: &Product, remembered: Option<Remembered>) {
        match remembered {
            Some(remembered) => self.products.insert(product.name.text.clone(), remembered),
            None => self.products.remove(&product.name.text),
        };
    }
}

impl Remembered {
    /// What there is to remember of a product; nothing if it has findings, which have to be said each time.
    /// `locks` are those that this build gives others.
    pub(super) fn of(
        product: &Product,
        compiled: &Compiled,
        fingerprints: &Fingerprints<'_>,
        locks: &BTreeMap<Text, String>,
    ) -> Option<Remembered> {
        let (_, lock) = compiled.lock.as_ref().filter(|_| compiled.diagnostics.0.is_empty())?;
        Some(Remembered {
            fingerprint: fingerprints.of(product, lock, locks),
            files: compiled.tree.digest().into(),
            modules: compiled.uses.modules.clone(),
            roles: compiled.uses.roles.clone(),
            images: compiled.uses.images.keys().cloned().collect(),
        })
    }

    /// Adds what the product uses, but for its images: see [`Memory::fresh`].
    pub(super) fn add_to(self, uses: &mut Uses) {
        uses.modules.extend(self.modules);
        uses.roles.extend(self.roles);
    }
}
