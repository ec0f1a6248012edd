//! JSON, and the plain data that every other format can hold too.

use crate::base::Text;

/// A JSON value whose objects keep their order.
///
/// It is also the common form of plain data: `hcl::Expr` and `yaml::Node` are made `From` it.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text.
    Text(Text),
    /// Values in order.
    List(Vec<Value>),
    /// Values by key, in the order they are printed.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// An object without entries.
    pub fn object() -> Value {
        Value::Object(Vec::new())
    }

    /// Adds an entry to an object; anything else becomes an object first.
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Value {
        self.push(key, value);
        self
    }

    /// Adds an entry to an object; anything else becomes an object first.
    pub fn push(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        if !matches!(self, Value::Object(_)) {
            *self = Value::object();
        }
        if let Value::Object(entries) = self {
            entries.push((key.into(), value.into()));
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Value {
            fn from(value: $source) -> Value { Value::$variant(value.into()) }
        })*
    };
}

from! { bool => Bool, i64 => Int, i32 => Int, u32 => Int, u16 => Int, u8 => Int, f64 => Float,
&str => Text, String => Text, Text => Text, Vec<(Text, Value)> => Object }

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}
