//! The type of what is left for a tool. The same word has another form there for a text, a number, an address or an amount, so that who
//! writes it for a tool asks here what it is.

use super::functions;
use crate::base::Text;
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

/// What is known of the names in it: variables, names that are bound around it, outputs.
pub type Known<'a> = &'a dyn Fn(&Residual) -> Option<Ty>;

/// The type of a value; none where nothing says it.
pub fn infer(value: &Value, known: Known<'_>) -> Option<Ty> {
    Inference { known, bound: Vec::new() }.value(value)
}

/// The type of what is gone through one by one: that of its keys or indexes, and that of its elements.
pub fn elements(of: &Ty) -> (Option<Ty>, Option<Ty>) {
    match bare(of) {
        Ty::List(element) => (Some(Ty::Int), Some(element.as_ref().clone())),
        Ty::Map(element) => (Some(Ty::String), Some(element.as_ref().clone())),
        Ty::Record(record) => (Some(Ty::String), same(record.fields.iter().map(|field| Some(field.ty.clone())))),
        _ => (None, None),
    }
}

/// A type without rules, deferral, absence and secrecy.
pub fn bare(ty: &Ty) -> &Ty {
    match ty.present() {
        Ty::Secret(of) => bare(of),
        ty => ty,
    }
}

/// The type that a literal has by itself; `Ty::Error` for what has parts, and for what is no literal.
pub fn natural(value: &Value) -> Ty {
    match value {
        Value::None => Ty::None,
        Value::Bool(_) => Ty::Bool,
        Value::Int(_) => Ty::Int,
        Value::Float(_) => Ty::Float,
        Value::Text(_) => Ty::String,
        Value::Ip(_) => Ty::Ip,
        Value::Cidr(_) => Ty::Cidr,
        Value::Port(_) => Ty::Protocol,
        Value::Bytes(_) => Ty::Bytes,
        Value::Duration(_) => Ty::Duration,
        Value::Money(..) => Ty::Money,
        _ => Ty::Error,
    }
}

struct Inference<'a> {
    known: Known<'a>,
    /// The names that comprehensions inside the value bind, with their types.
    bound: Vec<(Text, Option<Ty>)>,
}

impl Inference<'_> {
    fn value(&mut self, value: &Value) -> Option<Ty> {
        Some(match value {
            Value::List(list) => same(list.iter().map(|value| self.value(value)).collect::<Vec<_>>())?.list(),
            Value::Map(map) => {
                let fields: Vec<_> = map.iter().map(|(key, value)| Some((key.clone(), self.value(value)?))).collect::<Option<_>>()?;
                Ty::record(fields)
            }
            Value::Secret(_) => Ty::Secret(Ty::String.into()),
            Value::Instance(_) | Value::Definition(..) => return None,
            Value::Residual(residual) => return self.residual(residual),
            literal => natural(literal),
        })
    }

    fn residual(&mut self, residual: &Residual) -> Option<Ty> {
        Some(match residual {
            Residual::Local(name) => match self.bound.iter().rev().find(|(bound, _)| bound == name) {
                Some((_, ty)) => return ty.clone(),
                None => return (self.known)(residual),
            },
            Residual::Member(base, field) => match bare(&self.value(base)?) {
                Ty::Record(record) => record.field(field)?.ty.clone(),
                Ty::Map(of) => of.as_ref().clone(),
                _ => return None,
            },
            Residual::Index(base, at) => match (bare(&self.value(base)?), at) {
                (Ty::List(of) | Ty::Map(of), _) => of.as_ref().clone(),
                (Ty::Record(record), Value::Text(key)) => record.field(key)?.ty.clone(),
                _ => return None,
            },
            Residual::Template(_) => Ty::String,
            Residual::Call(function, arguments) => {
                let types: Vec<Ty> = arguments.iter().map(|argument| self.value(argument).unwrap_or(Ty::Error)).collect();
                let result = functions::find(function)?.result(&types, &|_| Ty::Error).ok()?;
                return Some(result).filter(|ty| *ty != Ty::Error);
            }
            Residual::For(of) => return self.comprehension(of),
            Residual::If(_, yes, no) => return self.value(yes)?.join(&self.value(no)?),
            Residual::Not(_) => Ty::Bool,
            Residual::Negate(value) => return self.value(value),
            Residual::Binary(operator, left, right) => return self.binary(*operator, left, right),
            leaf => return (self.known)(leaf),
        })
    }

    fn comprehension(&mut self, of: &ResidualFor) -> Option<Ty> {
        let (key, value) = self.value(&of.source).map_or((None, None), |source| elements(&source));
        let depth = self.bound.len();
        self.bound.extend(of.key.clone().map(|name| (name, key)));
        self.bound.push((of.value.clone(), value));
        let result = self.value(&of.result);
        self.bound.truncate(depth);
        Some(if of.entry.is_some() { result?.map() } else { result?.list() })
    }

    fn binary(&mut self, operator: Operator, left: &Value, right: &Value) -> Option<Ty> {
        match operator {
            Operator::Default => {
                let left = self.value(left)?;
                let present = if let Ty::Optional(of) = left.plain() { of.as_ref().clone() } else { left };
                present.join(&self.value(right)?)
            }
            Operator::Or
            | Operator::And
            | Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessEqual
            | Operator::Greater
            | Operator::GreaterEqual
            | Operator::In => Some(Ty::Bool),
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                match (bare(&left), bare(&right)) {
                    // An amount times a number is an amount.
                    (Ty::Int, amount @ (Ty::Float | Ty::Bytes | Ty::Duration | Ty::Money)) => Some(amount.clone()),
                    (Ty::Int | Ty::Port, Ty::Int | Ty::Port) => Some(Ty::Int),
                    (left, _) => Some(left.clone()),
                }
            }
        }
    }
}

