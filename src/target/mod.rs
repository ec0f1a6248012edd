//! From shapes and plans to files: one folder for each tool.

pub mod common;
pub mod github;
pub mod gitlab;
pub mod packer;
pub mod pipeline;
pub mod terratest;
