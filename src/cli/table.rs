//! The forms of tables.

use crate::render::sanitise;
use crate::view::{Table, TableFormat};
use clap::ValueEnum;

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Aligned columns for people
    Text,
    /// A table in Markdown
    Markdown,
    /// Values between commas
    Csv,
    /// For programs
    Json,
}

/// A table in a form. What could do something to a terminal is written out; programs get what there is.
pub(super) fn print(table: &Table, form: Form) -> String {
    let text = table.print(form.into());
    match form {
        Form::Text | Form::Markdown => sanitise(&text).into_owned(),
        Form::Csv | Form::Json => text,
    }
}

impl From<Form> for TableFormat {
    fn from(form: Form) -> TableFormat {
        match form {
            Form::Text => TableFormat::Text,
            Form::Markdown => TableFormat::Markdown,
            Form::Csv => TableFormat::Csv,
            Form::Json => TableFormat::Json,
        }
    }
}
