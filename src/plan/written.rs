//! Where a value comes from: the text of the project that says it, followed through inputs, `let`s and instances, as near to the part
//! that is wrong as can be told. The library that comes with the compiler is no text of the project: what is wrong there is wrong
//! with what it was given.

use super::planner::{PRODUCT, Planner};
use crate::base::{Key, Span, Text};
use crate::eval::text_of;
use crate::hir::value_of;
use crate::hir::{Expr, ExprKind, Part, plain_text};
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

/// An expression, and the instance in whose body it stands; the product for what stands in the inventory.
#[derive(Clone, Copy)]
pub(super) struct Written<'e> {
    pub expr: &'e Expr,
    pub of: InstanceId,
}

/// How far a value is followed.
const FARTHEST: u32 = 40;

/// How many expressions are looked at for where one value comes from.
const MOST: u32 = 4_000;

impl Planner<'_> {
    /// The place that says the part of an input, `let` or output that `path` leads to; `value` is that part.
    pub(super) fn origin_of_field(&self, id: InstanceId, name: &str, path: &[Key], value: Option<&Value>) -> Option<Span> {
        let mut search = Search { planner: self, wanted: leaves(value), left: MOST, seen: BTreeSet::new() };
        search.field(id, name, path, FARTHEST).or_else(|| search.literal_of_field(id, name))
    }

    /// The same for an expression.
    pub(super) fn origin_of(&self, written: Written<'_>, path: &[Key], value: Option<&Value>) -> Option<Span> {
        let mut search = Search { planner: self, wanted: leaves(value), left: MOST, seen: BTreeSet::new() };
        search.follow(written, path, FARTHEST).or_else(|| search.literal(written, FARTHEST))
    }

    /// Whether a place is in the text of the project, and not in the library that comes with the compiler.
    pub(super) fn is_of_project(&self, span: Span) -> bool {
        !self.program.embedded.contains(&span.file.0)
    }

    /// The instance that a name or a field of instances stands for, as far as it was evaluated.
    fn instance_of(&self, written: Written<'_>) -> Option<InstanceId> {
        match &written.expr.kind {
            ExprKind::Name(name) => match self.node(written.of).children.get(&name.text) {
                Some(child) => Some(*child),
                None if name.text == "product" => Some(PRODUCT),
                None if name.text == "stack" => self.node(written.of).stack.or(Some(written.of)),
                None if name.text == "provider" => self.evaluated_instance(written.of, "on"),
                None => self.evaluated_instance(written.of, &name.text),
            },
            ExprKind::Member(base, field) => {
                let base = self.instance_of(Written { expr: base, of: written.of })?;
                match self.node(base).children.get(&field.text) {
                    Some(child) => Some(*child),
                    None if field.text == "provider" => self.evaluated_instance(base, "on"),
                    None => self.evaluated_instance(base, &field.text),
                }
            }
            _ => None,
        }
    }

    fn evaluated_instance(&self, id: InstanceId, name: &str) -> Option<InstanceId> {
        match self.evaluated_field(id, name)? {
            Value::Instance(found) => Some(*found),
            _ => None,
        }
    }
}

struct Search<'s, 'p> {
    planner: &'s Planner<'p>,
    /// The texts that the value holds.
    wanted: BTreeSet<Text>,
    left: u32,
    /// The fields whose text was searched.
    seen: BTreeSet<(InstanceId, Text)>,
}

