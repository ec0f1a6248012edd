//! The entries of a map or record: few, in the order in which they were made, found by their keys.

use super::Value;
use super::measure::Measured;
use crate::base::Text;
use std::collections::HashMap;
use std::fmt;

/// So many entries are looked through; beyond, their places are remembered by key.
const FEW: usize = 12;

type Places = HashMap<Text, usize, foldhash::fast::RandomState>;

/// Values by key, in the order in which they were made. Two are equal where they have the same entries, in whichever order.
#[derive(Clone, Default)]
pub struct Entries {
    list: Vec<(Text, Value)>,
    /// The place of each key, where there are more than a few.
    places: Option<Box<Places>>,
    pub(super) measured: Measured,
}

impl Entries {
    /// Nothing.
    pub fn new() -> Entries {
        Entries::default()
    }

    /// Nothing, with room for so many.
    pub fn with_capacity(entries: usize) -> Entries {
        Entries { list: Vec::with_capacity(entries), ..Entries::default() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(key).copied(),
            None => self.list.iter().position(|(of, _)| of == key),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).map(|at| &self.list[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.measured.forget();
        self.place(key).map(|at| &mut self.list[at].1)
    }

    /// The entry in a place.
    pub fn get_index(&self, at: usize) -> Option<(&Text, &Value)> {
        self.list.get(at).map(|(key, value)| (key, value))
    }

    /// Whether a key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Gives a key a value, in the place that the key has or at the end; the value that it had.
    pub fn insert(&mut self, key: Text, value: Value) -> Option<Value> {
        self.measured.forget();
        if let Some(at) = self.place(&key) {
            return Some(std::mem::replace(&mut self.list[at].1, value));
        }
        if let Some(places) = &mut self.places {
            places.insert(key.clone(), self.list.len());
        }
        self.list.push((key, value));
        if self.places.is_none() && self.list.len() > FEW {
            self.remember();
        }
        None
    }

    /// Removes an entry; those behind it move up.
    pub fn shift_remove(&mut self, key: &str) -> Option<Value> {
        let at = self.place(key)?;
        self.measured.forget();
        let (_, value) = self.list.remove(at);
        self.remember();
        Some(value)
    }

    /// Puts the entries in the order of their keys.
    pub fn sort_keys(&mut self) {
        self.list.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.remember();
    }

    fn remember(&mut self) {
        let places = || self.list.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        self.places = (self.list.len() > FEW).then(|| Box::new(places()));
    }

    /// The entries in their order.
    pub fn iter(&self) -> Iter<'_> {
        self.list.iter().map(|(key, value)| (key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator + Clone {
        self.list.iter().map(|(key, _)| key)
    }

    /// The values in their order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.list.iter().map(|(_, value)| value)
    }

    /// The values in their order, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.measured.forget();
        self.list.iter_mut().map(|(_, value)| value)
    }
}

/// The entries in their order.
pub type Iter<'a> = std::iter::Map<std::slice::Iter<'a, (Text, Value)>, fn(&'a (Text, Value)) -> (&'a Text, &'a Value)>;

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a Text, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Entries {
    type Item = (Text, Value);
    type IntoIter = std::vec::IntoIter<(Text, Value)>;

    fn into_iter(self) -> std::vec::IntoIter<(Text, Value)> {
        self.list.into_iter()
    }
}

impl Extend<(Text, Value)> for Entries {
    fn extend<I: IntoIterator<Item = (Text, Value)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl FromIterator<(Text, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(entries: I) -> Entries {
        let entries = entries.into_iter();
        let mut all = Entries::with_capacity(entries.size_hint().0);
        all.extend(entries);
        all
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Entries) -> bool {
        let in_place = |(at, (key, value)): (usize, &(Text, Value))| match other.list.get(at) {
            Some((of, found)) if of == key => found == value,
            _ => other.get(key) == Some(value),
        };
        self.len() == other.len() && self.list.iter().enumerate().all(in_place)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entries, FEW};
    use crate::base::text;
    use crate::value::Value;

    #[test]
    fn few_and_many_are_found_changed_and_removed() {
        for many in [0, 1, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let key = |number: usize| text!("k{number}");
            let mut entries: Entries = (0..many).rev().map(|number| (key(number), Value::Int(number as i64))).collect();
            assert!((0..many).all(|number| entries.get(&key(number)) == Some(&Value::Int(number as i64))), "{many}");
            assert_eq!(entries.get("k"), None);
            assert_eq!(entries.insert(key(many), Value::Int(-1)), None);
            assert_eq!(entries.insert(key(many), Value::Int(many as i64)), Some(Value::Int(-1)));
            assert_eq!(entries.keys().next_back(), Some(&key(many)));
            let before = entries.clone();
            entries.sort_keys();
            assert_eq!(entries, before);
            assert!(entries.keys().is_sorted() && (0..=many).all(|number| entries.contains_key(&key(number))), "{many}");
            assert_eq!(entries.shift_remove(&key(0)), Some(Value::Int(0)));
            assert_ne!(entries, before);
            assert!(entries.len() == many && (1..=many).all(|number| entries.get(&key(number)) == Some(&Value::Int(number as i64))));
        }
    }
}
