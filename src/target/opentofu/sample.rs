//! Values for the variables of a module in its tests: typed, accepted by every rule, and one that a rule refuses.

use crate::base::Text;
use crate::eval::{conform, fold};
use crate::shape::{Hole, Module, Source};
use crate::ty::Ty;
use crate::value::Value;
use indexmap::IndexMap;

/// Texts of the kinds that rules usually ask for; the first that fits is taken.
const TEXTS: &[&str] = &[
    "a",
    "example",
    "10.20.0.0/20",
    "10.20.0.2",
    "example.com",
    "www.example.com",
    "443",
    "111122223333",
    "0123456789abcdef0123456789abcdef",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 test@example.com",
    "https://example.com",
];

/// Texts and numbers that rules usually refuse.
const REFUSED: &[&str] = &["", "No such thing.", "-"];
const NUMBERS: &[i64] = &[1, 2, 3, 10, 60, 300, 443, 1024];
const REFUSED_NUMBERS: &[i64] = &[0, -1, 2, 4, 101, 65536, 1_000_000_000];

/// Values for every variable that has no default, accepted by the rules.
pub(super) fn samples(module: &Module) -> IndexMap<Text, Value> {
    let mut samples: IndexMap<Text, Value> = IndexMap::new();
    for hole in &module.holes {
        let value = match &hole.default {
            Some(default) => default.clone(),
            None => sample(hole, &samples),
        };
        samples.insert(hole.name.clone(), value);
    }
    samples
}

fn sample(hole: &Hole, others: &IndexMap<Text, Value>) -> Value {
    let candidates = candidates(&hole.ty, &hole.source);
    let fitting = candidates.iter().find(|value| accepted(hole, value, others));
    fitting.or(candidates.first()).cloned().unwrap_or(Value::None)
}

/// Whether every rule of a variable accepts a value.
fn accepted(hole: &Hole, value: &Value, others: &IndexMap<Text, Value>) -> bool {
    hole.validations.iter().all(|rule| holds(&rule.condition, &hole.name, value, others) != Some(false))
}

fn holds(condition: &Value, name: &str, value: &Value, others: &IndexMap<Text, Value>) -> Option<bool> {
    let variables = |wanted: &str| if wanted == name { Some(value.clone()) } else { others.get(wanted).cloned() };
    match fold(condition, &variables)? {
        Value::Bool(bool) => Some(bool),
        _ => None,
    }
}

/// A value that the rule at `at` of a variable refuses, if one of the usual ones is.
pub(super) fn refused(hole: &Hole, at: usize, samples: &IndexMap<Text, Value>) -> Option<Value> {
    let condition = &hole.validations.get(at)?.condition;
    let good = samples.get(&hole.name)?;
    let bad = broken(&hole.ty, good);
    bad.into_iter().find(|value| holds(condition, &hole.name, value, samples) == Some(false))
}

fn candidates(ty: &Ty, source: &Source) -> Vec<Value> {
    let typed = |texts: &[&str]| texts.iter().filter_map(|text| conform(Value::text(*text), ty).ok()).collect::<Vec<_>>();
    match ty.plain() {
        Ty::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Ty::Int | Ty::Port => NUMBERS.iter().map(|number| Value::Int(*number)).collect(),
        Ty::Bytes => vec![Value::Bytes(40 << 30), Value::Bytes(10 << 30)],
        Ty::Float => vec![Value::Float(1.0)],
        Ty::Duration => vec![Value::Duration(60_000)],
        Ty::Enum(of) => of.members.iter().map(|member| Value::Text(member.clone())).collect(),
        Ty::Optional(_) => vec![Value::None],
        Ty::List(of) => candidates(of, source).into_iter().map(|value| Value::list([value])).chain([Value::list([])]).collect(),
        Ty::Map(of) => candidates(of, source).into_iter().map(|value| Value::map([("a", value)])).chain([Value::map::<Text>([])]).collect(),
        Ty::Record(record) => {
            let fields: Vec<(Text, Vec<Value>)> =
                record.fields.iter().map(|field| (field.name.clone(), candidates(&field.ty, source))).collect();
            let longest = fields.iter().map(|(_, values)| values.len()).max().unwrap_or(1).max(1);
            let at = |index: usize| fields.iter().map(move |(name, values)| (name.clone(), values[index % values.len()].clone()));
            (0..longest).map(|index| Value::map(at(index))).collect()
        }
        Ty::Error => vec![Value::text("example")],
        // What a plugin calls a thing is a number for some.
        _ if matches!(source, Source::Deferred(..)) => vec![Value::text("1")],
        _ => typed(TEXTS),
    }
}

/// Values of the same type that are usually refused.
fn broken(ty: &Ty, good: &Value) -> Vec<Value> {
    match ty.plain() {
        Ty::Int | Ty::Port => REFUSED_NUMBERS.iter().map(|number| Value::Int(*number)).collect(),
        Ty::Bytes => vec![Value::Bytes(1), Value::Bytes(1 << 50)],
        Ty::String | Ty::Name | Ty::Fqdn | Ty::Version | Ty::Url | Ty::Email => REFUSED.iter().map(|text| Value::text(*text)).collect(),
        Ty::List(of) => {
            let twice = good.as_list().and_then(|list| list.first()).map(|first| Value::list([first.clone(), first.clone()]));
            let inner = good.as_list().and_then(|list| list.first()).map(|first| broken(of, first)).unwrap_or_default();
            [Value::list([])].into_iter().chain(twice).chain(inner.into_iter().map(|value| Value::list([value]))).collect()
        }
        Ty::Map(of) => {
            let first = good.as_map().and_then(|map| map.values().next().cloned());
            let twice = first.as_ref().map(|first| Value::map([("a", first.clone()), ("b", first.clone())]));
            let inner = first.as_ref().map(|first| broken(of, first)).unwrap_or_default();
            [Value::map::<Text>([])].into_iter().chain(twice).chain(inner.into_iter().map(|value| Value::map([("a", value)]))).collect()
        }
        Ty::Record(record) => {
            let Some(good) = good.as_map() else { return Vec::new() };
            let mut found = Vec::new();
            for field in &record.fields {
                for value in good.get(&field.name).map(|value| broken(&field.ty, value)).unwrap_or_default() {
                    let mut one = good.clone();
                    one.insert(field.name.clone(), value);
                    found.push(Value::Map(one.into()));
                }
            }
            found
        }
        _ => Vec::new(),
    }
}
