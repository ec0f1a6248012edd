//! Units: the inputs of every module instance, the outputs of others that they need, and what stands for these until they exist.

use super::frame::Frame;
use super::ground::{Ground, outputs};
use super::planner::Planner;
use super::{Dependency, Service, Unit, mock};
use crate::base::{Text, text, with_article};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Evaluated, Stop, conform};
use crate::shape::{Hole, Module, Source, key_of, keyed};
use crate::ty::Ty;
use crate::value::{Entries, InstanceId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Planner<'_> {
    /// The units, in the order of their paths.
    pub(super) fn units(&mut self) -> Vec<Unit> {
        let mut units: Vec<Unit> = self.of("module").into_iter().filter_map(|id| self.unit(id)).collect();
        units.sort_by(|a, b| a.path.cmp(&b.path));
        units
    }

    fn unit(&mut self, id: InstanceId) -> Option<Unit> {
        let provider = self.provider(id)?;
        let module = self.node(id).declaration.definition.text.clone();
        let kind = self.node(provider).declaration.definition.text.clone();
        let Some(shape) = self.shapes.modules.get(&(module.clone(), kind.clone())).cloned() else {
            self.not_implemented(id, &module, &kind);
            return None;
        };
        // What would follow from a wrong input is no news: its rule is told.
        self.inputs_hold(id).ok()?;
        let mut inputs = Vec::new();
        for hole in &shape.holes {
            if hole.source == Source::Builtin("labels".into()) {
                continue;
            }
            let span = self.node(id).declaration.name.span;
            let value = match &hole.source {
                Source::Builtin(_) => Ok(Value::Text(self.full_name(id))),
                Source::Field(field) => self.field(id, field, span),
                Source::Keyed(field, path) => self.field(id, field, span).and_then(|value| self.by_key(id, field, path, &value, hole)),
                Source::Deferred(input, field) => self.field(id, input, span).and_then(|of| match of {
                    Value::Instance(of) => self.instance_member(of, field, span),
                    _ => Err(Stop),
                }),
            };
            let value = project(value.ok()?, &hole.ty);
            if hole.default.as_ref() != Some(&value) {
                inputs.push((hole.name.clone(), value));
            }
        }
        let stack = self.node(id).stack;
        let stack = stack.map_or_else(|| self.node(id).name.clone(), |stack| self.node(stack).name.clone());
        let name = self.node(id).name.clone();
        let ground = self.grounds.get(&provider).cloned().unwrap_or_default();
        let dependencies = self.dependencies(id, &inputs, &ground);
        Some(Unit {
            instance: id,
            path: text!("{stack}/{name}"),
            stack,
            name,
            module,
            group: shape.group.clone(),
            provider: kind,
            provider_instance: self.node(provider).name.clone(),
            inputs,
            dependencies,
            behind: Vec::new(),
            span: self.node(id).declaration.name.span,
        })
    }

    /// A list as the map that resources are repeated over; two elements of one key would be one resource.
    fn by_key(&mut self, id: InstanceId, field: &Text, path: &[Text], value: &Value, hole: &Hole) -> Evaluated {
        let mut seen = BTreeSet::new();
        let keys = value.as_list().unwrap_or_default().iter().filter_map(|element| key_of(element, path));
        if let Some(twice) = keys.into_iter().find(|key| !seen.insert(key.clone())) {
            let by = path.join(".");
            // An element that is its own key has no field that says it.
            let (same, each, own) = match by.is_empty() {
                true => (format!("are `{twice}`"), "each of them".to_owned(), "leave one of them out".to_owned()),
                false => (format!("have the {by} `{twice}`"), format!("their {by}"), format!("give each {} of its own", with_article(&by))),
            };
            let message = format!("two elements of `{field}` {same}: one of them would be lost");
            self.report(
                Diagnostic::error(Code::Duplicate, self.inventory_place(id, Some(field)), message)
                    .related(hole.span, format!("resources are repeated over it by {each}"))
                    .help(own),
            );
            return Err(Stop);
        }
        Ok(keyed(value, path))
    }

    /// What a stack is made of and its provider does not have: one finding for all of it.
    fn not_implemented(&mut self, id: InstanceId, module: &Text, kind: &Text) {
        let stack = self.node(id).stack.unwrap_or(id);
        let lacking = |planner: &mut Self, of: InstanceId| {
            let provider = planner.provider(of)?;
            let module = planner.node(of).declaration.definition.text.clone();
            let same = planner.node(of).keyword == "module" && planner.node(provider).declaration.definition.text == *kind;
            (same && !planner.program.implementations.contains_key(&(module.clone(), kind.clone()))).then_some(module)
        };
        let children: Vec<InstanceId> = self.node(stack).children.values().copied().collect();
        let modules: BTreeSet<Text> = children.into_iter().filter_map(|of| lacking(self, of)).chain([module.clone()]).collect();
        let Some(first) = modules.first().cloned() else { return };
        // A provider that has one of them and not the others would be no way out.
        let has =
            |provider: &Text| modules.iter().all(|module| self.program.implementations.contains_key(&(module.clone(), provider.clone())));
        let providers = self.program.implementations.keys().filter(|(of, _)| *of == first).map(|(_, provider)| provider);
        let able: Vec<String> = providers.filter(|provider| has(provider)).map(|provider| format!("`{provider}`")).collect();
        let listed = modules.iter().map(|module| format!("`{module}`")).collect::<Vec<_>>().join(", ");
        let (used, declared) = (self.node(stack).declaration.name.span, self.node(stack).declaration.definition.text.clone());
        let instead = match self.field(stack, &Text::new("instead"), used) {
            Ok(Value::Text(instead)) => format!("take {instead}, "),
            _ => String::new(),
        };
        let mut diagnostic = Diagnostic::error(
            Code::NotImplemented,
            used,
            format!("`{kind}` has no {listed}, which `{}` is made of", self.node(stack).name),
        )
        .help(match able.as_slice() {
            [] => format!("{instead}write `implement {first} on {kind}`"),
            _ => format!("{instead}run it on {}, or write what is missing, such as `implement {first} on {kind}`", able.join(" or ")),
        });
        if let Some(definition) = self.definition("stack", &declared) {
            diagnostic = diagnostic.related(definition.name.span, "the stack is defined here");
        }
        self.report(diagnostic);
    }

    fn dependencies(&mut self, id: InstanceId, inputs: &[(Text, Value)], ground: &Ground) -> Vec<Dependency> {
        let mut needed: BTreeMap<Text, InstanceId> = BTreeMap::new();
        let mut need = |of: InstanceId| {
            needed.insert(self.path(of), of);
        };
        inputs.iter().for_each(|(_, value)| outputs(value, &mut |of, _| need(of)));
        ground.read.iter().for_each(|of| need(*of));
        let short: Vec<Text> = needed.values().map(|of| self.node(*of).name.clone()).collect();
        let mut dependencies = Vec::new();
        for (index, of) in needed.values().copied().enumerate() {
            let unique = short.iter().filter(|name| **name == short[index]).count() == 1;
            let stack = self.node(of).stack.unwrap_or(of);
            let near = self.node(of).stack == self.node(id).stack;
            let name = if unique && near { short[index].clone() } else { text!("{}_{}", self.node(stack).name, short[index]) };
            let mocks = self.mocks(of);
            dependencies.push(Dependency { name: name.replace('-', "_").into(), mocks, ..self.dependency(of) });
        }
        dependencies
    }

    /// A unit that only has to be there.
    fn dependency(&self, of: InstanceId) -> Dependency {
        let node = self.node(of);
        let stack = node.stack.map_or(&node.name, |stack| &self.node(stack).name);
        Dependency { instance: of, path: text!("{stack}/{}", node.name), name: Text::default(), mocks: Vec::new() }
    }

    /// Lets units know what their provider stands on: what makes the machines of a service, what belongs to its stack, and modules. Of
    /// these it is enough to name those that no other one of them needs.
    pub(super) fn stand(&self, units: &mut [Unit], services: &[Service]) {
        let needs: BTreeMap<InstanceId, Vec<InstanceId>> =
            units.iter().map(|unit| (unit.instance, unit.dependencies.iter().map(|of| of.instance).collect())).collect();
        let stack_of = |id: InstanceId| self.node(id).stack.unwrap_or(id);
        for (provider, ground) in &self.grounds {
            let mut there: BTreeSet<InstanceId> = BTreeSet::new();
            for on in ground.on.keys() {
                if self.node(*on).keyword == "module" {
                    there.insert(*on);
                    continue;
                }
                there.extend(needs.keys().filter(|unit| stack_of(**unit) == stack_of(*on)));
                let of = services.iter().filter(|service| service.instance == *on || stack_of(service.instance) == *on);
                there.extend(of.flat_map(|service| &service.hosts).filter_map(|host| self.machines.get(host)).map(|machine| machine.unit));
            }
            let mut below: BTreeSet<InstanceId> = BTreeSet::new();
            let mut open: Vec<InstanceId> = there.iter().flat_map(|unit| needs.get(unit)).flatten().copied().collect();
            while let Some(unit) = open.pop() {
                if below.insert(unit) {
                    open.extend(needs.get(&unit).into_iter().flatten());
                }
            }
            let last: Vec<InstanceId> = there.difference(&below).copied().collect();
            for unit in units.iter_mut().filter(|unit| self.node(unit.instance).provider() == Some(*provider)) {
                let known: BTreeSet<InstanceId> = unit.dependencies.iter().map(|of| of.instance).collect();
                unit.behind = last.iter().filter(|of| !known.contains(of)).map(|of| self.dependency(*of)).collect();
                unit.behind.sort_by(|a, b| a.path.cmp(&b.path));
            }
        }
    }

    /// Every output of a unit with a value of the type and keys that it will have.
    fn mocks(&mut self, of: InstanceId) -> Vec<(Text, Value)> {
        let Some(shape) = self.shape(of).filter(|_| self.inputs_hold(of).is_ok()) else { return Vec::new() };
        let implementation = self.implementation(of);
        let mut mocks = Vec::new();
        for output in &shape.outputs {
            let written = implementation.as_ref().and_then(|implementation| implementation.outputs.get(&output.name)?.value.clone());
            let value = written.and_then(|value| crate::eval::eval(&value, &mut Frame { planner: self, of, host: None }).ok());
            let value = value.map_or_else(|| mock(&output.ty), |value| stand_in(value, &output.ty));
            mocks.push((output.name.clone(), value));
        }
        mocks
    }

    pub(super) fn shape(&mut self, id: InstanceId) -> Option<Arc<Module>> {
        let provider = self.provider(id)?;
        let key = (self.node(id).declaration.definition.text.clone(), self.node(provider).declaration.definition.text.clone());
        self.shapes.modules.get(&key).cloned()
    }
}

