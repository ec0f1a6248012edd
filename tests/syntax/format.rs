//! The canonical layout: a fixed point, with the same meaning and every comment.

use crate::dump::dump;
use crate::{corpus, library, parse};
use infrac::base::FileId;

/// The layout of a text without mistakes.
pub fn format(text: &str) -> String {
    infrac::fmt::format(FileId(0), text).unwrap_or_else(|d| panic!("{text}\n{d:#?}"))
}

/// Checks what holds for every layout.
pub fn check(text: &str) {
    if let Err(why) = judge(text) {
        panic!("{why}");
    }
}

/// What is wrong with the layout of a text.
pub fn judge(text: &str) -> Result<(), String> {
    let once = format(text);
    let (before, _) = parse(text);
    let (after, messages) = parse(&once);
    if !messages.is_empty() {
        return Err(format!("mistakes\n{text}\n---\n{once}\n{messages:#?}"));
    }
    if dump(&before) != dump(&after) {
        return Err(format!("another meaning\n{text}\n---\n{once}\n{}\n{}", dump(&before), dump(&after)));
    }
    let twice = format(&once);
    if twice != once {
        return Err(format!(
            "no fixed point
{text}
---
{once}
---
{twice}"
        ));
    }
    let comments = |file: &infrac::syntax::ast::File, text: &str| -> Vec<String> {
        let spans = file.comments.iter().map(|c| c.span);
        spans.map(|s| text[s.start as usize..s.end as usize].trim_end().to_string()).collect()
    };
    if comments(&before, text) != comments(&after, &once) {
        return Err(format!(
            "other comments
{text}
---
{once}"
        ));
    }
    // What stands in a text of several lines is its value.
    let mut inside = false;
    for line in once.lines() {
        if !inside && line.trim_end() != line {
            return Err(format!("blanks at the end of {line:?}"));
        }
        inside ^= line.matches("\"\"\"").count() % 2 == 1;
    }
    Ok(())
}

#[test]
fn the_corpus_is_laid_out() {
    for (name, text) in corpus() {
        check(&text);
        let of_windows = text.replace('\n', "\r\n");
        check(&of_windows);
        // Lines end as they did, in texts between quotes too.
        assert_eq!(format(&of_windows), format(&text).replace('\n', "\r\n"), "{name}");
        if !name.ends_with("loose.infra") {
            assert_eq!(format(&text), text, "{name} is not canonical");
        }
    }
}

#[test]
fn the_library_keeps_its_meaning() {
    for (_, text) in library() {
        check(&text);
    }
}

#[test]
fn loose_text_is_put_in_order() {
    let name = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/loose.infra");
    insta::assert_snapshot!(format(&std::fs::read_to_string(name).unwrap()));
}

#[test]
fn long_lines_are_broken_outside_in() {
    let long = |n: usize| (0..n).map(|i| format!("element_{i:04}")).collect::<Vec<_>>().join(", ");
    let text = format!("stack a b {{ x = [{}], y = f(1, g = 2) }}\nz = f([{}])\n", long(3), long(9));
    check(&text);
    assert_eq!(
        format(&format!("stack a b {{ x = [{}], y = {{ a = 1 }} }}\n", long(7))),
        format!("stack a b {{\n  x = [{}]\n  y = {{ a = 1 }}\n}}\n", long(7))
    );
    let expected: String = (0..9).map(|i| format!("  element_{i:04},\n")).collect();
    assert_eq!(format(&format!("z = f([{}])\n", long(9))), format!("z = f([\n{expected}])\n"));
}

#[test]
fn lines_end_as_the_first_one_does() {
    assert_eq!(format("a  = 1\r\nb = 2\nc = 3\r\n"), "a = 1\r\nb = 2\r\nc = 3\r\n");
    assert_eq!(format("a  = 1\nb = 2\r\n"), "a = 1\nb = 2\n");
    assert_eq!(format("a  = 1"), "a = 1\n");
}

#[test]
fn broken_text_is_not_laid_out() {
    assert!(infrac::fmt::format(FileId(0), "a = [1\n").is_err());
    assert!(infrac::fmt::format(FileId(0), "a == 1\n").is_err());
}

#[test]
fn an_empty_file_stays_empty() {
    assert_eq!(format(""), "");
    assert_eq!(format("\n\n# only this  \n\n"), "# only this\n");
}
