//! Types as data: what a value may be, and whether the compiler or only a tool will know it.

mod join;

use crate::base::{Span, Text};
use std::fmt;
use std::sync::Arc;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// The type of broken text: it fits everything, so that one mistake gives one message.
    Error,
    /// The type of `none`.
    None,
    /// `true` or `false`.
    Bool,
    /// A 64-bit integer.
    Int,
    /// A finite 64-bit number.
    Float,
    /// Any text.
    String,
    /// A word of the language: `[a-z][a-z0-9_-]*`.
    Name,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A network without host bits.
    Cidr,
    /// A port number, 1–65535.
    Port,
    /// A port with its transport: `443/tcp`.
    Protocol,
    /// A fully qualified domain name, without a final dot.
    Fqdn,
    /// An address of mail.
    Email,
    /// An absolute URL.
    Url,
    /// An absolute path on a machine.
    Path,
    /// An amount of data, in bytes.
    Bytes,
    /// A span of time, in milliseconds.
    Duration,
    /// An amount of money, in hundredths of a currency.
    Money,
    /// A version: `1.12.6`.
    Version,
    /// A rule over versions: `~> 1.12`.
    Constraint,
    /// A closed set of words.
    Enum(Arc<EnumTy>),
    /// Named fields; two records of the same fields are the same type.
    Record(Arc<RecordTy>),
    /// Values of one type in order.
    List(Arc<Ty>),
    /// Values of one type by string key.
    Map(Arc<Ty>),
    /// A value that may be absent.
    Optional(Arc<Ty>),
    /// A reference to a secret of that type, never its value.
    Secret(Arc<Ty>),
    /// A value that only a tool will know.
    Deferred(Arc<Ty>),
    /// An instance: the keyword, and the definition where it is said (`stack compute`).
    Instance(Text, Option<Text>),
    /// A definition as a value: `image`.
    Definition(Text),
    /// A type with a rule of its own.
    Refined(Arc<RefinedTy>),
}

/// A declared set of words.
#[derive(Debug, PartialEq)]
pub struct EnumTy {
    /// Its name.
    pub name: Text,
    /// Its members, as declared.
    pub members: Vec<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// Named fields.
#[derive(Debug)]
pub struct RecordTy {
    /// The name of the type alias it comes from, for messages.
    pub name: Option<Text>,
    /// In the order of the declaration.
    pub fields: Vec<FieldTy>,
}

impl PartialEq for RecordTy {
    fn eq(&self, other: &Self) -> bool {
        self.fields.len() == other.fields.len() && self.fields.iter().all(|f| other.field(&f.name).is_some_and(|o| o.ty == f.ty))
    }
}

impl RecordTy {
    /// The names that a default of one of its fields knows: the fields that have none, in their order.
    pub fn known_to_defaults(&self) -> impl Iterator<Item = &FieldTy> {
        self.fields.iter().filter(|field| !field.has_default)
    }

    /// How a finding says of which record a field is.
    pub fn named(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!(" of `{name}`"))
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldTy> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldTy {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Ty,
    /// Its documentation.
    pub doc: Option<Text>,
    /// Whether its type says what it is where a value leaves it out; the program knows that by the name of the record.
    pub has_default: bool,
}

/// A type alias with a rule.
#[derive(Debug, PartialEq)]
pub struct RefinedTy {
    /// The alias.
    pub name: Text,
    /// What its values are before the rule.
    pub base: Ty,
    /// Where the rule stands; the program knows it by the alias.
    pub span: Span,
}

/// How many parts a type may have: what is shared counts as often as it stands in it.
pub const MAX_PARTS: usize = 4_000;

impl Ty {
    /// Whether it has more parts than that.
    pub fn is_larger_than(&self, parts: usize) -> bool {
        let mut left = parts;
        self.count(&mut left).is_none()
    }

    fn count(&self, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        match self {
            Ty::List(of) | Ty::Map(of) | Ty::Optional(of) | Ty::Secret(of) | Ty::Deferred(of) => of.count(left),
            Ty::Record(record) => record.fields.iter().try_for_each(|field| field.ty.count(left)),
            Ty::Refined(refined) => refined.base.count(left),
            _ => Some(()),
        }
    }

    /// A list of this.
    pub fn list(self) -> Ty {
        Ty::List(Arc::new(self))
    }

    /// A map of this.
    pub fn map(self) -> Ty {
        Ty::Map(Arc::new(self))
    }

