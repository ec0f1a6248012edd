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

#[cfg(test)]
mod tests {
    use crate::artifact::hcl::{Body, Expr, Layout, List, Object, Part, print};

    fn printed(value: impl Into<Expr>) -> String {
        print(&Body::new().attribute("a", value)).unwrap()
    }

    fn is_one_line(value: &Expr) -> bool {
        printed(value.clone()).lines().count() == 1
    }

    fn list<E: Into<Expr>>(layout: Layout, items: impl IntoIterator<Item = E>) -> Expr {
        List { layout, ..List::new(items) }.into()
    }

    fn entries(count: i64) -> Object {
        (0..count).map(|at| (["k", &at.to_string()].concat(), at)).collect()
    }

    fn each(result: impl Into<Expr>) -> Expr {
        Expr::for_list("x", Expr::path("y"), result).into()
    }

    fn each_of_object(result: impl Into<Expr>) -> Expr {
        Expr::for_list("x", entries(1), result).into()
    }

    #[test]
    fn short_and_flat_values_stand_in_one_line() {
        let one = || Expr::list([1]);
        for value in [
            Expr::list([one(), one()]),
            Expr::list([Expr::list([one()])]),
            Expr::list([Expr::from(Object::new()), entries(4).line().into(), Expr::call("f", [1])]),
            list(Layout::Line, [each(1)]),
            list(Layout::Lines, [] as [Expr; 0]),
            entries(3).into(),
            Object::new().with("k", one()).with("l", Expr::list([Expr::list([] as [Expr; 0])])).into(),
            entries(4).with("k", each(1)).line().into(),
            Object::new().lines().into(),
            each(1),
            each_of_object(entries(1).lines()),
            Expr::call("f", [entries(1).lines().into(), Expr::from(1)]),
            Expr::call("f", [] as [Expr; 0]),
        ] {
            assert!(is_one_line(&value), "{}", printed(value));
        }
    }

    #[test]
    fn a_layout_keeps_what_is_laid_out() {
        assert_eq!(printed(entries(4).line()), "a = { k0 = 0, k1 = 1, k2 = 2, k3 = 3 }\n");
        assert_eq!(printed(entries(1).lines()), "a = {\n  k0 = 0\n}\n");
        let nested = Expr::list([list(Layout::Lines, [1]), entries(1).lines().into()]);
        assert_eq!(printed(nested), "a = [\n  [\n    1,\n  ],\n  {\n    k0 = 0\n  },\n]\n");
    }

    #[test]
    fn what_reads_badly_in_one_line_stands_in_several() {
        let one = || Expr::list([1]);
        let lines = || list(Layout::Lines, [1]);
        for value in [
            lines(),
            Expr::list([lines()]),
            Expr::list([each(1)]),
            Expr::list([Expr::from(entries(1))]),
            Expr::list([Expr::call("f", [each(1)])]),
            Expr::list([Expr::heredoc("b\n")]),
            entries(1).lines().into(),
            entries(4).into(),
            entries(5).into(),
            entries(1).blank().into(),
            entries(1).comment("c").into(),
            Object::new().with("k", lines()).into(),
            Object::new().with("k", each(1)).into(),
            Object::new().with("k", Expr::list([one()])).into(),
            Object::new().with("k", entries(1)).into(),
            each(lines()),
            Expr::call("f", [Expr::from(1), lines()]),
        ] {
            assert!(!is_one_line(&value), "{}", printed(value));
        }
    }

    #[test]
    fn a_long_line_breaks_where_it_has_a_bracket() {
        let long = || Expr::from("x".repeat(120));
        let path = || Expr::path("y");
        for value in
            [Expr::list([long()]), Object::new().with("k", long()).into(), each(long()), Expr::call("f", [path(), Expr::list([long()])])]
        {
            assert!(!is_one_line(&value), "{}", printed(value));
        }
        for value in [
            long(),
            list(Layout::Line, [long()]),
            Object::new().with("k", long()).line().into(),
            each_of_object(long()),
            Expr::call("f", [long()]),
            Expr::call("f", [Expr::list([long()]), path()]),
        ] {
            assert!(is_one_line(&value), "{}", printed(value));
        }
        for empty in [Expr::list([] as [Expr; 0]), Object::new().into()] {
            assert_eq!(print(&Body::new().attribute("k".repeat(130), empty)).unwrap().lines().count(), 1);
        }
    }

    #[test]
    fn lines_are_as_long_as_they_can_be() {
        // How many lines there are besides those of the blocks.
        let lines = |value: Expr| {
            let body = (0..3).fold(Body::new().attribute("a", value), |body, _| Body::new().nested("b", body));
            print(&body).unwrap().lines().count() - 6
        };
        let text = |width: usize| Expr::list(["x".repeat(width)]);
        // `      a = ["…"]`.
        assert_eq!([106, 107].map(|width| lines(text(width))), [1, 3]);
        // `        ["…"],`.
        assert_eq!([107, 108].map(|width| lines(list(Layout::Lines, [text(width)]))), [3, 5]);
        // `        k = ["…"]`.
        assert_eq!([104, 105].map(|width| lines(Object::new().with("k", text(width)).lines().into())), [3, 5]);
        // `      a = [for x in y : ["…"] if z]`, then `        for x in y : ["…"] if z`.
        let each = |width: usize| Expr::from(Expr::for_list("x", Expr::path("y"), text(width)).only_if(Expr::path("z")));
        assert_eq!([86, 87, 90, 91].map(|width| lines(each(width))), [1, 3, 3, 5]);
    }

    #[test]
    fn a_heredoc_hides_and_loses_nothing() {
        let is_heredoc = |parts: Vec<Part>| printed(Expr::Heredoc(parts)).contains("<<-");
        let text = |text: &str| is_heredoc(vec![Part::text(text)]);
        for kept in ["a\n", "a\n\n b\n", "a$\n", "a %\n", "a\n b\u{e9}\n"] {
            assert!(text(kept), "{kept:?}");
        }
        for quoted in ["a", "a\nb", " a\n", "a\n  \nb\n", "a\u{7f}b\n", "a\u{600}\n", "a\tb\n", "\ta\n", ""] {
            assert!(!text(quoted), "{quoted:?}");
        }
        let around = |before: &str| is_heredoc(vec![Part::text(before), Part::expr(Expr::path("x")), Part::text("\n")]);
        assert_eq!(["a", "a\n ", "a $ ", "", "a$", "a%", " "].map(around), [true, true, true, true, false, false, false]);
        let two = vec![Part::text("a$"), Part::text("b\n")];
        assert!(is_heredoc(two));
    }
}
