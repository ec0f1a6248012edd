//! Whether what was read in a form, with its words filled in, is what was meant: asked of every file, so that nothing is built for it.

use super::form::{Holes, said};
use super::normal;
use crate::artifact::hcl::{Body, Expr, Item, Key, ObjectItem, Part, Step, is_identifier};
use crate::artifact::json;
use crate::artifact::yaml::Node;
use crate::base::Text;
use serde_json::Value;

/// Whether these items of HCL, in normal form, are the next ones that were meant. What is behind them is left.
pub(super) fn hcl_items<'m>(meant: &mut impl Iterator<Item = &'m Item>, read: &[Item], words: &[&str]) -> bool {
    let with = Words(words);
    read.iter().all(|read| {
        let meant = meant.by_ref().find(|item| !matches!(item, Item::Blank | Item::Comment(_)));
        meant.is_some_and(|meant| with.item(meant, read))
    })
}

/// Whether this entry of a map is among those that were meant.
pub(super) fn yaml_entry(meant: &crate::artifact::yaml::Map, key: &str, value: &Value, words: &[&str]) -> bool {
    let found = said(key, words).and_then(|key| meant.get(key));
    found.is_some_and(|meant| yaml(meant, value, words))
}

/// Whether this value of YAML was meant.
pub(super) fn yaml(meant: &Node, read: &Value, words: &[&str]) -> bool {
    match (meant, read) {
        (Node::Text(meant) | Node::Folded(meant), Value::String(read)) => said(read, words) == Some(meant),
        (Node::Seq(meant), Value::Array(read)) => {
            meant.items.len() == read.len() && meant.items.iter().zip(read).all(|(meant, read)| yaml(&meant.value, read, words))
        }
        (Node::Map(meant), Value::Object(read)) => {
            meant.entries.len() == read.len()
                && keys_differ(read, words)
                && read.iter().all(|(key, value)| yaml_entry(meant, key, value, words))
        }
        (Node::Null | Node::Bool(_) | Node::Int(_) | Node::Float(_), read) => super::data::from_yaml(meant) == *read,
        _ => false,
    }
}

/// Whether this value of JSON was meant.
pub(super) fn json(meant: &json::Value, read: &Value, words: &[&str]) -> bool {
    match (meant, read) {
        (json::Value::Text(meant), Value::String(read)) => said(read, words) == Some(meant),
        (json::Value::List(meant), Value::Array(read)) => {
            meant.len() == read.len() && meant.iter().zip(read).all(|(meant, read)| json(meant, read, words))
        }
        (json::Value::Object(meant), Value::Object(read)) => {
            let entry = |(key, value): (&String, &Value)| {
                let found = said(key, words).and_then(|key| meant.iter().find(|(of, _)| of == key));
                found.is_some_and(|(_, meant)| json(meant, value, words))
            };
            meant.len() == read.len() && keys_differ(read, words) && read.iter().all(entry)
        }
        (json::Value::Null | json::Value::Bool(_) | json::Value::Int(_) | json::Value::Float(_), read) => {
            super::data::from_json(meant) == *read
        }
        _ => false,
    }
}

/// Whether no two keys say the same: a reader of the text itself would have found one of them, or refused both.
pub(super) fn keys_differ(read: &serde_json::Map<String, Value>, words: &[&str]) -> bool {
    let mut keys: Vec<&str> = read.keys().filter_map(|key| said(key, words)).collect();
    keys.sort_unstable();
    keys.len() == read.len() && keys.windows(2).all(|pair| pair[0] != pair[1])
}

