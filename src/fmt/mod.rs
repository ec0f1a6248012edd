//! The one canonical layout of source.
//!
//! Comments and line breaks within an expression stay where they are; everything else follows from the tokens:
//!
//! - Indentation is two spaces for each group that reaches over several lines.
//! - A group (a body, list, map, call …) that was on one line stays there while its line, before anything is aligned, fits
//!   120 columns. Otherwise the widest outermost group of the line is broken, the body of a block first. A group that has a
//!   line break between its elements, or behind its opener or before its closer, is broken: one element a line.
//! - On lines of their own, elements of `{ … }` and `name = value` end bare; plain values of a list or call end in `,`.
//! - At most one blank line separates; none stands at the edges of a group or file.
//! - Neighbours are aligned: the `=` of attributes, entries, arguments, `let`, `type` and untyped `output`; the types of `input`,
//!   `output` and fields; the `=>` of arms; labels and `{` of one-line blocks of one keyword; comments behind code.
//!   A blank line, or a block or declaration of several lines, parts neighbours; comments and one-line blocks do not part
//!   attributes.
//! - A string of several lines, with its closing quotes, is indented two spaces deeper than its line.
//! - Text between quotes and comments are kept byte for byte, without blanks at the ends of lines.
//! - Lines end as the first one does, so that a clone in which git writes `\r\n` is laid out as well as any other.

mod align;
mod atoms;
mod breaks;
mod extent;
mod lines;
mod shape;
mod spacing;
mod starts;

use crate::base::FileId;
use crate::diag::Diagnostics;
use crate::syntax::{lexer, messages::Messages, parse};

/// How wide a line may become before a group is broken.
const WIDTH: usize = 120;

/// How deep a group indents what it holds.
const INDENT: usize = 2;

/// The canonical layout of `text`. A text with mistakes has none: the mistakes are given back.
pub fn format(file: FileId, text: &str) -> Result<String, Diagnostics> {
    let (tree, diagnostics) = parse(file, text);
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let lexed = lexer::lex(file, text, &mut Messages::default());
    let starts = starts::element_starts(&tree);
    let mut source = atoms::atoms(text, &lexed, &starts);
    breaks::break_long_lines(&mut source);
    let mut lines = lines::lines(&source);
    align::align(&mut lines);
    let printed = lines::print(&lines);
    Ok(if begins_with_crlf(text) { printed.replace("\r\n", "\n").replace('\n', "\r\n") } else { printed })
}

/// Whether the first line of a text ends with a carriage return and a line feed.
fn begins_with_crlf(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'))
}
