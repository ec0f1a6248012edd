//! What stands in one line and what over several.
//!
//! The formatter of OpenTofu never breaks or joins a line, so these rules are the printer's own: a list or an object
//! stands in one line if it is short and flat, everything else opens at its last bracket.

use super::code::{Code, is_kept, prepends};
use super::flat::flat;
use super::{Expr, For, Layout, Object, ObjectItem, Part};
use crate::artifact::Error;
use crate::artifact::text::invisible;
use unicode_segmentation::UnicodeSegmentation;

/// Lines are not longer, as long as there is a bracket to break at.
const WIDTH: usize = 120;

/// Objects with more entries get a line for each.
const SHORT: usize = 3;

/// Whether the value needs several lines if it starts at `column` and `behind` characters follow it.
pub(super) fn breaks(expr: &Expr, column: usize, behind: usize) -> Result<bool, Error> {
    Ok(must_break(expr) || may_break(expr) && column + flat(expr)?.width() + behind > WIDTH)
}

/// Whether the value needs several lines wherever it stands.
fn must_break(expr: &Expr) -> bool {
    match expr.essence() {
        Expr::List(list) => match list.layout {
            Layout::Line => false,
            Layout::Lines => !list.items.is_empty(),
            Layout::Auto => list.items.iter().any(|item| must_break(item) || !plain(item) && !is_list(item)),
        },
        Expr::Object(object) => match object.layout {
            Layout::Line => false,
            Layout::Lines => !object.items.is_empty(),
            Layout::Auto => {
                object.items.len() > SHORT
                    || object.items.iter().any(|item| match item {
                        ObjectItem::Entry(_, value) => must_break(value) || !plain(value),
                        ObjectItem::Blank | ObjectItem::Comment(_) => true,
                    })
            }
        },
        Expr::For(comprehension) => must_break(&comprehension.result) && !assigns(comprehension),
        Expr::Call { arguments, .. } => arguments.last().is_some_and(must_break),
        _ => false,
    }
}

/// Whether there is a bracket at which the value can be broken.
fn may_break(expr: &Expr) -> bool {
    match expr.essence() {
        Expr::List(list) => list.layout != Layout::Line && !list.items.is_empty(),
        Expr::Object(object) => object.layout != Layout::Line && !object.items.is_empty(),
        Expr::For(comprehension) => !assigns(comprehension),
        Expr::Call { arguments, .. } => arguments.last().is_some_and(may_break),
        _ => false,
    }
}

/// Whether the value reads well inside an object of one line.
fn plain(expr: &Expr) -> bool {
    match expr.essence() {
        Expr::Heredoc(_) | Expr::For(_) => false,
        Expr::List(list) => list.items.iter().all(|item| plain(item) && !is_list(item)),
        Expr::Object(object) => object.layout == Layout::Line || is_empty(object),
        Expr::Call { arguments, .. } => arguments.iter().all(plain),
        _ => true,
    }
}

/// Whether the head of a comprehension would be aligned with the entries below it.
fn assigns(comprehension: &For) -> bool {
    let mut head = Code::default();
    head.for_head(comprehension).is_ok() && head.assigns()
}

fn is_list(expr: &Expr) -> bool {
    matches!(expr.essence(), Expr::List(list) if !list.items.is_empty())
}

fn is_empty(object: &Object) -> bool {
    object.items.is_empty()
}

/// The lines of a heredoc, if the text can stand in one: it reads back exactly, and hides nothing.
pub(super) fn heredoc_lines(parts: &[Part]) -> Option<(Vec<Vec<Part>>, &'static str)> {
    let mut lines: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match part {
            Part::Expr(_) => lines.last_mut()?.push(part.clone()),
            Part::Text(text) => {
                for (at, piece) in text.split('\n').enumerate() {
                    if at > 0 {
                        lines.push(Vec::new());
                    }
                    if !piece.is_empty() {
                        lines.last_mut()?.push(Part::text(piece));
                    }
                }
            }
        }
    }
    // The text ends with a line break, as every heredoc does.
    let ends = lines.pop()?.is_empty();
    // The reader takes away the indentation that all lines share, so that one line must have none.
    let flush = lines.iter().any(|line| match line.first() {
        Some(Part::Text(text)) => !text.starts_with(' '),
        Some(Part::Expr(_)) => true,
        None => false,
    });
    let exact = ends && flush && lines.iter().all(|line| exact_line(line));
    let delimiter = ["EOF", "EOT", "END", "TEXT"].into_iter().find(|word| !lines.iter().any(|line| is_word(line, word)));
    if exact { Some((lines, delimiter?)) } else { None }
}

/// No character of the line is lost, hidden or turned into syntax.
fn exact_line(line: &[Part]) -> bool {
    let mut follows = line.iter().skip(1);
    let joined = matches!(line.first(), Some(Part::Text(text)) if joins(text));
    !joined
        && line.iter().all(|part| {
            let next = follows.next();
            match part {
                Part::Expr(_) => true,
                Part::Text(text) => {
                    let visible = text.chars().all(|c| !invisible(c) && !prepends(c));
                    let guards = text.ends_with(['$', '%']) && matches!(next, Some(Part::Expr(_)));
                    visible && !guards && !(line.len() == 1 && text.trim().is_empty()) && is_kept(text)
                }
            }
        })
}

/// Whether a line begins as the end of the heredoc does: some readers look no further.
fn is_word(line: &[Part], word: &str) -> bool {
    matches!(line.first(), Some(Part::Text(text)) if text.trim_start().starts_with(word))
}

/// Whether a reader would take the start of the text for indentation: another space than ours, or what joins the space
/// before it to one character.
fn joins(text: &str) -> bool {
    let indentation = text.len() - text.trim_start().len();
    text[..indentation].chars().any(|character| character != ' ') || [" ", text].concat().graphemes(true).next() != Some(" ")
}
