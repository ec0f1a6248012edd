//! Evaluation: what the compiler knows is computed, what a tool will know stays an expression.

pub mod fields;
pub mod functions;
