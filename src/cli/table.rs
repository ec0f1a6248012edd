//! The forms of tables.

use crate::view::TableFormat;
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
