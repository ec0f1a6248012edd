//! Values of fields as the types of Rust that hold them.

use super::View;
use crate::base::{Ports, Text};
use crate::value::{Entries, InstanceId, Scheme, Secret, Value};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// What can be read from the value of a field.
pub trait Read<'v>: Sized {
    /// The value; nothing where it is not of this type.
    fn read(value: &'v Value) -> Option<Self>;
}

impl<'v> Read<'v> for &'v Value {
    fn read(value: &'v Value) -> Option<Self> {
        Some(value)
    }
}

impl<'v> Read<'v> for &'v Text {
    fn read(value: &'v Value) -> Option<Self> {
        value.as_text()
    }
}

impl<'v> Read<'v> for &'v Ports {
    fn read(value: &'v Value) -> Option<Self> {
        if let Value::Port(ports) = value { Some(ports) } else { None }
    }
}

impl<'v> Read<'v> for &'v Arc<Secret> {
    fn read(value: &'v Value) -> Option<Self> {
        if let Value::Secret(secret) = value { Some(secret) } else { None }
    }
}

impl Read<'_> for IpNet {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Cidr(net) = value { Some(*net) } else { None }
    }
}

impl Read<'_> for IpAddr {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Ip(address) = value { Some(*address) } else { None }
    }
}

impl Read<'_> for bool {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Bool(yes) = value { Some(*yes) } else { None }
    }
}

impl Read<'_> for i64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_int()
    }
}

impl Read<'_> for u64 {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(*bytes) } else { None }
    }
}

impl Read<'_> for InstanceId {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Instance(id) = value { Some(*id) } else { None }
    }
}

impl Read<'_> for Scheme {
    fn read(value: &Value) -> Option<Self> {
        Scheme::of(value.as_text()?)
    }
}

impl<'v> Read<'v> for &'v Entries {
    fn read(value: &'v Value) -> Option<Self> {
        value.as_map()
    }
}

impl<'v, V: View<'v>> Read<'v> for V {
    fn read(value: &'v Value) -> Option<Self> {
        V::of(value)
    }
}
