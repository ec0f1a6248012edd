//! Configuration files whose values are known now or when Ansible runs.
//!
//! A tree of values, some of which are Jinja expressions, becomes the text of a template: JSON and TOML with exact
//! escapes for both kinds of value, files of lines (INI, systemd and what has no structure) with literal values
//! checked now. Those have no escape that every reader knows, so an expression in them must have a type or a pattern
//! that holds no line break: the role asserts it before it writes the file.
//!
//! Without expressions the same functions write plain files.

mod env;
mod ini;
mod json;
mod lines;
mod systemd;
#[cfg(test)]
mod tests;
mod toml;
mod value;

pub use env::{Variable, env};
pub use ini::ini;
pub use json::json;
pub use lines::{Item, Part, Section, lines};
pub use systemd::{Word, systemd, word};
pub use toml::toml;
pub use value::{Each, Value};
