//! A repair that is certain, as edits of the sources.

use crate::base::{Span, Workspace};

/// A certain repair.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fix {
    /// What applying it does, as an instruction: `rename to \`servers\``.
    pub title: String,
    /// What it changes; the places do not overlap.
    pub edits: Vec<Edit>,
}

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edit {
    /// Another text takes the place.
    Replace(Span, String),
    /// An item of a body or an element of a list goes, with what separates it from its neighbours.
    Remove(Span),
}

impl Edit {
    /// The place that changes in the text as it is, and what stands there afterwards.
    pub fn resolved(&self, workspace: &Workspace) -> (Span, &str) {
        match self {
            Edit::Replace(span, text) => (*span, text),
            Edit::Remove(span) => (with_separator(&workspace.file(span.file).text, *span), ""),
        }
    }
}

/// The place of an item or element with its comma, or with its lines where it stands alone on them: its documentation goes too. A comment
/// before it or behind it stays, because it may speak of more.
fn with_separator(text: &str, span: Span) -> Span {
    let (Some(before), Some(after)) = (text.get(..span.start as usize), text.get(span.end as usize..)) else {
        return span;
    };
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r');
    let ahead = after.trim_start_matches(is_blank);
    let begins_line = before.trim_end_matches(is_blank).ends_with('\n') || before.trim_end_matches(is_blank).is_empty();
    let to = |rest: &str| (text.len() - rest.len()) as u32;
    let behind_comma = ahead.strip_prefix(',').map(|rest| rest.trim_start_matches(is_blank));
    let line = behind_comma.unwrap_or(ahead);
    let ends_line = line.is_empty() || line.starts_with(['\n', '#']);
    let last_comma = before.trim_end().strip_suffix(',');
    match (behind_comma, last_comma) {
        (None, Some(kept)) if !ends_line || ahead_closes_list(ahead) => Span::new(span.file, kept.len() as u32, span.end),
        _ if begins_line && ends_line => {
            let start = before_documentation(before);
            // What is said behind it may be more than that it is there: it stays, on the line.
            if line.starts_with('#') {
                let indent = text[start as usize..].find(|c| !is_blank(c)).unwrap_or_default();
                return Span::new(span.file, start + indent as u32, to(line));
            }
            let end = line.find('\n').map_or("", |at| &line[at + 1..]);
            Span::new(span.file, start, to(end))
        }
        (Some(rest), _) => Span::new(span.file, span.start, to(rest)),
        (None, Some(kept)) => Span::new(span.file, kept.len() as u32, span.end),
        (None, None) => Span::new(span.file, span.start, to(ahead)),
    }
}

/// Whether the list ends here, so that the comma before has nothing left to separate.
fn ahead_closes_list(ahead: &str) -> bool {
    ahead.trim_start().starts_with(']')
}

/// Where the line begins, or the lines of documentation before it.
fn before_documentation(before: &str) -> u32 {
    let mut start = before.rfind('\n').map_or(0, |at| at + 1);
    while let Some(above) = before[..start].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        if !above[line..].trim_start().starts_with("##") {
            break;
        }
        start = line;
    }
    start as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without what `«…»` marks.
    fn without(marked: &str) -> String {
        let start = marked.find('«').unwrap_or_default();
        let text = marked.replace(['«', '»'], "");
        let end = marked.find('»').unwrap_or_default() - '«'.len_utf8();
        let workspace = Workspace::new([("a.infra".into(), text.as_str().into())]);
        let file = crate::base::FileId(0);
        let edit = Edit::Remove(Span::new(file, start as u32, end as u32));
        let (span, _) = edit.resolved(&workspace);
        format!("{}{}", &text[..span.start as usize], &text[span.end as usize..])
    }

    #[test]
    fn elements_go_with_their_comma() {
        assert_eq!(without("x = [«a», b, c]"), "x = [b, c]");
        assert_eq!(without("x = [a, «b», c]"), "x = [a, c]");
        assert_eq!(without("x = [a, b, «c»]"), "x = [a, b]");
        assert_eq!(without("x = [«a»]"), "x = []");
        assert_eq!(without("x = [\n  a,\n  «b»,\n  c,\n]"), "x = [\n  a,\n  c,\n]");
        assert_eq!(without("x = [\n  a,\n  «b»\n]"), "x = [\n  a\n]");
        assert_eq!(without("x { «a = 1», b = 2 }"), "x { b = 2 }");
        assert_eq!(without("x { a = 1, «b = 2» }"), "x { a = 1 }");
    }

    #[test]
    fn items_go_with_their_lines() {
        assert_eq!(without("x {\n  a = 1\n  «b = 2»\n  c = 3\n}\n"), "x {\n  a = 1\n  c = 3\n}\n");
        assert_eq!(without("x {\n  a = 1\n  «b = 2» # two\n  c = 3\n}\n"), "x {\n  a = 1\n  # two\n  c = 3\n}\n");
        assert_eq!(without("x = [\n  a,\n  ## gone\n  «b», # two\n]"), "x = [\n  a,\n  # two\n]");
        assert_eq!(without("# kept\n## gone\n## too\n«a {\n}»\nb\n"), "# kept\nb\n");
        assert_eq!(without("«a»"), "");
    }
}
