//! What of a text can be folded away, and what is selected when a selection grows.

use super::Analysis;
use super::node::{Node, path_at};
use crate::base::{FileId, Span};
use crate::syntax::ast;

/// What can be folded: it begins in one line and ends in a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The whole, with its brackets.
    pub span: Span,
    /// Whether it is made of comments.
    pub is_comment: bool,
}

/// What of a text can be folded: bodies, lists, maps, calls, texts of several lines, comments in lines behind each other.
pub fn folds(analysis: Analysis<'_>, file: FileId) -> Vec<Fold> {
    let Some(tree) = analysis.tree(file) else { return Vec::new() };
    let text = analysis.text(file);
    let mut found = Vec::new();
    let mut add = |span: Span, is_comment: bool| {
        let is_long = text.get(span.start as usize..span.end as usize).is_some_and(|text| text.trim_end().contains('\n'));
        if is_long {
            found.push(Fold { span, is_comment });
        }
    };
    for item in &tree.items {
        Node::Item(item).walk(&mut |node| match node {
            Node::Body(body) => add(body.span, false),
            Node::Item(ast::Item::Enum(item)) => add(item.span, false),
            Node::Type(ty) if matches!(ty.kind, ast::TypeKind::Record(_)) => add(ty.span, false),
            Node::Expr(expr) => match expr.kind {
                ast::ExprKind::List(_) | ast::ExprKind::Map(_) | ast::ExprKind::ListFor(_) | ast::ExprKind::MapFor(_) => {
                    add(expr.span, false)
                }
                ast::ExprKind::Call(..) | ast::ExprKind::Template(_) | ast::ExprKind::Match(..) => add(expr.span, false),
                _ => {}
            },
            _ => {}
        });
    }
    let mut comments = tree.comments.iter().peekable();
    while let Some(first) = comments.next() {
        let mut span = first.span;
        let stands_alone = |span: Span| text[..span.start as usize].rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
        while let Some(next) = comments.peek().filter(|next| stands_alone(first.span) && stands_alone(next.span)) {
            let between = &text[span.end as usize..next.span.start as usize];
            if between.trim().is_empty() && between.matches('\n').count() == 1 {
                span = span.to(next.span);
                comments.next();
            } else {
                break;
            }
        }
        add(span, true);
    }
    found.sort();
    found.dedup();
    found
}

/// What is selected around an offset, each time a little more: the innermost first, each one within the next.
pub fn selections(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let text = analysis.text(file);
    let mut around = vec![Span::new(file, 0, text.len() as u32)];
    if let Some(tree) = analysis.tree(file) {
        for node in path_at(tree, offset) {
            around.push(node.span());
            if let Node::Body(body) = node {
                // What stands between the braces.
                around.push(Span { start: body.span.start + 1, end: body.span.end.saturating_sub(1), ..body.span });
            }
        }
        around.extend(tree.comments.iter().map(|comment| comment.span).filter(|span| span.touches(offset)));
    }
    let mut selections: Vec<Span> = Vec::new();
    for span in around {
        let is_within = selections.last().is_none_or(|outer| outer.start <= span.start && span.end <= outer.end && *outer != span);
        if is_within && span.touches(offset) {
            selections.push(span);
        }
    }
    selections.reverse();
    selections
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    const TEXT: &str = "# One\n# two.\n\n# Three.\nproduct acme {\n  ranges = {\n    prod = 10$0.0.0.0/16\n  }\n  text = \"\"\"\n    a\n    \"\"\"\n  list = [1, 2]\n";

    #[test]
    fn folds_what_has_several_lines_in_broken_text_too() {
        let project = project(&[("inventory/acme/product.infra", TEXT)]);
        let (file, _) = project.marks[0];
        let text = |span: Span| project.session.workspace().text(span).to_owned();
        let shown: Vec<_> = folds(project.analysis(), file).iter().map(|fold| (text(fold.span), fold.is_comment)).collect();
        insta::assert_debug_snapshot!(shown);
    }

    #[test]
    fn a_selection_grows_from_word_to_text() {
        let project = project(&[("inventory/acme/product.infra", TEXT)]);
        let (file, offset) = project.marks[0];
        let grown = selections(project.analysis(), file, offset);
        let text = |span: &Span| project.session.workspace().text(*span).to_owned();
        assert_eq!(text(&grown[0]), "10.0.0.0/16");
        assert!(grown.windows(2).all(|pair| pair[1].start <= pair[0].start && pair[0].end <= pair[1].end && pair[0] != pair[1]));
        assert_eq!(text(&grown[grown.len() - 1]), TEXT.replace("$0", ""));
    }
}
