//! A role for a service.

use super::Hole;
use crate::base::{Span, Text};
use crate::value::{Entries, Residual, Value};
use std::collections::BTreeSet;

/// A role for a service, the same for every product.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// The service's name; the role's has `_` for `-`.
    pub name: Text,
    /// The service's documentation: one line or more.
    pub doc: Text,
    /// The SPDX identifier of what it installs.
    pub licence: Text,
    /// The path of the source that defines it.
    pub source: Text,
    /// Its variables, in the order of the declarations: those with a default stand in `defaults`.
    pub holes: Vec<Hole>,
    /// What an image bakes: needs no host and notifies nobody.
    pub install: Vec<Step>,
    /// What is done on each machine.
    pub configure: Vec<Step>,
    /// What happens once for all members, after every one is configured.
    pub cluster: Vec<Step>,
    /// Whether members are rolled one at a time.
    pub serial: bool,
    /// What some of its variables are in a test.
    pub example: Entries,
}

/// One step: a word of the library's `configure` language with what it sets. Which words there are, and the types of what they
/// set, stands in `stdlib/core.infra`; the target says what each becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `file`, `daemon`, `task` …
    pub word: Text,
    /// The values of its labels.
    pub labels: Vec<Value>,
    /// The comment above it.
    pub doc: Option<Text>,
    /// What it sets, in the order of the text; an attribute that is not set and has no default is absent.
    pub arguments: Entries,
    /// What it is repeated over.
    pub repeat: Option<Repetition>,
    /// Whether it is done at all.
    pub condition: Option<Value>,
    /// Where it is declared: its first label, or the word where it has none.
    pub span: Span,
}

/// What a step is repeated over. The names stand for the key and the element in its arguments (`Residual::Local`).
#[derive(Clone, Debug, PartialEq)]
pub struct Repetition {
    /// The name of the key of a map or the index in a list, where it has one.
    pub key: Option<Text>,
    /// The name of the element.
    pub element: Text,
    /// The list or map.
    pub source: Value,
}

impl Step {
    /// What it is made of: its labels, what it sets, what it is repeated over, and whether it is done.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let repeat = self.repeat.as_ref().map(|of| &of.source);
        self.labels.iter().chain(self.arguments.values()).chain(repeat).chain(&self.condition)
    }
}

/// The variables that steps name.
pub fn variables(steps: &[Step]) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    let mut visit = |residual: &Residual| {
        if let Residual::Variable(name) = residual {
            found.insert(name.clone());
        }
    };
    steps.iter().flat_map(Step::values).for_each(|value| value.walk(&mut visit));
    found
}
