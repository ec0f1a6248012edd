//! What is said of common mistakes, word for word.

use crate::parse;

/// The messages of a text: `line:column code message | help`.
fn said(text: &str) -> Vec<String> {
    let (_, messages) = parse(text);
    messages
        .iter()
        .map(|m| {
            let before = &text[..m.primary.span.start as usize];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let help = m.help.as_deref().unwrap_or("-");
            format!("{line}:{column} {} {} | {help}", m.code.id(), m.message)
        })
        .collect()
}

#[test]
fn mistakes_of_other_languages() {
    let cases = [
        ("a = 'x'", "1:5 IC0001 a string in single quotes | strings stand in double quotes"),
        ("a = b && c", "1:7 IC0001 `&&` is no sign of the language | write `and`"),
        ("a = 1;", "1:6 IC0001 `;` is no sign of the language | a line break or `,` separates"),
        ("// note", "1:1 IC0001 `//` begins no comment | comments begin with `#`"),
        ("a: 1", "1:2 IC0002 expected `=`, found `:` | -"),
        ("a = { b: 1 }", "1:8 IC0002 expected `=`, found `:` | -"),
        ("a 1", "1:3 IC0002 expected `=` or `{`, found `1` | write `a = value`, or `a { … }`"),
        ("x { on eu }", "1:5 IC0002 expected `=` or `{`, found `}` | write `on = eu`, or `on eu { … }`"),
        (
            "x {\n  owner \"me\"\n}",
            "2:3 IC0002 expected `=` or `{`, found the end of the line | write `owner = \"me\"`, or `owner \"me\" { … }`",
        ),
        ("a = x not in y", "1:7 IC0002 expected the end of the line, found `not` | write `not (x in xs)`"),
        ("a { b = 1 c = 2 }", "1:11 IC0002 expected `,` or the end of the line, found `c` | a line break or `,` separates items"),
        ("a = b ? c", "1:7 IC0002 expected the end of the line, found `?` | a condition is written `if c then a else b`"),
        ("a = 1 <= x <= 3", "1:12 IC0002 `<=` follows another comparison | comparisons do not chain: write `a <= b and b <= c`"),
        ("a = b == not c", "1:10 IC0002 `not` stands behind an operator that binds stronger | put it in parentheses: `(not …)`"),
        ("a = x.lower()", "1:12 IC0002 this is no function | only a name can be called: there are functions, no methods"),
        ("a = xs.0", "1:8 IC0002 expected the name of a member, found `0` | elements are reached by `[0]`"),
        ("a = Size", "1:5 IC0002 expected a value, found `Size` | values have names in lower case; a text stands in quotes"),
        ("a = 0644", "1:5 IC0203 `0644` is no number | numbers do not begin with 0; put a file mode in quotes"),
        ("a = 10.0.0.256", "1:5 IC0203 `10.0.0.256` is no address | each of the four numbers is between 0 and 255"),
        ("a = 70000/tcp", "1:5 IC0203 `70000/tcp` is no port | ports are numbers from 1 to 65535"),
        ("a = 10.0.0/8", "1:5 IC0001 `10.0.0` is neither a number nor an address | an address has four numbers"),
        ("a = \"\\q\"", "1:6 IC0001 unknown escape `\\q` | the escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\$` and `\\u{1f600}`"),
        ("größe = 1", "1:1 IC0001 name `größe` holds `ö` | names are made of ASCII letters, digits, `_` and `-`"),
        ("enum bigSize { a }", "1:6 IC0001 `bigSize` is no name of a type | types are named like `Size`, built-in records like `host`"),
        ("else \"x\"\nelse x", "1:1 IC0002 `else` begins no item | it continues a `check`, or the rule behind `where`, on the line above"),
    ];
    for (text, expected) in cases {
        let said = said(text);
        assert!(said.contains(&expected.to_string()), "{text}\n expected {expected}\n said {said:#?}");
        assert!(said.len() <= 2, "{text}: {said:#?}");
    }
}

