//! The tree of a structured configuration file.

use crate::artifact::{jinja, json};
use crate::base::Text;

/// A value that is known now, or an expression that is known when Ansible runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `true`, a number or text.
    Scalar(json::Value),
    /// What an expression yields. In TOML it must be a scalar or a list of scalars.
    Expr(jinja::Expr),
    /// Values in order.
    List(Vec<Value>),
    /// A value for each element of a list that is known when Ansible runs.
    Each(Box<Each>),
    /// Values by key, in the order they are printed.
    Object(Vec<(Text, Value)>),
}

/// A value for each element of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Each {
    /// The variable of the element, for the expressions in `value`.
    pub variable: Text,
    /// The list.
    pub over: jinja::Expr,
    /// Which elements take part.
    pub condition: Option<jinja::Expr>,
    /// The value for each.
    pub value: Value,
}

impl Value {
    /// An object without entries.
    pub fn object() -> Value {
        Value::Object(Vec::new())
    }

    /// Adds an entry to an object; anything else becomes an object first.
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Value {
        if !matches!(self, Value::Object(_)) {
            self = Value::object();
        }
        if let Value::Object(entries) = &mut self {
            entries.push((key.into(), value.into()));
        }
        self
    }
}

impl From<jinja::Expr> for Value {
    fn from(expr: jinja::Expr) -> Value {
        Value::Expr(expr)
    }
}

impl From<Each> for Value {
    fn from(each: Each) -> Value {
        Value::Each(Box::new(each))
    }
}

impl From<json::Value> for Value {
    fn from(value: json::Value) -> Value {
        match value {
            json::Value::List(values) => Value::List(values.into_iter().map(Value::from).collect()),
            json::Value::Object(entries) => Value::Object(entries.into_iter().map(|(key, value)| (key, Value::from(value))).collect()),
            scalar => Value::Scalar(scalar),
        }
    }
}

macro_rules! from {
    ($($source:ty),* $(,)?) => {
        $(impl From<$source> for Value {
            fn from(value: $source) -> Value { Value::Scalar(value.into()) }
        })*
    };
}

from! { bool, i64, i32, u32, u16, u8, f64, &str, String, Text }

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}
