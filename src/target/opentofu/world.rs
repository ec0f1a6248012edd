//! What a module makes of the values of its variables: every resource with its arguments, where the plugins are mocked.

use super::keys::Values;
use super::keys::find;
use crate::base::{Text, text};
use crate::eval::{fold, fold_with, text_of};
use crate::schema::Attribute;
use crate::shape::Module;
use crate::shape::module::{self, Repeat, Resource};
use crate::ty::Ty;
use crate::value::{Entries, Residual, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Whether it is a data source, its type and its name.
type Address = (bool, Text, Text);

/// What a plugin would say of a resource.
pub(super) type Mocks = BTreeMap<Address, Entries>;

/// Values of what the plugins alone know, where the module reads it: no two resources have the same.
pub(super) fn mocks(module: &Module) -> Mocks {
    let (read, named) = read(module);
    let mut mocks = Mocks::new();
    let mut number = 0;
    for (data, resource) in module.data.iter().map(|data| (true, data)).chain(module.resources.iter().map(|resource| (false, resource))) {
        if !named.contains(&(data, resource.ty.clone(), resource.name.clone())) {
            continue;
        }
        number += 1;
        let set: BTreeSet<&Text> = resource.body.arguments.iter().map(|(name, _)| name).collect();
        let mut values = Entries::new();
        let Some(schema) = &resource.schema else {
            // Without a schema nothing is known but that most things have a name of their own.
            if read.contains("id") && !set.contains(&Text::from("id")) {
                values.insert("id".into(), Value::text(text!("{number}")));
            }
            values.extend(said(module, data, resource));
            mocks.insert((data, resource.ty.clone(), resource.name.clone()), values);
            continue;
        };
        for (name, attribute) in schema.attributes.iter().filter(|(name, of)| of.computed && read.contains(*name) && !set.contains(name)) {
            values.extend(mock(attribute, name, &resource.name, number).map(|value| (name.clone(), value)));
        }
        values.extend(said(module, data, resource));
        mocks.insert((data, resource.ty.clone(), resource.name.clone()), values);
    }
    mocks
}

/// What the library says of a resource in tests.
fn said(module: &Module, data: bool, resource: &Resource) -> impl Iterator<Item = (Text, Value)> {
    let values = module.mocked.get(&(data, resource.ty.clone(), resource.name.clone()));
    values.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()))
}

fn mock(attribute: &Attribute, name: &Text, of: &Text, number: i64) -> Option<Value> {
    let word = |name: &Text| match name.as_str() {
        // Some plugins take identifiers as numbers, so those that are made up are numbers.
        "id" => Value::text(text!("{number}")),
        name => Value::text(text!("{}-of-{}", name.replace('_', "-"), of.replace('_', "-"))),
    };
    Some(match attribute.ty.plain() {
        Ty::String => word(name),
        Ty::Float => Value::Int(number),
        Ty::Bool => Value::Bool(true),
        Ty::List(element) if matches!(element.plain(), Ty::String) => Value::list([word(name)]),
        // One object of the list, with all that it has.
        Ty::List(element) if let Ty::Record(record) = element.plain() => {
            let field = |ty: &Ty, name: &Text| match ty.plain() {
                Ty::String => word(name),
                Ty::Float => Value::Int(number),
                Ty::Bool => Value::Bool(true),
                Ty::Map(_) => Value::Map(Entries::new().into()),
                _ => Value::list([]),
            };
            Value::list([Value::map(record.fields.iter().map(|of| (of.name.clone(), field(&of.ty, &of.name))))])
        }
        Ty::Record(record) => {
            let fields = record.fields.iter().filter_map(|field| match field.ty.plain() {
                Ty::String => Some((field.name.clone(), word(&field.name))),
                Ty::List(element) if matches!(element.plain(), Ty::String) => Some((field.name.clone(), Value::list([word(&field.name)]))),
                _ => None,
            });
            Value::map(fields)
        }
        _ => return None,
    })
}

