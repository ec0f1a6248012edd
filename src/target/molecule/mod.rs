//! Molecule: a scenario for each role, in a container with an init system.

mod example;
mod scenario;

pub use scenario::{emit_role, emit_shared};
