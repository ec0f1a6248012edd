//! YAML that every reader of YAML 1.1 and 1.2 takes for the same, in a layout that yamllint and ansible-lint accept.
//!
//! ```
//! use infrac::artifact::yaml::{Document, Map, Node};
//!
//! let play = Map::new().with("name", "Configure the servers").with("become", true).with("tags", Node::flow(["a"]));
//! let document = Document::new(vec![Node::from(play)]).header("Generated").start();
//! ```

mod code;
mod node;
mod print;
mod scalar;
#[cfg(test)]
pub(in crate::artifact) mod tests;

pub use node::{Document, Entry, Item, Map, Node, Seq};
pub use print::print;
