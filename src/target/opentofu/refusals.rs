//! What a module must refuse: for each rule one value that breaks it and no other, and where the rule counts, what it just takes.

use super::keys::Values;
use super::sample::{accepted, holds};
use super::world::of_variables;
use super::{domains, keys};
use crate::artifact::hcl::{Binary, Expr, Object, Part};
use crate::base::{Text, text};
use crate::shape::{Hole, Module};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::ty::Ty;
use crate::value::{Residual, Value};

/// Texts and numbers that rules usually refuse.
const TEXTS: &[&str] = &["", "No such thing.", "-"];
const NUMBERS: &[i64] = &[0, -1, 2, 4, 101, 65536, 1_000_000_000];
/// How many elements a list or map is tried with at most.
const TRIED_ELEMENTS: i64 = 200;
/// A list or map with more elements is written as a comprehension.
const SHORT: i64 = 3;

/// A plan that must fail, or must not.
pub(super) struct Refusal {
    /// What it is called: `refuses_location`.
    pub name: Text,
    /// The variable that is set.
    pub variable: Text,
    /// To what.
    pub value: Expr,
    /// What fails; absent where nothing does.
    pub fails: Option<Expr>,
}

/// Every refusal of a module.
pub(super) fn refusals(module: &Module, values: &Values) -> Result<Vec<Refusal>, Unsayable> {
    let mut found = Vec::new();
    let indexed = keys::indexed(module, values);
    for hole in &module.holes {
        let Some(good) = values.get(&hole.name) else { continue };
        let fails = Expr::path("var").attribute(hole.name.clone());
        let of_type = domains::broken(hole, good);
        let several = of_type.len() > 1;
        for (at, value) in of_type.into_iter().enumerate() {
            let number = if several { text!("_{}", at + 1) } else { Text::default() };
            let name = text!("refuses_{}_of_another_kind{number}", hole.name);
            found.push(Refusal {
                name,
                variable: hole.name.clone(),
                value: Lowering::default().value(&value)?,
                fails: Some(fails.clone()),
            });
        }
        let before = found.len();
        if let Value::Int(_) = good {
            bounds(&mut found, hole, values, &fails);
        }
        if found.len() > before {
            continue;
        }
        for at in 0..hole.validations.len() {
            let Some(tried) = refused(hole, at, good, values) else { continue };
            let number = if hole.validations.len() > 1 { text!("_{}", at + 1) } else { Text::default() };
            let what = text!("{}{number}", hole.name);
            let takes = |value: &Value| !indexed.contains(&hole.name) && accepted(hole, value, values);
            both(&mut found, &what, hole, &tried, &fails, good, &takes)?;
        }
    }
    found.extend(preconditions(module, values)?);
    Ok(found)
}

/// A value that may be refused.
#[derive(Clone)]
struct Tried {
    value: Value,
    /// The element that all others are like, and how many there are, where there are many.
    like: Option<(Text, Value, i64)>,
}

impl Tried {
    /// How it is written: many elements that are alike as a comprehension.
    fn written(&self) -> Result<Expr, Unsayable> {
        let Some((key, first, size)) = self.like.as_ref().filter(|(_, _, size)| *size > SHORT) else {
            return Lowering::default().value(&self.value);
        };
        let number = || Expr::variable("number");
        let range = Expr::call("range", [*size]);
        let each = numbered(first)?;
        Ok(match self.value {
            Value::Map(_) => {
                let key = Expr::template([Part::text(text!("{key}-")), Part::expr(number())]);
                let mut entries = Expr::for_list("number", range, each);
                entries.result_key = Some(key);
                entries.into()
            }
            _ => Expr::for_list("number", range, each).into(),
        })
    }
}

/// An element over its number: addresses are unique, so each has one of its own.
fn numbered(value: &Value) -> Result<Expr, Unsayable> {
    Ok(match value {
        Value::Ip(std::net::IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            let last = Expr::variable("number").binary(Binary::Add, i64::from(d));
            Expr::template([Part::text(text!("{a}.{b}.{c}.")), Part::expr(last)])
        }
        Value::Map(map) => {
            let fields = map.iter().map(|(name, value)| Ok((name.clone(), numbered(value)?)));
            Expr::Object(fields.collect::<Result<Object, Unsayable>>()?)
        }
        Value::List(list) => Expr::list(list.iter().map(numbered).collect::<Result<Vec<_>, _>>()?),
        value => Lowering::default().value(value)?,
    })
}

