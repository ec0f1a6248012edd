//! From the tree to text.

use super::code::Code;
use super::scalar::{Ending, Place, folded, lines_ending};
use super::{Document, Entry, Item, Map, Node, Seq};
use crate::artifact::{Error, Problem};
use std::collections::BTreeSet;

/// Lines are not longer where there is a choice.
const WIDTH: usize = 120;

/// Readers take a longer key on one line for something else; some count in units of UTF-16.
const LONGEST_KEY: usize = 1000;

/// The file.
pub fn print(document: &Document) -> Result<String, Error> {
    let mut code = Code::of_a_file();
    if let Some(header) = &document.header {
        code.comment(0, header);
    }
    if document.start {
        code.syntax("---\n");
    }
    let printer = Printer { bare_on: document.bare_on };
    match &document.root {
        Node::Map(map) if !map.is_empty() => {
            if document.header.is_some() && !document.start && map.entries[0].blank {
                code.syntax("\n");
            }
            printer.map(&mut code, map, 0, false)?;
        }
        Node::Seq(seq) if flow(seq, 0).is_none() => printer.seq(&mut code, seq, 0, false)?,
        Node::Null => {}
        scalar => printer.value(&mut code, scalar, 0, 0, None)?,
    }
    Ok(code.finish())
}

struct Printer {
    bare_on: bool,
}

impl Printer {
    /// The entries of a map; `inline` if the first one stands behind the dash of an item.
    fn map(&self, code: &mut Code, map: &Map, level: usize, inline: bool) -> Result<(), Error> {
        // Among a few keys each is looked for.
        let mut keys = BTreeSet::new();
        let few = map.entries.len() <= 8;
        for (at, entry) in map.entries.iter().enumerate() {
            // Psych merges the value under it into the map, also where it stands in quotes.
            if entry.key == "<<" {
                return Err(Problem::Syntax(entry.key.clone()).into());
            }
            let is_new = match few {
                true => !map.entries[..at].iter().any(|other| other.key == entry.key),
                false => keys.insert(&entry.key),
            };
            if !is_new {
                return Err(Problem::Duplicate(entry.key.clone()).into());
            }
            let first_inline = inline && at == 0;
            if entry.blank && at > 0 {
                code.syntax("\n");
            }
            if let Some(comment) = &entry.comment
                && !first_inline
            {
                code.comment(level, comment);
            }
            if !first_inline {
                code.indent(level);
            }
            self.entry(code, entry, level).map_err(|error| error.within(entry.key.clone()))?;
        }
        Ok(())
    }

    fn entry(&self, code: &mut Code, entry: &Entry, level: usize) -> Result<(), Error> {
        let mut key = Code::default();
        if self.bare_on && level == 0 && entry.key == "on" {
            key.syntax("on");
        } else {
            key.scalar(&entry.key, Place::Block);
        }
        if key.units() > LONGEST_KEY {
            return Err(Problem::Shape("a key is longer than 1000 characters").into());
        }
        key.syntax(":");
        code.append(&key);
        let trailing = entry.trailing.as_deref();
        match &entry.value {
            Node::Null => {
                line_end(code, trailing);
                Ok(())
            }
            Node::Map(map) if !map.is_empty() => {
                line_end(code, trailing);
                self.map(code, map, level + 1, false)
            }
            Node::Seq(seq) if flow(seq, 2 * level + key.width() + 1).is_none() => {
                line_end(code, trailing);
                self.seq(code, seq, level + 1, false)
            }
            value => {
                code.syntax(" ");
                self.value(code, value, level, 2 * level + key.width() + 1, trailing)
            }
        }
    }

    /// The items of a list; `inline` if the first one stands behind the dash of another item.
    fn seq(&self, code: &mut Code, seq: &Seq, level: usize, inline: bool) -> Result<(), Error> {
        for (at, item) in seq.items.iter().enumerate() {
            if item.blank && at > 0 {
                code.syntax("\n");
            }
            let first_inline = inline && at == 0;
            if !first_inline {
                comments(code, item, level);
                code.indent(level);
            }
            self.item(code, item, level).map_err(|error| error.within(at.to_string()))?;
        }
        Ok(())
    }

