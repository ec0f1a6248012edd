//! Which values fit where, and which type two alternatives have together.

use crate::base::Text;
use crate::ty::{EnumTy, FieldTy, RecordTy, Ty};
use std::sync::Arc;

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Why {
    /// Another type.
    Mismatch,
    /// Only a tool will know it.
    Deferred,
    /// It may be absent.
    Absent,
    /// A secret would become a plain value.
    Exposed,
    /// A plain value stands where a reference to a secret is needed.
    NoSecret,
    /// A field that must be there is not.
    MissingField(Text),
    /// A field that nobody knows is there.
    UnknownField(Text),
}

/// Whether a value of type `from` may stand where `to` is needed.
pub(super) fn fits(from: &Ty, to: &Ty) -> Result<(), Why> {
    fit(from, to, false)
}

/// `of_tool`: the value comes from a tool, which knows text and numbers only. Which text is an address is not in its type.
fn fit(from: &Ty, to: &Ty, of_tool: bool) -> Result<(), Why> {
    match (from, to) {
        (Ty::Error, _) | (_, Ty::Error) => Ok(()),
        (Ty::Refined(a), Ty::Refined(b)) if a.name == b.name => Ok(()),
        (from, Ty::Refined(refined)) => fit(from, &refined.base, of_tool),
        (Ty::Refined(refined), to) => fit(&refined.base, to, of_tool),
        (from, Ty::Deferred(to)) => fit(&known(from), &known(to), from.is_deferred()),
        (Ty::Deferred(from), Ty::Optional(to)) if to.is_deferred() => fit(&known(from), &known(to).optional(), true),
        (Ty::Deferred(from), to) => Err(fit(&known(from), &known(to), true).err().unwrap_or(Why::Deferred)),
        (Ty::None, Ty::Optional(_) | Ty::None) => Ok(()),
        (Ty::Optional(from), Ty::Optional(to)) => fit(from, to, of_tool),
        (from, Ty::Optional(to)) => fit(from, to, of_tool),
        (Ty::Optional(from), to) => Err(fit(from, to, of_tool).err().unwrap_or(Why::Absent)),
        (Ty::Secret(from), Ty::Secret(to)) => fit(from, to, of_tool),
        (Ty::Secret(_), _) => Err(Why::Exposed),
        (from, Ty::Secret(to)) => Err(fit(from, to, of_tool).err().unwrap_or(Why::NoSecret)),
        (Ty::List(from), Ty::List(to)) | (Ty::Map(from), Ty::Map(to)) => fit(from, to, of_tool),
        (Ty::Record(from), Ty::Map(to)) => from.fields.iter().try_for_each(|field| fit(&field.ty, to, of_tool)),
        (Ty::Record(from), Ty::Record(to)) => records(from, to, of_tool),
        (Ty::Instance(a, of_a), Ty::Instance(b, of_b)) if a == b && (of_b.is_none() || of_a == of_b) => Ok(()),
        (Ty::Definition(a), Ty::Definition(b)) if a == b => Ok(()),
        (Ty::Enum(from), Ty::Enum(to)) if from.members.iter().all(|member| to.members.contains(member)) => Ok(()),
        (Ty::Int, Ty::Float | Ty::Port) | (Ty::Port, Ty::Int | Ty::Float) => Ok(()),
        (Ty::Ip | Ty::Cidr, Ty::String) => Ok(()),
        (Ty::String, Ty::Ip | Ty::Cidr) | (Ty::Float, Ty::Int | Ty::Port | Ty::String) if of_tool => Ok(()),
        (from, to) if is_text(from) && (is_text(to) && !matches!(to, Ty::Enum(_))) => Ok(()),
        (from, to) if from == to => Ok(()),
        _ => Err(Why::Mismatch),
    }
}

fn records(from: &RecordTy, to: &RecordTy, of_tool: bool) -> Result<(), Why> {
    for wanted in &to.fields {
        match from.field(&wanted.name) {
            Some(field) => fit(&field.ty, &wanted.ty, of_tool)?,
            None if is_optional(&wanted.ty) => {}
            None => return Err(Why::MissingField(wanted.name.clone())),
        }
    }
    match from.fields.iter().find(|field| to.field(&field.name).is_none()) {
        Some(field) => Err(Why::UnknownField(field.name.clone())),
        None => Ok(()),
    }
}

