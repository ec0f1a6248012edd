//! What a definition said, with its places, and typed views of it. What the compiler reads and a kind of the library does not declare is
//! one finding at the kind.

use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::Kind;
use crate::value::Value;
use indexmap::IndexMap;

/// A value with the places that said it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The value, in the form of its type.
    pub value: Value,
    /// The whole expression; the name of the definition or block where nothing was said.
    pub span: Span,
    /// The elements of a list that is written out.
    elements: Vec<Span>,
    /// Whether it stands in the text, and is no default.
    pub is_written: bool,
}

impl Said {
    pub(super) fn new(value: Value, span: Span, elements: Vec<Span>) -> Said {
        Said { value, span, elements, is_written: true }
    }

    /// Nothing was said, and nothing had to be.
    pub(super) fn absent(span: Span) -> Said {
        Said { value: Value::None, span, elements: Vec::new(), is_written: false }
    }

    /// What is meant where nothing is said: the place is the one that says nothing.
    pub(super) fn by_default(self, span: Span) -> Said {
        Said { span, elements: Vec::new(), is_written: false, ..self }
    }

    /// The place of an element of a list; the whole where the list is not written out.
    pub fn element(&self, at: usize) -> Span {
        self.elements.get(at).copied().unwrap_or(self.span)
    }

    /// Whether each element of the list has a place of its own.
    pub fn is_written_out(&self) -> bool {
        !self.elements.is_empty()
    }

    /// The texts of a list with their places.
    pub fn texts(&self) -> impl Iterator<Item = (&Text, Span)> {
        let list = self.value.as_list().unwrap_or_default();
        list.iter().enumerate().filter_map(|(at, value)| Some((value.as_text()?, self.element(at))))
    }
}

/// What a body says of every input of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// The keyword of the kind and where it is declared.
    kind: (Text, Span),
    /// The name of the definition or block.
    pub name: Span,
    values: IndexMap<Text, Said>,
}

/// The library declares an input otherwise than the compiler reads it, or not at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Undeclared {
    kind: (Text, Span),
    input: &'static str,
    wanted: &'static str,
}

impl Undeclared {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let (kind, span) = &self.kind;
        let message = format!("`{kind}` declares no `input {}: {}`, which the compiler reads", self.input, self.wanted);
        Diagnostic::error(Code::Missing, *span, message).help("this kind is part of the language: take its declaration from the library")
    }
}

impl Fields {
    pub(super) fn new(kind: &Kind, name: Span) -> Fields {
        Fields { kind: (kind.name.clone(), kind.span), name, values: IndexMap::new() }
    }

    pub(super) fn insert(&mut self, name: Text, said: Said) {
        self.values.insert(name, said);
    }

    /// The values by input.
    pub fn values(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.values.iter().map(|(name, said)| (name, &said.value))
    }

    /// What was said of an input; nothing where the kind does not declare it.
    pub fn get(&self, name: &str) -> Option<&Said> {
        self.values.get(name)
    }

    /// The place that says something of an input; the name of the whole where none does.
    pub fn place(&self, name: &str) -> Span {
        self.values.get(name).map_or(self.name, |said| said.span)
    }

    fn read<'f, T>(
        &'f self,
        input: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&'f Value) -> Option<T>,
    ) -> Result<T, Undeclared> {
        let value = self.values.get(input).and_then(|said| read(&said.value));
        value.ok_or_else(|| Undeclared { kind: self.kind.clone(), input, wanted })
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Text, Undeclared> {
        self.read(name, "string", |value| value.as_text().cloned())
    }

    pub(super) fn optional_text(&self, name: &'static str) -> Result<Option<Text>, Undeclared> {
        self.read(name, "string?", |value| match value {
            Value::None => Some(None),
            value => value.as_text().cloned().map(Some),
        })
    }

    pub(super) fn texts(&self, name: &'static str) -> Result<Vec<Text>, Undeclared> {
        self.read(name, "list(string)", |value| value.as_list()?.iter().map(|value| value.as_text().cloned()).collect())
    }

    pub(super) fn bool(&self, name: &'static str) -> Result<bool, Undeclared> {
        self.read(name, "bool", |value| match value {
            Value::Bool(yes) => Some(*yes),
            _ => None,
        })
    }

    pub(super) fn int<T: TryFrom<i64>>(&self, name: &'static str) -> Result<T, Undeclared> {
        self.read(name, "int", |value| T::try_from(value.as_int()?).ok())
    }

    /// A span of time in whole minutes.
    pub(super) fn minutes(&self, name: &'static str) -> Result<u16, Undeclared> {
        self.read(name, "duration", |value| match value {
            Value::Duration(milliseconds) if milliseconds % 60_000 == 0 => u16::try_from(milliseconds / 60_000).ok(),
            _ => None,
        })
    }

    /// A member of an enum that the compiler interprets.
    pub(super) fn word<T: Word>(&self, name: &'static str) -> Result<T, Undeclared> {
        self.read(name, T::ENUM, |value| T::of(value.as_text()?))
    }

    pub(super) fn words<T: Word>(&self, name: &'static str) -> Result<Vec<T>, Undeclared> {
        self.read(name, T::ENUM, |value| value.as_list()?.iter().map(|value| T::of(value.as_text()?)).collect())
    }
}

/// An enum of the library whose members the compiler interprets.
pub(super) trait Word: Sized {
    /// What the library calls it.
    const ENUM: &'static str;

    /// The member of that name.
    fn of(word: &str) -> Option<Self>;
}