    fn item(&self, code: &mut Code, item: &Item, level: usize) -> Result<(), Error> {
        code.syntax("- ");
        match &item.value {
            Node::Map(map) if !map.is_empty() => self.map(code, map, level + 1, true),
            Node::Seq(seq) if flow(seq, 2 * level + 2).is_none() => self.seq(code, seq, level + 1, true),
            value => self.value(code, value, level, 2 * level + 2, None),
        }
    }

    /// A scalar, an empty collection or a list in one line, with the end of its line.
    fn value(&self, code: &mut Code, value: &Node, level: usize, column: usize, trailing: Option<&str>) -> Result<(), Error> {
        match value {
            Node::Null => code.syntax("null"),
            Node::Bool(true) => code.syntax("true"),
            Node::Bool(false) => code.syntax("false"),
            Node::Int(value) => code.int(*value),
            Node::Float(value) => code.float(*value)?,
            Node::Text(text) => {
                if let Some(ending) = lines_ending(text) {
                    code.syntax(if ending == Ending::Break { "|" } else { "|-" });
                    line_end(code, trailing);
                    let content = if ending == Ending::Break { &text[..text.len() - 1] } else { text };
                    content.split('\n').for_each(|line| code.block_line(level + 1, line));
                    return Ok(());
                }
                code.scalar(text, Place::Block);
            }
            Node::Folded(text) => {
                let mut scalar = Code::default();
                scalar.scalar(text, Place::Block);
                let fits = column + scalar.width() <= WIDTH;
                let Some(lines) = folded(text, WIDTH - 2 * (level + 1)).filter(|_| !fits) else {
                    return self.value(code, &Node::Text(text.clone()), level, column, trailing);
                };
                code.syntax(">-");
                line_end(code, trailing);
                lines.into_iter().for_each(|line| code.block_line(level + 1, line));
                return Ok(());
            }
            Node::Seq(seq) => match flow(seq, 0) {
                Some(flow) => code.append(&flow),
                None => return Err(Problem::Shape("a list stands where only a scalar fits").into()),
            },
            Node::Map(_) => code.syntax("{}"),
        }
        line_end(code, trailing);
        Ok(())
    }
}

/// The comments of an item and of what stands behind its dash, where they have no room.
fn comments(code: &mut Code, item: &Item, level: usize) {
    if let Some(comment) = &item.comment {
        code.comment(level, comment);
    }
    match &item.value {
        Node::Map(map) => {
            if let Some(comment) = map.entries.first().and_then(|entry| entry.comment.as_ref()) {
                code.comment(level, comment);
            }
        }
        Node::Seq(seq) => {
            if let Some(item) = seq.items.first() {
                comments(code, item, level);
            }
        }
        _ => {}
    }
}

fn line_end(code: &mut Code, trailing: Option<&str>) {
    if let Some(text) = trailing {
        code.trailing(text);
    }
    code.syntax("\n");
}

/// The list in one line, if it is empty, or asks for it and fits.
fn flow(seq: &Seq, column: usize) -> Option<Code> {
    if !seq.flow && !seq.items.is_empty() {
        return None;
    }
    let mut code = Code::default();
    code.syntax("[");
    for (at, item) in seq.items.iter().enumerate() {
        code.syntax(if at == 0 { "" } else { ", " });
        match &item.value {
            Node::Null => code.syntax("null"),
            Node::Bool(true) => code.syntax("true"),
            Node::Bool(false) => code.syntax("false"),
            Node::Int(value) => code.int(*value),
            Node::Float(value) => code.float(*value).ok()?,
            Node::Text(text) | Node::Folded(text) => code.scalar(text, Place::Flow),
            Node::Seq(_) | Node::Map(_) => return None,
        }
    }
    code.syntax("]");
    (seq.items.is_empty() || column + code.width() <= WIDTH).then_some(code)
}
