//! Limits are messages, in the same way in every thread and profile.

use crate::parse;
use infrac::diag::Code;
use infrac::syntax::limits::*;

fn exceeds(text: &str) -> bool {
    let (_, messages) = parse(text);
    messages.iter().any(|m| m.code == Code::LimitExceeded)
}

#[test]
fn nesting_has_one_limit_in_every_form() {
    let most = MAX_NESTING as usize;
    let forms: [(&str, &str, &str); 8] = [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{ a = ", "1", "}"),
        ("f(", "1", ")"),
        ("- ", "1", ""),
        ("not ", "x", ""),
        ("if a then b else ", "c", ""),
        ("\"${", "1", "}\""),
    ];
    for (open, inner, close) in forms {
        let nested = |n: usize| format!("x = {}{inner}{}\n", open.repeat(n), close.repeat(n));
        assert!(!exceeds(&nested(most - 2)), "{open}");
        assert!(exceeds(&nested(most + 1)), "{open}");
        assert!(exceeds(&nested(20_000)), "{open}");
    }
    let blocks = |n: usize| format!("{}{}", "a {\n".repeat(n), "}\n".repeat(n));
    assert!(!exceeds(&blocks(most)) && exceeds(&blocks(most + 1)) && exceeds(&blocks(100_000)));
}

#[test]
fn chains_are_nesting_too() {
    for link in [" + 1", " and b", ".c", "[0]", " ?? d"] {
        assert!(!exceeds(&format!("x = a{}\n", link.repeat(MAX_NESTING as usize - 1))), "{link}");
        assert!(exceeds(&format!("x = a{}\n", link.repeat(MAX_NESTING as usize))), "{link}");
        assert!(exceeds(&format!("x = a{}\n", link.repeat(100_000))), "{link}");
    }
}

#[test]
fn files_and_strings_have_limits() {
    assert!(exceeds(&" ".repeat(MAX_FILE + 1)));
    assert!(!exceeds(&format!("x = \"{}\"", "a".repeat(MAX_STRING - 2))));
    assert!(exceeds(&format!("x = \"{}\"", "a".repeat(MAX_STRING))));
    assert!(exceeds(&format!("x = \"\"\"\n{}\n\"\"\"", "a".repeat(MAX_STRING))));
    let (_, messages) = parse(&"?\n".repeat(MAX_MESSAGES * 100));
    assert!(messages.len() <= MAX_MESSAGES + 1);
}

/// Deep and long texts are read in time that is proportional to their size: a second pass for each byte would take minutes.
#[test]
fn hostile_texts_are_read() {
    let pieces = [
        "(",
        "[",
        "{",
        "}",
        ")",
        "\"",
        "\"${",
        "a {\n",
        "a {",
        "{\n",
        "a\n}\n",
        " a\n",
        "x = \"\"\"\n",
        "\"\"\"\n x \"\"\"\n",
        " \"\"\"\n",
        "(]",
        "{ a }",
        "a\"\"\"\n",
        "- ",
        "a = b +\n",
        "{ a = [",
        "{ a = { b",
        "a \"b${c}\" ",
        ", a b",
        "\\",
        "##\n",
        "if ",
    ];
    for piece in pieces {
        let text = piece.repeat(100_000 / piece.len());
        crate::watch::within_two_seconds(piece, move || drop(parse(&text)));
    }
}
