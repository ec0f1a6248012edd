//! Lists and objects, and how they are laid out.

use super::Expr;
use crate::base::Text;

/// Whether a list or an object stands in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Layout {
    /// One line if it is short and flat.
    #[default]
    Auto,
    /// One line, whatever its length.
    Line,
    /// A line for each entry, unless it is empty.
    Lines,
}

/// `[a, b]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// The elements.
    pub items: Vec<Expr>,
    /// How it is laid out.
    pub layout: Layout,
}

/// `{ a = 1 }`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Object {
    /// The entries in the order they are printed, with comments and blank lines between them.
    pub items: Vec<ObjectItem>,
    /// How it is laid out.
    pub layout: Layout,
    /// Entries that need several lines are separated by blank lines from their neighbours.
    pub spaced: bool,
}

/// One item of an [`Object`].
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectItem {
    /// `key = value`.
    Entry(Key, Expr),
    /// A blank line.
    Blank,
    /// Lines of `# …`, belonging to the entry that follows. Left out where the object must stand in one line.
    Comment(Text),
}

/// The key of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// Literal text: printed bare where it is an identifier, in quotes otherwise.
    Text(Text),
    /// Computed: printed in parentheses.
    Expr(Box<Expr>),
}

impl List {
    /// A list of values.
    pub fn new<E: Into<Expr>>(items: impl IntoIterator<Item = E>) -> List {
        List { items: items.into_iter().map(Into::into).collect(), layout: Layout::Auto }
    }

    /// Gives each element a line.
    pub fn lines(mut self) -> List {
        self.layout = Layout::Lines;
        self
    }
}

impl Object {
    /// An object without entries.
    pub fn new() -> Object {
        Object::default()
    }

    /// Keeps it in one line.
    pub fn line(mut self) -> Object {
        self.layout = Layout::Line;
        self
    }

    /// Gives each entry a line.
    pub fn lines(mut self) -> Object {
        self.layout = Layout::Lines;
        self
    }

    /// Separates entries that need several lines from their neighbours.
    pub fn spaced(mut self) -> Object {
        self.spaced = true;
        self
    }

    /// Adds `key = value`.
    pub fn with(mut self, key: impl Into<Key>, value: impl Into<Expr>) -> Object {
        self.push(key, value);
        self
    }

    /// Adds a blank line.
    pub fn blank(mut self) -> Object {
        self.items.push(ObjectItem::Blank);
        self
    }

    /// Adds a comment above the entry that is added next.
    pub fn comment(mut self, text: impl Into<Text>) -> Object {
        self.items.push(ObjectItem::Comment(text.into()));
        self
    }

    /// Adds `key = value`.
    pub fn push(&mut self, key: impl Into<Key>, value: impl Into<Expr>) {
        self.items.push(ObjectItem::Entry(key.into(), value.into()));
    }

    /// The entries without comments and blank lines.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Expr)> {
        self.items.iter().filter_map(|item| match item {
            ObjectItem::Entry(key, value) => Some((key, value)),
            ObjectItem::Blank | ObjectItem::Comment(_) => None,
        })
    }
}

impl From<&str> for Key {
    fn from(key: &str) -> Key {
        Key::Text(key.into())
    }
}

impl From<String> for Key {
    fn from(key: String) -> Key {
        Key::Text(key.into())
    }
}

impl From<Text> for Key {
    fn from(key: Text) -> Key {
        Key::Text(key)
    }
}

impl From<Expr> for Key {
    fn from(key: Expr) -> Key {
        Key::Expr(Box::new(key))
    }
}

impl<K: Into<Key>, V: Into<Expr>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Object {
        let items = entries.into_iter().map(|(key, value)| ObjectItem::Entry(key.into(), value.into())).collect();
        Object { items, ..Object::default() }
    }
}
