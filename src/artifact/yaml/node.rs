//! The tree of a YAML file, with the comments and blank lines that make it readable.

use crate::artifact::json::Value;
use crate::base::Text;

/// A file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Document {
    /// The comment in the first lines.
    pub header: Option<Text>,
    /// Whether `---` stands before the content.
    pub start: bool,
    /// The content.
    pub root: Node,
    /// The reader knows YAML 1.2 only (GitHub), so that the key `on` is written bare.
    pub bare_on: bool,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Node {
    /// Nothing: `key:` in a map, `null` elsewhere.
    #[default]
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text: plain where no reader can take it for something else, `|` where it has safe lines, in double quotes
    /// otherwise.
    Text(Text),
    /// Text of one line that is long: printed as `>-` over several lines of words.
    Folded(Text),
    /// Values in order.
    Seq(Seq),
    /// Values by key.
    Map(Map),
}

/// Values in order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Seq {
    /// The items.
    pub items: Vec<Item>,
    /// `[a, b]`, where every item is a scalar and the line is not too long.
    pub flow: bool,
}

/// An item of a [`Seq`].
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Item {
    /// A blank line stands above it, unless it is the first.
    pub blank: bool,
    /// The comment above it.
    pub comment: Option<Text>,
    /// The value.
    pub value: Node,
}

/// Values by key, in the order they are printed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Map {
    /// The entries; two with one key are refused by the printer.
    pub entries: Vec<Entry>,
}

/// An entry of a [`Map`].
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Entry {
    /// A blank line stands above it, unless it is the first.
    pub blank: bool,
    /// The comment above it.
    pub comment: Option<Text>,
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Node,
    /// The comment behind a value of one line, such as the version of an action.
    pub trailing: Option<Text>,
}

impl Document {
    /// A file with this content.
    pub fn new(root: impl Into<Node>) -> Document {
        Document { root: root.into(), ..Document::default() }
    }

    /// Puts a comment into the first lines.
    pub fn header(mut self, text: impl Into<Text>) -> Document {
        self.header = Some(text.into());
        self
    }

    /// Puts `---` before the content.
    pub fn start(mut self) -> Document {
        self.start = true;
        self
    }

    /// Writes the key `on` bare, for a reader that knows YAML 1.2 only.
    pub fn bare_on(mut self) -> Document {
        self.bare_on = true;
        self
    }
}

impl Node {
    /// `[a, b]` in one line.
    pub fn flow<N: Into<Node>>(items: impl IntoIterator<Item = N>) -> Node {
        Node::Seq(Seq { flow: true, ..Seq::new(items) })
    }

    /// `>-` over several lines.
    pub fn folded(text: impl Into<Text>) -> Node {
        Node::Folded(text.into())
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(map) => map.get(key),
            _ => None,
        }
    }
}

impl Seq {
    /// A list of values, one a line.
    pub fn new<N: Into<Node>>(items: impl IntoIterator<Item = N>) -> Seq {
        let items = items.into_iter().map(|value| Item { value: value.into(), ..Item::default() }).collect();
        Seq { items, flow: false }
    }

    /// Puts a blank line between all items.
    pub fn spaced(mut self) -> Seq {
        for item in &mut self.items {
            item.blank = true;
        }
        self
    }

    /// Adds an item with a comment above it, separated by a blank line from the one before.
    pub fn commented(mut self, comment: impl Into<Text>, value: impl Into<Node>) -> Seq {
        self.items.push(Item { blank: true, comment: Some(comment.into()), value: value.into() });
        self
    }

    /// Adds an item.
    pub fn push(&mut self, value: impl Into<Node>) {
        self.items.push(Item { value: value.into(), ..Item::default() });
    }
}

impl Map {
    /// A map without entries.
    pub fn new() -> Map {
        Map::default()
    }

    /// Adds an entry.
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Node>) -> Map {
        self.push(key, value);
        self
    }

    /// Adds an entry if there is a value.
    pub fn maybe(mut self, key: impl Into<Text>, value: Option<impl Into<Node>>) -> Map {
        if let Some(value) = value {
            self.push(key, value);
        }
        self
    }

    /// Adds an entry; the comment, the blank line and the trailing comment are set on what is returned.
    pub fn push(&mut self, key: impl Into<Text>, value: impl Into<Node>) -> &mut Entry {
        self.entries.push(Entry { key: key.into(), value: value.into(), ..Entry::default() });
        let last = self.entries.len() - 1;
        &mut self.entries[last]
    }

    /// Puts a blank line above the entry that was added last.
    pub fn blank(mut self) -> Map {
        if let Some(entry) = self.entries.last_mut() {
            entry.blank = true;
        }
        self
    }

    /// Puts a comment above the entry that was added last.
    pub fn comment(mut self, text: impl Into<Text>) -> Map {
        if let Some(entry) = self.entries.last_mut() {
            entry.comment = Some(text.into());
        }
        self
    }

    /// Puts a comment behind the entry that was added last.
    pub fn trailing(mut self, text: impl Into<Text>) -> Map {
        if let Some(entry) = self.entries.last_mut() {
            entry.trailing = Some(text.into());
        }
        self
    }

    /// Puts a blank line between all entries.
    pub fn spaced(mut self) -> Map {
        for entry in &mut self.entries {
            entry.blank = true;
        }
        self
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Node {
            fn from(value: $source) -> Node { Node::$variant(value.into()) }
        })*
    };
}

from! { bool => Bool, i64 => Int, i32 => Int, u32 => Int, u16 => Int, u8 => Int, f64 => Float,
&str => Text, String => Text, Text => Text, Seq => Seq, Map => Map }

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(values: Vec<T>) -> Node {
        Node::Seq(Seq::new(values))
    }
}

impl<K: Into<Text>, V: Into<Node>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Map {
        let mut map = Map::new();
        for (key, value) in entries {
            map.push(key, value);
        }
        map
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(value),
            Value::Int(value) => Node::Int(value),
            Value::Float(value) => Node::Float(value),
            Value::Text(value) => Node::Text(value),
            Value::List(values) => Node::from(values),
            Value::Object(entries) => Node::Map(entries.into_iter().collect()),
        }
    }
}
