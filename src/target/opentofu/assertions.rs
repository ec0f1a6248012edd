//! What a test of a module asserts of its resources: what arrives by a variable is what they say.

use crate::artifact::hcl::Expr;
use crate::base::{Text, text};
use crate::eval::fold;
use crate::shape::module::{self, Repeat, Resource};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::{Residual, Value};
use indexmap::IndexMap;

/// What must be true of a resource: one for each entry, and the values of the variables in its arguments.
pub(super) fn assertions(resource: &Resource, samples: &IndexMap<Text, Value>) -> Result<Vec<(Expr, Text)>, Unsayable> {
    let address = Expr::variable(resource.ty.clone()).attribute(resource.name.clone());
    let lookup = |name: &str| samples.get(name).cloned();
    let mut found = Vec::new();
    let (address, each) = match &resource.repeat {
        Repeat::Once => (address, None),
        Repeat::If(_) => return Ok(found),
        Repeat::Each(source) => {
            let Some(Value::Map(entries)) = fold(source, &lookup) else { return Ok(found) };
            let mut keys: Vec<Text> = entries.keys().cloned().collect();
            keys.sort();
            let condition =
                Expr::call("toset", [Expr::call("keys", [address.clone()])]).equals(Expr::call("toset", [Expr::list(keys.clone())]));
            let condition = if keys.is_empty() { Expr::call("length", [address.clone()]).equals(0i64) } else { condition };
            found.push((condition, text!("There must be one {} for each entry.", resource.ty)));
            let Some(first) = keys.into_iter().next() else { return Ok(found) };
            let value = entries.get(&first).cloned().unwrap_or(Value::None);
            (address.index(first.clone()), Some((first, value)))
        }
    };
    let bound = Bound { each: each.as_ref(), local: None };
    found.extend(arguments(&resource.body, &address, &resource.ty, &bound, samples)?);
    found.extend(blocks(resource, &address, each.as_ref(), samples)?);
    Ok(found)
}

/// The arguments that are a variable and nothing else.
fn arguments(
    body: &module::Body,
    address: &Expr,
    what: &str,
    bound: &Bound<'_>,
    samples: &IndexMap<Text, Value>,
) -> Result<Vec<(Expr, Text)>, Unsayable> {
    let lookup = |name: &str| samples.get(name).cloned();
    let mut found = Vec::new();
    for (name, value) in &body.arguments {
        // A list may be a set in the schema, which equals no list.
        let Some(expected) = direct(value, bound).and_then(|value| fold(&value, &lookup)) else { continue };
        if matches!(expected, Value::None | Value::List(_) | Value::Map(_)) || name == "provider" {
            continue;
        }
        let actual = address.clone().attribute(name.clone());
        let number = matches!(&expected, Value::Text(text) if text.parse::<f64>().is_ok());
        let actual = if number { Expr::call("tostring", [actual]) } else { actual };
        let condition = actual.equals(Lowering::default().value(&expected)?);
        found.push((condition, text!("The argument {name} of {what} must be what the variable says.")));
    }
    Ok(found)
}

/// The blocks of a resource: as many as there are entries, and what the variables say where there is one.
fn blocks(
    resource: &Resource,
    address: &Expr,
    each: Option<&(Text, Value)>,
    samples: &IndexMap<Text, Value>,
) -> Result<Vec<(Expr, Text)>, Unsayable> {
    let mut names: Vec<&Text> = resource.body.blocks.iter().map(|block| &block.name).filter(|name| *name != "lifecycle").collect();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        let made: Option<Vec<Vec<Made<'_>>>> =
            resource.body.blocks.iter().filter(|block| block.name == *name).map(|block| made(block, each, samples)).collect();
        let Some(made) = made.map(|made| made.concat()) else { continue };
        let what = text!("{name} of {}", resource.ty);
        let actual = address.clone().attribute(name.clone());
        if resource.body.blocks.iter().any(|block| block.name == *name && block.repeat.is_some()) {
            let count = i64::try_from(made.len()).unwrap_or(i64::MAX);
            let condition = Expr::call("length", [actual.clone()]).equals(count);
            found.push((condition, text!("There must be one {what} for each entry.")));
        }
        if let [(block, local)] = made.as_slice() {
            let bound = Bound { each, local: local.as_ref() };
            found.extend(arguments(&block.body, &Expr::call("one", [actual]), &what, &bound, samples)?);
        }
    }
    Ok(found)
}

/// A block that is made, with the element that it is made for.
type Made<'a> = (&'a module::Block, Option<(Text, Value)>);

/// Every block that one in the text makes, where that can be told.
fn made<'a>(block: &'a module::Block, each: Option<&(Text, Value)>, samples: &IndexMap<Text, Value>) -> Option<Vec<Made<'a>>> {
    let Some((local, source)) = &block.repeat else { return Some(vec![(block, None)]) };
    let lookup = |name: &str| samples.get(name).cloned();
    let elements = match fold(&direct(source, &Bound { each, local: None })?, &lookup)? {
        Value::List(list) => list.to_vec(),
        Value::Map(map) => map.values().cloned().collect(),
        _ => return None,
    };
    Some(elements.into_iter().map(|element| (block, Some((local.clone(), element)))).collect())
}

/// What stands for names in the body of a resource: the entry that it is made for, the element that a block is made for.
struct Bound<'a> {
    each: Option<&'a (Text, Value)>,
    local: Option<&'a (Text, Value)>,
}

/// The value of an argument that is nothing but a variable, a field of one, or the key of the repetition.
fn direct(value: &Value, bound: &Bound<'_>) -> Option<Value> {
    let Value::Residual(residual) = value else { return None };
    match &**residual {
        Residual::Variable(_) => Some(value.clone()),
        Residual::EachKey => bound.each.map(|(key, _)| Value::Text(key.clone())),
        Residual::EachValue => bound.each.map(|(_, value)| value.clone()),
        Residual::Local(name) => bound.local.filter(|(local, _)| local == name).map(|(_, value)| value.clone()),
        Residual::Member(base, field) => direct(base, bound)?.field(field).cloned(),
        _ => None,
    }
}