/// The names of all fields that are read anywhere in a module, and the resources that are.
fn read(module: &Module) -> (BTreeSet<Text>, BTreeSet<Address>) {
    let mut names = BTreeSet::new();
    let mut resources = BTreeSet::new();
    let mut visit = |residual: &Residual| match residual {
        Residual::Member(_, field) => {
            names.insert(field.clone());
        }
        Residual::Resource { data, ty, name } => {
            resources.insert((*data, ty.clone(), name.clone()));
        }
        _ => {}
    };
    module.outputs.iter().for_each(|output| output.value.walk(&mut visit));
    module.preconditions.iter().for_each(|rule| rule.condition.walk(&mut visit));
    for resource in module.data.iter().chain(&module.resources) {
        if let Repeat::Each(source) | Repeat::If(source) = &resource.repeat {
            source.walk(&mut visit);
        }
        walk(&resource.body, &mut visit);
    }
    (names, resources)
}

fn walk(body: &module::Body, visit: &mut dyn FnMut(&Residual)) {
    body.arguments.iter().for_each(|(_, value)| value.walk(visit));
    for block in &body.blocks {
        if let Some((_, source)) = &block.repeat {
            source.walk(visit);
        }
        walk(&block.body, visit);
    }
}

/// A module with the values of its variables.
pub(super) struct World<'a> {
    module: &'a Module,
    values: &'a Values,
    mocks: &'a Mocks,
    /// What is being looked at: what needs itself has no value.
    open: RefCell<Vec<Address>>,
    /// What has been found out of resources as a whole.
    known: RefCell<BTreeMap<Address, Option<Value>>>,
}

/// How an instance of a resource stands among its like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Instance {
    /// The only one.
    Only,
    /// The one there is of what may not be there.
    Present,
    /// One of many, with its key and the entry that it is made for.
    Entry(Text, Value),
}

/// What names in a body stand for.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    /// The instance that the body is of.
    pub instance: &'a Instance,
    /// What blocks are repeated for, the innermost last.
    pub locals: &'a [(Text, Value)],
}

/// A block that is made.
pub(super) struct Made<'a> {
    /// What it is in the source.
    pub block: &'a module::Block,
    /// What its names stand for.
    pub locals: Vec<(Text, Value)>,
}

impl<'a> World<'a> {
    pub(super) fn new(module: &'a Module, values: &'a Values, mocks: &'a Mocks) -> Self {
        World { module, values, mocks, open: RefCell::default(), known: RefCell::default() }
    }

    /// Every instance of a resource, sorted by their keys; none where that cannot be told.
    pub(super) fn instances(&self, resource: &Resource) -> Option<Vec<Instance>> {
        Some(match &resource.repeat {
            Repeat::Once => vec![Instance::Only],
            Repeat::If(condition) => match self.value(condition, NOTHING)? {
                Value::Bool(true) => vec![Instance::Present],
                Value::Bool(false) => Vec::new(),
                _ => return None,
            },
            Repeat::Each(source) => {
                let source = self.value(source, NOTHING)?;
                let mut entries: Vec<_> = source.as_map()?.iter().map(|(key, value)| Instance::Entry(key.clone(), value.clone())).collect();
                entries.sort_by(|a, b| a.key().cmp(&b.key()));
                entries
            }
        })
    }

    /// Every block of a name that a body makes, where that can be told.
    pub(super) fn blocks<'b>(&self, body: &'b module::Body, name: &str, bound: Bound<'_>) -> Option<Vec<Made<'b>>> {
        let mut found = Vec::new();
        for block in body.blocks.iter().filter(|block| block.name == name) {
            let Some((local, source)) = &block.repeat else {
                found.push(Made { block, locals: bound.locals.to_vec() });
                continue;
            };
            let elements = match self.value(source, bound)? {
                Value::List(list) => list.to_vec(),
                Value::Map(map) => {
                    let mut entries: Vec<_> = map.iter().collect();
                    entries.sort_by_key(|(key, _)| *key);
                    entries.into_iter().map(|(_, value)| value.clone()).collect()
                }
                _ => return None,
            };
            for element in elements {
                let mut locals = bound.locals.to_vec();
                locals.push((local.clone(), element));
                found.push(Made { block, locals });
            }
        }
        Some(found)
    }

