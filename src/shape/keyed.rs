//! A list that resources are repeated over by a key is a variable that is a map, unless something else in the module asks for its order:
//! a map has another one.

use super::holes::{Holes, keyed};
use super::module::{Body, Output, Repeat, Resource};
use super::{Source, Validation};
use crate::base::Text;
use crate::schema::{self, Nesting};
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

/// A list that could be a map.
pub(super) struct Candidate {
    /// Its variable.
    pub hole: Text,
    /// The fields from an element to its key.
    pub path: Vec<Text>,
    /// What the resource is repeated over: the list as a map.
    pub map: Value,
}

/// What a module holds beside its variables.
pub(super) struct Parts<'a> {
    pub data: &'a mut [Resource],
    pub resources: &'a mut [Resource],
    pub outputs: &'a [Output],
    pub preconditions: &'a [Validation],
}

/// Makes maps of the lists that can be maps. The first key of a list decides.
pub(super) fn settle(candidates: &[Candidate], holes: &mut Holes, parts: &mut Parts) {
    for candidate in candidates {
        let asked = is_asked(candidate, holes, parts);
        let Some(hole) = holes.0.get_mut(&candidate.hole) else { continue };
        match &hole.source {
            Source::Field(field) => {
                let Ty::List(of) = hole.ty.plain() else { continue };
                if asked {
                    continue;
                }
                hole.ty = Ty::Map(of.clone());
                hole.default = hole.default.take().map(|value| keyed(&value, &candidate.path));
                hole.source = Source::Keyed(field.clone(), candidate.path.clone());
            }
            Source::Keyed(_, path) if *path == candidate.path => {}
            _ => continue,
        }
        for resource in parts.data.iter_mut().chain(&mut *parts.resources) {
            if resource.repeat == Repeat::Each(candidate.map.clone()) {
                resource.repeat = Repeat::Each(Value::residual(Residual::Variable(candidate.hole.clone())));
            }
        }
    }
}

/// Whether something asks for the order of the list, or for more than its elements.
fn is_asked(candidate: &Candidate, holes: &Holes, parts: &Parts) -> bool {
    let order = Order { hole: &candidate.hole };
    let rules =
        |rules: &[Validation]| rules.iter().any(|rule| order.in_value(&rule.condition, false) || order.in_value(&rule.message, false));
    let mut resources = parts.data.iter().chain(&*parts.resources);
    resources.any(|resource| {
        let repeated = match &resource.repeat {
            Repeat::Once => false,
            Repeat::Each(source) | Repeat::If(source) => order.in_value(source, false),
        };
        repeated || order.in_body(&resource.body, resource.schema.as_deref())
    }) || parts.outputs.iter().any(|output| order.in_value(&output.value, false))
        || rules(parts.preconditions)
        || holes.0.values().any(|hole| rules(&hole.validations))
}

/// Looks for the order of one variable.
struct Order<'a> {
    hole: &'a str,
}

impl Order<'_> {
    /// What the schema says is a set has no order.
    fn in_body(&self, body: &Body, schema: Option<&schema::Block>) -> bool {
        let is_set = |name: &str| schema.and_then(|schema| schema.attributes.get(name)).is_some_and(|attribute| attribute.unordered);
        body.arguments.iter().any(|(name, value)| self.in_value(value, is_set(name))) || {
            body.blocks.iter().any(|block| {
                let nested = schema.and_then(|schema| schema.blocks.get(&block.name));
                let free = nested.is_some_and(|nested| nested.nesting == Nesting::Set);
                let repeated = |source: &Value| !(free && self.is_it(source)) && self.in_value(source, free);
                block.repeat.as_ref().is_some_and(|(_, source)| repeated(source))
                    || self.in_body(&block.body, nested.map(|nested| &nested.block))
            })
        }
    }

    /// `free` is said of a list whose order changes nothing.
    fn in_value(&self, value: &Value, free: bool) -> bool {
        match value {
            Value::List(list) => list.iter().any(|value| self.in_value(value, false)),
            Value::Map(map) => map.values().any(|value| self.in_value(value, false)),
            Value::Residual(residual) => self.in_residual(residual, free),
            _ => false,
        }
    }

    fn in_residual(&self, residual: &Residual, free: bool) -> bool {
        match residual {
            Residual::Variable(name) => name == self.hole,
            Residual::For(f) => self.in_comprehension(f, free),
            Residual::Call(function, arguments) => match (function.as_str(), arguments.as_slice()) {
                // The number of elements is that of the entries.
                ("length", [argument]) => !self.is_it(argument) && self.in_value(argument, true),
                ("all" | "any" | "max" | "min" | "sort" | "sum", [argument]) => self.in_value(argument, true),
                ("compact" | "concat" | "distinct" | "flatten" | "reverse", arguments) => {
                    arguments.iter().any(|argument| self.in_value(argument, free))
                }
                _ => arguments.iter().any(|argument| self.in_value(argument, false)),
            },
            Residual::Binary(Operator::In, element, whole) => self.in_value(element, false) || self.in_value(whole, true),
            residual => residual.operands().into_iter().any(|operand| self.in_value(operand, false)),
        }
    }

    fn in_comprehension(&self, f: &ResidualFor, free: bool) -> bool {
        // What makes a map of it has no order either.
        let free = f.key.is_none() && (free || f.entry.is_some());
        let source = if self.is_it(&f.source) { !free } else { self.in_value(&f.source, free) };
        source || [f.condition.as_ref(), f.entry.as_ref(), Some(&f.result)].into_iter().flatten().any(|part| self.in_value(part, false))
    }

    fn is_it(&self, value: &Value) -> bool {
        matches!(value, Value::Residual(residual) if matches!(&**residual, Residual::Variable(name) if name == self.hole))
    }
}
