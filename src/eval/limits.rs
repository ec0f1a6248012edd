//! How much evaluation may take. Functions cannot recurse, so every program ends; here it ends soon, on the same step in every
//! build and on every thread.

use crate::value::Value;

/// How deep expressions may need each other, through functions and through fields of instances.
pub const MAX_DEPTH: u32 = 1_000;

/// How many steps the evaluation of one product in one environment may take, or of one body that all products share: one for
/// each expression, and what each value that is made weighs.
pub const MAX_STEPS: u64 = 10_000_000;

/// How much one value may weigh: one for each of its parts, and one for every sixteen bytes of text.
pub const MAX_VALUE: u64 = 1_000_000;

/// The length of a text that is made, in bytes.
pub const MAX_TEXT: usize = 1024 * 1024;

/// What evaluation has taken so far.
#[derive(Clone, Debug, Default)]
pub struct Work {
    steps: u64,
    depth: u32,
    told: bool,
}

/// Which limit is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    Depth,
    Steps,
    Value,
    /// It was said already.
    Told,
}

impl Work {
    /// Whoever drops the findings of an evaluation calls this, so that the next one says again what is exceeded.
    pub fn forget(&mut self) {
        self.told = false;
    }

    /// Begins an expression.
    pub(super) fn enter(&mut self) -> Result<(), Beyond> {
        if self.depth >= MAX_DEPTH {
            return Err(self.tell(Beyond::Depth));
        }
        self.take(1)?;
        self.depth += 1;
        Ok(())
    }

    /// Ends an expression.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Takes so many steps.
    pub(super) fn take(&mut self, steps: u64) -> Result<(), Beyond> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS { Err(self.tell(Beyond::Steps)) } else { Ok(()) }
    }

    /// Takes as many steps as a value weighs.
    pub(super) fn hold(&mut self, value: &Value) -> Result<(), Beyond> {
        match value {
            // What has no parts weighs the same, whatever it is.
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Instance(_) | Value::Ip(_) | Value::Cidr(_) => return self.take(1),
            Value::Text(text) => return self.hold_text(text.len()),
            _ => {}
        }
        match weight(value) {
            Some(weight) => self.take(weight),
            None => Err(self.tell(Beyond::Value)),
        }
    }

    /// The same of a text of this length.
    pub(super) fn hold_text(&mut self, length: usize) -> Result<(), Beyond> {
        if length > MAX_TEXT { Err(self.tell(Beyond::Value)) } else { self.take(weight_of_text(length)) }
    }

    fn tell(&mut self, beyond: Beyond) -> Beyond {
        if std::mem::replace(&mut self.told, true) { Beyond::Told } else { beyond }
    }
}

/// What a value weighs; none if that is too much. Parts that are shared count as often as they are reached, as whoever walks
/// or prints the value will.
pub(super) fn weight(value: &Value) -> Option<u64> {
    let mut left = MAX_VALUE;
    weigh(value, MAX_DEPTH, &mut left)?;
    Some(MAX_VALUE - left)
}

fn weight_of_text(length: usize) -> u64 {
    1 + length as u64 / 16
}

fn weigh(value: &Value, depth: u32, left: &mut u64) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let own = match value {
        Value::Text(text) if text.len() > MAX_TEXT => return None,
        Value::Text(text) => weight_of_text(text.len()),
        _ => 1,
    };
    *left = left.checked_sub(own)?;
    match value {
        Value::List(list) => list.iter().try_for_each(|value| weigh(value, depth, left)),
        Value::Map(map) => map.values().try_for_each(|value| weigh(value, depth, left)),
        Value::Residual(residual) => residual.operands().into_iter().try_for_each(|value| weigh(value, depth, left)),
        _ => Some(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, MAX_TEXT, MAX_VALUE, weight};
    use crate::value::Value;

    #[test]
    fn shared_parts_weigh_as_often_as_they_are_reached() {
        let pair = |value: Value, times: usize| (0..times).fold(value, |value, _| Value::list([value.clone(), value]));
        assert_eq!(weight(&pair(Value::Int(1), 3)), Some(15));
        assert_eq!(weight(&pair(Value::Int(1), 60)), None);
        assert!(weight(&Value::list((1..MAX_VALUE).map(|_| Value::None))).is_some());
        assert_eq!(weight(&Value::list((0..MAX_VALUE).map(|_| Value::None))), None);
        assert_eq!(weight(&Value::text("a".repeat(MAX_TEXT))), Some(1 + MAX_TEXT as u64 / 16));
        assert_eq!(weight(&Value::text("a".repeat(MAX_TEXT + 1))), None);
        let deep = |times: u32| (1..times).fold(Value::None, |value, _| Value::list([value]));
        assert_eq!((weight(&deep(MAX_DEPTH)), weight(&deep(MAX_DEPTH + 1))), (Some(u64::from(MAX_DEPTH)), None));
    }
}
