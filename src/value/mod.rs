//! What evaluation yields: values that the compiler knows, and expressions that are left for a tool.

mod elements;
mod entries;
mod measure;
mod secret;

use crate::base::{Key, Ports, Span, Text};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

pub use elements::Elements;
pub use entries::Entries;
pub use measure::{Measure, weight_of_text};
pub use secret::{Scheme, Secret, SecretForm};

/// A value; parts of lists and maps may be left for a tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Absent.
    None,
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text, a word, a member of an enum.
    Text(Text),
    /// An address.
    Ip(IpAddr),
    /// A network.
    Cidr(IpNet),
    /// A port or a span of ports with its transport, or a protocol without ports.
    Port(Ports),
    /// An amount of data, in bytes.
    Bytes(u64),
    /// A span of time, in milliseconds.
    Duration(u64),
    /// Money in hundredths, with the currency's code.
    Money(i64, Text),
    /// Values in order.
    List(Arc<Elements>),
    /// Values by key, in the order they were made; a record is one too.
    Map(Arc<Entries>),
    /// An instance of the plan.
    Instance(InstanceId),
    /// A definition: keyword and name.
    Definition(Text, Text),
    /// A reference to a secret.
    Secret(Arc<Secret>),
    /// What a tool will know.
    Residual(Arc<Residual>),
}

/// Names an instance in the plan of one product and environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(pub u32);

/// An expression that is left for a tool; the operands may be known.
#[derive(Clone, Debug, PartialEq)]
pub enum Residual {
    /// A hole of a module or role: its variable.
    Variable(Text),
    /// A name bound by a comprehension.
    Local(Text),
    /// The key of the current repetition of a resource or block.
    EachKey,
    /// The value of the current repetition of a resource or block.
    EachValue,
    /// A resource or data source of the same module: all of its repetitions, or the one there is.
    Resource {
        /// Whether it is a data source.
        data: bool,
        /// `hcloud_server`
        ty: Text,
        /// `node`
        name: Text,
    },
    /// An output of another unit.
    Output(InstanceId, Text),
    /// A fact that a machine knows of itself: `arch`.
    Fact(Text),
    /// Known to the compiler, but not sayable in the tool: it must be lifted by a `let`. The place of what made it so.
    Foreign(Span),
    /// `base.field`
    Member(Value, Text),
    /// `base[index]`
    Index(Value, Value),
    /// Texts and expressions in a row.
    Template(Vec<Value>),
    /// A built-in function.
    Call(Text, Vec<Value>),
    /// `[for k, v in source if condition : value]`, or a map where there is a key.
    For(Box<ResidualFor>),
    /// `if c then a else b`
    If(Value, Value, Value),
    /// `not x`
    Not(Value),
    /// `-x`
    Negate(Value),
    /// `a op b`
    Binary(Operator, Value, Value),
}

/// A comprehension over something that only a tool will know.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualFor {
    /// The name of the key or index.
    pub key: Option<Text>,
    /// The name of the value.
    pub value: Text,
    /// What is gone through.
    pub source: Value,
    /// Which are kept.
    pub condition: Option<Value>,
    /// The key of each entry, for a map.
    pub entry: Option<Value>,
    /// The element, or the entry's value.
    pub result: Value,
}

/// Operators that tools have too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The first, or the second where the first is absent.
    Default,
    /// Either.
    Or,
    /// Both.
    And,
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Less.
    Less,
    /// Less or the same.
    LessEqual,
    /// More.
    Greater,
    /// More or the same.
    GreaterEqual,
    /// An element of the list, or a key of the map.
    In,
    /// Sum, or two lists after each other.
    Add,
    /// Difference.
    Subtract,
    /// Product.
    Multiply,
    /// Quotient; of integers, towards zero.
    Divide,
    /// Remainder.
    Remainder,
}

/// What a name is bound to that stands for the index or key of an element.
impl From<Key> for Value {
    fn from(key: Key) -> Value {
        match key {
            Key::Name(name) => Value::Text(name),
            Key::At(at) => Value::Int(at as i64),
        }
    }
}

impl Value {
    /// Text.
    pub fn text(text: impl Into<Text>) -> Value {
        Value::Text(text.into())
    }

