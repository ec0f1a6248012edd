//! From text to a tree: total, with spans, comments and error nodes.

pub mod ast;
