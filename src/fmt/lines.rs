//! Lines: what each looks like, with its comments.

use super::INDENT;
use super::atoms::{Atom, Source};
use super::extent::{Extent, extents};
use super::shape::Shape;
use super::spacing::spaced;
use crate::syntax::token::Kind;

/// A line as text.
#[derive(Default)]
pub(super) struct Line {
    pub indent: usize,
    /// Without its indentation; more than one line where a string of several lines stands in it.
    pub text: String,
    /// The comment behind it.
    pub comment: Option<String>,
    /// Whether a blank line stands before it.
    pub blank: bool,
    /// What may be aligned in it.
    pub shape: Shape,
}

/// How wide a line is before anything is aligned, without comments.
pub(super) fn width(source: &Source, extent: &Extent) -> usize {
    let (text, _) = render(source, extent);
    let first = text.split('\n').next().unwrap_or_default();
    extent.indent + first.chars().count()
}

/// The text of a line, and where in it each atom begins.
fn render(source: &Source, extent: &Extent) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut offsets = Vec::with_capacity(extent.end - extent.first);
    for index in extent.first..extent.end {
        let atom = &source.atoms[index];
        if index > extent.first {
            let opened = source.atoms[index - 1].opens.is_some();
            if atom.element && !opened {
                text.push(',');
            }
            if spaced(source, index) {
                text.push(' ');
            }
        }
        offsets.push(text.len());
        match atom.indent {
            Some(indent) => push_lines(&mut text, atom.text, indent, extent.indent + INDENT),
            None => text.push_str(atom.text),
        }
    }
    if ends_in_comma(source, extent.end) {
        text.push(',');
    }
    (text, offsets)
}

/// Whether the line before the atom ends an element that takes a comma: a plain value of a broken list or call.
fn ends_in_comma(source: &Source, next: usize) -> bool {
    let Some(atom) = source.atoms.get(next) else {
        return false;
    };
    let id = match atom.closes {
        Some(group) => group,
        None if atom.element => atom.group,
        None => return false,
    };
    let group = &source.groups[id];
    if !group.broken || group.elements == 0 || !matches!(group.kind, Kind::LeftParen | Kind::LeftBracket) {
        return false;
    }
    let mut at = next;
    while at > group.opener + 1 {
        at -= 1;
        // Groups within are passed over whole.
        if let Some(inner) = source.atoms[at].closes {
            at = source.groups[inner].opener;
        }
        let element = &source.atoms[at];
        if element.element && element.group == id {
            return !source.atoms[at + 1].kind.is_assign();
        }
    }
    false
}

/// A string of several lines with another indentation.
fn push_lines(text: &mut String, string: &str, old: usize, new: usize) {
    let mut lines = string.lines();
    text.push_str(lines.next().unwrap_or_default().trim_end());
    for line in lines {
        text.push('\n');
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        let rest = &line[old.min(blank)..];
        if !rest.is_empty() {
            text.extend(std::iter::repeat_n(' ', new));
            text.push_str(rest);
        }
    }
}

/// Every line of the file, comments included.
pub(super) fn lines(source: &Source) -> Vec<Line> {
    let mut lines = Vec::new();
    for extent in extents(source) {
        let first = &source.atoms[extent.first];
        comment_lines(source, &extent, &mut lines);
        if first.kind == Kind::End {
            break;
        }
        let (text, offsets) = render(source, &extent);
        let shape = Shape::of(source, &extent, &offsets);
        lines.push(Line { indent: extent.indent, text, comment: None, blank: first.blank && separable(source, extent.first), shape });
    }
    lines
}

/// The comments before a line: the first may belong behind the line above.
fn comment_lines(source: &Source, extent: &Extent, lines: &mut Vec<Line>) {
    let atom = &source.atoms[extent.first];
    for (index, remark) in atom.comments.iter().enumerate() {
        if remark.trailing
            && let Some(line) = lines.last_mut()
        {
            line.comment = Some(remark.text.to_string());
            continue;
        }
        let first = index == 0;
        lines.push(Line {
            indent: comment_indent(source, atom, extent),
            text: remark.text.to_string(),
            blank: remark.blank && (!first || !opens_before(source, extent.first)),
            shape: Shape::Comment,
            ..Line::default()
        });
    }
}

/// A comment before a closing bracket belongs to what stands within.
fn comment_indent(source: &Source, atom: &Atom, extent: &Extent) -> usize {
    match atom.closes {
        Some(group) if source.groups[group].broken => extent.indent + INDENT,
        _ => extent.indent,
    }
}

/// Whether a blank line may stand before the line that the atom begins.
fn separable(source: &Source, index: usize) -> bool {
    let atom = &source.atoms[index];
    let continues = !atom.element && index > 0;
    let opened = atom.comments.is_empty() && opens_before(source, index);
    atom.closes.is_none() && !continues && !opened
}

fn opens_before(source: &Source, index: usize) -> bool {
    index.checked_sub(1).is_none_or(|before| source.atoms[before].opens.is_some())
}

/// The lines as one text.
pub(super) fn print(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        if line.blank && !text.is_empty() {
            text.push('\n');
        }
        text.extend(std::iter::repeat_n(' ', line.indent));
        text.push_str(&line.text);
        if let Some(comment) = &line.comment {
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}
