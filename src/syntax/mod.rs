//! From text to a tree: total, with spans, comments and error nodes.
//!
//! `lexer` cuts the text into tokens, `brackets` makes every bracket have its partner, `parser` builds the tree of `ast`.
//! `grammar/infra.pest` is the readable definition of the language; a test holds the two equal.

pub mod ast;
mod brackets;
mod classes;
pub(crate) mod lexer;
pub mod limits;
mod literals;
pub(crate) mod messages;
mod parser;
mod parts;
mod text;
pub(crate) mod token;

pub use classes::{Class, classes};
pub use lexer::is_reserved;
pub use parser::parse;