    /// What a value of a body is; none where the plugin alone knows and nothing is made up for it.
    pub(super) fn value(&self, value: &Value, bound: Bound<'_>) -> Option<Value> {
        // What is there once or not at all is said as a call over all that there is of it.
        let value = value.rewrite(&|residual| match residual {
            Residual::Call(function, arguments) if function == "one" => match arguments.as_slice() {
                [one @ Value::Residual(of)] if matches!(&**of, Residual::Resource { .. }) => Some(one.clone()),
                _ => None,
            },
            _ => None,
        });
        fold_with(&value, &|leaf| match leaf {
            Residual::Variable(name) => self.values.get(name).cloned(),
            Residual::EachKey => bound.instance.key().cloned().map(Value::Text),
            Residual::EachValue => match bound.instance {
                Instance::Entry(_, value) => Some(value.clone()),
                _ => None,
            },
            Residual::Local(name) => bound.locals.iter().rev().find(|(local, _)| local == name).map(|(_, value)| value.clone()),
            Residual::Resource { data, ty, name } => self.resource(*data, ty, name),
            _ => None,
        })
    }

    /// A resource as a whole: its object, or a map of them.
    fn resource(&self, data: bool, ty: &Text, name: &Text) -> Option<Value> {
        let address = (data, ty.clone(), name.clone());
        if self.open.borrow().contains(&address) {
            return None;
        }
        if let Some(known) = self.known.borrow().get(&address) {
            return known.clone();
        }
        let resource = find(self.module, data, ty, name)?;
        self.open.borrow_mut().push(address.clone());
        let made = self.instances(resource).map(|instances| {
            let objects = instances.into_iter().map(|instance| {
                let bound = Bound { instance: &instance, locals: &[] };
                let given = resource.body.arguments.iter().filter_map(|(name, value)| {
                    let value = self.value(value, bound)?;
                    let of = resource.schema.as_ref().and_then(|schema| schema.attributes.get(name));
                    Some((name.clone(), of.map_or(value.clone(), |of| read_as(value, &of.ty))))
                });
                let made_up = self.mocks.get(&address).into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
                (instance.key().cloned(), Value::map(given.chain(made_up)))
            });
            match &resource.repeat {
                Repeat::Each(_) => Value::map(objects.filter_map(|(key, object)| Some((key?, object)))),
                _ => objects.map(|(_, object)| object).next().unwrap_or(Value::None),
            }
        });
        self.open.borrow_mut().pop();
        self.known.borrow_mut().insert(address, made.clone());
        made
    }
}

/// What a plugin gives back of a value: OpenTofu makes of it what the schema has.
fn read_as(value: Value, ty: &Ty) -> Value {
    match (ty.plain(), &value) {
        (Ty::String, Value::Bool(_) | Value::Int(_) | Value::Float(_)) => text_of(&value).map_or(value, Value::Text),
        (Ty::Float, Value::Text(text)) => match (text.parse(), text.parse()) {
            (Ok(int), _) => Value::Int(int),
            (_, Ok(float)) => Value::Float(float),
            _ => value,
        },
        (Ty::Bool, Value::Text(text)) => text.parse().map_or(value, Value::Bool),
        (Ty::List(of), Value::List(list)) => Value::list(list.iter().map(|element| read_as(element.clone(), of))),
        (Ty::Map(of), Value::Map(map)) => Value::map(map.iter().map(|(key, element)| (key.clone(), read_as(element.clone(), of)))),
        _ => value,
    }
}

/// Where no name is bound.
pub(super) const NOTHING: Bound<'static> = Bound { instance: &Instance::Only, locals: &[] };

impl Instance {
    pub(super) fn key(&self) -> Option<&Text> {
        match self {
            Instance::Entry(key, _) => Some(key),
            _ => None,
        }
    }
}

/// The value of something that needs no resource.
pub(super) fn of_variables(value: &Value, values: &Values) -> Option<Value> {
    fold(value, &|name| values.get(name).cloned())
}