/// A value that the rule at `at` of a variable refuses; the other rules accept it, where there is such a value.
fn refused(hole: &Hole, at: usize, good: &Value, values: &Values) -> Option<Tried> {
    let mut bad = tried(hole, good, &hole.validations.get(at)?.condition);
    bad.retain(|tried| holds(hole, at, &tried.value, values) == Some(false));
    let others =
        |tried: &&Tried| (0..hole.validations.len()).all(|other| other == at || holds(hole, other, &tried.value, values) != Some(false));
    bad.iter().find(others).or(bad.first()).cloned()
}

/// What may break a rule.
fn tried(hole: &Hole, good: &Value, rule: &Value) -> Vec<Tried> {
    // The sizes that the rule names come first: they tell its bound from the next.
    let mut tried = sized(&hole.ty, good, rule);
    tried.extend(broken(&hole.ty, good).into_iter().map(|value| Tried { value, like: None }));
    tried
}

/// The rules over what a module is given as a whole, which stand at its first output.
fn preconditions(module: &Module, values: &Values) -> Result<Vec<Refusal>, Unsayable> {
    let Some(output) = module.outputs.first() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let indexed = keys::indexed(module, values);
    for (at, rule) in module.preconditions.iter().enumerate() {
        let mut named = Vec::new();
        rule.condition.walk(&mut |residual| {
            if let Residual::Variable(name) = residual {
                named.push(name.clone());
            }
        });
        let broken = module.holes.iter().filter(|hole| named.contains(&hole.name)).find_map(|hole| {
            let good = values.get(&hole.name)?;
            tried(hole, good, &rule.condition).into_iter().find_map(|tried| {
                let mut others = values.clone();
                others.insert(hole.name.clone(), tried.value.clone());
                let breaks = |rule: &crate::shape::Validation| of_variables(&rule.condition, &others) == Some(Value::Bool(false));
                let alone = module.preconditions.iter().enumerate().all(|(other, rule)| other == at || !breaks(rule));
                (breaks(rule) && alone && accepted(hole, &tried.value, values)).then_some((hole, good, tried))
            })
        });
        if let Some((hole, good, tried)) = broken {
            let number = if module.preconditions.len() > 1 { text!("_{}", at + 1) } else { Text::default() };
            let fails = Expr::path("output").attribute(output.name.clone());
            let takes = |value: &Value| {
                let mut others = values.clone();
                others.insert(hole.name.clone(), value.clone());
                let hold = module.preconditions.iter().all(|rule| of_variables(&rule.condition, &others) != Some(Value::Bool(false)));
                hold && !indexed.contains(&hole.name) && accepted(hole, value, values)
            };
            both(&mut found, &text!("what_is_too_much{number}"), hole, &tried, &fails, good, &takes)?;
        }
    }
    Ok(found)
}

/// The numbers on both sides of every bound that the rules of a variable name.
fn bounds(found: &mut Vec<Refusal>, hole: &Hole, values: &Values, fails: &Expr) {
    let mut numbers = Vec::new();
    for rule in &hole.validations {
        rule.condition.walk(&mut |residual| {
            numbers.extend(residual.operands().into_iter().filter_map(Value::as_int).flat_map(|number| [number - 1, number, number + 1]));
        });
    }
    numbers.sort_unstable();
    numbers.dedup();
    let takes = |number: i64| accepted(hole, &Value::Int(number), values);
    for number in numbers {
        let is_taken = takes(number);
        if takes(number - 1) == is_taken && takes(number + 1) == is_taken {
            continue;
        }
        let what = if is_taken { "accepts" } else { "refuses" };
        let name = text!("{what}_{}_{}", hole.name, if number < 0 { text!("minus_{}", number.unsigned_abs()) } else { text!("{number}") });
        let fails = (!is_taken).then(|| fails.clone());
        found.push(Refusal { name, variable: hole.name.clone(), value: Expr::Int(number), fails });
    }
}

