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
