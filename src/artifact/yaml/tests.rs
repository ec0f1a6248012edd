//! Text of the characters that YAML gives a meaning, and the layout of an example by hand.

use super::{Document, Map, Node, Seq, print};
use proptest::collection::vec;
use proptest::prelude::*;

/// Text of the characters that have a meaning in YAML or in a reader of it.
pub(in crate::artifact) fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            ":", "-", "#", " #", ": ", "- ", "? ", "&a", "*a", "!t", "|", ">", "%", "@", "`", "\"", "'", "{", "}", "[", "]",
            ",", "\n", "\r", "\t", "  ", "\0", "\u{85}", "\u{2028}", "\u{feff}", "\u{7f}", "---", "...", "=", "<<", "~", "0",
            "1", "1_000", "1,000", "22:22", "2024-01-01", "0x1f", "0o17", "0b1", "1e3", ".5", ".inf", "+", ".", "é", "👩‍💻",
            "{{ a }}", "\\", "\u{fffe}", "\u{a0}",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "no", "Yes", "on", "OFF", "y", "N", "null", "Null", "true", "False", "nan", "inf", "NaN", ".NaN", "-.inf", "1.5", "-0",
        ]).prop_map(str::to_owned),
        1 => "[a-z0-9 ]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

#[test]
fn layout_of_a_playbook() {
    let task = Map::new()
        .with("name", "configure | Write the file")
        .with(
            "ansible.builtin.copy",
            Map::new().with("dest", "/etc/x").with("content", "{{ a }}").with("mode", "0600").with("script", "a\n b\n"),
        )
        .with("when", vec!["not ansible_check_mode"])
        .with("tags", Node::flow(["a", "b"]));
    let long = "{{ lookup('x', 'store', field='gossip_key', vault='acme-prod', nothing='at all', and_still='more words') }}";
    let vars = Map::new()
        .with("version", "2.5.0")
        .with("address", "10.20.1.10")
        .comment("Where it listens.")
        .with("key", Node::folded([long, " | default"].concat()))
        .with("empty", Map::new())
        .with("none", Node::Null)
        .blank()
        .with("uses", "a@1")
        .trailing("v1");
    let seq = Seq::new([Node::from(task)]).commented("The values.", vars).spaced();
    let document = Document::new(seq).header("Generated").start();
    insta::assert_snapshot!(print(&document).unwrap(), @r#"
    # Generated
    ---
    - name: configure | Write the file
      ansible.builtin.copy:
        dest: /etc/x
        content: "{{ a }}"
        mode: "0600"
        script: |
          a
           b
      when:
        - not ansible_check_mode
      tags: [a, b]

    # The values.
    - version: "2.5.0"
      # Where it listens.
      address: 10.20.1.10
      key: >-
        {{ lookup('x', 'store', field='gossip_key', vault='acme-prod', nothing='at all', and_still='more words') }} |
        default
      empty: {}

      none:
      uses: a@1 # v1
    "#);
}

#[test]
fn quotes_what_some_reader_takes_for_another_value() {
    let quoted = [
        "",
        "no",
        "On",
        "y",
        "NULL",
        "~",
        "1",
        "-1",
        "1_000",
        "1,000",
        "0x1f",
        "22:22",
        "2024-01-01",
        "1e3",
        ".5",
        ".inf",
        "-.INF",
        "2.5.0",
        "a: b",
        "a #b",
        "a:",
        "- a",
        "-1a",
        "-=a",
        "--=a",
        "--1a",
        "---",
        "...",
        "{{ a }}",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "\"a",
        "'a",
        "[a",
        "a\tb",
        "=",
        "<<",
        " a",
        "a ",
        "nan",
        "0o17",
        "10:30",
        "::/0",
        "#a",
        "? a",
        "|",
        ">",
        ",a",
    ];
    for text in quoted {
        let printed = print(&Document::new(vec![text])).unwrap();
        assert!(printed.starts_with("- \""), "{printed}");
    }
    let plain = [
        "a",
        "/etc/x",
        "10.20.1.10",
        "10.0.0.0/8",
        "a: b".trim_end_matches(": b"),
        "-o ProxyJump=a",
        "./ci/x.sh",
        "a::b",
        "mgmt:&a",
        "$CI == \"a\"",
        "x {{ y }}",
        "${{ a }}",
        "7zip",
        "a#b",
        "é",
        "--flag",
        "_a",
        "not a",
        "v1.2.3",
    ];
    for text in plain {
        assert_eq!(print(&Document::new(vec![text])).unwrap(), ["- ", text, "\n"].concat());
    }
}

#[test]
fn escapes_are_as_short_as_they_can_be() {
    let text = "\"\\ \n\t\r\u{7}\u{85}\u{a0}\u{2028}\u{e0041} é";
    assert_eq!(print(&Document::new(vec![text])).unwrap(), "- \"\\\"\\\\ \\n\\t\\r\\x07\\x85\\xa0\\u2028\\U000e0041 é\"\n");
    assert_eq!(print(&Document::new(vec![1.0, -0.5, 1e21, 1.5e-7])).unwrap(), "- 1.0\n- -0.5\n- 1.0e+21\n- 1.5e-7\n");
}

#[test]
fn a_key_has_an_end() {
    let of = |length: usize| print(&Document::new(Map::new().with("a".repeat(length), 1)));
    assert!(of(1000).is_ok() && of(1001).is_err());
    let wide = |length: usize| print(&Document::new(Map::new().with("\u{20000}".repeat(length), 1)));
    assert!(wide(500).is_ok() && wide(501).is_err());
    assert!(print(&Document::new(Map::new().with("a", 1).with("a", 2))).is_err());
    assert!(print(&Document::new(Map::new().with("<<", 1))).is_err());
}

#[test]
fn blank_lines_stand_between() {
    let map = || Map::new().with("a", 1).with("b", 2).spaced();
    let file = |document: Document| print(&document).unwrap();
    assert_eq!(file(Document::new(map())), "a: 1\n\nb: 2\n");
    assert_eq!(file(Document::new(map()).header("x")), "# x\n\na: 1\n\nb: 2\n");
    assert_eq!(file(Document::new(map()).header("x").start()), "# x\n---\na: 1\n\nb: 2\n");
    assert_eq!(file(Document::new(map()).start()), "---\na: 1\n\nb: 2\n");
    assert_eq!(file(Document::new(Map::new().with("a", 1)).header("x")), "# x\na: 1\n");
    assert_eq!(file(Document::new(Seq::new([1, 2]).spaced())), "- 1\n\n- 2\n");
    assert_eq!(file(Document::default()), "");
}

#[test]
fn on_is_bare_at_the_top_for_a_reader_of_yaml_1_2() {
    let map = || Map::new().with("on", 1).with("off", Map::new().with("on", 2));
    assert_eq!(print(&Document::new(map()).bare_on()).unwrap(), "on: 1\n\"off\":\n  \"on\": 2\n");
    assert_eq!(print(&Document::new(map())).unwrap(), "\"on\": 1\n\"off\":\n  \"on\": 2\n");
}

#[test]
fn comments_have_room_above_the_dash() {
    let map = Map::new().with("a", 1).comment("A.").with("b", 2).comment("B.");
    let nested = Seq::new([Node::from(Seq::new(Vec::<Node>::new()).commented("C.", map.clone())), Node::from(map)]);
    insta::assert_snapshot!(print(&Document::new(Map::new().with("k", nested))).unwrap(), @"
    k:
      # C.
      # A.
      - - a: 1
          # B.
          b: 2
      # A.
      - a: 1
        # B.
        b: 2
    ");
}

#[test]
fn lists_stand_in_one_line_as_long_as_they_fit() {
    let lines = |document: Document| print(&document).unwrap().lines().count();
    let flow = |width: usize| Node::flow(["a".repeat(width)]);
    // A line has 120 characters, two of which are the brackets.
    let root = |width: usize| lines(Document::new(flow(width)));
    assert_eq!([root(118), root(119)], [1, 1]);
    assert!(print(&Document::new(flow(118))).unwrap().starts_with('[') && print(&Document::new(flow(119))).unwrap().starts_with('-'));
    for level in [0, 1, 3] {
        let within = |value: Node| lines(Document::new((0..level).fold(value, |value, _| Node::from(Map::new().with("k", value)))));
        // Behind `key: ` and behind `- `.
        let entry = |width: usize| within(Node::from(Map::new().with("key", flow(width))));
        let most = 118 - 2 * level - 5;
        assert_eq!([entry(most), entry(most + 1)], [level + 1, level + 2], "{level}");
        let item = |width: usize| {
            print(&Document::new((0..level).fold(Node::from(vec![flow(width)]), |value, _| Node::from(vec![value])))).unwrap()
        };
        let most = 118 - 2 * level - 2;
        assert!(item(most).contains('[') && !item(most + 1).contains('['), "{level}");
    }
}

#[test]
fn long_text_is_folded_where_its_line_would_be_too_long() {
    let text = |width: usize| Node::folded(["a".repeat(width - 2).as_str(), "b"].join(" "));
    let is_folded = |node: Node| print(&Document::new(node)).unwrap().contains(">-");
    for level in [0, 1, 3] {
        let within = |value: Node| (0..level).fold(value, |value, _| Node::from(Map::new().with("k", value)));
        let entry = |width: usize| is_folded(within(Node::from(Map::new().with("key", text(width)))));
        let most = 120 - 2 * level - 5;
        assert_eq!([entry(most), entry(most + 1)], [false, true], "{level}");
        let first = |width: usize| {
            let text = [10, width - 11, 40].map(|length| "a".repeat(length)).join(" ");
            let printed = print(&Document::new(within(Node::from(Map::new().with("key", Node::folded(text)))))).unwrap();
            printed.lines().nth(level + 1).map(|line| line.trim_start().len())
        };
        let most = 120 - 2 * (level + 1);
        assert_eq!([first(most), first(most + 1)], [Some(most), Some(10)], "{level}");
        let item = |width: usize| is_folded((0..=level).fold(text(width), |value, _| Node::from(vec![value])));
        let most = 120 - 2 * level - 2;
        assert_eq!([item(most), item(most + 1)], [false, true], "{level}");
    }
}

#[test]
fn folded_lines_are_as_long_as_they_can_be() {
    use super::scalar::folded;
    assert_eq!(folded("aa bb cc", 8), Some(vec!["aa bb cc"]));
    assert_eq!(folded("aa bb cc", 7), Some(vec!["aa bb", "cc"]));
    assert_eq!(folded("aa bb cc", 5), Some(vec!["aa bb", "cc"]));
    assert_eq!(folded("aa bb cc", 4), Some(vec!["aa", "bb", "cc"]));
    assert_eq!(folded("aaaa bb", 2), Some(vec!["aaaa", "bb"]));
    // Two spaces would fold to one.
    assert_eq!(folded("aa  bb cc", 6), Some(vec!["aa  bb", "cc"]));
    assert_eq!(folded("aa  bb", 3), Some(vec!["aa  bb"]));
    assert_eq!(folded("éé bb", 4), Some(vec!["éé", "bb"]));
    for text in ["", " a", "a ", "a\tb", "a\nb", "a\u{a0}b", "a\u{200b}b"] {
        assert_eq!(folded(text, 1), None, "{text:?}");
    }
}

#[test]
fn a_block_holds_lines_that_every_reader_leaves() {
    use super::scalar::{Ending, lines_ending};
    let ending = |text: &str| lines_ending(text).map(|ending| ending == Ending::Break);
    assert_eq!(ending("a\nb\n"), Some(true));
    assert_eq!(ending("a\n\n b\tc"), Some(false));
    for text in ["a", "a\n\n", " a\nb", "\na\n", "a \nb", "a\nb\u{a0}", "a\n\tb", "a\n\u{200b}", "a\r\nb", "\ta\nb"] {
        assert_eq!(ending(text), None, "{text:?}");
    }
    let file = |text: &str| print(&Document::new(Map::new().with("k", text).trailing("x"))).unwrap();
    assert_eq!(file("a\n\n b"), "k: |- # x\n  a\n\n   b\n");
    assert_eq!(file("a\nb\n"), "k: | # x\n  a\n  b\n");
}

#[test]
fn numbers_of_other_scripts_are_quoted() {
    let is_quoted = |text: &str| print(&Document::new(text)).unwrap().starts_with('"');
    for text in ["e5", "E+", "e-1", "+1", "1٣", "٣", "1e3", "0x1F", "10.0.0", "1.2.3.4.5", "1.2.3.4444", "1.2..4", "1.2.3.a"] {
        assert!(is_quoted(text), "{text}");
    }
    for text in ["e", "ea", "1g", "1é", "+g", "1.2.3.444", "e5g"] {
        assert!(!is_quoted(text), "{text}");
    }
}

#[test]
fn trees_are_made_of_data() {
    use crate::artifact::json::Value;
    let data = Value::object().with("k", vec![Value::Null, Value::from(1.5)]).with("t", "x");
    let meant = Map::new().with("k", Seq::new([Node::Null, Node::Float(1.5)])).with("t", "x");
    assert_eq!(Node::from(data), Node::Map(meant.clone()));
    let node = Node::Map(meant);
    assert_eq!(node.get("t"), Some(&Node::Text("x".into())));
    assert_eq!([node.get("x"), Node::Null.get("t")], [None, None]);
    let mut seq = Seq::new([1]);
    seq.push("b");
    assert_eq!(seq, Seq::new([Node::Int(1), Node::from("b")]));
    assert_eq!(Map::new().maybe("a", Some(1)).maybe("b", None::<i64>), Map::new().with("a", 1));
}
