//! What a value amounts to, computed once and kept with its list or map.

use super::Value;
use std::sync::OnceLock;

/// What a value amounts to. Parts that are shared count as often as they are reached, as whoever walks or prints the value will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// One for each of its parts and keys, and one for every sixteen bytes of text in them.
    pub weight: u64,
    /// How deep it nests: 1 for what has no parts.
    pub depth: u32,
    /// The length of the longest text in it, in bytes.
    pub longest: usize,
    /// Whether no part of it is left for a tool.
    pub is_known: bool,
}

/// The measure of a list or map, once somebody asked for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured(OnceLock<Measure>);

impl Measured {
    /// Something is changed.
    pub(super) fn forget(&mut self) {
        self.0.take();
    }

    fn of(&self, measure: impl FnOnce() -> Option<Measure>) -> Option<Measure> {
        if let Some(known) = self.0.get() {
            return Some(*known);
        }
        let measure = measure()?;
        Some(*self.0.get_or_init(|| measure))
    }
}

impl Measure {
    const PART: Measure = Measure { weight: 1, depth: 1, longest: 0, is_known: true };

    fn text(length: usize) -> Measure {
        Measure { weight: weight_of_text(length), longest: length, ..Measure::PART }
    }

    fn whole<'v>(mut self, parts: impl IntoIterator<Item = &'v Value>, levels: u32) -> Option<Measure> {
        let levels = levels.checked_sub(1)?;
        for part in parts {
            let part = part.measure(levels)?;
            self.weight = self.weight.saturating_add(part.weight);
            self.depth = self.depth.max(part.depth + 1);
            self.longest = self.longest.max(part.longest);
            self.is_known &= part.is_known;
        }
        Some(self)
    }
}

impl Value {
    /// What it amounts to; nothing if it nests deeper than `levels`.
    pub fn measure(&self, levels: u32) -> Option<Measure> {
        let found = match self {
            Value::Text(text) => Measure::text(text.len()),
            Value::List(list) => list.measured.of(|| Measure::PART.whole(list.iter(), levels))?,
            Value::Map(map) => {
                let keys = || map.keys().fold(0, |sum: u64, key| sum.saturating_add(weight_of_text(key.len())));
                map.measured.of(|| Measure { weight: 1 + keys(), ..Measure::PART }.whole(map.values(), levels))?
            }
            Value::Residual(residual) => Measure { is_known: false, ..Measure::PART }.whole(residual.operands(), levels)?,
            _ => Measure::PART,
        };
        (found.depth <= levels).then_some(found)
    }
}

/// What a text of this length, in bytes, weighs.
pub fn weight_of_text(length: usize) -> u64 {
    1 + length as u64 / 16
}

#[cfg(test)]
mod tests {
    use super::super::{Entries, Value};

    #[test]
    fn what_is_changed_is_measured_anew() {
        let mut map: Entries = [("a".into(), Value::Int(1))].into_iter().collect();
        let weight = |map: &Entries| Value::Map(map.clone().into()).measure(9).map(|measure| measure.weight);
        assert_eq!(weight(&map), Some(3));
        map.insert("b".into(), Value::list([Value::None]));
        assert_eq!(weight(&map), Some(6));
        *map.get_mut("b").unwrap() = Value::text("a".repeat(160));
        assert_eq!(weight(&map), Some(15));
        map.values_mut().for_each(|value| *value = Value::None);
        assert_eq!(weight(&map), Some(5));
        map.shift_remove("a");
        assert_eq!(weight(&map), Some(3));
    }

    #[test]
    fn a_value_nests_as_deep_as_its_deepest_part() {
        let value = Value::list([Value::None, Value::list([Value::map([("a", Value::Int(1))])])]);
        assert_eq!(value.measure(4).map(|measure| measure.depth), Some(4));
        assert_eq!(value.measure(3), None);
    }
}
