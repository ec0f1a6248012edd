//! A list as it is written, and its value where that is the same wherever it is evaluated.

use super::{Expr, ExprKind, Literal, plain_text};
use crate::base::Text;
use crate::value::Value;
use std::collections::HashSet;
use std::ops::Deref;

/// In so many texts one is looked for by going through them.
const FEW: usize = 12;

/// The elements of a list.
#[derive(Clone, Debug)]
pub struct List {
    elements: Vec<Expr>,
    constant: Option<Box<Constant>>,
}

/// What a list of literals is.
#[derive(Clone, Debug)]
struct Constant {
    value: Value,
    /// The same, where it is nothing but many texts.
    texts: Option<HashSet<Text>>,
}

impl List {
    /// Its value, where all of its elements are literals.
    pub fn constant(&self) -> Option<&Value> {
        self.constant.as_ref().map(|constant| &constant.value)
    }

    /// The texts that it consists of, where it is nothing but many of them.
    pub fn texts(&self) -> Option<&HashSet<Text>> {
        self.constant.as_ref()?.texts.as_ref()
    }

    /// The same without one of its elements.
    pub fn without(&self, at: usize) -> List {
        let rest = self.elements.iter().enumerate().filter(|(other, _)| *other != at);
        rest.map(|(_, element)| element.clone()).collect::<Vec<Expr>>().into()
    }
}

impl From<Vec<Expr>> for List {
    fn from(elements: Vec<Expr>) -> List {
        let values: Option<Vec<Value>> = elements.iter().map(constant).collect();
        let constant = values.map(|values| {
            let texts: Option<HashSet<Text>> = values.iter().map(|value| value.as_text().cloned()).collect();
            Box::new(Constant { value: Value::list(values), texts: texts.filter(|texts| texts.len() > FEW) })
        });
        List { elements, constant }
    }
}

impl Deref for List {
    type Target = [Expr];

    fn deref(&self) -> &[Expr] {
        &self.elements
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Expr;
    type IntoIter = std::slice::Iter<'a, Expr>;

    fn into_iter(self) -> std::slice::Iter<'a, Expr> {
        self.elements.iter()
    }
}

/// The value of an expression that is the same wherever it stands.
fn constant(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some(value_of(literal)),
        ExprKind::Template(parts) => plain_text(parts).map(Value::Text),
        ExprKind::List(list) => list.constant().cloned(),
        _ => None,
    }
}

/// The value of a literal.
pub fn value_of(literal: &Literal) -> Value {
    match literal {
        Literal::None => Value::None,
        Literal::Bool(bool) => Value::Bool(*bool),
        Literal::Int(int) => Value::Int(*int),
        Literal::Float(float) => Value::Float(*float),
        Literal::Ip(ip) => Value::Ip(*ip),
        Literal::Cidr(cidr) => Value::Cidr(*cidr),
        Literal::Port(ports) => Value::Port(ports.clone()),
        Literal::Bytes(bytes) => Value::Bytes(*bytes),
        Literal::Duration(duration) => Value::Duration(*duration),
        Literal::Money(hundredths, currency) => Value::Money(*hundredths, currency.clone()),
    }
}