    /// A list.
    pub fn list(values: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Arc::new(values.into_iter().collect()))
    }

    /// A map or record.
    pub fn map<K: Into<Text>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// What is left for a tool.
    pub fn residual(residual: Residual) -> Value {
        Value::Residual(Arc::new(residual))
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The entries, if it is a map or record.
    pub fn as_map(&self) -> Option<&Entries> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What is gone through, each element with its index or key; absent for what has no elements, or none that are known.
    pub fn elements(&self) -> Option<Vec<(Key, Value)>> {
        match self {
            Value::List(list) => Some(list.iter().enumerate().map(|(at, value)| (Key::At(at), value.clone())).collect()),
            Value::Map(map) => Some(map.iter().map(|(key, value)| (Key::Name(key.clone()), value.clone())).collect()),
            _ => None,
        }
    }

    /// Adds the instances that it names.
    pub fn instances(&self, found: &mut BTreeSet<InstanceId>) {
        match self {
            Value::Instance(id) => drop(found.insert(*id)),
            Value::List(list) => list.iter().for_each(|value| value.instances(found)),
            Value::Map(map) => map.values().for_each(|value| value.instances(found)),
            _ => {}
        }
    }

    /// Visits every secret in it that is named outright.
    pub fn secrets<'v>(&'v self, visit: &mut dyn FnMut(&'v Secret)) {
        match self {
            Value::List(list) => list.iter().for_each(|value| value.secrets(visit)),
            Value::Map(map) => map.values().for_each(|value| value.secrets(visit)),
            Value::Secret(secret) => visit(secret),
            _ => {}
        }
    }

    /// The field of a record.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.as_map()?.get(name)
    }

    /// Whether no part of it is left for a tool.
    pub fn is_known(&self) -> bool {
        match self {
            Value::Residual(_) => false,
            Value::List(_) | Value::Map(_) => self.measure(u32::MAX).is_some_and(|measure| measure.is_known),
            _ => true,
        }
    }

    /// The first output of a unit that it needs: the unit, and the name of the output.
    pub fn output(&self) -> Option<(InstanceId, Text)> {
        let mut found = None;
        self.walk(&mut |residual| {
            if let Residual::Output(unit, name) = residual {
                found.get_or_insert((*unit, name.clone()));
            }
        });
        found
    }

    /// Whether it needs an output of a unit.
    pub fn needs(&self, unit: InstanceId) -> bool {
        let mut found = false;
        self.walk(&mut |residual| found |= matches!(residual, Residual::Output(of, _) if *of == unit));
        found
    }

    /// Calls `visit` with every residual expression in it, the outer before the inner.
    pub fn walk(&self, visit: &mut dyn FnMut(&Residual)) {
        match self {
            Value::List(list) => list.iter().for_each(|value| value.walk(visit)),
            Value::Map(map) => map.values().for_each(|value| value.walk(visit)),
            Value::Residual(residual) => {
                visit(residual);
                residual.operands().into_iter().for_each(|value| value.walk(visit));
            }
            _ => {}
        }
    }
}

impl Residual {
    /// The values that it is made of.
    pub fn operands(&self) -> Vec<&Value> {
        match self {
            Residual::Member(base, _) | Residual::Not(base) | Residual::Negate(base) => vec![base],
            Residual::Index(a, b) | Residual::Binary(_, a, b) => vec![a, b],
            Residual::Template(values) | Residual::Call(_, values) => values.iter().collect(),
            Residual::If(a, b, c) => vec![a, b, c],
            Residual::For(f) => [Some(&f.source), f.condition.as_ref(), f.entry.as_ref(), Some(&f.result)].into_iter().flatten().collect(),
            _ => Vec::new(),
        }
    }
}

impl Value {
    /// The same with residual expressions replaced where `replace` gives something else, the outer before the inner.
    pub fn rewrite(&self, replace: &dyn Fn(&Residual) -> Option<Value>) -> Value {
        match self {
            Value::List(list) => Value::list(list.iter().map(|value| value.rewrite(replace))),
            Value::Map(map) => Value::map(map.iter().map(|(key, value)| (key.clone(), value.rewrite(replace)))),
            Value::Residual(residual) => replace(residual).unwrap_or_else(|| Value::residual(residual.rewrite(replace))),
            value => value.clone(),
        }
    }
}

impl Residual {
    fn rewrite(&self, replace: &dyn Fn(&Residual) -> Option<Value>) -> Residual {
        let go = |value: &Value| value.rewrite(replace);
        match self {
            Residual::Member(base, field) => Residual::Member(go(base), field.clone()),
            Residual::Index(base, at) => Residual::Index(go(base), go(at)),
            Residual::Template(parts) => Residual::Template(parts.iter().map(go).collect()),
            Residual::Call(function, arguments) => Residual::Call(function.clone(), arguments.iter().map(go).collect()),
            Residual::For(f) => Residual::For(Box::new(ResidualFor {
                key: f.key.clone(),
                value: f.value.clone(),
                source: go(&f.source),
                condition: f.condition.as_ref().map(go),
                entry: f.entry.as_ref().map(go),
                result: go(&f.result),
            })),
            Residual::If(condition, yes, no) => Residual::If(go(condition), go(yes), go(no)),
            Residual::Not(value) => Residual::Not(go(value)),
            Residual::Negate(value) => Residual::Negate(go(value)),
            Residual::Binary(operator, left, right) => Residual::Binary(*operator, go(left), go(right)),
            leaf => leaf.clone(),
        }
    }
}