/// What follows says where the mistake is, also when it could be read as something else.
#[test]
fn what_was_forgotten_is_said_where_it_is_missing() {
    let cases = [
        ("file f if a == {\n  b = 1\n}\n", vec!["1:16 IC0002 expected a value behind the operator, found `{` | -"]),
        ("file f for k in a ?? {\n  b = 1\n} {\n  c = k\n}\n", vec![]),
        ("a = concat(\n    b,\n  ],\n)\n", vec!["1:12 IC0003 `[` is missing at the end of the line | open it with `[`"]),
        ("a = concat(\n  [\n    b,\n  ],\n    c,\n  ],\n)\n", vec!["4:5 IC0003 `[` is missing at the end of the line | open it with `[`"]),
    ];
    for (text, expected) in cases {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_closed_is_said_once_at_its_opening() {
    let cases = [
        ("a = \"b\nc = 1\n", "1:5 IC0003 `\"` is not closed | close it with `\"` before the end of the line"),
        ("a = \"b ${c\nd = 1\n", "1:8 IC0003 `${` is not closed | close it with `}` before the end of the line"),
        ("a = \"\"\"\n  text\nb = 1\n", "1:5 IC0003 `\"\"\"` is not closed | close it with `\"\"\"` on a line of its own"),
        ("a {\n  b = [1,\n  c = 2\n}\n", "2:7 IC0003 `[` is not closed | close it with `]`"),
        ("a {\n  b = 1\n\nc {\n}\n", "1:3 IC0003 `{` is not closed | close it with `}`"),
        ("a {\n  b = 1 }\n}\n", "2:9 IC0003 `}` closes nothing | remove it, or open the bracket before it"),
    ];
    for (text, expected) in cases {
        assert_eq!(said(text), [expected], "{text}");
        let (_, messages) = parse(text);
        assert_eq!(messages[0].related.len(), usize::from(!messages[0].message.ends_with("closes nothing")));
    }
}

#[test]
fn the_text_itself_is_checked() {
    assert!(said("\u{feff}a = 1")[0].contains("byte order mark"));
    assert!(said("a = \"e\u{301}\"")[0].contains("normal form C"));
    assert!(said("a = \"\u{202e}\"")[0].contains("U+202E"));
    assert!(said("a = \"\u{7}\"")[0].contains("U+0007"));
    assert!(said("a = 1\rb = 2")[0].contains("carriage return"));
    assert!(said("a = \"é €\"").is_empty());
}

#[test]
fn documentation_belongs_to_the_next_item() {
    let (file, _) = parse("## one\n\n## two\n## three\na = 1 ## not this\nb = 2\n");
    let docs: Vec<Option<&str>> = file
        .items
        .iter()
        .map(|item| match item {
            infrac::syntax::ast::Item::Attribute(a) => a.doc.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(docs, [Some("two\nthree"), None]);
    assert_eq!(file.comments.iter().filter(|c| c.doc).count(), 3);
}

#[test]
fn strings_of_several_lines_lose_their_indentation() {
    let text = "a = \"\"\"\n    one ${b}\n      two\n\n    \\\"three\\\"\n    \"\"\"\n";
    let tree = crate::dump::dump(&parse(text).0);
    assert_eq!(tree, r#"(attribute a = (string "one " b "\n  two\n\n\"three\"\n"))"#);
    assert_eq!(crate::dump::dump(&parse(&text.replace('\n', "\r\n")).0), tree);
    assert!(said("a = \"\"\"\n  one\n    \"\"\"\n")[0].contains("indented less"));
}

#[test]
fn a_merge_that_is_not_finished_is_one_mistake() {
    let text = "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\nb = 4 }\n>>>>>>> other\nc = 5\n";
    let help = "keep what is right of both sides, and remove the lines with the marks";
    assert_eq!(said(text), [format!("2:1 IC0002 git has left the marks of a merge that is not finished | {help}")]);
    // Another mistake is told, too, and a text may hold such lines.
    assert_eq!(said(&text.replace("c = 5", "c 5")).len(), 2);
    assert!(said("a = \"\"\"\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n\"\"\"\n").is_empty());
}
