//! The variables of a shape while it is made.

use super::{Hole, Source, Validation, Words};
use crate::base::IndexMap;
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::ty::Ty;
use crate::value::{Entries, Residual, Value};

/// Holes by name, in the order in which they were first needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Holes(pub IndexMap<Text, Hole>);

impl Holes {
    /// The variable of a hole, which is added if it is not there.
    pub(super) fn variable(&mut self, name: &Text, doc: Option<&Text>, ty: &Ty, source: Source, span: Span) -> Value {
        self.0.entry(name.clone()).or_insert_with(|| Hole {
            name: name.clone(),
            doc: sentence(doc, name),
            ty: without_deferral(ty),
            default: None,
            source,
            validations: Vec::new(),
            words: Words::new(),
            per_host: false,
            secret: matches!(ty.present(), Ty::Secret(_)),
            span,
        });
        Value::residual(Residual::Variable(name.clone()))
    }

    /// Adds a rule of a hole.
    pub(super) fn validate(&mut self, name: &str, validation: Validation) {
        if let Some(hole) = self.0.get_mut(name) {
            hole.validations.push(validation);
        }
    }
}

/// The key of a record: what a path of fields leads to.
pub fn key_of(element: &Value, path: &[Text]) -> Option<Text> {
    path.iter().try_fold(element, |value, field| value.field(field)).and_then(crate::eval::text_of)
}

/// A list of records as a map by a path of fields.
pub fn keyed(value: &Value, path: &[Text]) -> Value {
    let mut entries = Entries::new();
    for element in value.as_list().unwrap_or_default() {
        if let Some(key) = key_of(element, path) {
            entries.insert(key, element.clone());
        }
    }
    entries.sort_keys();
    Value::Map(entries.into())
}

/// A documentation comment as one sentence; a name says something too where there is none.
pub(super) fn sentence(doc: Option<&Text>, name: &str) -> Text {
    match doc {
        Some(doc) => doc.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        None => {
            let mut words = name.replace(['_', '-'], " ");
            if let Some(first) = words.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            text!("{words}.")
        }
    }
}

/// A message of the library as a sentence of the tool: with a capital and a full stop. What the tool cannot say is left out.
pub(super) fn said(message: Option<Value>, otherwise: &str) -> Value {
    let message = message.filter(|message| foreign_in(message).is_none()).unwrap_or_else(|| Value::text(otherwise));
    let mut parts = match &message {
        Value::Residual(residual) => match &**residual {
            Residual::Template(parts) => parts.clone(),
            _ => vec![message],
        },
        _ => vec![message],
    };
    if let Some(Value::Text(first)) = parts.first_mut() {
        let mut letters = first.chars();
        let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        *first = text!("{capital}{}", letters.as_str());
    }
    match parts.last_mut() {
        Some(Value::Text(last)) if last.ends_with(['.', '!', '?']) => {}
        Some(Value::Text(last)) => *last = text!("{last}."),
        _ => parts.push(Value::text(".")),
    }
    match parts.as_slice() {
        [text @ Value::Text(_)] => text.clone(),
        _ => Value::residual(Residual::Template(parts)),
    }
}

fn without_deferral(ty: &Ty) -> Ty {
    match ty {
        Ty::Deferred(ty) => without_deferral(ty),
        Ty::List(of) => without_deferral(of).list(),
        Ty::Map(of) => without_deferral(of).map(),
        Ty::Optional(of) => without_deferral(of).optional(),
        ty => ty.clone(),
    }
}

/// Where a value is foreign, if any part of it is.
pub(super) fn foreign_in(value: &Value) -> Option<Span> {
    let mut found = None;
    value.walk(&mut |residual| {
        if let Residual::Foreign(span) = residual {
            found = found.or(Some(*span));
        }
    });
    found
}

/// The report for something that the tool cannot say.
pub(super) fn lift(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::NotExpressible, span, format!("{what} depends on what is known to the compiler alone"))
        .help("lift it: write `let NAME = …` in this body and use `NAME` here; it becomes a variable")
}
