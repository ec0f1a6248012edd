//! Types of plugins as types of the language.

use super::{Attribute, Block, NestedAttributes, NestedBlock, Nesting};
use crate::base::Text;
use crate::ty::{FieldTy, RecordTy, Ty};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type that a plugin calls `"string"`, `["list", "string"]` or `["object", { … }]`. A set is a list here.
pub(super) fn ty(written: &Value) -> Ty {
    match written {
        Value::String(word) => match word.as_str() {
            "string" => Ty::String,
            "bool" => Ty::Bool,
            "number" => Ty::Float,
            _ => Ty::Error,
        },
        Value::Array(parts) => match (parts.first().and_then(Value::as_str), parts.get(1)) {
            (Some("list" | "set"), Some(of)) => ty(of).list(),
            (Some("map"), Some(of)) => ty(of).map(),
            (Some("object"), Some(Value::Object(fields))) => {
                // Sorted here, whatever the map of the JSON crate was built to keep.
                let fields: BTreeMap<&String, Ty> = fields.iter().map(|(name, of)| (name, ty(of))).collect();
                Ty::record(fields.into_iter().map(|(name, ty)| (Text::from(name.as_str()), ty)))
            }
            _ => Ty::Error,
        },
        _ => Ty::Error,
    }
}

/// Whether a type is a set: `["set", "string"]`.
pub(super) fn is_set(written: &Value) -> bool {
    written.as_array().and_then(|parts| parts.first()).is_some_and(|kind| kind == "set")
}

/// The type of an attribute whose objects have a schema of their own.
pub(super) fn nested(attributes: &NestedAttributes) -> Ty {
    let fields = attributes.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty.clone()));
    within(attributes.nesting, Ty::record(fields))
}

fn within(nesting: Nesting, object: Ty) -> Ty {
    match nesting {
        Nesting::Single => object,
        Nesting::List | Nesting::Set => object.list(),
        Nesting::Map => object.map(),
    }
}

impl Attribute {
    /// What it is for who reads it: what the provider does not show is a secret.
    fn reads_as(&self) -> Ty {
        if self.sensitive { Ty::Secret(Arc::new(self.ty.clone())) } else { self.ty.clone() }
    }
}

impl Block {
    /// What a resource of this schema is for who reads it: every attribute and block, known only to the tool.
    pub fn reads_as(&self, name: &Text) -> Ty {
        let of_attribute = |(name, attribute): (&Text, &Attribute)| (name.clone(), attribute.reads_as());
        let of_block = |(name, nested): (&Text, &NestedBlock)| (name.clone(), within(nested.nesting, nested.block.object()));
        let fields = self.attributes.iter().map(of_attribute).chain(self.blocks.iter().map(of_block));
        let fields = fields.map(|(name, ty)| FieldTy { name, ty: ty.deferred(), doc: None, has_default: false }).collect();
        Ty::Record(Arc::new(RecordTy { name: Some(name.clone()), fields }))
    }

    fn object(&self) -> Ty {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.reads_as()));
        let blocks = self.blocks.iter().map(|(name, nested)| (name.clone(), within(nested.nesting, nested.block.object())));
        Ty::record(attributes.chain(blocks))
    }
}
