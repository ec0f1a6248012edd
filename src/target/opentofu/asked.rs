//! A map that is asked for a key that is written out has it: `labels.stack`, `this["a"]`.

use super::keys::{Values, find};
use crate::base::Text;
use crate::shape::module::{Body, Repeat};
use crate::shape::{Hole, Module, Source};
use crate::ty::Ty;
use crate::value::{Entries, Residual, Value};
use std::collections::BTreeMap;

/// The keys by what has them: a variable, or a field of one.
type Asked = BTreeMap<(Text, Vec<Text>), Vec<Text>>;

/// Puts the keys into the values.
pub(super) fn put(module: &Module, values: &mut Values) {
    for ((name, path), keys) in asked(module) {
        let (Some(hole), Some(value)) = (module.holes.iter().find(|hole| hole.name == name), values.get_mut(&name)) else { continue };
        at(value, &path, &mut |value| *value = with(value, &keys, key_of(hole).filter(|_| path.is_empty())));
    }
    for (name, path, keys) in elements(module) {
        if let Some(Value::List(list)) = values.get(&name) {
            let mut list = list.to_vec();
            for (element, key) in list.iter_mut().zip(&keys) {
                at(element, &path, &mut |value| *value = Value::Text(key.clone()));
            }
            values.insert(name, Value::list(list));
        }
    }
}

/// Whether a value of a variable has all that it is asked for.
pub(super) fn satisfied(module: &Module, hole: &Hole, value: &Value) -> bool {
    let asked = asked(module);
    let mut own = asked.iter().filter(|((name, _), _)| *name == hole.name);
    own.all(|((_, path), keys)| match path.iter().try_fold(value, |value, field| value.field(field)) {
        Some(Value::Map(map)) => keys.iter().all(|key| map.contains_key(key)),
        _ => true,
    })
}

/// The fields of an entry that its key is made of.
fn key_of(hole: &Hole) -> Option<&[Text]> {
    match &hole.source {
        Source::Keyed(_, path) => Some(path),
        _ => None,
    }
}

/// The map with these keys: entries that nobody asks for get them first.
fn with(map: &Value, keys: &[Text], key_of: Option<&[Text]>) -> Value {
    let Value::Map(entries) = map else { return map.clone() };
    let mut missing: Vec<&Text> = keys.iter().filter(|key| !entries.contains_key(key)).collect();
    missing.reverse();
    let named = |key: &Text, value: &Value| {
        let mut value = value.clone();
        if let Some(path) = key_of {
            at(&mut value, path, &mut |value| *value = Value::Text(key.clone()));
        }
        (key.clone(), value)
    };
    let mut made = Entries::new();
    for (key, value) in entries.iter() {
        let entry = match keys.contains(key) {
            true => (key.clone(), value.clone()),
            false => missing.pop().map_or_else(|| (key.clone(), value.clone()), |key| named(key, value)),
        };
        made.insert(entry.0, entry.1);
    }
    // More keys than entries: what is there once more.
    if let Some(value) = entries.values().next() {
        made.extend(missing.into_iter().map(|key| named(key, value)));
    }
    Value::Map(made.into())
}

/// Changes what a path of fields leads to; the fields of a record that is not there are not made.
fn at(value: &mut Value, path: &[Text], change: &mut dyn FnMut(&mut Value)) {
    let Some((first, rest)) = path.split_first() else { return change(value) };
    if let Value::Map(map) = &*value {
        let mut fields = (**map).clone();
        if let Some(field) = fields.get_mut(first) {
            at(field, rest, change);
        }
        *value = Value::Map(fields.into());
    }
}

fn asked(module: &Module) -> Asked {
    let mut asked = Asked::new();
    visit(module, &mut |base, key| {
        let way = match repeated(module, base) {
            Some(source) => fields(&source).filter(|(_, path)| path.is_empty()),
            None => fields(base),
        };
        let Some((Root::Variable(hole), path)) = way else { return };
        let ty = module.holes.iter().find(|other| other.name == hole).map(|hole| &hole.ty);
        if ty.and_then(|ty| field_of(ty, &path)).is_some_and(|ty| matches!(ty.present(), Ty::Map(_))) {
            let keys = asked.entry((hole, path)).or_default();
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    });
    asked
}

/// The fields of elements of a list that are keys of resources, with the keys that are asked for.
fn elements(module: &Module) -> Vec<(Text, Vec<Text>, Vec<Text>)> {
    let mut found: BTreeMap<(Text, Vec<Text>), Vec<Text>> = BTreeMap::new();
    visit(module, &mut |base, key| {
        if let Some(Value::Residual(source)) = repeated(module, base)
            && let Residual::For(f) = &*source
            && let Some(entry) = &f.entry
            && let (Some((Root::Variable(hole), before)), Some((Root::Bound(local), path))) = (fields(&f.source), fields(entry))
            && before.is_empty()
            && local == f.value
        {
            let keys = found.entry((hole, path)).or_default();
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    });
    found.into_iter().map(|((hole, path), keys)| (hole, path, keys)).collect()
}

/// What a resource is repeated over.
fn repeated(module: &Module, base: &Value) -> Option<Value> {
    let Value::Residual(residual) = base else { return None };
    let Residual::Resource { data, ty, name } = &**residual else { return None };
    match &find(module, *data, ty, name)?.repeat {
        Repeat::Each(source) => Some(source.clone()),
        _ => None,
    }
}

/// What fields are taken of.
enum Root {
    Variable(Text),
    Bound(Text),
}

/// A variable or a bound name, and the fields from it.
fn fields(value: &Value) -> Option<(Root, Vec<Text>)> {
    let Value::Residual(residual) = value else { return None };
    match &**residual {
        Residual::Variable(name) => Some((Root::Variable(name.clone()), Vec::new())),
        Residual::Local(name) => Some((Root::Bound(name.clone()), Vec::new())),
        Residual::Member(base, field) => {
            let (name, mut path) = fields(base)?;
            path.push(field.clone());
            Some((name, path))
        }
        _ => None,
    }
}

fn field_of<'t>(ty: &'t Ty, path: &[Text]) -> Option<&'t Ty> {
    path.iter().try_fold(ty, |ty, field| match ty.present() {
        Ty::Record(record) => record.fields.iter().find(|other| other.name == *field).map(|field| &field.ty),
        _ => None,
    })
}

/// Calls `take` with whatever is asked for a key that is written out.
fn visit(module: &Module, take: &mut dyn FnMut(&Value, &Text)) {
    let mut value = |value: &Value| {
        value.walk(&mut |residual| match residual {
            Residual::Index(base, Value::Text(key)) | Residual::Member(base, key) => take(base, key),
            _ => {}
        });
    };
    for resource in module.data.iter().chain(&module.resources) {
        if let Repeat::If(source) | Repeat::Each(source) = &resource.repeat {
            value(source);
        }
        each(&resource.body, &mut value);
    }
    module.outputs.iter().for_each(|output| value(&output.value));
    module.preconditions.iter().for_each(|rule| value(&rule.condition));
}

fn each(body: &Body, take: &mut dyn FnMut(&Value)) {
    body.arguments.iter().for_each(|(_, value)| take(value));
    for block in &body.blocks {
        block.repeat.iter().for_each(|(_, source)| take(source));
        each(&block.body, take);
    }
}
