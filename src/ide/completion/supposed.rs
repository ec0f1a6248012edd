//! A text as it would be with a name at a place: what is typed there is unfinished, and a tree of finished text says what it would be.

use super::super::Analysis;
use super::super::node::{Node, path_at};
use crate::base::{FileId, Span};
use crate::driver::Session;
use crate::syntax;
use std::sync::Arc;

/// The name that is supposed.
pub(super) const NAME: &str = "supposed";

/// What may have to stand behind the name, so that it is a name of something: nothing, an attribute, a block, the rest of a
/// comprehension or of an arm.
const BEHIND: [&str; 5] = ["", " = 0", " {}", " : 0", " => 0"];

/// A supposed text.
#[derive(Debug)]
pub(super) struct Supposed {
    /// The project with it.
    pub session: Session,
    /// The word in the text as it is, which what is chosen takes the place of.
    pub word: Span,
    /// How much longer the supposed text is behind the name, in bytes.
    pub longer: i64,
}

impl Supposed {
    /// The text of a file with a name at an offset; nothing in comments, strings and literals.
    pub(super) fn at(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Supposed> {
        let text = analysis.text(file);
        let tree = analysis.tree(file)?;
        if tree.comments.iter().any(|comment| comment.span.start < offset && offset <= comment.span.end) {
            return None;
        }
        let word = word_at(file, text, offset)?;
        let written = |behind: &str| format!("{}{NAME}{behind}{}", &text[..word.start as usize], &text[word.end as usize..]);
        let forms = BEHIND.iter().filter_map(|behind| {
            let text = written(behind);
            let (tree, found) = syntax::parse(file, &text);
            let path = path_at(&tree, word.start + 1);
            let is_name = path.last().is_some_and(|node| is_supposed(*node, word.start));
            is_name.then_some((found.0.len(), text, *behind))
        });
        // Of those with as few mistakes, the first counts.
        let (_, supposed, behind) = forms.min_by_key(|(mistakes, ..)| *mistakes)?;
        let longer = (NAME.len() + behind.len()) as i64 - i64::from(word.end - word.start);
        let session = analysis.session().supposing(analysis.path(file), Arc::from(supposed));
        Some(Supposed { session, word, longer })
    }

    /// A place of the supposed text in the text as it is.
    pub(super) fn back(&self, span: Span) -> Span {
        let moved = |at: u32| if at > self.word.start { (i64::from(at) - self.longer).max(0) as u32 } else { at };
        if span.file == self.word.file { Span { start: moved(span.start), end: moved(span.end), ..span } } else { span }
    }
}

/// Whether a node is the supposed name and nothing more.
fn is_supposed(node: Node<'_>, start: u32) -> bool {
    let span = node.span();
    span.start == start && span.end - span.start == NAME.len() as u32
}

/// The word around an offset, which may be empty; nothing within a number.
pub(super) fn word_at(file: FileId, text: &str, offset: u32) -> Option<Span> {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (before, behind) = (text.get(..offset as usize)?, text.get(offset as usize..)?);
    let word = &before[before.trim_end_matches(goes_on).len()..];
    let start = offset as usize - word.trim_start_matches('-').len();
    let has_word = start < offset as usize;
    let end = offset as usize + behind.len() - behind.trim_start_matches(|c| goes_on(c) && (has_word || c != '-')).len();
    let is_number = text[start..end].starts_with(|c: char| c.is_ascii_digit());
    (!is_number).then(|| Span::new(file, start as u32, end as u32))
}
