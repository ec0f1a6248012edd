//! Expressions. Parentheses are not part of the tree: the printer puts them where precedence asks for them.

use super::{Key, List, Object};
use crate::artifact::json::Value;
use crate::base::Text;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Literal text; nothing in it is ever evaluated.
    Text(Text),
    /// Text with expressions in it.
    Template(Vec<Part>),
    /// Constant text of several lines, printed as `<<-EOF` where it is the value of an attribute or an entry that has
    /// lines of its own, and as a quoted template elsewhere. Ends with a line break by its nature.
    Heredoc(Vec<Part>),
    /// A variable, or the root of a longer way: `var`, `each`, `string`.
    Variable(Text),
    /// A way into a value: `var.hosts["a"].ip`, `one(x)[*].id`.
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(arguments)`.
    Call {
        /// The function, with its namespace where it has one (`provider::x::y`).
        name: Text,
        /// The arguments in order.
        arguments: Vec<Expr>,
        /// The last argument is a list of arguments: `f(x...)`.
        expand: bool,
    },
    /// `[…]`.
    List(List),
    /// `{…}`.
    Object(Object),
    /// `[for … : …]` or `{ for … : … => … }`.
    For(Box<For>),
    /// An operator before its operand.
    Unary(Unary, Box<Expr>),
    /// An operator between its operands.
    Binary(Box<Expr>, Binary, Box<Expr>),
    /// `condition ? yes : no`.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Literal text.
    Text(Text),
    /// `${…}`.
    Expr(Expr),
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name`.
    Attribute(Text),
    /// `[index]`.
    Index(Expr),
    /// `[*]`.
    Splat,
}

/// A comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// The variable of the key or position, if it is used.
    pub key: Option<Text>,
    /// The variable of the value.
    pub value: Text,
    /// What it runs over.
    pub over: Expr,
    /// The key of the result; then the result is an object.
    pub result_key: Option<Expr>,
    /// The value of the result.
    pub result: Expr,
    /// Which elements take part.
    pub condition: Option<Expr>,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`.
    Not,
    /// `-`.
    Negate,
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
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Expr {
    /// `var`, `each`, `string`.
    pub fn variable(name: impl Into<Text>) -> Expr {
        Expr::Variable(name.into())
    }

    /// `var.hosts.ip` from text with dots between identifiers.
    pub fn path(path: &str) -> Expr {
        let mut names = path.split('.');
        let root = Expr::variable(names.next().unwrap_or_default());
        let steps: Vec<Step> = names.map(|name| Step::Attribute(name.into())).collect();
        if steps.is_empty() { root } else { Expr::Traversal(Box::new(root), steps) }
    }

    /// `self.name`.
    pub fn attribute(self, name: impl Into<Text>) -> Expr {
        self.step(Step::Attribute(name.into()))
    }

    /// `self[index]`.
    pub fn index(self, index: impl Into<Expr>) -> Expr {
        self.step(Step::Index(index.into()))
    }

    /// `self[*]`.
    pub fn splat(self) -> Expr {
        self.step(Step::Splat)
    }

    /// A further step into the value.
    pub fn step(self, step: Step) -> Expr {
        match self {
            Expr::Traversal(root, mut steps) => {
                steps.push(step);
                Expr::Traversal(root, steps)
            }
            root => Expr::Traversal(Box::new(root), vec![step]),
        }
    }

    /// `name(arguments)`.
    pub fn call<E: Into<Expr>>(name: impl Into<Text>, arguments: impl IntoIterator<Item = E>) -> Expr {
        Expr::Call { name: name.into(), arguments: arguments.into_iter().map(Into::into).collect(), expand: false }
    }

    /// `name(arguments...)`.
    pub fn call_expanding<E: Into<Expr>>(name: impl Into<Text>, arguments: impl IntoIterator<Item = E>) -> Expr {
        Expr::Call { name: name.into(), arguments: arguments.into_iter().map(Into::into).collect(), expand: true }
    }

    /// `[…]`.
    pub fn list<E: Into<Expr>>(items: impl IntoIterator<Item = E>) -> Expr {
        Expr::List(List::new(items))
    }

    /// `{…}`.
    pub fn object<K: Into<Key>, V: Into<Expr>>(entries: impl IntoIterator<Item = (K, V)>) -> Expr {
        Expr::Object(entries.into_iter().collect())
    }

    /// `[for value in over : result]`.
    pub fn for_list(value: impl Into<Text>, over: impl Into<Expr>, result: impl Into<Expr>) -> For {
        For { key: None, value: value.into(), over: over.into(), result_key: None, result: result.into(), condition: None }
    }

    /// `{ for key, value in over : result_key => result }`.
    pub fn for_object(
        key: impl Into<Text>,
        value: impl Into<Text>,
        over: impl Into<Expr>,
        result_key: impl Into<Expr>,
        result: impl Into<Expr>,
    ) -> For {
        For { result_key: Some(result_key.into()), ..Expr::for_list(value, over, result).key(key) }
    }

    /// Text with expressions in it.
    pub fn template(parts: impl IntoIterator<Item = Part>) -> Expr {
        Expr::Template(parts.into_iter().collect())
    }

    /// Constant text of several lines.
    pub fn heredoc(text: impl Into<Text>) -> Expr {
        Expr::Heredoc(vec![Part::Text(text.into())])
    }

    /// `self operator right`.
    pub fn binary(self, operator: Binary, right: impl Into<Expr>) -> Expr {
        Expr::Binary(Box::new(self), operator, Box::new(right.into()))
    }

    /// `self == right`.
    pub fn equals(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::Equal, right)
    }

    /// `self && right`.
    pub fn and(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::And, right)
    }

    /// `self || right`.
    pub fn or(self, right: impl Into<Expr>) -> Expr {
        self.binary(Binary::Or, right)
    }

    /// `!self`.
    pub fn negated(self) -> Expr {
        Expr::Unary(Unary::Not, Box::new(self))
    }

    /// `self ? yes : no`.
    pub fn conditional(self, yes: impl Into<Expr>, no: impl Into<Expr>) -> Expr {
        Expr::Conditional(Box::new(self), Box::new(yes.into()), Box::new(no.into()))
    }
}

impl For {
    /// Names the variable of the key or position.
    pub fn key(mut self, key: impl Into<Text>) -> For {
        self.key = Some(key.into());
        self
    }

    /// Keeps only the elements for which `condition` holds.
    pub fn only_if(mut self, condition: impl Into<Expr>) -> For {
        self.condition = Some(condition.into());
        self
    }
}

impl Part {
    /// Literal text.
    pub fn text(text: impl Into<Text>) -> Part {
        Part::Text(text.into())
    }

    /// `${…}`.
    pub fn expr(expr: impl Into<Expr>) -> Part {
        Part::Expr(expr.into())
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
&str => Text, String => Text, Text => Text, List => List, Object => Object, For => For }

impl<T: Into<Expr>> From<Vec<T>> for Expr {
    fn from(values: Vec<T>) -> Expr {
        Expr::list(values)
    }
}

impl From<Value> for Expr {
    fn from(value: Value) -> Expr {
        match value {
            Value::Null => Expr::Null,
            Value::Bool(value) => Expr::Bool(value),
            Value::Int(value) => Expr::Int(value),
            Value::Float(value) => Expr::Float(value),
            Value::Text(value) => Expr::Text(value),
            Value::List(values) => Expr::list(values),
            Value::Object(entries) => Expr::object(entries),
        }
    }
}
