//! Which outputs are wanted.

use crate::base::Text;

/// The outputs that are wanted; every one where none is named.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets(pub Vec<Text>);

impl Targets {
    /// Whether an output is wanted.
    pub(super) fn wants(&self, target: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted == target)
    }
}