/// Shows every text in a value to who looks for holes.
pub(super) fn see_value(read: &Value, holes: &mut Holes) {
    match read {
        Value::String(text) => holes.see(text),
        Value::Array(items) => items.iter().for_each(|item| see_value(item, holes)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            holes.see(key);
            see_value(value, holes);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Shows every text in items of HCL to who looks for holes.
pub(super) fn see_items(read: &[Item], holes: &mut Holes) {
    for item in read {
        match item {
            Item::Attribute(attribute) => {
                holes.see(&attribute.name);
                see(&attribute.value, holes);
            }
            Item::Block(block) => {
                holes.see(&block.kind);
                block.labels.iter().for_each(|label| holes.see(label));
                see_items(&block.body.items, holes);
            }
            Item::Blank => {}
            Item::Comment(text) => holes.see(text),
        }
    }
}

fn see(read: &Expr, holes: &mut Holes) {
    match read {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) => {}
        Expr::Text(text) | Expr::Variable(text) => holes.see(text),
        Expr::Template(parts) | Expr::Heredoc(parts) => parts.iter().for_each(|part| match part {
            // A part is no whole text: no hole can be one.
            Part::Text(text) => holes.see_part(text),
            Part::Expr(expr) => see(expr, holes),
        }),
        Expr::Traversal(root, steps) => {
            see(root, holes);
            steps.iter().for_each(|step| match step {
                Step::Attribute(name) => holes.see(name),
                Step::Index(index) => see(index, holes),
                Step::Splat => {}
            });
        }
        Expr::Call { name, arguments, .. } => {
            holes.see(name);
            arguments.iter().for_each(|argument| see(argument, holes));
        }
        Expr::List(list) => list.items.iter().for_each(|item| see(item, holes)),
        Expr::Object(object) => object.entries().for_each(|(key, value)| {
            match key {
                Key::Text(text) => holes.see(text),
                Key::Expr(key) => see(key, holes),
            }
            see(value, holes);
        }),
        Expr::For(of) => {
            of.key.iter().chain([&of.value]).for_each(|name| holes.see(name));
            [&of.over, &of.result].into_iter().chain(&of.result_key).chain(&of.condition).for_each(|expr| see(expr, holes));
        }
        Expr::Unary(_, operand) => see(operand, holes),
        Expr::Binary(left, _, right) => [left, right].into_iter().for_each(|expr| see(expr, holes)),
        Expr::Conditional(condition, yes, no) => [condition, yes, no].into_iter().for_each(|expr| see(expr, holes)),
    }
}

/// What stands in the holes of what was read.
#[derive(Clone, Copy)]
struct Words<'w>(&'w [&'w str]);

impl Words<'_> {
    fn text(self, meant: &str, read: &str) -> bool {
        said(read, self.0) == Some(meant)
    }

    fn name(self, meant: Option<&Text>, read: Option<&Text>) -> bool {
        match (meant, read) {
            (Some(meant), Some(read)) => self.text(meant, read),
            (None, None) => true,
            _ => false,
        }
    }

    fn all<'e>(self, meant: impl ExactSizeIterator<Item = &'e Expr>, read: &[Expr]) -> bool {
        meant.len() == read.len() && meant.zip(read).all(|(meant, read)| self.expr(meant, read))
    }

    fn item(self, meant: &Item, read: &Item) -> bool {
        match (meant, read) {
            (Item::Attribute(meant), Item::Attribute(read)) => self.text(&meant.name, &read.name) && self.expr(&meant.value, &read.value),
            (Item::Block(meant), Item::Block(read)) => {
                self.text(&meant.kind, &read.kind)
                    && meant.labels.len() == read.labels.len()
                    && meant.labels.iter().zip(&read.labels).all(|(meant, read)| self.text(meant, read))
                    && self.body(&meant.body, &read.body)
            }
            _ => false,
        }
    }

    fn body(self, meant: &Body, read: &Body) -> bool {
        let mut items = meant.items.iter();
        hcl_items(&mut items, &read.items, self.0) && items.all(|item| matches!(item, Item::Blank | Item::Comment(_)))
    }

    /// `read` is in normal form.
    fn expr(self, meant: &Expr, read: &Expr) -> bool {
        match (meant, read) {
            (Expr::Null, Expr::Null) => true,
            (Expr::Bool(meant), Expr::Bool(read)) => meant == read,
            (Expr::Int(meant), Expr::Int(read)) => meant == read,
            (Expr::Text(meant), Expr::Text(read)) | (Expr::Variable(meant), Expr::Variable(read)) => self.text(meant, read),
            (Expr::List(meant), Expr::List(read)) => self.all(meant.items.iter(), &read.items),
            (Expr::Object(meant), Expr::Object(read)) => {
                let mut entries = meant.entries();
                let entry = |item: &ObjectItem| match (item, entries.next()) {
                    (ObjectItem::Entry(read_key, read), Some((key, meant))) => self.key(key, read_key) && self.expr(meant, read),
                    _ => false,
                };
                read.items.iter().all(entry) && entries.next().is_none()
            }
            (Expr::Call { name, arguments, expand }, Expr::Call { name: read, arguments: others, expand: expands }) => {
                expand == expands && self.text(name, read) && self.all(arguments.iter(), others)
            }
            (Expr::Traversal(root, steps), Expr::Traversal(read, others)) if matches!(**root, Expr::Variable(_) | Expr::Call { .. }) => {
                self.expr(root, read) && steps.len() == others.len() && steps.iter().zip(others).all(|(meant, read)| self.step(meant, read))
            }
            (Expr::For(meant), Expr::For(read)) => {
                let maybe = |meant: &Option<Expr>, read: &Option<Expr>| match (meant, read) {
                    (Some(meant), Some(read)) => self.expr(meant, read),
                    (None, None) => true,
                    _ => false,
                };
                self.name(meant.key.as_ref(), read.key.as_ref())
                    && self.text(&meant.value, &read.value)
                    && self.expr(&meant.over, &read.over)
                    && maybe(&meant.result_key, &read.result_key)
                    && self.expr(&meant.result, &read.result)
                    && maybe(&meant.condition, &read.condition)
            }
            (Expr::Binary(left, operator, right), Expr::Binary(read_left, read_operator, read_right)) => {
                operator == read_operator && self.expr(left, read_left) && self.expr(right, read_right)
            }
            (Expr::Conditional(condition, yes, no), Expr::Conditional(read_condition, read_yes, read_no)) => {
                self.expr(condition, read_condition) && self.expr(yes, read_yes) && self.expr(no, read_no)
            }
            // What has another form where it means the same is brought into the one that was read; no word stands in it.
            (Expr::Float(_) | Expr::Template(_) | Expr::Heredoc(_) | Expr::Traversal(..) | Expr::Unary(..), read) => {
                match (normal::expr(meant), read) {
                    (Expr::Text(meant), Expr::Text(read)) => self.text(&meant, read),
                    (meant, read) => meant == *read && !has_hole(read),
                }
            }
            _ => false,
        }
    }

    fn key(self, meant: &Key, read: &Key) -> bool {
        match (meant, read) {
            (Key::Text(meant), Key::Text(read)) => self.text(meant, read),
            (Key::Expr(meant), Key::Expr(read)) => self.expr(meant, read),
            _ => false,
        }
    }

    fn step(self, meant: &Step, read: &Step) -> bool {
        match (meant, read) {
            (Step::Splat, Step::Splat) => true,
            (Step::Attribute(meant), Step::Attribute(read)) => is_identifier(meant) && self.text(meant, read),
            (Step::Attribute(meant), Step::Index(Expr::Text(read))) => !is_identifier(meant) && self.text(meant, read),
            (Step::Index(meant), Step::Index(read)) => self.expr(meant, read),
            _ => false,
        }
    }
}

/// Whether a hole stands anywhere in it.
fn has_hole(read: &Expr) -> bool {
    let mut holes = Holes::default();
    see(read, &mut holes);
    !holes.are_all(0)
}