/// The keys and length of a value with something of the right type in each place.
fn stand_in(value: Value, ty: &Ty) -> Value {
    match (value, ty.plain()) {
        (Value::Map(map), Ty::Map(of)) => Value::map(map.iter().map(|(key, value)| (key.clone(), stand_in(value.clone(), of)))),
        (Value::List(list), Ty::List(of)) => Value::list(list.iter().map(|value| stand_in(value.clone(), of))),
        (value, _) if value.is_known() && value != Value::None => conform(value, ty).unwrap_or_else(|_| mock(ty)),
        _ => mock(ty),
    }
}

/// The part of a value that a type names: the same value where that is all of it.
fn project(value: Value, ty: &Ty) -> Value {
    part(&value, ty).unwrap_or(value)
}

/// The part of a value that a type names, where that is not all of it.
fn part(value: &Value, ty: &Ty) -> Option<Value> {
    match (value, ty.present()) {
        (Value::Map(map), Ty::Record(record)) => {
            let is_all = map.len() == record.fields.len() && map.keys().zip(&record.fields).all(|(key, field)| *key == field.name);
            let parts: Vec<Option<Value>> = record.fields.iter().map(|field| part(map.get(&field.name)?, &field.ty)).collect();
            if is_all && parts.iter().all(Option::is_none) {
                return None;
            }
            let of = |name: &Text, part: Option<Value>| part.or_else(|| map.get(name).cloned()).unwrap_or(Value::None);
            Some(Value::map(record.fields.iter().zip(parts).map(|(field, part)| (field.name.clone(), of(&field.name, part)))))
        }
        (Value::Map(map), Ty::Map(of)) => {
            let mut all: Option<Entries> = None;
            for (key, value) in map.iter() {
                if let Some(part) = part(value, of) {
                    all.get_or_insert_with(|| (**map).clone()).insert(key.clone(), part);
                }
            }
            all.map(|all| Value::Map(all.into()))
        }
        (Value::List(list), Ty::List(of)) => {
            let parts: Vec<Option<Value>> = list.iter().map(|value| part(value, of)).collect();
            let is_all = parts.iter().all(Option::is_none);
            (!is_all).then(|| Value::list(list.iter().zip(parts).map(|(value, part)| part.unwrap_or_else(|| value.clone()))))
        }
        _ => None,
    }
}
