//! Which values fit where, and which type two alternatives have together.

use crate::base::Text;
use crate::ty::{RecordTy, Ty};

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
    /// What an interface asks for is not there.
    Lacks(Text),
    /// What an interface asks for is there, of another type.
    Differs(Text, Box<Ty>),
}

/// Why what an instance has is not what an interface asks for: the keyword and the definition of the instance, and the interface.
pub(super) type Provides<'p> = &'p mut dyn FnMut(&Text, &Text, &Text) -> Result<(), Why>;

/// Where an instance is needed that is known by what it has.
pub(super) const INTERFACE: &str = "interface";

/// Whether a value of type `from` may stand where `to` is needed.
pub(super) fn fits(from: &Ty, to: &Ty, provides: Provides<'_>) -> Result<(), Why> {
    fit(from, to, false, provides)
}

/// `of_tool`: the value comes from a tool, which knows text and numbers only. Which text is an address is not in its type.
fn fit(from: &Ty, to: &Ty, of_tool: bool, provides: Provides<'_>) -> Result<(), Why> {
    match (from, to) {
        (Ty::Error, _) | (_, Ty::Error) => Ok(()),
        (Ty::Refined(a), Ty::Refined(b)) if a.name == b.name => Ok(()),
        (from, Ty::Refined(refined)) => fit(from, &refined.base, of_tool, provides),
        (Ty::Refined(refined), to) => fit(&refined.base, to, of_tool, provides),
        (from, Ty::Deferred(to)) => fit(&from.known(), &to.known(), from.is_deferred(), provides),
        (Ty::Deferred(from), Ty::Optional(to)) if to.is_deferred() => fit(&from.known(), &to.known().optional(), true, provides),
        (Ty::Deferred(from), to) => Err(fit(&from.known(), &to.known(), true, provides).err().unwrap_or(Why::Deferred)),
        (Ty::None, Ty::Optional(_) | Ty::None) => Ok(()),
        (Ty::Optional(from), Ty::Optional(to)) => fit(from, to, of_tool, provides),
        (from, Ty::Optional(to)) => fit(from, to, of_tool, provides),
        (Ty::Optional(from), to) => Err(fit(from, to, of_tool, provides).err().unwrap_or(Why::Absent)),
        (Ty::Secret(from), Ty::Secret(to)) => fit(from, to, of_tool, provides),
        (Ty::Secret(_), _) => Err(Why::Exposed),
        (from, Ty::Secret(to)) => Err(fit(from, to, of_tool, provides).err().unwrap_or(Why::NoSecret)),
        (Ty::List(from), Ty::List(to)) | (Ty::Map(from), Ty::Map(to)) => fit(from, to, of_tool, provides),
        (Ty::Record(from), Ty::Map(to)) => from.fields.iter().try_for_each(|field| fit(&field.ty, to, of_tool, provides)),
        (Ty::Record(from), Ty::Record(to)) => records(from, to, of_tool, provides),
        (Ty::Instance(a, of_a), Ty::Instance(b, of_b)) if a == b && (of_b.is_none() || of_a == of_b) => Ok(()),
        (Ty::Instance(keyword, Some(of)), Ty::Instance(wanted, Some(interface))) if wanted == INTERFACE => provides(keyword, of, interface),
        (Ty::Definition(a), Ty::Definition(b)) if a == b => Ok(()),
        (Ty::Enum(from), Ty::Enum(to)) if from.members.iter().all(|member| to.members.contains(member)) => Ok(()),
        (Ty::Int, Ty::Float | Ty::Port) | (Ty::Port, Ty::Int | Ty::Float) => Ok(()),
        (Ty::Ip | Ty::Cidr, Ty::String) => Ok(()),
        (Ty::String, Ty::Ip | Ty::Cidr) | (Ty::Float, Ty::Int | Ty::Port | Ty::String) if of_tool => Ok(()),
        (from, to) if from.is_text() && (to.is_text() && !matches!(to, Ty::Enum(_))) => Ok(()),
        (from, to) if from == to => Ok(()),
        _ => Err(Why::Mismatch),
    }
}

fn records(from: &RecordTy, to: &RecordTy, of_tool: bool, provides: Provides<'_>) -> Result<(), Why> {
    for wanted in &to.fields {
        match from.field(&wanted.name) {
            Some(field) => fit(&field.ty, &wanted.ty, of_tool, provides)?,
            None if wanted.has_default || wanted.ty.is_optional() => {}
            None => return Err(Why::MissingField(wanted.name.clone())),
        }
    }
    match from.fields.iter().find(|field| to.field(&field.name).is_none()) {
        Some(field) => Err(Why::UnknownField(field.name.clone())),
        None => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::Why;
    use crate::ty::Ty;

    fn fits(from: &Ty, to: &Ty) -> Result<(), Why> {
        super::fits(from, to, &mut |_, _, _| Err(Why::Mismatch))
    }

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
    }
}