/// The type that all of them have; none where they differ, or nothing says one.
fn same(types: impl IntoIterator<Item = Option<Ty>>) -> Option<Ty> {
    types.into_iter().try_fold(Ty::Error, |joined, ty| joined.join(&ty?)).filter(|ty| *ty != Ty::Error)
}

#[cfg(test)]
mod tests {
    use super::{elements, infer};
    use crate::ty::Ty;
    use crate::value::{Operator, Residual, ResidualFor, Value};

    fn known(residual: &Residual) -> Option<Ty> {
        let record = || Ty::record([("at".into(), Ty::Ip.optional()), ("of".into(), Ty::Int)]);
        match residual {
            Residual::Variable(name) => match name.as_str() {
                "count" => Some(Ty::Int),
                "share" => Some(Ty::Float),
                "wait" => Some(Ty::Duration.deferred()),
                "peers" => Some(record().list()),
                _ => None,
            },
            _ => None,
        }
    }

    fn variable(name: &str) -> Value {
        Value::residual(Residual::Variable(name.into()))
    }

    fn of(value: Value) -> Option<String> {
        infer(&value, &known).map(|ty| ty.to_string())
    }

    fn binary(operator: Operator, left: Value, right: Value) -> Value {
        Value::residual(Residual::Binary(operator, left, right))
    }

    #[test]
    fn what_is_left_has_a_type() {
        assert_eq!(of(variable("wait")).as_deref(), Some("deferred(duration)"));
        assert_eq!(of(variable("nobody")), None);
        assert_eq!(of(binary(Operator::Divide, variable("count"), Value::Int(2))).as_deref(), Some("int"));
        assert_eq!(of(binary(Operator::Divide, variable("count"), variable("share"))).as_deref(), Some("float"));
        assert_eq!(of(binary(Operator::Multiply, Value::Int(2), variable("wait"))).as_deref(), Some("duration"));
        assert_eq!(of(binary(Operator::In, variable("a"), variable("b"))).as_deref(), Some("bool"));
        assert_eq!(of(Value::list([variable("count"), Value::Int(1)])).as_deref(), Some("list(int)"));
        assert_eq!(of(Value::residual(Residual::Call("length".into(), vec![variable("peers")]))).as_deref(), Some("int"));
    }

    #[test]
    fn an_element_has_the_type_of_the_elements() {
        let each = |entry: Option<Value>| {
            let peer = Value::residual(Residual::Local("peer".into()));
            Value::residual(Residual::For(Box::new(ResidualFor {
                key: None,
                value: "peer".into(),
                source: variable("peers"),
                condition: None,
                entry,
                result: Value::residual(Residual::Member(peer, "at".into())),
            })))
        };
        assert_eq!(of(each(None)).as_deref(), Some("list(ip?)"));
        assert_eq!(of(each(Some(Value::text("a")))).as_deref(), Some("map(ip?)"));
        let (key, value) = elements(&Ty::Bool.map());
        assert_eq!((key, value), (Some(Ty::String), Some(Ty::Bool)));
        // What differs from field to field has no one type.
        assert_eq!(elements(&Ty::record([("a".into(), Ty::Bool), ("b".into(), Ty::Int)])), (Some(Ty::String), None));
    }
}
