//! The elements of a list.

use super::Value;
use super::measure::Measured;
use std::fmt;
use std::ops::Deref;

/// Values in order.
#[derive(Clone, Default)]
pub struct Elements {
    list: Vec<Value>,
    pub(super) measured: Measured,
}

impl Deref for Elements {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.list
    }
}

impl From<Vec<Value>> for Elements {
    fn from(list: Vec<Value>) -> Elements {
        Elements { list, measured: Measured::default() }
    }
}

impl FromIterator<Value> for Elements {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Elements {
        Vec::from_iter(values).into()
    }
}

impl<'a> IntoIterator for &'a Elements {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> std::slice::Iter<'a, Value> {
        self.list.iter()
    }
}

impl PartialEq for Elements {
    fn eq(&self, other: &Elements) -> bool {
        self.list == other.list
    }
}

impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}