/// The type that holds the values of both, if there is one that says anything.
pub(super) fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    if a == b {
        return Some(a.clone());
    }
    Some(match (a, b) {
        (Ty::Error, other) | (other, Ty::Error) => other.clone(),
        (Ty::Deferred(a), b) | (b, Ty::Deferred(a)) => join(&known(a), &known(b))?.deferred(),
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
        (Ty::Secret(a), Ty::Secret(b)) => Ty::Secret(join(a, b)?.into()),
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
        (a, b) if is_text(a) && is_text(b) => Ty::String,
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
        fields.push(FieldTy { ty, ..field.clone() });
    }
    let new = b.fields.iter().filter(|field| a.field(&field.name).is_none());
    fields.extend(new.map(|field| FieldTy { ty: field.ty.clone().optional(), ..field.clone() }));
    Some(Ty::Record(Arc::new(RecordTy { name: None, fields })))
}

/// The type with every part known to the compiler.
pub(super) fn known(ty: &Ty) -> Ty {
    if !ty.is_deferred() {
        return ty.clone();
    }
    match ty {
        Ty::Deferred(of) => known(of),
        Ty::List(of) => known(of).list(),
        Ty::Map(of) => known(of).map(),
        Ty::Optional(of) => known(of).optional(),
        Ty::Refined(refined) => known(&refined.base),
        Ty::Record(record) => {
            let fields = record.fields.iter().map(|field| FieldTy { ty: known(&field.ty), ..field.clone() }).collect();
            Ty::Record(Arc::new(RecordTy { name: record.name.clone(), fields }))
        }
        other => other.clone(),
    }
}

/// Whether the whole of it, not only a part, is for a tool to know.
pub(super) fn is_outside(ty: &Ty) -> bool {
    match ty {
        Ty::Deferred(_) => true,
        Ty::Optional(of) => is_outside(of),
        Ty::Refined(refined) => is_outside(&refined.base),
        _ => false,
    }
}

/// Whether it may be left out.
pub(super) fn is_optional(ty: &Ty) -> bool {
    matches!(ty.plain(), Ty::Optional(_) | Ty::None | Ty::Error)
}

/// Whether its values are text at run time.
pub(super) fn is_text(ty: &Ty) -> bool {
    use Ty::{Constraint, Email, Enum, Fqdn, Name, Path, String, Url, Version};
    matches!(ty, String | Name | Fqdn | Email | Url | Path | Version | Constraint | Enum(_))
}

/// Whether it has a text that may stand in a template.
pub(super) fn is_scalar(ty: &Ty) -> bool {
    use Ty::{Bool, Bytes, Cidr, Duration, Error, Float, Int, Ip, Money, Port, Protocol};
    is_text(ty) || matches!(ty, Bool | Int | Float | Ip | Cidr | Port | Protocol | Bytes | Duration | Money | Error)
}

#[cfg(test)]
mod tests {
    use super::{Why, fits, join};
    use crate::ty::Ty;

    #[test]
    fn what_a_tool_will_know_fits_only_where_that_is_said() {
        assert_eq!(fits(&Ty::String.deferred(), &Ty::String), Err(Why::Deferred));
        assert_eq!(fits(&Ty::String.deferred().map(), &Ty::String.map().deferred()), Ok(()));
        assert_eq!(fits(&Ty::String, &Ty::String.deferred()), Ok(()));
        assert_eq!(fits(&Ty::Int.deferred(), &Ty::String), Err(Why::Mismatch));
    }

    #[test]
    fn absence_and_secrets_are_told_apart_from_another_type() {
        assert_eq!(fits(&Ty::Int.optional(), &Ty::Int), Err(Why::Absent));
        assert_eq!(fits(&Ty::None, &Ty::Int.optional()), Ok(()));
        assert_eq!(fits(&Ty::Secret(Ty::String.into()), &Ty::String), Err(Why::Exposed));
        assert_eq!(fits(&Ty::String, &Ty::Secret(Ty::String.into())), Err(Why::NoSecret));
    }

    #[test]
    fn records_fit_by_their_fields() {
        let a = Ty::record([("a".into(), Ty::Int), ("b".into(), Ty::Int)]);
        let b = Ty::record([("a".into(), Ty::Int)]);
        assert_eq!(fits(&a, &b), Err(Why::UnknownField("b".into())));
        assert_eq!(fits(&b, &a), Err(Why::MissingField("b".into())));
        assert_eq!(fits(&a, &Ty::Float.map()), Ok(()));
        assert_eq!(join(&a, &b).map(|ty| ty.to_string()).as_deref(), Some("{ a: int, b: int? }"));
    }

    #[test]
    fn alternatives_have_a_type_together() {
        assert_eq!(join(&Ty::None, &Ty::Int), Some(Ty::Int.optional()));
        assert_eq!(join(&Ty::Error.list(), &Ty::Ip.list()), Some(Ty::Ip.list()));
        assert_eq!(join(&Ty::Int, &Ty::String), None);
        assert_eq!(join(&Ty::Ip.map().deferred(), &Ty::record([])), Some(Ty::Ip.map().deferred()));
    }
}
