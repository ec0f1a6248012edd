//! Expressions. Parentheses are not part of the tree: the printer puts them where precedence asks for them.

use crate::artifact::json::Value;
use crate::base::Text;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `none`.
    None,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Literal text; nothing in it is ever evaluated.
    Text(Text),
    /// A variable.
    Variable(Text),
    /// `value.name`, or `value['name']` where a method of the language has the name.
    Attribute(Box<Expr>, Text),
    /// `value[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `function(arguments)`.
    Call(Text, Arguments),
    /// `value.method(arguments)`.
    Method(Box<Expr>, Text, Arguments),
    /// `value | name(arguments)`.
    Filter(Box<Expr>, Text, Arguments),
    /// `value is name(arguments)`; `is not` if the flag is set.
    Test(Box<Expr>, bool, Text, Arguments),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{'a': b}`.
    Dict(Vec<(Expr, Expr)>),
    /// `not value`.
    Not(Box<Expr>),
    /// `-value`.
    Negate(Box<Expr>),
    /// An operator between its operands.
    Binary(Box<Expr>, Binary, Box<Expr>),
    /// `yes if condition else no`: condition, yes, no.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// What stands between the parentheses of a call.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Arguments {
    /// Arguments by position.
    pub positional: Vec<Expr>,
    /// Arguments by name, in the order they are printed.
    pub named: Vec<(Text, Expr)>,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the operators")]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Add,
    Subtract,
    /// `~`: both sides as text.
    Concat,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
}

impl Expr {
    /// A variable.
    pub fn variable(name: impl Into<Text>) -> Expr {
        Expr::Variable(name.into())
    }

    /// `item.rule.name` from text with dots between names.
    pub fn path(path: &str) -> Expr {
        let mut names = path.split('.');
        let root = Expr::variable(names.next().unwrap_or_default());
        names.fold(root, Expr::attribute)
    }

    /// `self.name`.
    pub fn attribute(self, name: impl Into<Text>) -> Expr {
        Expr::Attribute(Box::new(self), name.into())
    }

    /// `self[index]`.
    pub fn index(self, index: impl Into<Expr>) -> Expr {
        Expr::Index(Box::new(self), Box::new(index.into()))
    }

    /// `name(arguments)`.
    pub fn call(name: impl Into<Text>, arguments: impl Into<Arguments>) -> Expr {
        Expr::Call(name.into(), arguments.into())
    }

    /// `self.name(arguments)`.
    pub fn method(self, name: impl Into<Text>, arguments: impl Into<Arguments>) -> Expr {
        Expr::Method(Box::new(self), name.into(), arguments.into())
    }

    /// `self | name`.
    pub fn filter(self, name: impl Into<Text>) -> Expr {
        self.filter_with(name, Arguments::default())
    }

    /// `self | name(arguments)`.
    pub fn filter_with(self, name: impl Into<Text>, arguments: impl Into<Arguments>) -> Expr {
        Expr::Filter(Box::new(self), name.into(), arguments.into())
    }

    /// `self is name`.
    pub fn is(self, name: impl Into<Text>) -> Expr {
        self.is_with(name, Arguments::default())
    }

    /// `self is name(arguments)`.
    pub fn is_with(self, name: impl Into<Text>, arguments: impl Into<Arguments>) -> Expr {
        Expr::Test(Box::new(self), false, name.into(), arguments.into())
    }

    /// `self is not name`.
    pub fn is_not(self, name: impl Into<Text>) -> Expr {
        Expr::Test(Box::new(self), true, name.into(), Arguments::default())
    }

    /// `self operator right`.
    pub fn binary(self, operator: Binary, right: impl Into<Expr>) -> Expr {
        Expr::Binary(Box::new(self), operator, Box::new(right.into()))
    }

    /// `self == right`.
    pub fn equals(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::Equal, right)
    }

    /// `self and right`.
    pub fn and(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::And, right)
    }

    /// `self or right`.
    pub fn or(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::Or, right)
    }

    /// `not self`.
    pub fn negated(self) -> Expr {
        Expr::Not(Box::new(self))
    }

    /// `yes if self else no`.
    pub fn conditional(self, yes: impl Into<Expr>, no: impl Into<Expr>) -> Expr {
        Expr::Conditional(Box::new(self), Box::new(yes.into()), Box::new(no.into()))
    }

    /// Pieces joined as text.
    pub fn concat<E: Into<Expr>>(pieces: impl IntoIterator<Item = E>) -> Expr {
        let mut pieces = pieces.into_iter().map(Into::into);
        let first = pieces.next().unwrap_or_else(|| Expr::Text(Text::default()));
        pieces.fold(first, |left, right| left.binary(Binary::Concat, right))
    }
}

impl Arguments {
    /// Adds an argument by name.
    pub fn with(mut self, name: impl Into<Text>, value: impl Into<Expr>) -> Arguments {
        self.named.push((name.into(), value.into()));
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty()
    }
}

impl<E: Into<Expr>, const N: usize> From<[E; N]> for Arguments {
    fn from(arguments: [E; N]) -> Arguments {
        Arguments { positional: arguments.into_iter().map(Into::into).collect(), named: Vec::new() }
    }
}

impl<E: Into<Expr>> From<Vec<E>> for Arguments {
    fn from(arguments: Vec<E>) -> Arguments {
        Arguments { positional: arguments.into_iter().map(Into::into).collect(), named: Vec::new() }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Expr {
            fn from(value: $source) -> Expr { Expr::$variant(value.into()) }
        })*
    };
}

from! { bool => Bool, i64 => Int, i32 => Int, u32 => Int, u16 => Int, u8 => Int, f64 => Float,
&str => Text, String => Text, Text => Text }

impl<T: Into<Expr>> From<Vec<T>> for Expr {
    fn from(values: Vec<T>) -> Expr {
        Expr::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<Value> for Expr {
    fn from(value: Value) -> Expr {
        match value {
            Value::Null => Expr::None,
            Value::Bool(value) => Expr::Bool(value),
            Value::Int(value) => Expr::Int(value),
            Value::Float(value) => Expr::Float(value),
            Value::Text(value) => Expr::Text(value),
            Value::List(values) => Expr::from(values),
            Value::Object(entries) => Expr::Dict(entries.into_iter().map(|(key, value)| (Expr::Text(key), value.into())).collect()),
        }
    }
}
