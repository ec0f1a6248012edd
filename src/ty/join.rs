//! What types have in common: the type of two alternatives, the type without deferral, families of types.

use super::{EnumTy, FieldTy, RecordTy, Ty};
use crate::base::Text;
use std::sync::Arc;

impl Ty {
    /// The type that holds the values of both, if there is one that says anything.
    pub fn join(&self, other: &Ty) -> Option<Ty> {
        join(self, other)
    }

    /// The type with every part known to the compiler.
    pub fn known(&self) -> Ty {
        if !self.is_deferred() {
            return self.clone();
        }
        match self {
            Ty::Deferred(of) => of.known(),
            Ty::List(of) => of.known().list(),
            Ty::Map(of) => of.known().map(),
            Ty::Optional(of) => of.known().optional(),
            Ty::Refined(refined) => refined.base.known(),
            Ty::Record(record) => {
                let fields = record.fields.iter().map(|field| FieldTy { ty: field.ty.known(), ..field.clone() }).collect();
                Ty::Record(Arc::new(RecordTy { name: record.name.clone(), fields }))
            }
            other => other.clone(),
        }
    }

    /// Whether its values are text at run time.
    pub fn is_text(&self) -> bool {
        use Ty::{Constraint, Email, Enum, Fqdn, Name, Path, String, Url, Version};
        matches!(self, String | Name | Fqdn | Email | Url | Path | Version | Constraint | Enum(_))
    }

    /// Whether its values have a text that may stand in a template.
    pub fn is_scalar(&self) -> bool {
        use Ty::{Bool, Bytes, Cidr, Duration, Float, Int, Ip, Money, Port, Protocol};
        self.is_text() || matches!(self, Bool | Int | Float | Ip | Cidr | Port | Protocol | Bytes | Duration | Money)
    }
}

fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    if a == b {
        return Some(a.clone());
    }
    Some(match (a, b) {
        (Ty::Error, other) | (other, Ty::Error) => other.clone(),
        (Ty::Deferred(a), b) | (b, Ty::Deferred(a)) => join(&a.known(), &b.known())?.deferred(),
        (Ty::None, other) | (other, Ty::None) => other.clone().optional(),
        (Ty::Optional(a), Ty::Optional(b)) => join(a, b)?.optional(),
        (Ty::Optional(a), b) | (b, Ty::Optional(a)) => join(a, b)?.optional(),
        (Ty::Refined(refined), other) | (other, Ty::Refined(refined)) => join(&refined.base, other)?,
        (Ty::List(a), Ty::List(b)) => join(a, b)?.list(),
        (Ty::Map(a), Ty::Map(b)) => join(a, b)?.map(),
        (Ty::Map(of), Ty::Record(record)) | (Ty::Record(record), Ty::Map(of)) => {
            record.fields.iter().try_fold(of.as_ref().clone(), |joined, field| join(&joined, &field.ty))?.map()
        }
        (Ty::Record(a), Ty::Record(b)) => joined_records(a, b)?,
        // What may hold a secret is treated as one.
        (Ty::Secret(a), Ty::Secret(b)) => Ty::Secret(join(a, b)?.into()),
        (Ty::Secret(a), b) | (b, Ty::Secret(a)) => Ty::Secret(join(a, b)?.into()),
        (Ty::Instance(a, _), Ty::Instance(b, _)) if a == b => Ty::Instance(a.clone(), None),
        (Ty::Enum(a), Ty::Enum(b)) => {
            let mut members = a.members.clone();
            members.extend(b.members.iter().filter(|member| !a.members.contains(member)).cloned());
            if members.len() == b.members.len() {
                return Some(Ty::Enum(b.clone()));
            }
            if members.len() == a.members.len() {
                return Some(Ty::Enum(a.clone()));
            }
            word(&members, a)
        }
        (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
        (Ty::Int, Ty::Port) | (Ty::Port, Ty::Int) => Ty::Int,
        (a, b) if a.is_text() && b.is_text() => Ty::String,
        _ => return None,
    })
}

/// The type of words that belong to no declared enum, or not to one alone.
fn word(members: &[Text], like: &EnumTy) -> Ty {
    let name = members.join(" | ").into();
    Ty::Enum(Arc::new(EnumTy { name, members: members.to_vec(), span: like.span }))
}

fn joined_records(a: &RecordTy, b: &RecordTy) -> Option<Ty> {
    let mut fields = Vec::with_capacity(a.fields.len());
    for field in &a.fields {
        let ty = match b.field(&field.name) {
            Some(other) => join(&field.ty, &other.ty).unwrap_or(Ty::Error),
            None => field.ty.clone().optional(),
        };
        fields.push(FieldTy { ty, has_default: false, ..field.clone() });
    }
    let new = b.fields.iter().filter(|field| a.field(&field.name).is_none());
    fields.extend(new.map(|field| FieldTy { ty: field.ty.clone().optional(), has_default: false, ..field.clone() }));
    Some(Ty::Record(Arc::new(RecordTy { name: None, fields })))
}

#[cfg(test)]
mod tests {
    use super::Ty;

    #[test]
    fn alternatives_have_a_type_together() {
        assert_eq!(Ty::None.join(&Ty::Int), Some(Ty::Int.optional()));
        assert_eq!(Ty::Error.list().join(&Ty::Ip.list()), Some(Ty::Ip.list()));
        assert_eq!(Ty::Int.join(&Ty::String), None);
        assert_eq!(Ty::Ip.map().deferred().join(&Ty::record([])), Some(Ty::Ip.map().deferred()));
        let (a, b) = (Ty::record([("a".into(), Ty::Int), ("b".into(), Ty::Int)]), Ty::record([("a".into(), Ty::Int)]));
        assert_eq!(a.join(&b).map(|ty| ty.to_string()).as_deref(), Some("{ a: int, b: int? }"));
    }
}
