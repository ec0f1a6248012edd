//! Names that stand twice in one place.

use super::{Body, Item, Key, Object};
use crate::artifact::{Error, Problem};
use crate::base::Text;
use std::collections::BTreeSet;

/// Every attribute of a body has a name of its own.
pub(super) fn attributes(body: &Body) -> Result<(), Error> {
    unique(body.items.iter().filter_map(|item| match item {
        Item::Attribute(attribute) => Some(&attribute.name),
        Item::Block(_) | Item::Blank | Item::Comment(_) => None,
    }))
}

/// Every literal key of an object is there once.
pub(super) fn entries(object: &Object) -> Result<(), Error> {
    unique(object.entries().filter_map(|(key, _)| match key {
        Key::Text(text) => Some(text),
        Key::Expr(_) => None,
    }))
}

fn unique<'a>(names: impl Iterator<Item = &'a Text>) -> Result<(), Error> {
    // Most bodies have a few names, among which each is looked for.
    let mut first: Vec<&Text> = Vec::with_capacity(8);
    let mut seen = BTreeSet::new();
    for name in names {
        let is_new = match first.len() < 8 {
            true => !first.contains(&name),
            false => !first.contains(&name) && seen.insert(name),
        };
        if first.len() < 8 {
            first.push(name);
        }
        if !is_new {
            return Err(Problem::Duplicate(name.clone()).into());
        }
    }
    Ok(())
}

/// How a key is named in the path of an error.
pub(super) fn step(key: &Key) -> Text {
    match key {
        Key::Text(text) => text.clone(),
        Key::Expr(_) => Text::new_static("(…)"),
    }
}