    /// This, or absent; not twice.
    pub fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) | Ty::None | Ty::Error => self,
            ty => Ty::Optional(Arc::new(ty)),
        }
    }

    /// This, known only to a tool; not twice.
    pub fn deferred(self) -> Ty {
        match self {
            Ty::Deferred(_) | Ty::Error => self,
            ty => Ty::Deferred(Arc::new(ty)),
        }
    }

    /// A record of these fields.
    pub fn record(fields: impl IntoIterator<Item = (Text, Ty)>) -> Ty {
        let fields = fields.into_iter().map(|(name, ty)| FieldTy { name, ty, doc: None, has_default: false }).collect();
        Ty::Record(Arc::new(RecordTy { name: None, fields }))
    }

    /// The type under refinements and deferral.
    pub fn plain(&self) -> &Ty {
        match self {
            Ty::Refined(refined) => refined.base.plain(),
            Ty::Deferred(ty) => ty.plain(),
            ty => ty,
        }
    }

    /// The type under refinements, deferral and absence.
    pub fn present(&self) -> &Ty {
        match self.plain() {
            Ty::Optional(ty) => ty.present(),
            ty => ty,
        }
    }

    /// Whether it may be left out.
    pub fn is_optional(&self) -> bool {
        matches!(self.plain(), Ty::Optional(_) | Ty::None | Ty::Error)
    }

    /// Whether it, or any part of it, is as `is` says.
    pub fn has_part(&self, is: &dyn Fn(&Ty) -> bool) -> bool {
        is(self)
            || match self {
                Ty::List(of) | Ty::Map(of) | Ty::Optional(of) | Ty::Deferred(of) | Ty::Secret(of) => of.has_part(is),
                Ty::Record(record) => record.fields.iter().any(|field| field.ty.has_part(is)),
                Ty::Refined(refined) => refined.base.has_part(is),
                _ => false,
            }
    }

    /// Whether any part of it is a record with a field that has a default.
    pub fn has_defaults(&self) -> bool {
        self.has_part(&|part| matches!(part, Ty::Record(record) if record.fields.iter().any(|field| field.has_default)))
    }

    /// Whether any part of it is a secret.
    pub fn holds_secret(&self) -> bool {
        self.has_part(&|part| matches!(part, Ty::Secret(_)))
    }

    /// Whether any part of it may be an instance.
    pub fn holds_instance(&self) -> bool {
        self.has_part(&|part| matches!(part, Ty::Instance(..) | Ty::Error))
    }

    /// Whether it has a rule in some part of it.
    pub fn has_rules(&self) -> bool {
        self.has_part(&|part| matches!(part, Ty::Refined(_)))
    }

    /// Whether any part of it is known only to a tool.
    pub fn is_deferred(&self) -> bool {
        match self {
            Ty::Deferred(_) => true,
            Ty::List(ty) | Ty::Map(ty) | Ty::Optional(ty) => ty.is_deferred(),
            Ty::Record(record) => record.fields.iter().any(|field| field.ty.is_deferred()),
            Ty::Refined(refined) => refined.base.is_deferred(),
            _ => false,
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Ty::Error => "unknown",
            Ty::None => "none",
            Ty::Bool => "bool",
            Ty::Int => "int",
            Ty::Float => "float",
            Ty::String => "string",
            Ty::Name => "name",
            Ty::Ip => "ip",
            Ty::Cidr => "cidr",
            Ty::Port => "port",
            Ty::Protocol => "protocol",
            Ty::Fqdn => "fqdn",
            Ty::Email => "email",
            Ty::Url => "url",
            Ty::Path => "path",
            Ty::Bytes => "bytes",
            Ty::Duration => "duration",
            Ty::Money => "money",
            Ty::Version => "version",
            Ty::Constraint => "constraint",
            Ty::Enum(ty) => &ty.name,
            Ty::Record(ty) => match &ty.name {
                Some(name) => name,
                None => {
                    f.write_str("{ ")?;
                    for (index, field) in ty.fields.iter().enumerate() {
                        let comma = if index > 0 { ", " } else { "" };
                        write!(f, "{comma}{}: {}", field.name, field.ty)?;
                    }
                    return f.write_str(" }");
                }
            },
            Ty::List(ty) => return write!(f, "list({ty})"),
            Ty::Map(ty) => return write!(f, "map({ty})"),
            Ty::Optional(ty) => return write!(f, "{ty}?"),
            Ty::Secret(ty) => return write!(f, "secret({ty})"),
            Ty::Deferred(ty) => return write!(f, "deferred({ty})"),
            Ty::Instance(keyword, Some(of)) => return write!(f, "{keyword} {of}"),
            Ty::Instance(keyword, None) => keyword,
            Ty::Definition(keyword) => keyword,
            Ty::Refined(ty) => &ty.name,
        };
        f.write_str(word)
    }
}
