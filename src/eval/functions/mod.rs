//! The built-in functions: a table of signatures, documentation and, for the pure ones, how they are computed.
//!
//! A function gets its arguments in the order of its parameters: an optional one that is not given is `Value::None`, those of
//! a rest parameter stand at the end. Functions of the whole program (`host`, `rules_for` …) have a signature here and no
//! `evaluate`: who knows the plan computes them.

mod arrange;
mod form;
mod lists;
mod maps;
mod networks;
mod numbers;
pub mod order;
mod program;
mod short;
pub mod text;

use crate::base::IndexMap;
use crate::ty::Ty;
use crate::value::Value;
use std::sync::LazyLock;

pub use arrange::Misplaced;
pub use form::{Form, Refused};
pub use short::shortened;

/// A built-in function.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it gives, as sentences.
    pub doc: &'static str,
    /// What it takes, optional ones last.
    pub parameters: &'static [Parameter],
    /// What it gives, over the variables of its parameters.
    pub result: Form,
    /// How it is computed from known arguments; none where only the whole program knows.
    pub evaluate: Option<Evaluate>,
}

/// Computes a function from known arguments; the error is a sentence without a place.
pub type Evaluate = fn(&[Value]) -> Result<Value, String>;

/// A parameter of a built-in function.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, by which an argument may be given too.
    pub name: &'static str,
    /// What it takes.
    pub form: Form,
    /// How many arguments it takes.
    pub many: Many,
}

/// How many arguments a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// Any number; only the last parameter.
    Rest,
}

/// What names of the library's types mean (`host`, `rule`): the program's own declarations.
pub type Named<'a> = &'a dyn Fn(&str) -> Ty;

/// The built-in function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// Every built-in function, in the order of their names.
pub fn all() -> impl Iterator<Item = &'static Function> {
    TABLE.values().copied()
}

impl Function {
    /// The type of the result for arguments of these types, in the order of the parameters; one that is not given is `Ty::None`.
    /// What a tool will know makes the result something that a tool will know, and a secret makes it a secret.
    pub fn result(&self, arguments: &[Ty], named: Named<'_>) -> Result<Ty, Refused> {
        form::result(self, arguments, named)
    }

    /// The parameter that takes the argument at `index`.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|last| last.many == Many::Rest))
    }

    /// Where each argument goes, by the names that arguments are given with.
    pub fn arrange(&self, names: &[Option<&str>]) -> Result<Vec<usize>, Misplaced> {
        arrange::arrange(self, names)
    }

    /// The signature as documentation shows it: `join(list: list(T), separator: string?) -> string`.
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(Parameter::signature).collect();
        format!("{}({}) -> {}", self.name, parameters.join(", "), self.result)
    }
}

impl Parameter {
    /// The type that an argument is checked against; where any type of a family will do, the type that fits all.
    pub fn expected(&self, named: Named<'_>) -> Ty {
        self.form.expected(named)
    }

    fn signature(&self) -> String {
        match self.many {
            Many::One => format!("{}: {}", self.name, self.form),
            Many::Optional => format!("{}: {}?", self.name, self.form),
            Many::Rest => format!("{}...: {}", self.name, self.form),
        }
    }
}

const fn one(name: &'static str, form: Form) -> Parameter {
    Parameter { name, form, many: Many::One }
}

const fn optional(name: &'static str, form: Form) -> Parameter {
    Parameter { name, form, many: Many::Optional }
}

const fn rest(name: &'static str, form: Form) -> Parameter {
    Parameter { name, form, many: Many::Rest }
}

static TABLE: LazyLock<IndexMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let mut table: IndexMap<_, _> =
        [lists::FUNCTIONS, maps::FUNCTIONS, networks::FUNCTIONS, numbers::FUNCTIONS, program::FUNCTIONS, text::FUNCTIONS]
            .into_iter()
            .flatten()
            .map(|function| (function.name, function))
            .collect();
    table.sort_keys();
    table
});

/// What an evaluation says when it meets a value that the checker would have refused.
fn unfit(value: Option<&Value>, wanted: &str) -> String {
    match value.and_then(text::to_text) {
        Some(text) => format!("{wanted} is expected, not `{text}`"),
        None => format!("{wanted} is expected"),
    }
}

fn text_of(arguments: &[Value], index: usize) -> Result<&str, String> {
    let value = arguments.get(index);
    value.and_then(Value::as_text).map(|text| text.as_str()).ok_or_else(|| unfit(value, "text"))
}

fn int_of(arguments: &[Value], index: usize) -> Result<i64, String> {
    let value = arguments.get(index);
    value.and_then(Value::as_int).ok_or_else(|| unfit(value, "an integer"))
}

fn list_of(arguments: &[Value], index: usize) -> Result<&[Value], String> {
    let value = arguments.get(index);
    value.and_then(Value::as_list).ok_or_else(|| unfit(value, "a list"))
}

#[cfg(test)]
mod tests {
    use super::{Many, all, find};

    #[test]
    fn every_function_is_documented_and_found() {
        assert!(all().count() > 40);
        for function in all() {
            assert!(function.doc.ends_with('.'), "{}", function.name);
            assert!(std::ptr::eq(find(function.name).unwrap(), function));
            let required = function.parameters.iter().rposition(|p| p.many == Many::One).map_or(0, |at| at + 1);
            assert!(
                function.parameters[..required].iter().all(|p| p.many == Many::One),
                "{}: optional parameters come last",
                function.name
            );
        }
    }

    #[test]
    fn signatures_read_like_the_language() {
        assert_eq!(find("join").unwrap().signature(), "join(list: list(scalar), separator: string?) -> string");
        assert_eq!(find("concat").unwrap().signature(), "concat(lists...: list(A)) -> list(A)");
    }
}
