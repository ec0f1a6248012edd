//! What changed between two versions of a file, in words: found by comparing what they say, not how they are laid out.

mod compare;
mod outline;
#[cfg(test)]
mod tests;

use super::{Entry, Format};
use outline::Node;
use std::fmt;

/// One thing that changed in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What kind of change it is.
    pub kind: Kind,
    /// The way to it: names joined by dots, positions in brackets. Empty where the whole file is meant.
    pub place: String,
}

/// The kinds of changes, the least important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing but the line that says which source the file comes from.
    Header,
    /// Nothing but spaces and line breaks.
    Layout,
    /// Nothing but comments.
    Comment,
    /// The same values, written in another way.
    Spelling,
    /// The same parts in another order.
    Order,
    /// A file without a structure that is known here.
    Text,
    /// Something is new.
    Added(Noun),
    /// Something is gone.
    Removed(Noun),
    /// Something has another value.
    Changed(Noun),
}

/// What the parts of a file are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noun {
    /// An attribute of HCL.
    Argument,
    /// A block of HCL.
    Block,
    /// An entry of an object or a mapping.
    Key,
    /// An element of a list.
    Element,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Header => f.write_str("header only"),
            Kind::Layout => f.write_str("layout only"),
            Kind::Comment => f.write_str("comment only"),
            Kind::Spelling => f.write_str("spelling only"),
            Kind::Order => f.write_str("order"),
            Kind::Text => f.write_str("text changed"),
            Kind::Added(noun) => write!(f, "{noun} added"),
            Kind::Removed(noun) => write!(f, "{noun} removed"),
            Kind::Changed(noun) => write!(f, "{noun} changed"),
        }
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Argument => "argument",
            Noun::Block => "block",
            Noun::Key => "key",
            Noun::Element => "element",
        })
    }
}

/// What is different between the text that was found and the file that is wanted; nothing where both are the same bytes.
pub fn explain(found: &str, wanted: &Entry) -> Vec<Change> {
    let whole = |kind| vec![Change { kind, place: String::new() }];
    let meant: &str = &wanted.text();
    if found == meant {
        return Vec::new();
    }
    if without(found, is_header) == without(meant, is_header) {
        return whole(Kind::Header);
    }
    let (Some(old), Some(new)) = (read(found, wanted.format), read(meant, wanted.format)) else {
        return whole(Kind::Text);
    };
    let changes = compare::compare(&old, &new);
    if !changes.is_empty() {
        return changes;
    }
    // Both say the same, so that nothing but what stands around the values differs.
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    whole(if bare(found) == bare(meant) {
        Kind::Layout
    } else if bare(&without(found, is_comment)) == bare(&without(meant, is_comment)) {
        Kind::Comment
    } else {
        Kind::Spelling
    })
}

/// What a text of a format says; nothing where that is not known.
fn read(text: &str, format: Format) -> Option<Node> {
    match format {
        Format::Hcl => outline::hcl(text),
        Format::Yaml => outline::yaml(text),
        Format::Json => outline::json(text),
        Format::Text => None,
    }
}

/// The text without the lines that are meant.
fn without(text: &str, is_meant: fn(&str) -> bool) -> String {
    text.lines().filter(|line| !is_meant(line)).flat_map(|line| [line, "\n"]).collect()
}

fn is_header(line: &str) -> bool {
    line.contains("enerated by infrac")
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
