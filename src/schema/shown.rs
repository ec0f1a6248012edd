//! An attribute of a resource in words, for who asks what may be written.

use super::Attribute;
use crate::base::Text;
use crate::ty::Ty;

impl Attribute {
    /// Its type; of objects with a schema of their own the names of what they hold.
    pub fn shown(&self) -> String {
        match (&self.ty, &self.nested) {
            (_, Some(nested)) => format!("{{ {} }}", nested.attributes.keys().map(Text::as_str).collect::<Vec<_>>().join(", ")),
            (Ty::Error, None) => "any".to_owned(),
            (ty, None) => ty.to_string(),
        }
    }

    /// What there is to know of it beside its type.
    pub fn qualities(&self) -> Vec<&'static str> {
        let said = [
            (self.required, "required"),
            (self.optional && !self.computed, "optional"),
            (self.optional && self.computed, "chosen by the provider where it is not set"),
            (self.is_read_only(), "read only"),
            (self.sensitive, "sensitive"),
            (self.write_only, "never kept in a state"),
            (self.unordered, "without order"),
        ];
        said.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect()
    }
}
