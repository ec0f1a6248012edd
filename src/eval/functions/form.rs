//! Types of parameters and results with variables: `list(A)` in, `A` out.

use super::{Function, Named};
use crate::ty::Ty;
use std::fmt;

/// The form of a parameter or result.
#[derive(Debug, PartialEq)]
pub enum Form {
    /// Exactly what a type of the language says.
    Ty(Ty),
    /// A type that the library declares: `host`.
    Named(&'static str),
    /// The first type that varies.
    A,
    /// Any value at all.
    Any,
    /// A value that has a text: not a list, map, record or instance.
    Scalar,
    /// A list, map or text.
    Sized,
    /// A map or record; both are read by key.
    Keyed(&'static Form),
    /// A number or an amount.
    Number,
    /// An address or a network.
    Network,
    /// A list.
    List(&'static Form),
    /// A map.
    Map(&'static Form),
    /// All maps and records that are given, in one.
    Merged,
    /// A value that may be absent.
    Optional(&'static Form),
    /// A reference to a secret text.
    Secret,
    /// An instance of a keyword.
    Instance(&'static str),
    /// A definition of a keyword.
    Definition(&'static str),
}

/// An argument that the function does not take: its index, and what is expected in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The index of the argument, in the order of the parameters.
    pub index: usize,
    /// `a list, map or text`
    pub expected: String,
    /// Whether it is a secret that would stand in for a value that is none.
    pub exposed: bool,
}

impl Form {
    /// As a type to check against, with `Ty::Error` for what varies.
    pub(super) fn expected(&self, named: Named<'_>) -> Ty {
        match self {
            Form::Ty(ty) => ty.clone(),
            Form::Named(name) => named(name),
            Form::List(form) => form.expected(named).list(),
            Form::Map(form) => form.expected(named).map(),
            Form::Optional(form) => form.expected(named).optional(),
            Form::Secret => Ty::Secret(Ty::String.into()),
            Form::Instance(keyword) => Ty::Instance((*keyword).into(), None),
            Form::Definition(keyword) => Ty::Definition((*keyword).into()),
            Form::A | Form::Any | Form::Scalar | Form::Sized | Form::Keyed(_) | Form::Number | Form::Network | Form::Merged => Ty::Error,
        }
    }
}

/// What a call has shown so far.
#[derive(Default)]
struct Bindings {
    a: Option<Ty>,
    /// What varies has values of types that nothing joins: there is no one type of it.
    mixed: bool,
    merged: Option<Ty>,
    deferred: bool,
    secret: bool,
    /// Whether a secret stands where its value would be needed.
    exposed: bool,
}

/// See `Function::result`.
pub(super) fn result(function: &Function, arguments: &[Ty], named: Named<'_>) -> Result<Ty, Refused> {
    let mut bindings = Bindings::default();
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = function.parameter(index) else { break };
        // What stands in for a value is shown where the value would be.
        let plain = |known: &Ty| !matches!(known, Ty::Error | Ty::None) && !known.holds_secret();
        if parameter.name == "default" && argument.holds_secret() && bindings.a.as_ref().is_some_and(plain) {
            return Err(Refused { index, expected: "as little a secret as what it stands in for".into(), exposed: true });
        }
        // Any value at all may be one that is made into text.
        if parameter.form == Form::Any && argument.holds_secret() {
            return Err(Refused { index, expected: "a value without secrets".into(), exposed: true });
        }
        if *argument != Ty::None && !bindings.bind(&parameter.form, argument) {
            return Err(Refused { index, expected: parameter.form.words(), exposed: bindings.exposed });
        }
    }
    let mut ty = bindings.instantiate(&function.result, named);
    if bindings.secret && !matches!(ty, Ty::Secret(_) | Ty::Error | Ty::Bool) {
        ty = Ty::Secret(ty.into());
    }
    Ok(if bindings.deferred { ty.deferred() } else { ty })
}

impl Bindings {
    /// Whether a value of type `ty` has this form; learns what varies. What is exact has been checked against `expected`.
    fn bind(&mut self, form: &Form, ty: &Ty) -> bool {
        match (form, ty) {
            (_, Ty::Error) | (Form::Any, _) if !matches!(ty, Ty::Deferred(_)) => true,
            (_, Ty::Refined(refined)) if *form != Form::A => self.bind(form, &refined.base),
            (Form::A, ty) => {
                self.a = match self.a.take() {
                    None | Some(Ty::Error | Ty::None) => Some(ty.clone()),
                    Some(known) => {
                        let joined = known.join(ty);
                        self.mixed |= joined.is_none();
                        joined
                    }
                };
                true
            }
            (_, Ty::Deferred(inner)) => {
                self.deferred = true;
                self.bind(form, inner)
            }
            (Form::Secret, _) => true,
            (Form::Scalar | Form::Sized | Form::Number | Form::Network, Ty::Secret(_)) => {
                self.exposed = true;
                false
            }
            (_, Ty::Secret(inner)) => {
                self.secret = true;
                self.bind(form, inner)
            }
            (Form::List(form), Ty::List(inner)) | (Form::Map(form), Ty::Map(inner)) | (Form::Keyed(form), Ty::Map(inner)) => {
                self.bind(form, inner)
            }
            (Form::Map(form) | Form::Keyed(form), Ty::Record(record)) => record.fields.iter().all(|field| self.bind(form, &field.ty)),
            (Form::Optional(form), Ty::Optional(inner)) => self.bind(form, inner),
            (Form::Optional(form), _) => self.bind(form, ty),
            (Form::List(_) | Form::Map(_) | Form::Keyed(_), _) => false,
            (Form::Merged, Ty::Map(_) | Ty::Record(_)) => {
                self.merged = Some(match self.merged.take() {
                    None => ty.clone(),
                    Some(known) => merged(known, ty),
                });
                true
            }
            (Form::Merged, _) => false,
            (Form::Sized, ty) => matches!(ty, Ty::List(_) | Ty::Map(_) | Ty::Record(_)) || ty.is_text(),
            (Form::Number, ty) => matches!(ty, Ty::Int | Ty::Float | Ty::Port | Ty::Bytes | Ty::Duration | Ty::Money),
            (Form::Network, ty) => matches!(ty, Ty::Ip | Ty::Cidr),
            (Form::Scalar, ty) => ty.is_scalar(),
            (Form::Any | Form::Ty(_) | Form::Named(_) | Form::Instance(_) | Form::Definition(_), _) => true,
        }
    }

    fn instantiate(&self, form: &Form, named: Named<'_>) -> Ty {
        match form {
            Form::A if self.mixed => Ty::Error,
            Form::A | Form::Number => self.a.clone().unwrap_or(Ty::Error),
            Form::Merged => self.merged.clone().unwrap_or(Ty::Error),
            Form::List(form) => self.instantiate(form, named).list(),
            Form::Map(form) => self.instantiate(form, named).map(),
            Form::Optional(form) => self.instantiate(form, named).optional(),
            form => form.expected(named),
        }
    }
}

/// The type of the values of both; of what has nothing in common, any.
fn wider(known: Ty, ty: &Ty) -> Ty {
    known.join(ty).unwrap_or(Ty::Error)
}

/// The type of a map over which another one is laid.
fn merged(known: Ty, ty: &Ty) -> Ty {
    match (&known, ty) {
        (Ty::Record(below), Ty::Record(above)) => {
            let mut fields: Vec<_> = below.fields.iter().filter(|field| above.field(&field.name).is_none()).cloned().collect();
            fields.extend(above.fields.iter().cloned());
            Ty::Record(crate::ty::RecordTy { name: None, fields }.into())
        }
        (Ty::Map(value), Ty::Record(record)) | (Ty::Record(record), Ty::Map(value)) => {
            record.fields.iter().fold(value.as_ref().clone(), |known, field| wider(known, &field.ty)).map()
        }
        (Ty::Map(below), Ty::Map(above)) => wider(below.as_ref().clone(), above).map(),
        _ => known,
    }
}

impl Form {
    /// In words, for a message: `a list, map or text`.
    fn words(&self) -> String {
        match self {
            Form::Scalar => "a single value".into(),
            Form::Sized => "a list, map or text".into(),
            Form::Keyed(_) | Form::Map(_) | Form::Merged => "a map or record".into(),
            Form::Number => "a number".into(),
            Form::Network => "an address or a network".into(),
            Form::List(Form::A | Form::Any) => "a list".into(),
            Form::List(form) => format!("a list, each element {}", form.words()),
            form => format!("`{form}`"),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::Ty(ty) => write!(f, "{ty}"),
            Form::Named(name) | Form::Instance(name) | Form::Definition(name) => f.write_str(name),
            Form::A => f.write_str("A"),
            Form::Any => f.write_str("any"),
            Form::Scalar => f.write_str("scalar"),
            Form::Sized => f.write_str("list | map | string"),
            Form::Number => f.write_str("number"),
            Form::Network => f.write_str("ip | cidr"),
            Form::List(form) => write!(f, "list({form})"),
            Form::Map(form) | Form::Keyed(form) => write!(f, "map({form})"),
            Form::Merged => f.write_str("map"),
            Form::Optional(form) => write!(f, "{form}?"),
            Form::Secret => f.write_str("secret(string)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use crate::ty::Ty;

    fn result(name: &str, arguments: &[Ty]) -> String {
        find(name).unwrap().result(arguments, &|_| Ty::Error).map_or_else(|refused| refused.expected, |ty| ty.to_string())
    }

    #[test]
    fn variables_flow_from_arguments_to_result() {
        assert_eq!(result("concat", &[Ty::Ip.list(), Ty::Ip.list()]), "list(ip)");
        assert_eq!(result("flatten", &[Ty::String.list().list()]), "list(string)");
        assert_eq!(result("values", &[Ty::record([("a".into(), Ty::Int), ("b".into(), Ty::Float)])]), "list(float)");
        assert_eq!(result("max", &[Ty::Bytes.list()]), "bytes");
        assert_eq!(result("merge", &[Ty::String.map(), Ty::record([("Name".into(), Ty::Name)])]), "map(string)");
        // What has no type in common is not of the type of the first.
        assert_eq!(result("concat", &[Ty::Int.list(), Ty::String.list(), Ty::Int.list()]), "list(unknown)");
        assert_eq!(result("lookup", &[Ty::Int.map(), Ty::String, Ty::Ip]), "unknown");
        assert_eq!(result("merge", &[Ty::Int.map(), Ty::String.map()]), "map(unknown)");
    }

    #[test]
    fn deferral_and_secrecy_flow_too() {
        assert_eq!(result("length", &[Ty::String.list().deferred()]), "deferred(int)");
        assert_eq!(result("length", &[Ty::String.deferred().list()]), "int");
        assert_eq!(result("first", &[Ty::String.deferred().list()]), "deferred(string)");
        assert_eq!(result("join", &[Ty::String.deferred().list(), Ty::String]), "deferred(string)");
        assert_eq!(result("base64", &[Ty::Secret(Ty::String.into())]), "secret(string)");
    }

    #[test]
    fn refuses_in_words() {
        assert_eq!(result("length", &[Ty::Int]), "a list, map or text");
        assert_eq!(result("distinct", &[Ty::Int]), "a list");
        assert_eq!(result("keys", &[Ty::Int.list()]), "a map or record");
    }
}
