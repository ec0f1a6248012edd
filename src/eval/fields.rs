//! stub
#![allow(missing_docs)]
use crate::value::Value;
pub fn field(_value: &Value, _name: &str) -> Option<Value> {
    None
}
