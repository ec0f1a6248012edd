//! What only a product knows, while the body that all products share is evaluated.

use crate::value::{Residual, Value};

/// What is foreign makes everything foreign that is computed from it.
pub(super) fn foreign<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
    let is_foreign = |value: &&Value| matches!(value, Value::Residual(residual) if matches!(**residual, Residual::Foreign(_)));
    values.into_iter().find(is_foreign).cloned()
}
