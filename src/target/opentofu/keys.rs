//! A map that is asked for a key has it: `var.subnet_ids[each.value.subnet]` makes the values of one variable keys of another.

use crate::base::Text;
use crate::eval::fold;
use crate::shape::Module;
use crate::shape::module::{Body, Repeat, Resource};
use crate::value::{Entries, Residual, Value};
use std::collections::BTreeSet;

/// Values by the names of variables.
pub(super) type Values = Entries;

/// Puts the keys of maps where the module takes them from.
pub(super) fn agree(module: &Module, values: &mut Values) {
    // What is put in place may be a key elsewhere.
    for _ in 0..3 {
        let found = Finder::new(module, values).found();
        for (way, keys, _) in found {
            if let Some(value) = values.get_mut(&way.hole) {
                put(value, &way.steps, &keys, &mut 0);
            }
        }
    }
}

/// The variables whose keys stand in others: with other keys a module has no plan.
pub(super) fn indexed(module: &Module, values: &Values) -> BTreeSet<Text> {
    let found = Finder::new(module, values).found();
    found.into_iter().flat_map(|(way, _, of)| of.into_iter().filter(move |name| *name != way.hole)).collect()
}

/// A part of a variable.
#[derive(Clone, Debug)]
struct Way {
    hole: Text,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Field(Text),
    Elements,
    Keys,
}

impl Way {
    fn step(mut self, step: Step) -> Way {
        self.steps.push(step);
        self
    }
}

/// Writes the keys, one after the other, into every part that the steps lead to.
fn put(value: &mut Value, steps: &[Step], keys: &[Text], count: &mut usize) {
    let mut next = || {
        *count += 1;
        keys[(*count - 1) % keys.len()].clone()
    };
    match (steps.split_first(), &mut *value) {
        (None, Value::Text(text)) if !keys.contains(text) => *text = next(),
        (Some((Step::Keys, [])), Value::Map(map)) if map.len() <= keys.len() && !map.keys().all(|key| keys.contains(key)) => {
            *value = Value::map(map.values().map(|value| (next(), value.clone())));
        }
        (Some((Step::Field(name), rest)), Value::Map(map)) => {
            let mut fields = (**map).clone();
            if let Some(field) = fields.get_mut(name) {
                put(field, rest, keys, count);
            }
            *value = Value::Map(fields.into());
        }
        (Some((Step::Elements, rest)), Value::Map(map)) => {
            let mut entries = (**map).clone();
            entries.values_mut().for_each(|entry| put(entry, rest, keys, count));
            *value = Value::Map(entries.into());
        }
        (Some((Step::Elements, rest)), Value::List(list)) => {
            let mut elements = list.to_vec();
            elements.iter_mut().for_each(|element| put(element, rest, keys, count));
            *value = Value::list(elements);
        }
        _ => {}
    }
}

/// Goes through a module and finds what is a key of what.
struct Finder<'a> {
    module: &'a Module,
    values: &'a Values,
    bound: Vec<(Text, Option<Way>)>,
    each: Option<Way>,
    /// What is a key, of which keys, and of which variables those are.
    found: Vec<(Way, Vec<Text>, BTreeSet<Text>)>,
}

impl<'a> Finder<'a> {
    fn new(module: &'a Module, values: &'a Values) -> Self {
        Finder { module, values, bound: Vec::new(), each: None, found: Vec::new() }
    }

    fn found(mut self) -> Vec<(Way, Vec<Text>, BTreeSet<Text>)> {
        for resource in self.module.data.iter().chain(&self.module.resources) {
            self.each = None;
            match &resource.repeat {
                Repeat::Once => {}
                Repeat::If(condition) => self.value(condition),
                Repeat::Each(source) => {
                    self.value(source);
                    self.each = self.way(source);
                }
            }
            self.body(&resource.body);
        }
        self.each = None;
        self.module.outputs.iter().for_each(|output| self.value(&output.value));
        self.found
    }

    fn body(&mut self, body: &Body) {
        body.arguments.iter().for_each(|(_, value)| self.value(value));
        for block in &body.blocks {
            let depth = self.bound.len();
            if let Some((name, source)) = &block.repeat {
                self.value(source);
                let way = self.way(source).map(|way| way.step(Step::Elements));
                self.bound.push((name.clone(), way));
            }
            self.body(&block.body);
            self.bound.truncate(depth);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::List(list) => list.iter().for_each(|value| self.value(value)),
            Value::Map(map) => map.values().for_each(|value| self.value(value)),
            Value::Residual(residual) => self.residual(residual),
            _ => {}
        }
    }

    fn residual(&mut self, residual: &Residual) {
        if let Residual::Index(base, at) = residual
            && let (Some((keys, of)), Some(way)) = (self.keys(base), self.way(at))
            && !keys.is_empty()
        {
            self.found.push((way, keys, of));
        }
        let Residual::For(f) = residual else {
            return residual.operands().into_iter().for_each(|value| self.value(value));
        };
        self.value(&f.source);
        let depth = self.bound.len();
        let source = self.way(&f.source);
        if let Some(key) = &f.key {
            self.bound.push((key.clone(), source.clone().map(|way| way.step(Step::Keys))));
        }
        self.bound.push((f.value.clone(), source.map(|way| way.step(Step::Elements))));
        [f.condition.as_ref(), f.entry.as_ref(), Some(&f.result)].into_iter().flatten().for_each(|part| self.value(part));
        self.bound.truncate(depth);
    }

    /// The keys of a variable, or of a resource that is there once for each entry, and the variables that they are of.
    fn keys(&self, base: &Value) -> Option<(Vec<Text>, BTreeSet<Text>)> {
        let Value::Residual(residual) = base else { return None };
        let source = match &**residual {
            Residual::Variable(_) => base,
            Residual::Resource { data, ty, name } => match &find(self.module, *data, ty, name)?.repeat {
                Repeat::Each(source) => source,
                _ => return None,
            },
            _ => return None,
        };
        let mut of = BTreeSet::new();
        source.walk(&mut |residual| {
            if let Residual::Variable(name) = residual {
                of.insert(name.clone());
            }
        });
        let map = fold(source, &|name| self.values.get(name).cloned())?;
        Some((map.as_map()?.keys().cloned().collect(), of))
    }

    /// The part of a variable that a value is.
    fn way(&self, value: &Value) -> Option<Way> {
        let Value::Residual(residual) = value else { return None };
        match &**residual {
            Residual::Variable(name) => Some(Way { hole: name.clone(), steps: Vec::new() }),
            Residual::Local(name) => self.bound.iter().rev().find(|(bound, _)| bound == name).and_then(|(_, way)| way.clone()),
            Residual::EachKey => self.each.clone().map(|way| way.step(Step::Keys)),
            Residual::EachValue => self.each.clone().map(|way| way.step(Step::Elements)),
            Residual::Member(base, field) => self.way(base).map(|way| way.step(Step::Field(field.clone()))),
            Residual::Index(base, _) => self.way(base).map(|way| way.step(Step::Elements)),
            // What is made a map of has the same elements.
            Residual::For(f) if f.result == Value::residual(Residual::Local(f.value.clone())) => self.way(&f.source),
            _ => None,
        }
    }
}

/// A resource or data source of a module by its type and name.
pub(super) fn find<'a>(module: &'a Module, data: bool, ty: &str, name: &str) -> Option<&'a Resource> {
    let resources = if data { &module.data } else { &module.resources };
    resources.iter().find(|resource| resource.ty == ty && resource.name == name)
}
