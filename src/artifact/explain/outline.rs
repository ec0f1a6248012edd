//! What a file says, in one form for all formats, with the order in which it says it.

use super::Noun;
use crate::artifact::hcl::{Body, Expr, Item, Key, Object, print_expr};
use crate::artifact::verify::read_hcl;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A value and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Leaf(String),
    List(Vec<Node>),
    Map(Vec<Named>),
}

/// A part that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub noun: Noun,
    pub name: String,
    pub node: Node,
}

pub(super) fn hcl(text: &str) -> Option<Node> {
    read_hcl(text).ok().map(|read| body(&read))
}

pub(super) fn yaml(text: &str) -> Option<Node> {
    serde_saphyr::from_str(text).ok()
}

pub(super) fn json(text: &str) -> Option<Node> {
    serde_json::from_str(text).ok()
}

fn body(read: &Body) -> Node {
    let items = read.items.iter().filter_map(|item| match item {
        Item::Attribute(attribute) => Some(Named { noun: Noun::Argument, name: attribute.name.to_string(), node: expr(&attribute.value) }),
        Item::Block(block) => {
            let labels = block.labels.iter().fold(block.kind.to_string(), |name, label| format!("{name}.{label}"));
            Some(Named { noun: Noun::Block, name: labels, node: body(&block.body) })
        }
        Item::Blank | Item::Comment(_) => None,
    });
    Node::Map(items.collect())
}

fn expr(read: &Expr) -> Node {
    match read {
        Expr::List(list) => Node::List(list.items.iter().map(expr).collect()),
        Expr::Object(read) => object(read),
        other => Node::Leaf(print_expr(other).unwrap_or_else(|error| error.to_string())),
    }
}

fn object(read: &Object) -> Node {
    let entries = read.entries().map(|(key, value)| Named {
        noun: Noun::Key,
        name: match key {
            Key::Text(text) => text.to_string(),
            Key::Expr(key) => format!("({})", print_expr(key).unwrap_or_default()),
        },
        node: expr(value),
    });
    Node::Map(entries.collect())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Leaf("null".to_owned()))
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    /// Quoted, so that a text is never a number.
    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Leaf(format!("{value:?}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, node)) = map.next_entry()? {
            entries.push(Named { noun: Noun::Key, name, node });
        }
        Ok(Node::Map(entries))
    }
}
