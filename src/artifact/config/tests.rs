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
        assert!(ini(&[Section::head().text("a", text)]).is_err(), "{text:?}");
    }
    assert!(systemd(&[Section::new("Service").text("ExecStart", "a; b")]).is_err());
    assert!(systemd(&[Section::new("Service").text("Environment", "A=b c")]).is_err());
    assert!(systemd(&[Section::new("Service").text("Environment", "A=$b%")]).is_ok_and(|unit| unit.ends_with("Environment=A=$b%%\n")));
    assert!(ini(&[Section::head().text("a", "x ; y")]).is_err());
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
