//! What the targets share.

pub mod delivery;
pub mod jobs;
