//! From shapes and plans to files: one folder for each tool.

pub mod ansible;
pub mod molecule;
