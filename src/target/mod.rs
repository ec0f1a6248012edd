//! What is written, one folder for each tool. Siblings never name each other; what they share stands in `common`.

pub mod ansible;
pub mod common;
pub mod git;
pub mod github;
pub mod gitlab;
pub mod molecule;
pub mod opentofu;
pub mod packer;
pub mod pipeline;
pub mod terragrunt;
pub mod terratest;