/// A refusal, and where it is for the number of elements, the nearest number that is taken.
fn both(
    found: &mut Vec<Refusal>,
    what: &str,
    hole: &Hole,
    tried: &Tried,
    fails: &Expr,
    good: &Value,
    takes: &dyn Fn(&Value) -> bool,
) -> Result<(), Unsayable> {
    let variable = hole.name.clone();
    found.push(Refusal { name: text!("refuses_{what}"), variable: variable.clone(), value: tried.written()?, fails: Some(fails.clone()) });
    if let Some((_, _, size)) = tried.like {
        let nearest = of_sizes(&hole.ty, good, &[size - 1, size + 1]).into_iter().find(|tried| takes(&tried.value));
        if let Some(nearest) = nearest {
            found.push(Refusal { name: text!("accepts_{what}_but_one"), variable, value: nearest.written()?, fails: None });
        }
    }
    Ok(())
}

/// Lists and maps of as many elements as a rule names, one fewer and one more.
fn sized(ty: &Ty, good: &Value, rule: &Value) -> Vec<Tried> {
    let mut numbers = Vec::new();
    let mut take = |value: &Value| {
        if let Value::Int(number) = value
            && (0..TRIED_ELEMENTS).contains(number)
        {
            numbers.push(*number);
        }
    };
    rule.walk(&mut |residual| residual.operands().into_iter().for_each(&mut take));
    let sizes: Vec<i64> = numbers.into_iter().flat_map(|number| [number, number + 1, number - 1]).collect();
    of_sizes(ty, good, &sizes)
}

fn of_sizes(ty: &Ty, good: &Value, sizes: &[i64]) -> Vec<Tried> {
    let sizes = sizes.iter().copied().filter(|size| *size >= 0);
    let key_of = |key: &Text, number| text!("{key}-{number}");
    match (ty.plain(), good) {
        (Ty::List(_), Value::List(list)) => {
            let Some(first) = list.first() else { return Vec::new() };
            let of_size = |size| Value::list((0..size).map(|number| renumbered(first, number)));
            sizes.map(|size| Tried { value: of_size(size), like: Some((Text::default(), first.clone(), size)) }).collect()
        }
        (Ty::Map(_), Value::Map(map)) => {
            let Some((key, first)) = map.iter().next() else { return Vec::new() };
            let of_size = |size| Value::map((0..size).map(|number| (key_of(key, number), renumbered(first, number))));
            sizes.map(|size| Tried { value: of_size(size), like: Some((key.clone(), first.clone(), size)) }).collect()
        }
        _ => Vec::new(),
    }
}

/// The same with other addresses, since those are unique.
fn renumbered(value: &Value, number: i64) -> Value {
    match value {
        Value::Ip(std::net::IpAddr::V4(address)) => {
            let moved = u32::from(*address).wrapping_add(u32::try_from(number).unwrap_or(0));
            Value::Ip(std::net::IpAddr::V4(moved.into()))
        }
        Value::Map(map) => Value::map(map.iter().map(|(name, value)| (name.clone(), renumbered(value, number)))),
        Value::List(list) => Value::list(list.iter().map(|value| renumbered(value, number))),
        value => value.clone(),
    }
}

/// Values of the same type that are usually refused.
fn broken(ty: &Ty, good: &Value) -> Vec<Value> {
    match ty.plain() {
        Ty::Int | Ty::Port => NUMBERS.iter().map(|number| Value::Int(*number)).collect(),
        Ty::Bytes => vec![Value::Bytes(1), Value::Bytes(1 << 50)],
        Ty::String | Ty::Name | Ty::Fqdn | Ty::Version | Ty::Url | Ty::Email => TEXTS.iter().map(|text| Value::text(*text)).collect(),
        Ty::List(of) => {
            let twice = good.as_list().and_then(|list| list.first()).map(|first| Value::list([first.clone(), first.clone()]));
            let inner = good.as_list().and_then(|list| list.first()).map(|first| broken(of, first)).unwrap_or_default();
            [Value::list([])].into_iter().chain(twice).chain(inner.into_iter().map(|value| Value::list([value]))).collect()
        }
        Ty::Map(of) => {
            let Some((key, first)) = good.as_map().and_then(|map| map.iter().next()) else { return vec![Value::map::<Text>([])] };
            let twice = Value::map([(key.clone(), first.clone()), (text!("{key}-again"), first.clone())]);
            let inner = broken(of, first).into_iter().map(|value| Value::map([(key.clone(), value)]));
            [Value::map::<Text>([]), twice].into_iter().chain(inner).collect()
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
