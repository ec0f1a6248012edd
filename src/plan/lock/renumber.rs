//! What may be given other places than the lock holds, because somebody said so.

use crate::base::{Text, text};
use std::collections::BTreeSet;

/// Names of what may be renumbered: `acme`, `acme/prod` or `acme/prod/mgmt`. A name holds for everything in what it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renumber(BTreeSet<Text>);

impl Renumber {
    /// Of these names.
    pub fn new(names: impl IntoIterator<Item = Text>) -> Renumber {
        Renumber(names.into_iter().collect())
    }

    /// Whether nothing may be renumbered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.0.iter()
    }

    /// Whether everything of a product may be renumbered.
    pub fn product(&self, product: &str) -> bool {
        self.0.contains(product)
    }

    /// Whether everything of an environment may be renumbered.
    pub fn environment(&self, product: &str, environment: &str) -> bool {
        self.product(product) || self.0.contains(&text!("{product}/{environment}"))
    }

    /// Whether a stack may be renumbered.
    pub fn stack(&self, product: &str, environment: &str, stack: &str) -> bool {
        self.environment(product, environment) || self.0.contains(&text!("{product}/{environment}/{stack}"))
    }
}
