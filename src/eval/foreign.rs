//! What only a product knows, while the body that all products share is evaluated.

use crate::value::{Residual, Value};

/// What is foreign makes everything foreign that is computed from it.
pub(super) fn foreign(values: &[&Value]) -> Option<Value> {
    values
        .iter()
        .find(|value| matches!(value, Value::Residual(residual) if matches!(**residual, Residual::Foreign(_))))
        .map(|v| (*v).clone())
}
