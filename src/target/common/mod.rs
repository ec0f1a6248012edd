//! What targets share: HCL made of values, and a product as pipelines see it.

pub mod delivery;
pub mod hcl;
pub mod images;
pub mod origin;
pub mod secrets;
pub mod unsupported;

use crate::base::Text;

/// A name as Ansible takes it for the files of its own: `_` for `-`.
pub fn word(name: &str) -> Text {
    name.replace('-', "_").into()
}
