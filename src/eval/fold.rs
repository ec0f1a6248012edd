//! A residual expression with values for its variables: what a tool would compute.

use super::limits::weight;
use super::operators::{contains, equal, residual_operator};
use super::{functions, text_of};
use crate::base::Text;
use crate::value::{Entries, Operator, Residual, Value};

/// The value of `value` where every variable is known; none where it needs more than variables.
pub fn fold(value: &Value, variables: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
    fold_with(value, &|leaf| match leaf {
        Residual::Variable(name) => variables(name),
        _ => None,
    })
}

/// The same where more than variables is known: `leaf` is asked for everything that is made of nothing else, but for the
/// names that a comprehension in `value` binds.
pub fn fold_with(value: &Value, leaf: &dyn Fn(&Residual) -> Option<Value>) -> Option<Value> {
    Fold { leaf, locals: Vec::new(), left: MOST_LOOKED_AT }.value(value)
}

/// How many values one fold looks at.
const MOST_LOOKED_AT: u64 = 1_000_000;

struct Fold<'a> {
    leaf: &'a dyn Fn(&Residual) -> Option<Value>,
    locals: Vec<(Text, Value)>,
    /// How many more values are looked at: what takes longer counts as unknown.
    left: u64,
}

impl Fold<'_> {
    fn value(&mut self, value: &Value) -> Option<Value> {
        self.take(1)?;
        Some(match value {
            Value::List(list) => Value::list(list.iter().map(|value| self.value(value)).collect::<Option<Vec<_>>>()?),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| Some((key.clone(), self.value(value)?)));
                Value::Map(entries.collect::<Option<Entries>>()?.into())
            }
            Value::Residual(residual) => self.residual(residual)?,
            value => value.clone(),
        })
    }

    fn take(&mut self, looked_at: u64) -> Option<()> {
        self.left = self.left.checked_sub(looked_at)?;
        Some(())
    }

    fn residual(&mut self, residual: &Residual) -> Option<Value> {
        match residual {
            Residual::Local(name) => {
                let bound = self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, value)| value.clone());
                bound.or_else(|| (self.leaf)(residual))
            }
            Residual::Member(base, field) => match self.value(base)? {
                Value::Map(map) => map.get(field).cloned(),
                value => super::fields::field(&value, field),
            },
            Residual::Index(base, at) => match (self.value(base)?, self.value(at)?) {
                (Value::List(list), Value::Int(at)) => list.get(usize::try_from(at).ok()?).cloned(),
                (Value::Map(map), at) => map.get(&text_of(&at)?).cloned(),
                _ => None,
            },
            Residual::Template(parts) => {
                let mut text = String::new();
                for part in parts {
                    text.push_str(&text_of(&self.value(part)?)?);
                }
                Some(Value::text(text))
            }
            Residual::Call(function, arguments) => {
                let arguments = arguments.iter().map(|argument| self.value(argument)).collect::<Option<Vec<_>>>()?;
                for argument in &arguments {
                    self.take(weight(argument)?)?;
                }
                (functions::find(function)?.evaluate?)(&arguments).ok()
            }
            Residual::For(f) => {
                let source = self.value(&f.source)?;
                let mut found = Vec::new();
                for (key, value) in source.elements()? {
                    let depth = self.locals.len();
                    self.locals.extend(f.key.clone().map(|name| (name, key.into())));
                    self.locals.push((f.value.clone(), value));
                    let kept = f.condition.as_ref().map_or(Some(Value::Bool(true)), |condition| self.value(condition));
                    let entry = f.entry.as_ref().map(|entry| self.value(entry));
                    let result = self.value(&f.result);
                    self.locals.truncate(depth);
                    if kept? == Value::Bool(true) {
                        found.push((entry, result?));
                    }
                }
                if f.entry.is_none() {
                    return Some(Value::list(found.into_iter().map(|(_, value)| value)));
                }
                let entries = found.into_iter().map(|(entry, value)| Some((text_of(&entry??)?, value)));
                Some(Value::Map(entries.collect::<Option<Entries>>()?.into()))
            }
            Residual::If(condition, yes, no) => match self.value(condition)? {
                Value::Bool(true) => self.value(yes),
                Value::Bool(false) => self.value(no),
                _ => None,
            },
            Residual::Not(value) => match self.value(value)? {
                Value::Bool(bool) => Some(Value::Bool(!bool)),
                _ => None,
            },
            Residual::Negate(value) => Some(Value::Int(self.value(value)?.as_int()?.checked_neg()?)),
            Residual::Binary(operator, left, right) => {
                let left = self.value(left)?;
                match (operator, &left) {
                    (Operator::And, Value::Bool(false)) | (Operator::Or, Value::Bool(true)) => return Some(left),
                    (Operator::Default, value) if *value != Value::None => return Some(left),
                    _ => {}
                }
                let right = self.value(right)?;
                match operator {
                    Operator::Equal => equal(&left, &right).map(Value::Bool),
                    Operator::NotEqual => equal(&left, &right).map(|equal| Value::Bool(!equal)),
                    Operator::In => contains(&left, &right).map(Value::Bool),
                    Operator::Default => Some(right),
                    operator => residual_operator(*operator, left, right),
                }
            }
            leaf => (self.leaf)(leaf),
        }
    }
}
