//! Which parts of a variable a body uses: its type is reduced to them, so that an unused field changes no unit.

use crate::base::Text;
use crate::ty::{RecordTy, Ty};
use crate::value::{Residual, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is used of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Use {
    whole: bool,
    fields: BTreeMap<Text, Use>,
    element: Option<Box<Use>>,
}

/// A way into a variable.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(Text),
    Element,
}

type Path = (Text, Vec<Step>);

/// The uses of every variable, by its name.
#[derive(Debug, Default)]
pub(super) struct Uses {
    holes: BTreeMap<Text, Use>,
    /// What the bound names stand for, the innermost last; the repetition of a resource is bound as `each`.
    bound: Vec<(Text, Option<Path>)>,
}

/// The name under which `Residual::EachValue` is bound: no name of the language.
const EACH: &str = "each.value";

impl Uses {
    /// What is used of a variable.
    pub(super) fn of(&self, hole: &str) -> Option<&Use> {
        self.holes.get(hole)
    }

    /// Binds the repetition of a resource while `inside` looks at its body.
    pub(super) fn each(&mut self, source: &Value, inside: impl FnOnce(&mut Self)) {
        self.bind(EACH.into(), source, inside);
    }

    /// Binds a name to the elements of a source while `inside` looks at what is done with it.
    pub(super) fn bind(&mut self, name: Text, source: &Value, inside: impl FnOnce(&mut Self)) {
        let path = self.elements(source);
        self.within(&name, None, path, inside);
    }

    /// The way to what has the elements of a source: itself, or what it takes them from as they are.
    fn elements(&mut self, source: &Value) -> Option<Path> {
        if let Some((hole, steps)) = self.path(source) {
            self.touch(&hole, &steps);
            return Some((hole, steps));
        }
        if let Value::Residual(residual) = source
            && let Residual::For(f) = &**residual
            && f.result == Value::residual(Residual::Local(f.value.clone()))
        {
            let path = self.elements(&f.source);
            self.within(&f.value, f.key.as_ref(), path.clone(), |uses| {
                f.condition.iter().chain(&f.entry).for_each(|part| uses.visit(part))
            });
            return path;
        }
        self.visit(source);
        None
    }

    /// Binds a name to the elements of what is found at `source`, and that of their keys, while `inside` looks at what is done with them.
    fn within(&mut self, value: &Text, key: Option<&Text>, source: Option<Path>, inside: impl FnOnce(&mut Self)) {
        let depth = self.bound.len();
        let element = source.map(|(hole, mut steps)| {
            steps.push(Step::Element);
            (hole, steps)
        });
        self.bound.push((value.clone(), element));
        self.bound.extend(key.map(|key| (key.clone(), None)));
        inside(self);
        self.bound.truncate(depth);
    }

    /// Looks at an expression.
    pub(super) fn visit(&mut self, value: &Value) {
        match value {
            Value::List(list) => list.iter().for_each(|value| self.visit(value)),
            Value::Map(map) => map.values().for_each(|value| self.visit(value)),
            Value::Residual(residual) => self.residual(value, residual),
            _ => {}
        }
    }

    fn residual(&mut self, value: &Value, residual: &Residual) {
        if let Some((hole, steps)) = self.path(value) {
            let mut used = self.holes.entry(hole).or_default();
            for step in &steps {
                used = used.step(step);
            }
            used.whole = true;
            self.indices(value);
            return;
        }
        match residual {
            Residual::For(f) => {
                let source = self.elements(&f.source);
                let parts = [f.condition.as_ref(), f.entry.as_ref(), Some(&f.result)];
                self.within(&f.value, f.key.as_ref(), source, |uses| parts.into_iter().flatten().for_each(|part| uses.visit(part)));
            }
            Residual::Call(function, arguments) if matches!(function.as_str(), "length" | "keys") => {
                for argument in arguments {
                    match self.path(argument) {
                        Some((hole, steps)) => self.touch(&hole, &steps),
                        None => self.visit(argument),
                    }
                }
            }
            _ => residual.operands().into_iter().for_each(|operand| self.visit(operand)),
        }
    }

    fn touch(&mut self, hole: &Text, steps: &[Step]) {
        let mut used = self.holes.entry(hole.clone()).or_default();
        for step in steps {
            used = used.step(step);
        }
        used.step(&Step::Element);
    }

    /// What stands between brackets on the way to a part is used too.
    fn indices(&mut self, value: &Value) {
        if let Value::Residual(residual) = value {
            match &**residual {
                Residual::Member(base, _) => self.indices(base),
                Residual::Index(base, at) => {
                    self.indices(base);
                    self.visit(at);
                }
                _ => {}
            }
        }
    }

    fn path(&self, value: &Value) -> Option<Path> {
        let Value::Residual(residual) = value else { return None };
        let extended = |base: &Value, step: Step| {
            let (hole, mut steps) = self.path(base)?;
            steps.push(step);
            Some((hole, steps))
        };
        let bound = |name: &str| self.bound.iter().rev().find(|(bound, _)| bound == name).and_then(|(_, path)| path.clone());
        match &**residual {
            Residual::Variable(hole) => Some((hole.clone(), Vec::new())),
            Residual::Local(name) => bound(name),
            Residual::EachValue => bound(EACH),
            Residual::Member(base, field) => extended(base, Step::Field(field.clone())),
            Residual::Index(base, _) => extended(base, Step::Element),
            _ => None,
        }
    }
}

impl Use {
    fn step(&mut self, step: &Step) -> &mut Use {
        match step {
            Step::Field(name) => self.fields.entry(name.clone()).or_default(),
            Step::Element => self.element.get_or_insert_default(),
        }
    }

    /// The type with only what is used of it.
    pub(super) fn reduce(&self, ty: &Ty) -> Ty {
        if self.whole {
            return ty.clone();
        }
        let element = self.element.as_deref().cloned().unwrap_or_default();
        match ty.plain() {
            Ty::List(of) => element.reduce(of).list(),
            Ty::Map(of) => element.reduce(of).map(),
            Ty::Optional(of) => self.reduce(of).optional(),
            Ty::Record(record) => {
                let fields = record.fields.iter().filter_map(|field| {
                    let mut reduced = field.clone();
                    reduced.ty = self.fields.get(&field.name)?.reduce(&field.ty);
                    Some(reduced)
                });
                Ty::Record(Arc::new(RecordTy { name: None, fields: fields.collect() }))
            }
            _ => ty.clone(),
        }
    }
}
