//! The body of a file or a block: attributes, blocks, comments and blank lines in order.

use super::Expr;
use crate::base::Text;

/// What stands in a file or a block.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Body {
    /// The items in the order they are printed. Blocks get blank lines around them by themselves.
    pub items: Vec<Item>,
    /// Attributes that need several lines are separated by blank lines from their neighbours.
    pub spaced: bool,
}

/// One item of a [`Body`].
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `name = value`.
    Attribute(Attribute),
    /// `kind "label" { … }`.
    Block(Block),
    /// A blank line; several count as one, and none is printed at the edges of a body.
    Blank,
    /// Lines of `# …`, belonging to what follows.
    Comment(Text),
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// An identifier.
    pub name: Text,
    /// What it is set to.
    pub value: Expr,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// An identifier.
    pub kind: Text,
    /// Printed in quotes; plain ASCII without `"`, `\`, `$` and `%`.
    pub labels: Vec<Text>,
    /// What stands between the braces.
    pub body: Body,
}

impl Body {
    /// An empty body.
    pub fn new() -> Body {
        Body::default()
    }

    /// Separates attributes that need several lines from their neighbours.
    pub fn spaced(mut self) -> Body {
        self.spaced = true;
        self
    }

    /// Adds `name = value`.
    pub fn attribute(mut self, name: impl Into<Text>, value: impl Into<Expr>) -> Body {
        self.push_attribute(name, value);
        self
    }

    /// Adds `name = value` if there is a value.
    pub fn maybe(mut self, name: impl Into<Text>, value: Option<impl Into<Expr>>) -> Body {
        if let Some(value) = value {
            self.push_attribute(name, value);
        }
        self
    }

    /// Adds a block with labels.
    pub fn block<L: Into<Text>>(mut self, kind: impl Into<Text>, labels: impl IntoIterator<Item = L>, body: Body) -> Body {
        self.push_block(kind, labels, body);
        self
    }

    /// Adds a block without labels.
    pub fn nested(self, kind: impl Into<Text>, body: Body) -> Body {
        self.block(kind, [] as [Text; 0], body)
    }

    /// Adds a blank line.
    pub fn blank(mut self) -> Body {
        self.items.push(Item::Blank);
        self
    }

    /// Adds a comment above what is added next.
    pub fn comment(mut self, text: impl Into<Text>) -> Body {
        self.items.push(Item::Comment(text.into()));
        self
    }

    /// Adds `name = value`.
    pub fn push_attribute(&mut self, name: impl Into<Text>, value: impl Into<Expr>) {
        self.items.push(Item::Attribute(Attribute { name: name.into(), value: value.into() }));
    }

    /// Adds a block with labels.
    pub fn push_block<L: Into<Text>>(&mut self, kind: impl Into<Text>, labels: impl IntoIterator<Item = L>, body: Body) {
        let labels = labels.into_iter().map(Into::into).collect();
        self.items.push(Item::Block(Block { kind: kind.into(), labels, body }));
    }

    /// Adds every item of another body.
    pub fn append(&mut self, other: Body) {
        self.items.extend(other.items);
    }

    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        !self.items.iter().any(|item| !matches!(item, Item::Blank))
    }
}
