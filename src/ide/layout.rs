//! The canonical layout as edits: of a whole text, of a part of it, and while it is typed. A text with mistakes has no layout and stays as
//! it is, but for the indentation of a new line.

use super::Analysis;
use super::node::path_at;
use super::rename::Edit;
use crate::base::{FileId, Span};
use crate::fmt;
use crate::syntax::lexer;
use crate::syntax::messages::Messages;
use crate::syntax::token::{Kind, Token};
use similar::{DiffTag, TextDiff};

/// How deep a group indents what it holds, as `fmt` does.
const INDENT: usize = 2;

/// The edits that give a text its canonical layout; of a part, those of its lines alone.
pub fn layout(analysis: Analysis<'_>, file: FileId, within: Option<Span>) -> Vec<Edit> {
    let text = analysis.text(file);
    if analysis.tree(file).is_none() {
        return Vec::new();
    }
    let Ok(laid_out) = fmt::format(file, text) else { return Vec::new() };
    between(file, text, &laid_out)
        .into_iter()
        .filter(|edit| within.is_none_or(|within| edit.span.start < within.end.max(within.start + 1) && within.start <= edit.span.end))
        .collect()
}

/// The edits that make one text of another, in whole lines.
fn between(file: FileId, text: &str, laid_out: &str) -> Vec<Edit> {
    let diff = TextDiff::from_lines(text, laid_out);
    let starts = |text: &str| -> Vec<usize> {
        [0].into_iter()
            .chain(text.split_inclusive('\n').scan(0, |at, line| {
                *at += line.len();
                Some(*at)
            }))
            .collect()
    };
    let (old, new) = (starts(text), starts(laid_out));
    let edits = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal).filter_map(|op| {
        let (from, to) = (op.old_range(), op.new_range());
        let span = Span::new(file, *old.get(from.start)? as u32, *old.get(from.end)? as u32);
        Some(Edit { span, text: laid_out.get(*new.get(to.start)?..*new.get(to.end)?)?.to_owned() })
    });
    edits.collect()
}

/// Edits of one text after which it is in the canonical layout, where it was in it before.
pub(super) fn kept(analysis: Analysis<'_>, edits: Vec<Edit>) -> Vec<Edit> {
    let Some(file) = edits.first().map(|edit| edit.span.file) else { return edits };
    let text = analysis.text(file);
    let is_laid_out = || fmt::format(file, text).is_ok_and(|laid_out| laid_out == **text);
    if edits.iter().any(|edit| edit.span.file != file) || analysis.tree(file).is_none() || !is_laid_out() {
        return edits;
    }
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut edited = text.to_string();
    for edit in sorted {
        edited.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    match fmt::format(file, &edited) {
        Ok(laid_out) if laid_out != edited => between(file, text, &laid_out),
        _ => edits,
    }
}

/// The edits behind a character that was typed before an offset: `}` lays out the block that it ends, a line break indents the new line.
pub fn typed(analysis: Analysis<'_>, file: FileId, offset: u32, character: &str) -> Vec<Edit> {
    match character {
        "}" => {
            let path = analysis.tree(file).map(|tree| path_at(tree, offset.saturating_sub(1))).unwrap_or_default();
            let closed = path.iter().rev().find(|node| node.span().end == offset && node.span().start + 1 < offset);
            closed.map(|node| layout(analysis, file, Some(node.span()))).unwrap_or_default()
        }
        "\n" => indent(analysis, file, offset).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Indents the line of an offset by the brackets that are open before it.
fn indent(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Edit> {
    let text = analysis.text(file);
    let start = text.get(..offset as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    let lexed = lexer::lex(file, text, &mut Messages::default());
    // Within a text of several lines every blank counts.
    let is_text = |token: &Token| token.kind == Kind::Text && (token.start as usize) < start && start < token.end as usize;
    if lexed.tokens.iter().any(is_text) {
        return None;
    }
    let mut open: Vec<usize> = Vec::new();
    for token in lexed.tokens.iter().take_while(|token| (token.start as usize) < start) {
        if token.kind.closer().is_some() {
            open.push(text[..token.start as usize].rfind('\n').map_or(0, |at| at + 1));
        } else if token.kind.is_closer() {
            open.pop();
        }
    }
    // Brackets that open in one line indent once.
    open.dedup();
    let closes = line.trim_start().starts_with(['}', ']', ')']);
    let wanted = INDENT * open.len().saturating_sub(usize::from(closes));
    let now = &line[..blank];
    (now.len() != wanted || now.contains('\t'))
        .then(|| Edit { span: Span::new(file, start as u32, (start + blank) as u32), text: " ".repeat(wanted) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    fn applied(text: &str, edits: &[Edit]) -> String {
        let mut text = text.to_owned();
        for edit in edits.iter().rev() {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        text
    }

    const TEXT: &str =
        "product acme {\n    domain = \"a.example.com\"\n  owner=\"o@a.example.com\"\n}\nstack compute web {\non = eu\n}$0\n";

    #[test]
    fn edits_lay_out_all_or_a_part() {
        let project = project(&[("inventory/acme/product.infra", TEXT)]);
        let (file, offset) = project.marks[0];
        let (analysis, text) = (project.analysis(), project.analysis().text(file).clone());
        assert_eq!(Ok(applied(&text, &layout(analysis, file, None))), fmt::format(file, &text).map_err(|_| ()));
        let part = applied(&text, &typed(analysis, file, offset, "}"));
        assert!(part.contains("    domain = ") && part.contains("{\n  on = eu\n}"), "{part}");
        let first = applied(&text, &layout(analysis, file, Some(Span::new(file, 0, 20))));
        assert!(first.contains("{\n  domain = ") && first.contains("{\non = eu\n}"), "{first}");
    }

    #[test]
    fn a_new_line_is_indented_in_broken_text_too() {
        for (text, wanted) in [
            ("product acme {\n$0", "  "),
            ("product acme {\n  ranges = {\n$0  }\n", "  "),
            ("product acme {\n  list = [\n$0", "    "),
            ("a b { c = f(\n$0", "  "),
            ("a b {\n}\n   $0", ""),
            ("a b {\n  x = \"\"\"\n  one\n$0\n  \"\"\"\n}\n", ""),
        ] {
            let project = project(&[("inventory/acme/product.infra", text)]);
            let (file, offset) = project.marks[0];
            let after = applied(project.analysis().text(file), &typed(project.analysis(), file, offset, "\n"));
            let line = after.get(text.find("$0").map_or(0, |at| text[..at].rfind('\n').map_or(0, |at| at + 1))..).unwrap_or_default();
            let blank: String = line.chars().take_while(|c| *c == ' ').collect();
            assert_eq!(blank, wanted, "{text:?} {after:?}");
        }
    }
}
