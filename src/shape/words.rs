//! The words that a `let` may give, where its expression says them all: `match steering { failover => "off", … }` is one of a few, and
//! so is `upper(record.kind)` of an enum. A plugin takes no others, so tests of a module should give it those.

use crate::base::Text;
use crate::hir::{Binding, Definition, Expr, ExprKind, Implementation, Literal, Part};
use crate::ty::Ty;
use crate::value::Value;
use std::collections::BTreeMap;

/// Words by the field that they stand in; those of the value itself have no name.
pub type Words = BTreeMap<Text, Vec<Text>>;

/// Finds the words of what a module is given.
pub(super) struct Finder<'a> {
    pub contract: &'a Definition,
    pub implementation: &'a Implementation,
    /// The constants of the provider that are maps.
    pub tables: &'a dyn Fn(&str) -> Option<Value>,
}

/// The types of what is bound around an expression, by `hir::Local`.
type Bound = Vec<Option<Ty>>;

impl Finder<'_> {
    /// The words of a `let`.
    pub(super) fn of(&self, name: &str) -> Words {
        let binding = self.implementation.lets.get(name).or_else(|| self.contract.lets.get(name));
        let mut found = Words::new();
        if let Some(binding) = binding {
            self.walk(&binding.value, &mut Vec::new(), &Text::default(), &mut found);
        }
        found
    }

    fn walk(&self, expr: &Expr, bound: &mut Bound, field: &Text, found: &mut Words) {
        match &expr.kind {
            ExprKind::For(of) => {
                let depth = bound.len();
                of.bindings.iter().for_each(|binding| self.bind(binding, bound));
                self.walk(&of.value, bound, field, found);
                bound.truncate(depth);
            }
            ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| self.walk(value, bound, &key.text, found)),
            ExprKind::Call(function, arguments) if matches!(function.name.text.as_str(), "flatten" | "concat" | "merge" | "compact") => {
                arguments.iter().for_each(|argument| self.walk(&argument.value, bound, field, found));
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.walk(item, bound, field, found)),
            _ => {
                if let Some(words) = self.words(expr, bound) {
                    found.insert(field.clone(), words);
                }
            }
        }
    }

    fn bind(&self, binding: &Binding, bound: &mut Bound) {
        let element = self.ty(&binding.source, bound).and_then(|ty| match ty.present() {
            Ty::List(of) | Ty::Map(of) => Some((**of).clone()),
            _ => None,
        });
        bound.extend(binding.key.is_some().then_some(None));
        bound.push(element);
    }

    /// Every text that an expression may give; none where there may be others.
    fn words(&self, expr: &Expr, bound: &Bound) -> Option<Vec<Text>> {
        let all = |parts: &mut dyn Iterator<Item = &Expr>| -> Option<Vec<Text>> {
            let mut words = Vec::new();
            for part in parts {
                for word in self.words(part, bound)? {
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
            }
            Some(words)
        };
        let words = match &expr.kind {
            ExprKind::Literal(Literal::None) => return Some(Vec::new()),
            ExprKind::Template(parts) => match parts.as_slice() {
                [Part::Text(text)] => vec![text.clone()],
                _ => return None,
            },
            ExprKind::If(_, yes, no) => all(&mut [&**yes, &**no].into_iter())?,
            ExprKind::Match(_, arms) => all(&mut arms.iter().map(|arm| &arm.value))?,
            ExprKind::Call(function, arguments) => {
                let words = self.words(&arguments.first()?.value, bound)?;
                match function.name.text.as_str() {
                    "upper" => words.iter().map(|word| word.to_uppercase().into()).collect(),
                    "lower" => words.iter().map(|word| word.to_lowercase().into()).collect(),
                    _ => return None,
                }
            }
            ExprKind::Index(base, _) => match &base.kind {
                ExprKind::Member(of, table) if of.as_name().is_some_and(|name| name == "provider") => {
                    let table = (self.tables)(&table.text)?;
                    table.as_map()?.values().map(|value| value.as_text().cloned()).collect::<Option<Vec<_>>>()?
                }
                _ => return None,
            },
            ExprKind::Local(_) | ExprKind::Name(_) | ExprKind::Member(..) => match self.ty(expr, bound)?.present() {
                Ty::Enum(of) => of.members.to_vec(),
                _ => return None,
            },
            _ => return None,
        };
        Some(words)
    }

    /// The type of a way from an input or from what a comprehension goes through.
    fn ty(&self, expr: &Expr, bound: &Bound) -> Option<Ty> {
        match &expr.kind {
            ExprKind::Local(place) => bound.get(place.0 as usize)?.clone(),
            ExprKind::Name(name) => self.contract.inputs.get(&name.text).map(|input| input.ty.clone()),
            ExprKind::Member(base, field) => match self.ty(base, bound)?.present() {
                Ty::Record(record) => record.field(&field.text).map(|field| field.ty.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}