impl<'s> Search<'s, '_> {
    /// What an instance says of a field, or what its definition says.
    fn said(&self, id: InstanceId, name: &str) -> Option<Written<'s>> {
        let planner = self.planner;
        let node = planner.node(id);
        let outside = if id == PRODUCT { PRODUCT } else { node.stack.unwrap_or(PRODUCT) };
        let here = node.declaration.overrides.iter().filter(|(environment, _)| environment.text == planner.environment);
        let overridden = here.flat_map(|(_, attributes)| attributes).rfind(|attribute| attribute.name.text == name);
        if let Some(attribute) = overridden.or_else(|| node.declaration.attributes.get(name)) {
            return Some(Written { expr: &attribute.value, of: outside });
        }
        let definition = node.definition.as_ref()?;
        let declared = definition.inputs.get(name).and_then(|input| input.default.as_deref());
        let declared = declared.or_else(|| definition.lets.get(name).map(|binding| &*binding.value));
        let declared = declared.or_else(|| definition.outputs.get(name)?.value.as_deref());
        let declared = declared.or_else(|| definition.attributes.get(name).map(|attribute| &*attribute.value));
        Some(Written { expr: declared?, of: id })
    }

    fn field(&mut self, id: InstanceId, name: &str, path: &[Key], left: u32) -> Option<Span> {
        let said = self.said(id, name)?;
        self.follow(said, path, left.checked_sub(1)?)
    }

    /// The text of the part that `path` leads to, where the expression says it in so many words.
    fn follow(&mut self, written: Written<'_>, path: &[Key], left: u32) -> Option<Span> {
        self.left = self.left.checked_sub(1)?;
        let Written { expr, of } = written;
        let inner = |expr| Written { expr, of };
        let mine = |search: &Self| search.planner.is_of_project(expr.span).then_some(expr.span);
        match (&expr.kind, path) {
            (ExprKind::List(elements), [Key::At(at), rest @ ..]) => self.follow(inner(elements.get(*at)?), rest, left.checked_sub(1)?),
            (ExprKind::Map(entries), [Key::Name(key), rest @ ..]) => {
                let (_, value) = entries.iter().find(|(of, _)| of.text == *key)?;
                self.follow(inner(value), rest, left.checked_sub(1)?)
            }
            (ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Literal(_) | ExprKind::Word(_), []) => mine(self),
            (ExprKind::Template(parts), []) if plain_text(parts).is_some() => mine(self),
            (ExprKind::Name(name), _) => {
                if name.text == "provider" {
                    let id = if self.said(of, "on").is_some() { of } else { self.planner.node(of).stack.unwrap_or(of) };
                    return self.field(id, "on", path, left);
                }
                let child = self.planner.node(of).children.contains_key(&name.text);
                match self.said(of, &name.text).filter(|_| of != PRODUCT) {
                    Some(said) => self.follow(said, path, left.checked_sub(1)?),
                    // A word or the name of an instance, where the project says it.
                    None => (child || path.is_empty()).then(|| mine(self)).flatten(),
                }
            }
            (ExprKind::Member(base, field), _) => {
                if let Some(id) = self.planner.instance_of(inner(base)) {
                    return self.field(id, &field.text, path, left);
                }
                let path: Vec<Key> = std::iter::once(Key::Name(field.text.clone())).chain(path.iter().cloned()).collect();
                self.follow(inner(base), &path, left.checked_sub(1)?)
            }
            (ExprKind::Index(base, index), _) => {
                let step = match &index.kind {
                    ExprKind::Literal(literal) => match value_of(literal) {
                        Value::Int(at) => Key::At(usize::try_from(at).ok()?),
                        other => Key::Name(text_of(&other)?),
                    },
                    ExprKind::Template(parts) => Key::Name(plain_text(parts)?),
                    ExprKind::Name(name) if name.text == "environment" => Key::Name(self.planner.environment.clone()),
                    _ => return None,
                };
                let path: Vec<Key> = std::iter::once(step).chain(path.iter().cloned()).collect();
                self.follow(inner(base), &path, left.checked_sub(1)?)
            }
            _ => None,
        }
    }

    fn literal_of_field(&mut self, id: InstanceId, name: &str) -> Option<Span> {
        let said = self.said(id, name)?;
        self.literal(said, FARTHEST)
    }

    /// A literal or key of the project's text that the value holds, in what an expression is made of.
    fn literal(&mut self, written: Written<'_>, left: u32) -> Option<Span> {
        if self.wanted.is_empty() {
            return None;
        }
        let left = left.checked_sub(1)?;
        let mut found = None;
        let mut names: Vec<(InstanceId, Text)> = Vec::new();
        let mut budget = self.left;
        let of_project = |span| self.planner.is_of_project(span);
        let wanted = &self.wanted;
        written.expr.walk(&mut |expr| {
            budget = budget.saturating_sub(1);
            if found.is_some() || budget == 0 {
                return;
            }
            let said = match &expr.kind {
                ExprKind::Literal(literal) => text_of(&value_of(literal)),
                ExprKind::Template(parts) => match parts.as_slice() {
                    [Part::Text(text)] => Some(text.clone()),
                    _ => None,
                },
                ExprKind::Map(entries) => {
                    found = entries.iter().find(|(key, _)| wanted.contains(&key.text) && of_project(key.span)).map(|(key, _)| key.span);
                    None
                }
                ExprKind::Name(name) => {
                    names.push((written.of, name.text.clone()));
                    None
                }
                ExprKind::Member(base, field) => {
                    let of = self.planner.instance_of(Written { expr: base, of: written.of });
                    names.extend(of.map(|of| (of, field.text.clone())));
                    None
                }
                _ => None,
            };
            if said.is_some_and(|said| wanted.contains(&said)) && of_project(expr.span) {
                found = Some(expr.span);
            }
        });
        self.left = budget;
        if found.is_some() {
            return found;
        }
        for (of, name) in names {
            if of == PRODUCT && written.of == PRODUCT || !self.seen.insert((of, name.clone())) {
                continue;
            }
            let Some(said) = self.said(of, &name) else { continue };
            if let Some(found) = self.literal(said, left) {
                return Some(found);
            }
        }
        None
    }
}

/// The texts of a value and of its parts. Words and numbers that many values hold tell nothing.
fn leaves(value: Option<&Value>) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    let mut rest: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::List(list) => rest.extend(list.iter()),
            Value::Map(map) => rest.extend(map.values()),
            Value::Bool(_) | Value::None | Value::Residual(_) | Value::Secret(_) | Value::Instance(_) => {}
            scalar => found.extend(text_of(scalar)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::leaves;
    use crate::value::Value;

    #[test]
    fn the_texts_of_a_value_are_those_of_its_parts() {
        let value = Value::map([("a", Value::list([Value::text("x"), Value::Bool(true)])), ("b", Value::Int(3))]);
        let found: Vec<String> = leaves(Some(&value)).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["3", "x"]);
    }
}
