//! What is written, one folder for each tool. Siblings never name each other; what they share stands in `common`.

pub mod ansible;
pub mod common;
pub mod molecule;
pub mod opentofu;
