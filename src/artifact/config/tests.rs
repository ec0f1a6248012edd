//! Templates of structured files, and the values that have no place in them.

use super::{Each, Item, Part, Section, Value, ini, json, lines, systemd, toml};
use crate::artifact::jinja::Expr;

fn each() -> Each {
    let leader = Expr::concat([Expr::from("https://"), Expr::variable("server")]);
    Each {
        variable: "server".into(),
        over: Expr::variable("servers"),
        condition: None,
        value: Value::object().with("leader", leader).with("tls", true),
    }
}

#[test]
fn json_of_known_and_deferred_values() {
    let value = Value::object()
        .with("ui", false)
        .with("level", Expr::variable("level"))
        .with("text", "{{ x }}")
        .with("names", vec!["a", "b"])
        .with("join", each());
    insta::assert_snapshot!(json(&value).unwrap(), @r#"
    {
      "ui": false,
      "level": {{ level | to_json(ensure_ascii=False) }},
      "text": "{{ '{' }}{ x }}",
      "names": ["a", "b"],
      "join": [
    {% for server in servers %}
        {
          "leader": {{ ('https://' ~ server) | to_json(ensure_ascii=False) }},
          "tls": true
        }{{ '' if loop.last else ',' }}
    {% endfor %}
      ]
    }
    "#);
}

#[test]
fn toml_of_known_and_deferred_values() {
    let value = Value::object()
        .with("table", Value::object().with("a b", 1).with("x", Expr::variable("x")))
        .with("factor", 3)
        .with("share", 1.0)
        .with("join", each())
        .with("nested", Value::object().with("inner", Value::object().with("list", vec![1, 2])));
    insta::assert_snapshot!(toml(&value).unwrap(), @r#"
    factor = 3
    share = 1.0

    [table]
    "a b" = 1
    x = {{ x | to_json(ensure_ascii=False) | replace("\x7f", "\\u007f") }}
    {% for server in servers %}

    [[join]]
    leader = {{ ('https://' ~ server) | to_json(ensure_ascii=False) | replace("\x7f", "\\u007f") }}
    tls = true
    {% endfor %}

    [nested.inner]
    list = [1, 2]
    "#);
}

#[test]
fn toml_reads_back() {
    let text = "a\"\\\u{7f}\n\u{1}é";
    let value = Value::object().with(text, text).with("t", Value::from(vec![Value::object().with("k", text)]));
    let read: ::toml::Table = toml(&value).unwrap().parse().unwrap();
    assert_eq!(read[text].as_str(), Some(text));
    assert_eq!(read["t"][0]["k"].as_str(), Some(text));
    assert!(toml(&Value::object().with("a", Value::Scalar(crate::artifact::json::Value::Null))).is_err());
}

#[test]
fn units_escape_specifiers_and_refuse_what_they_cannot_hold() {
    let start = [Part::from(Expr::variable("bin")), Part::text(" agent".trim()), Part::verbatim(" -pid $MAINPID")];
    let unit = [
        Section::new("Unit").text("Description", "100% sure"),
        Section::new("Service").with("ExecStart", start).comment([Part::text("two\nlines")]),
    ];
    insta::assert_snapshot!(systemd(&unit).unwrap(), @"
    [Unit]
    Description=100%% sure

    [Service]
    ExecStart={{ bin }}agent -pid $MAINPID
    # two lines
    ");
    for text in ["a\nb", " a", "a ", "\u{a0}a", "a\u{3000}", "a\\", "\u{202e}"] {
        assert!(systemd(&[Section::new("Unit").text("Description", text)]).is_err(), "{text:?}");
        assert!(ini(&[Section::default().text("a", text)]).is_err(), "{text:?}");
    }
    assert!(systemd(&[Section::new("Service").text("ExecStart", "a; b")]).is_err());
    assert!(systemd(&[Section::new("Service").text("Environment", "A=b c")]).is_err());
    assert!(systemd(&[Section::new("Service").text("Environment", "A=$b%")]).is_ok_and(|unit| unit.ends_with("Environment=A=$b%%\n")));
    assert!(ini(&[Section::default().text("a", "x ; y")]).is_err());
    assert!(ini(&[Section::new("a]\n[b")]).is_err());
}

#[test]
fn lines_repeat_and_depend() {
    let server = Item::Line(vec![Part::verbatim("server "), Part::from(Expr::variable("server"))]);
    let items = [
        Item::Each { variable: "server".into(), over: Expr::variable("servers"), condition: None, items: vec![server] },
        Item::If(Expr::variable("x"), vec![Item::Entry("MTU".into(), vec![Part::text("1280")])]),
    ];
    insta::assert_snapshot!(lines(&items).unwrap(), @"
    {% for server in servers %}
    server {{ server }}
    {% endfor %}
    {% if x %}
    MTU = 1280
    {% endif %}
    ");
}

#[test]
fn json_closes_where_it_opened() {
    let list = |first: &str| Value::from(vec![Value::from(Expr::variable(first)), Value::from(vec![1, 2]), Value::object().with("k", 1)]);
    let value = Value::object().with("in", Value::object().with("list", list("x")).with("none", Value::object()));
    insta::assert_snapshot!(json(&value).unwrap(), @r#"
    {
      "in": {
        "list": [
          {{ x | to_json(ensure_ascii=False) }},
          [1, 2],
          {
            "k": 1
          }
        ],
        "none": {}
      }
    }
    "#);
}

#[test]
fn a_list_of_json_stands_in_one_line_as_long_as_it_fits() {
    // Two spaces for each level, and four characters around the text.
    let lines = |depth: usize, width: usize| {
        let list = Value::from(vec!["a".repeat(width)]);
        json(&(0..depth).fold(list, |value, _| Value::object().with("k", value))).unwrap().lines().count()
    };
    for depth in [0, 1, 3] {
        let most = 80 - 4 - 2 * depth;
        assert_eq!([lines(depth, most), lines(depth, most + 1)], [1 + 2 * depth, 3 + 2 * depth], "{depth}");
    }
}

#[test]
fn toml_has_a_place_for_every_value() {
    let inner = Value::object().with("a", 1).with("b", Value::object());
    let value = Value::object()
        .with("none", Vec::<Value>::new())
        .with("mixed", vec![Value::from(1), inner, Value::from(Vec::<Value>::new())])
        .with("table", Value::object());
    insta::assert_snapshot!(toml(&value).unwrap(), @"
    none = []
    mixed = [1, { a = 1, b = {} }, []]

    [table]
    ");
    assert!(toml(&Value::from(1)).is_err());
    assert!(toml(&Value::object().with("a", 1).with("a", 2)).is_err());
}

#[test]
fn the_first_section_stands_in_the_first_line() {
    let [head, named] = [Section::default(), Section::new("a")].map(|section| section.text("k", "v"));
    assert_eq!(systemd(&[named.clone(), named.clone()]).unwrap(), "[a]\nk=v\n\n[a]\nk=v\n");
    assert_eq!(systemd(&[head.clone(), named.clone().blank(), head]).unwrap(), "k=v\n\n[a]\nk=v\n\nk=v\n");
    assert!(systemd(&[Section::new("a[")]).is_err() && systemd(&[Section::new("a\nb")]).is_err());
}

#[test]
fn keys_are_words_that_no_format_takes_for_syntax() {
    let of = |key: &str| ini(&[Section::default().text(key, "v")]);
    for key in ["", "a=b", " a", "a ", "#a", "[a", "a\n"] {
        assert!(of(key).is_err(), "{key:?}");
    }
    assert_eq!(of("a b_-.:/@%+1").unwrap(), "a b_-.:/@%+1 = v\n");
}

#[test]
fn ini_refuses_what_some_reader_takes_for_a_comment() {
    let of = |text: &str| ini(&[Section::default().text("k", text)]);
    for text in ["#a", ";a", "a #b", "a ;b", "a # b", "a ; b"] {
        assert!(of(text).is_err(), "{text}");
    }
    assert_eq!(of("a#b;c").unwrap(), "k = a#b;c\n");
}

#[test]
fn only_the_edges_of_a_value_are_lost() {
    let line = |parts: Vec<Part>| lines(&[Item::Line(parts)]);
    let x = || Part::from(Expr::variable("x"));
    assert_eq!(line(vec![Part::text("  a "), x()]).unwrap(), "  a {{ x }}\n");
    assert!(line(vec![x(), Part::text(" a ")]).is_err() && line(vec![x(), Part::text("a\\")]).is_err());
    let entry = |parts: Vec<Part>| lines(&[Item::Entry("k".into(), parts)]);
    assert_eq!(entry(vec![x(), Part::text(" a\\ "), x()]).unwrap(), "k = {{ x }} a\\ {{ x }}\n");
    assert!(entry(vec![Part::text(" "), x()]).is_err());
    assert_eq!(entry(vec![Part::text("\\a")]).unwrap(), "k = \\a\n");
}
