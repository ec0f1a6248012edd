//! `[for x in xs : e]` and `{ for x in xs : k => v }`, over what is known and over what a tool will know.

use super::expression::Evaluator;
use super::foreign::foreign;
use super::limits::MAX_VALUE;
use super::{Evaluated, Stop, text_of};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Binding, Comprehension};
use crate::value::{Entries, Residual, ResidualFor, Value};

/// What a comprehension has made so far.
struct Made {
    /// In the order of the elements; a map has keys.
    list: Vec<(Option<Value>, Value)>,
    /// How much more the whole may weigh.
    room: u64,
}

impl Evaluator<'_> {
    pub(super) fn comprehension(&mut self, comprehension: &Comprehension) -> Evaluated {
        let mut entries = Made { list: Vec::new(), room: MAX_VALUE };
        if let Some(residual) = self.bindings(&comprehension.bindings, comprehension, &mut entries)? {
            return Ok(residual);
        }
        let entries = entries.list;
        if comprehension.key.is_none() {
            return Ok(Value::list(entries.into_iter().map(|(_, value)| value)));
        }
        let mut map = Entries::with_capacity(entries.len());
        for (key, value) in entries {
            let Some(key) = key.as_ref().and_then(text_of) else {
                let span = comprehension.key.as_ref().map_or(comprehension.value.span, |key| key.span);
                return Err(self.stop(
                    Diagnostic::error(Code::DeferredValue, span, "a key must be known to the compiler")
                        .help("use a key that does not depend on what only a tool knows"),
                ));
            };
            if map.insert(key.clone(), value).is_some() {
                let span = comprehension.key.as_ref().map_or(comprehension.value.span, |key| key.span);
                return Err(self.stop(
                    Diagnostic::error(Code::Duplicate, span, format!("two entries have the key `{key}`"))
                        .help("make the key of something that tells them apart"),
                ));
            }
        }
        Ok(Value::Map(map.into()))
    }

    /// Goes through the bindings, outermost first. Gives a residual where a source is one, otherwise fills `entries`.
    fn bindings(&mut self, bindings: &[Binding], comprehension: &Comprehension, entries: &mut Made) -> Result<Option<Value>, Stop> {
        let Some((binding, inner)) = bindings.split_first() else {
            if let Some(condition) = &comprehension.condition {
                match self.expr(condition)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => return Ok(None),
                    value => {
                        if let Some(foreign) = foreign([&value]) {
                            return Ok(Some(foreign));
                        }
                        return Err(self.stop(
                            Diagnostic::error(
                                Code::DeferredValue,
                                condition.span,
                                "which elements there are must be known to the compiler",
                            )
                            .help("filter by something that does not depend on what only a tool knows"),
                        ));
                    }
                }
            }
            let key = match &comprehension.key {
                Some(key) => Some(self.expr(key)?),
                None => None,
            };
            let value = self.expr(&comprehension.value)?;
            for made in key.iter().chain([&value]) {
                self.put(made, &mut entries.room, comprehension.value.span)?;
            }
            entries.list.push((key, value));
            return Ok(None);
        };
        let source = self.expr(&binding.source)?;
        // An inner list is gone through anew for each element of the outer one.
        let length = source.as_list().map_or_else(|| source.as_map().map_or(0, Entries::len), <[Value]>::len);
        self.take(length as u64, binding.source.span)?;
        let elements = match &source {
            Value::Residual(_) => return self.residual(source, binding, inner, comprehension).map(Some),
            Value::None => Some(Vec::new()),
            source => source.elements(),
        };
        let elements = match elements {
            Some(elements) => elements,
            None => {
                return Err(self.stop(Diagnostic::error(
                    Code::TypeMismatch,
                    binding.source.span,
                    "only a list or map can be gone through",
                )));
            }
        };
        for (key, value) in elements {
            let depth = self.bind(binding, key.into(), value);
            let found = self.bindings(inner, comprehension, entries);
            self.locals.truncate(depth);
            if let Some(residual) = found? {
                return Ok(Some(residual));
            }
        }
        Ok(None)
    }

    fn bind(&mut self, binding: &Binding, key: Value, value: Value) -> usize {
        let depth = self.locals.len();
        self.locals.extend(binding.key.is_some().then_some(key));
        self.locals.push(value);
        depth
    }

    fn residual(&mut self, source: Value, binding: &Binding, inner: &[hir::Binding], comprehension: &Comprehension) -> Evaluated {
        if let Some(foreign) = foreign([&source]) {
            return Ok(foreign);
        }
        let local = |name: &hir::Name| Value::residual(Residual::Local(name.text.clone()));
        let key = binding.key.as_ref().map(local).unwrap_or(Value::None);
        let depth = self.bind(binding, key, local(&binding.value));
        let parts = self.residual_parts(inner, comprehension);
        self.locals.truncate(depth);
        let (condition, entry, result) = parts?;
        let values = [condition.as_ref(), entry.as_ref(), Some(&result)];
        if let Some(foreign) = foreign(values.into_iter().flatten()) {
            return Ok(foreign);
        }
        let residual = Value::residual(Residual::For(Box::new(ResidualFor {
            key: binding.key.as_ref().map(|name| name.text.clone()),
            value: binding.value.text.clone(),
            source,
            condition,
            entry,
            result,
        })));
        Ok(if inner.is_empty() { residual } else { Value::residual(Residual::Call("flatten".into(), vec![residual])) })
    }

    fn residual_parts(
        &mut self,
        inner: &[hir::Binding],
        comprehension: &Comprehension,
    ) -> Result<(Option<Value>, Option<Value>, Value), Stop> {
        if !inner.is_empty() {
            let mut nested = comprehension.clone();
            nested.bindings = inner.to_vec();
            return Ok((None, None, self.comprehension(&nested)?));
        }
        let condition = match &comprehension.condition {
            Some(condition) => match self.expr(condition)? {
                Value::Bool(true) => None,
                value => Some(value),
            },
            None => None,
        };
        let entry = match &comprehension.key {
            Some(key) => Some(self.expr(key)?),
            None => None,
        };
        Ok((condition, entry, self.expr(&comprehension.value)?))
    }
}
