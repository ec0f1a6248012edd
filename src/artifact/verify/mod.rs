//! Reads a printed file again with a reader that shares no code with the printer, and compares what it finds with what
//! was meant. The host asks this of every file before it replaces one.

mod data;
mod form;
mod hcl;
pub(in crate::artifact) mod normal;
mod pieces;
mod same;

use super::hcl::Body;
use super::{Document, Entry, Error, Problem};
use crate::base::Text;

/// Nothing, or the first value that reads back as another one. What has been read back once is not read again.
pub fn verify(entry: &Entry) -> Result<(), Error> {
    let Some(document) = &entry.document else { return Ok(()) };
    let text = entry.text();
    match document.as_ref() {
        Document::Hcl(body) => {
            if pieces::is_hcl(&text, body) {
                return Ok(());
            }
            normal::compare(&normal::body(body), &normal::body(&hcl::read(&text)?))
        }
        Document::Yaml(document) => {
            if pieces::is_yaml(&text, &document.root) {
                return Ok(());
            }
            data::compare(&data::from_yaml(&document.root), &data::read_yaml(&text)?)
        }
        Document::Json(value) if pieces::is_json(&text, value) => Ok(()),
        Document::Json(value) => data::compare(&data::from_json(value), &data::read_json(&text)?),
        Document::Text(meant) if **meant == *text => Ok(()),
        Document::Text(_) => Err(difference("the text", "other text")),
    }
}

/// What a file of HCL says, in the one form for all that mean the same.
pub(super) fn read_hcl(text: &str) -> Result<Body, Error> {
    Ok(normal::body(&hcl::read(text)?))
}

fn difference(meant: impl Into<Text>, read: impl Into<Text>) -> Error {
    Problem::Difference { meant: meant.into(), read: read.into() }.into()
}

/// The reader does not take the text at all.
fn unreadable(error: &dyn std::fmt::Display) -> Error {
    difference("text that can be read", error.to_string())
}

#[cfg(test)]
mod tests;
