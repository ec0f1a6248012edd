//! A name for an expression: a `let` in the body of the definition around.

use super::super::Analysis;
use super::super::names::{Name, What};
use super::super::node::{Node, item_span, path_at};
use super::super::rename::Edit;
use super::Made;
use crate::base::{FileId, Span};
use crate::diag::Diagnostic;
use crate::syntax::ast;

/// The name that the expression gets; a number follows where it is taken.
const NAME: &str = "value";

/// Names the expression that a selection covers.
pub(super) fn of(analysis: Analysis<'_>, file: FileId, within: Span) -> Option<Made> {
    if within.start == within.end || analysis.is_of_library(within) {
        return None;
    }
    let text = analysis.text(file).get(within.start as usize..within.end as usize)?;
    let start = within.start + (text.len() - text.trim_start().len()) as u32;
    let chosen = Span::new(file, start, start + text.trim().len() as u32);
    named(analysis, file, chosen).map(|edits| ("extract into a `let`".to_owned(), edits))
}

/// Lifts what a finding says has to be lifted: what a tool cannot say where it stands.
pub(super) fn lifted(analysis: Analysis<'_>, found: &Diagnostic) -> Option<Made> {
    let is_said = |text: &str| text.contains("lift it") || text.contains("lift the expression");
    let is_to_lift = is_said(&found.message) || is_said(&found.primary.text) || found.help.as_deref().is_some_and(is_said);
    let span = found.primary.span;
    if !is_to_lift || analysis.is_of_library(span) {
        return None;
    }
    // Of `provider.region` the finding names what stands behind the dot.
    let path = path_at(analysis.tree(span.file)?, span.start);
    let holding = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span.start <= span.start && span.end <= expr.span.end => Some(expr.span),
        _ => None,
    });
    let edits = named(analysis, span.file, holding?)?;
    Some(("lift into a `let`".to_owned(), edits))
}

fn named(analysis: Analysis<'_>, file: FileId, chosen: Span) -> Option<Vec<Edit>> {
    let path = path_at(analysis.tree(file)?, chosen.start);
    let at = path.iter().position(|node| matches!(node, Node::Expr(expr) if expr.span == chosen))?;
    // Directly in the body of a definition or an implementation stands what holds the expression.
    let [Node::Item(ast::Item::Block(outer)), Node::Body(body), Node::Item(item), ..] = path.as_slice() else { return None };
    if !matches!(outer.keyword.text.as_str(), "define" | "implement") || at < 3 || outer.labels.first().is_some_and(is_kind) {
        return None;
    }
    let Node::Expr(expr) = path[at] else { return None };
    if matches!(expr.kind, ast::ExprKind::Error) || is_a_word(analysis, expr) {
        return None;
    }
    // What is bound between the body and the expression is not known there.
    let names = analysis.names(file);
    let inside = |span: Span, of: Span| of.start <= span.start && span.end <= of.end;
    let whole = item_span(item);
    let is_bound = |name: &&Name| {
        matches!(name.what, What::Local | What::Parameter)
            && inside(name.span, chosen)
            && name.declared.is_none_or(|declared| !inside(declared, chosen) && inside(declared, whole))
    };
    if names.iter().any(|name| is_bound(&name)) {
        return None;
    }
    let taken = |name: &str| names.iter().any(|known| known.text == name);
    let name = [NAME.to_owned()].into_iter().chain((2..).map(|at| format!("{NAME}{at}"))).find(|name| !taken(name))?;
    let text = analysis.workspace().text(chosen);
    let all = analysis.text(file);
    let line = all[..whole.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = all[line..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let is_alone = line + indent.len() == whole.start as usize && body.span.start < line as u32;
    // The documentation of an item stays with it.
    let before = if is_alone { before_comments(all, line) } else { whole.start as usize };
    let declared = match is_alone {
        true => format!("{indent}let {name} = {text}\n"),
        false => format!("let {name} = {text}, "),
    };
    let place = Span::new(file, before as u32, before as u32);
    Some(vec![Edit { span: place, text: declared }, Edit { span: chosen, text: name }])
}

/// The start of the comments directly above a line.
fn before_comments(text: &str, mut line: usize) -> usize {
    while let Some(above) = text[..line].strip_suffix('\n') {
        let start = above.rfind('\n').map_or(0, |at| at + 1);
        if !above[start..].trim_start().starts_with('#') {
            break;
        }
        line = start;
    }
    line
}

fn is_kind(label: &ast::Label) -> bool {
    label.word().is_some_and(|word| matches!(word.as_str(), "kind" | "instance"))
}

/// A word of an enum has its meaning from where it stands, also as an element or a branch of what stands there.
fn is_a_word(analysis: Analysis<'_>, expr: &ast::Expr) -> bool {
    let is_word = |expr: &ast::Expr| is_a_word(analysis, expr);
    match &expr.kind {
        ast::ExprKind::Name(_) => !matches!(analysis.seen(expr).map(|seen| &seen.meaning), Some(crate::hir::Meaning::Place(_))),
        ast::ExprKind::Paren(inner) => is_word(inner),
        ast::ExprKind::List(elements) => elements.iter().any(is_word),
        ast::ExprKind::Map(entries) => entries.iter().any(|(_, value)| is_word(value)),
        ast::ExprKind::Match(_, arms) => arms.iter().any(|arm| is_word(&arm.value)),
        ast::ExprKind::If(_, then, other) => is_word(then) || is_word(other),
        _ => false,
    }
}
