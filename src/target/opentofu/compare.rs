//! Whether what a plugin was given is what was expected: a condition for each value, in the type that its schema has.

use crate::artifact::hcl::{Expr, Object};
use crate::base::{Text, text};
use crate::eval::text_of;
use crate::schema::{Attribute, NestedAttributes, Nesting};
use crate::target::common::hcl::Lowering;
use crate::ty::Ty;
use crate::value::Value;

/// A condition, and what it is about: `rules[0].action`.
pub(super) type Condition = (Expr, Text);

/// The conditions under which an attribute is what is expected; none where that cannot be said.
pub(super) fn attribute(actual: Expr, expected: &Value, of: Option<&Attribute>, what: &Text) -> Vec<Condition> {
    let Some(of) = of else { return unknown(actual, expected, what) };
    match (&of.nested, expected) {
        _ if of.write_only => Vec::new(),
        // What is absent the plugin may fill in.
        (_, Value::None) if of.computed => Vec::new(),
        (Some(nested), expected) if *expected != Value::None => objects(actual, expected, nested, what),
        _ => plain(actual, expected, &of.ty, of.unordered, what),
    }
}

/// Objects whose attributes have schemas of their own.
fn objects(actual: Expr, expected: &Value, nested: &NestedAttributes, what: &Text) -> Vec<Condition> {
    let fields = |actual: &Expr, object: &Value, what: &Text| -> Vec<Condition> {
        let fields = object.as_map().into_iter().flatten();
        let each = fields.map(|(name, value)| {
            attribute(actual.clone().attribute(name.clone()), value, nested.attributes.get(name), &text!("{what}.{name}"))
        });
        each.flatten().collect()
    };
    match (nested.nesting, expected) {
        (Nesting::Single, object) => fields(&actual, object, what),
        (Nesting::Map, Value::Map(entries)) => {
            let mut found = vec![keys(&actual, entries.keys().cloned(), what)];
            for (key, object) in entries.iter() {
                found.extend(fields(&actual.clone().index(key.clone()), object, &text!("{what}[\"{key}\"]")));
            }
            found
        }
        (Nesting::List, Value::List(list)) => {
            let mut found = vec![count(&actual, list.len(), what)];
            for (at, object) in list.iter().enumerate() {
                found.extend(fields(&actual.clone().index(at as i64), object, &text!("{what}[{at}]")));
            }
            found
        }
        (Nesting::Set, Value::List(list)) => {
            let names: Vec<&Text> = list.first().and_then(Value::as_map).map(|map| map.keys().collect()).unwrap_or_default();
            let names = names.into_iter().filter_map(|name| Some((name, nested.attributes.get(name)?)));
            let names: Vec<_> = names.filter(|(_, of)| of.nested.is_none() && !of.write_only).collect();
            let rows = list.iter().map(|object| names.iter().map(|(name, _)| object.field(name).cloned().unwrap_or(Value::None)).collect());
            set(actual, &names, rows.collect(), what)
        }
        _ => Vec::new(),
    }
}

/// A set of objects: as many as there are, and one for each that is expected.
pub(super) fn set(actual: Expr, names: &[(&Text, &Attribute)], mut rows: Vec<Vec<Value>>, what: &Text) -> Vec<Condition> {
    // A set holds what is alike once.
    let mut at = 0;
    while at < rows.len() {
        let is_known = rows[..at].contains(&rows[at]);
        if is_known {
            rows.remove(at);
        } else {
            at += 1;
        }
    }
    let mut found = vec![count(&actual, rows.len(), what)];
    for (number, row) in rows.iter().enumerate() {
        let fields = names
            .iter()
            .zip(row)
            .flat_map(|((name, of), value)| attribute(Expr::variable("entry").attribute((*name).clone()), value, Some(of), name));
        if let Some(condition) = fields.map(|(condition, _)| condition).reduce(Expr::and) {
            let any = Expr::call("anytrue", [Expr::from(Expr::for_list("entry", actual.clone(), condition))]);
            found.push((any, text!("{what} {}", number + 1)));
        }
    }
    found
}

/// How many there are.
pub(super) fn count(actual: &Expr, number: usize, what: &Text) -> Condition {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    (Expr::call("length", [actual.clone()]).equals(number), text!("number of {what}"))
}

/// Which keys there are.
pub(super) fn keys(actual: &Expr, keys: impl Iterator<Item = Text>, what: &Text) -> Condition {
    let mut keys: Vec<Text> = keys.collect();
    keys.sort();
    if keys.is_empty() {
        return count(actual, 0, what);
    }
    // The keys of an object are a tuple, those of a map a list.
    let actual = Expr::call("toset", [Expr::call("keys", [actual.clone()])]);
    (actual.equals(Expr::call("toset", [Expr::list(keys)])), text!("keys of {what}"))
}

