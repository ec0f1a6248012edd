//! What of the library the compiler reads by its name: kinds, their blocks, records. Each is declared once, in `table`, with its fields
//! and the type that each must have. `resolve` compares the library with it, and the passes behind read values through typed views: where
//! a library lacks a word, there is one finding at the kind, and no file that silently lacks a line.

mod listened;
mod read;
mod table;

use crate::value::{Entries, Value};
use std::collections::BTreeMap;

use crate::base::Text;
pub use read::Read;
pub use table::*;

/// How an item is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `define kind service { … }`
    Kind,
    /// `define instance service { … }`
    Instance,
    /// A block of a kind that is there once.
    Block,
    /// A block with `many = true`.
    Blocks,
    /// A block with `many = true` and a label: what it says is found by the label.
    Labelled,
    /// `type host = { … }`
    Record,
}

/// Something of the library that the compiler reads.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// How it is declared.
    pub form: Form,
    /// Its name; that of a block stands behind those of the kind and the blocks around it: `service`, `install`, `archive`.
    pub path: &'static [&'static str],
    /// What it must have.
    pub fields: &'static [Wanted],
}

/// A field that an item must have.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: &'static str,
    /// Its type as the library writes it. `string` is any text, such as a name or a version; `T?` may be `T` as well; `any` is whatever
    /// the library says.
    pub ty: &'static str,
}

impl Item {
    /// How the library declares it: `block way_in` of `define kind service`, with words in backquotes.
    pub fn head(&self) -> String {
        match (self.form, self.path) {
            (Form::Kind, [kind, ..]) => format!("`define kind {kind}`"),
            (Form::Instance, [kind, ..]) => format!("`define instance {kind}`"),
            (Form::Record, [name, ..]) => format!("`type {name}`"),
            (_, [kind, around @ .., block]) => {
                let around: String = around.iter().rev().map(|block| format!(" of `block {block}`")).collect();
                format!("`block {block}`{around} of `define kind {kind}`")
            }
            _ => String::new(),
        }
    }
}

/// Values by field: of a record or block, or of an instance.
#[derive(Clone, Copy, Debug)]
pub enum Values<'v> {
    /// Of a record, a block, or the settings of a product.
    Entries(&'v Entries),
    /// Of an instance.
    Instance(&'v BTreeMap<Text, Value>),
}

impl<'v> Values<'v> {
    /// The value of a field.
    pub fn get(self, name: &str) -> Option<&'v Value> {
        match self {
            Values::Entries(entries) => entries.get(name),
            Values::Instance(fields) => fields.get(name),
        }
    }

    /// A block that is there once; none where it is not said.
    pub fn block<V: View<'v>>(self) -> Option<V> {
        V::of(self.get(V::NAME)?)
    }

    /// Blocks by their labels.
    pub fn labelled<V: View<'v>>(self) -> impl Iterator<Item = (&'v Text, V)> {
        let blocks = self.get(V::NAME).and_then(Value::as_map).into_iter().flatten();
        blocks.filter_map(|(label, value)| Some((label, V::of(value)?)))
    }
}

impl<'v> From<&'v Entries> for Values<'v> {
    fn from(entries: &'v Entries) -> Values<'v> {
        Values::Entries(entries)
    }
}

impl<'v> From<&'v BTreeMap<Text, Value>> for Values<'v> {
    fn from(fields: &'v BTreeMap<Text, Value>) -> Values<'v> {
        Values::Instance(fields)
    }
}

/// A typed view of what an item says. After the library was compared with the table, a field is missing where the value is not known yet,
/// or not said and optional, and for no other reason.
pub trait View<'v>: Sized {
    /// The item's name, without those around it.
    const NAME: &'static str;

    /// A view of these values.
    fn over(values: Values<'v>) -> Self;

    /// A view of a record or block; nothing where it is not said.
    fn of(value: &'v Value) -> Option<Self> {
        value.as_map().map(|entries| Self::over(Values::Entries(entries)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Host, ITEMS, View};
    use crate::value::Value;
    use std::collections::BTreeSet;

    #[test]
    fn an_item_and_a_field_stand_once_in_the_table() {
        let mut items = BTreeSet::new();
        for item in ITEMS {
            assert!(items.insert((item.path, item.form == Form::Instance)), "{}", item.head());
            let fields: BTreeSet<&str> = item.fields.iter().map(|field| field.name).collect();
            assert_eq!(fields.len(), item.fields.len(), "{}", item.head());
        }
    }

    #[test]
    fn a_view_reads_what_has_the_type_and_nothing_else() {
        let subnet = Value::map([("key", Value::text("a")), ("range", Value::Cidr("10.0.0.0/24".parse().unwrap()))]);
        let host = Value::map([("name", Value::text("web-0")), ("address", Value::text("10.0.0.2")), ("subnet", subnet)]);
        let host = Host::of(&host).unwrap();
        assert_eq!(host.name().map(|name| name.as_str()), Some("web-0"));
        assert_eq!(host.address(), None);
        assert_eq!(host.subnet().and_then(|subnet| subnet.range()), Some("10.0.0.0/24".parse().unwrap()));
        assert!(Host::of(&Value::None).is_none());
    }
}
