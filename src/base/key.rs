//! A step into a value or a document.

use super::Text;
use std::fmt;

/// A step into a value or a document: a path of them names a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The field of a record, the entry of a map, the kind or label of a block.
    Name(Text),
    /// The element of a list, from 0.
    At(usize),
}

impl Key {
    /// The name, where it is one.
    pub fn as_name(&self) -> Option<&Text> {
        match self {
            Key::Name(name) => Some(name),
            Key::At(_) => None,
        }
    }
}

/// A path as it is written behind the thing that it is a part of: `.hosts[2].name`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'k>(pub &'k [Key]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| match key {
            Key::Name(name) => write!(f, ".{name}"),
            Key::At(at) => write!(f, "[{at}]"),
        })
    }
}