fn plain(actual: Expr, expected: &Value, ty: &Ty, unordered: bool, what: &Text) -> Vec<Condition> {
    match (ty.plain(), expected) {
        (Ty::Error, expected) => unknown(actual, expected, what),
        (_, Value::None) => vec![(actual.equals(Expr::Null), what.clone())],
        (Ty::List(of), Value::List(list)) if matches!(of.plain(), Ty::Record(_)) && !unordered => {
            let mut found = vec![count(&actual, list.len(), what)];
            for (at, value) in list.iter().enumerate() {
                found.extend(plain(actual.clone().index(at as i64), value, of, false, &text!("{what}[{at}]")));
            }
            found
        }
        (Ty::Record(record), Value::Map(map)) => {
            let fields = map.iter().filter_map(|(name, value)| Some((name, value, record.field(name)?)));
            let each = fields.map(|(name, value, field)| {
                plain(actual.clone().attribute(name.clone()), value, &field.ty, false, &text!("{what}.{name}"))
            });
            each.flatten().collect()
        }
        // Nothing has no type that it could be compared in.
        (Ty::List(_) | Ty::Map(_), expected) if is_empty(expected) => vec![count(&actual, 0, what)],
        (ty, expected) => typed(expected, ty, unordered).map(|expected| (actual.equals(expected), what.clone())).into_iter().collect(),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_list().is_some_and(<[Value]>::is_empty) || value.as_map().is_some_and(crate::value::Entries::is_empty)
}

/// A value as an expression of exactly the type that a schema says.
fn typed(value: &Value, ty: &Ty, unordered: bool) -> Option<Expr> {
    let call = |function: &str, argument: Expr| Some(Expr::call(function, [argument]));
    match (ty.plain(), value) {
        (Ty::String, Value::None) => call("tostring", Expr::Null),
        (Ty::Bool, Value::None) => call("tobool", Expr::Null),
        (_, Value::None) => call("tonumber", Expr::Null).filter(|_| matches!(ty.plain(), Ty::Float | Ty::Int)),
        (Ty::List(of), Value::List(list)) => {
            let items = list.iter().map(|value| typed(value, of, false)).collect::<Option<Vec<_>>>()?;
            call(if unordered { "toset" } else { "tolist" }, Expr::list(items))
        }
        (Ty::Map(of), Value::Map(map)) => {
            let entries = map.iter().map(|(key, value)| Some((key.clone(), typed(value, of, false)?)));
            call("tomap", Expr::Object(entries.collect::<Option<Object>>()?))
        }
        (Ty::Record(record), Value::Map(map)) => {
            let entries = map.iter().map(|(key, value)| Some((key.clone(), typed(value, &record.field(key)?.ty, false)?)));
            Some(Expr::Object(entries.collect::<Option<Object>>()?))
        }
        (ty, value) => scalar(value, ty),
    }
}

/// A text, number or truth as OpenTofu converts it to what a schema says.
fn scalar(value: &Value, ty: &Ty) -> Option<Expr> {
    let number = match value {
        Value::Bytes(amount) | Value::Duration(amount) => Some(Value::Int(i64::try_from(*amount).ok()?)),
        Value::Money(amount, _) => Some(Value::Int(*amount)),
        _ => None,
    };
    let value = number.as_ref().unwrap_or(value);
    match (ty, value) {
        (Ty::String, value) => text_of(value).map(Expr::Text),
        (Ty::Bool, Value::Bool(bool)) => Some(Expr::Bool(*bool)),
        (Ty::Bool, Value::Text(text)) => text.parse().ok().map(Expr::Bool),
        (Ty::Float | Ty::Int, Value::Int(int)) => Some(Expr::Int(*int)),
        (Ty::Float | Ty::Int, Value::Float(float)) => Some(Expr::Float(*float)),
        (Ty::Float | Ty::Int, Value::Text(text)) => text.parse().ok().map(Expr::Int),
        _ => None,
    }
}

/// Without a schema the texts are compared, and lists without their order: a list may be a set there.
fn unknown(actual: Expr, expected: &Value, what: &Text) -> Vec<Condition> {
    let condition = match expected {
        Value::None => return Vec::new(),
        Value::List(list) if list.is_empty() => return vec![count(&actual, 0, what)],
        Value::List(list) => match list.iter().map(text_of).collect::<Option<Vec<_>>>() {
            Some(texts) => {
                let shown = Expr::for_list("entry", actual, Expr::call("tostring", [Expr::variable("entry")]));
                Expr::call("toset", [Expr::from(shown)]).equals(Expr::call("toset", [Expr::list(texts)]))
            }
            None => return Vec::new(),
        },
        Value::Map(map) => {
            let fields = map.iter().map(|(name, value)| unknown(actual.clone().index(name.clone()), value, &text!("{what}.{name}")));
            return fields.flatten().collect();
        }
        value => match scalar(value, &Ty::String) {
            Some(text) => Expr::call("tostring", [actual]).equals(text),
            None => return Vec::new(),
        },
    };
    vec![(condition, what.clone())]
}

/// The conditions under which an output is what is expected.
pub(super) fn output(actual: Expr, expected: &Value, what: &Text) -> Vec<Condition> {
    let all_text = |mut values: Box<dyn Iterator<Item = &Value> + '_>| values.all(|value| matches!(value, Value::Text(_) | Value::Ip(_)));
    let typed = |function: &str, expected: Expr| Expr::call(function, [actual.clone()]).equals(Expr::call(function, [expected]));
    let Ok(said) = Lowering::default().value(expected) else { return Vec::new() };
    let condition = match expected {
        expected if is_empty(expected) => return vec![count(&actual, 0, what)],
        Value::List(list) if all_text(Box::new(list.iter())) => typed("tolist", said),
        Value::Map(map) if all_text(Box::new(map.values())) => typed("tomap", said),
        Value::List(_) | Value::Map(_) => typed("jsonencode", said),
        _ => actual.equals(said),
    };
    vec![(condition, what.clone())]
}
