//! Literals, precedence and statements, as Jinja 3 was seen to read them.

use super::{Arguments, Binary, Expr, Part, Piece, condition, line, plain, template, value};

#[test]
fn literals_are_never_evaluated() {
    let cases = [
        ("a", "{{ 'a' }}"),
        ("", "{{ '' }}"),
        ("{{ x }} {% y %}", "{{ '{{ x }} {% y %}' }}"),
        ("it's", "{{ 'it' ~ \"'\" ~ 's' }}"),
        ("a\\n", "{{ 'a' ~ ('%c' | format(92)) ~ 'n' }}"),
        ("\r", "{{ ('%c' | format(13)) }}"),
    ];
    for (text, printed) in cases {
        assert_eq!(value(&Expr::from(text)).unwrap(), printed);
    }
    assert_eq!(plain("100 %").unwrap(), "100 %");
    assert_eq!(plain("#jinja2: x").unwrap(), "{{ '#jinja2: x' }}");
    assert_eq!(plain("{# x").unwrap(), "{{ '{# x' }}");
}

#[test]
fn text_around_expressions_opens_no_tag() {
    let x = || Part::from(Expr::variable("x"));
    assert_eq!(line(&[Part::text("a{"), x()]).unwrap(), "a{{ '{' }}{{ x }}");
    assert_eq!(line(&[Part::text("{{% "), x(), Part::text("}{")]).unwrap(), "{{ '{' }}{{ '{' }}% {{ x }}}{");
    assert_eq!(line(&[Part::text("#jinja"), Part::text("2:"), x()]).unwrap(), "{{ '#jinja2:' }}{{ x }}");
}

#[test]
fn parentheses_by_precedence() {
    let [a, b, c] = ["a", "b", "c"].map(Expr::path);
    let cases = [
        (a.clone().or(b.clone()).and(c.clone()), "(a or b) and c"),
        (a.clone().is("defined").and(b.clone().is_not("none")), "a is defined and b is not none"),
        (a.clone().is("defined").conditional(1, b.clone().is("x")), "1 if a is defined else b is x"),
        (a.clone().conditional(b.clone().is("x"), 1), "(b is x) if a else 1"),
        (a.clone().equals(b.clone()).equals(c.clone()), "(a == b) == c"),
        (a.clone().binary(Binary::In, b.clone()).negated(), "not a in b"),
        (Expr::concat([a.clone(), Expr::from(":1")]).filter("to_json"), "(a ~ ':1') | to_json"),
        (Expr::concat([a.clone(), b.clone().filter("int")]), "a ~ b | int"),
        (Expr::from("x'").filter("length"), "('x' ~ \"'\") | length"),
        (a.clone().filter("first").attribute("items"), "(a | first)['items']"),
        (a.clone().binary(Binary::Subtract, b.binary(Binary::Subtract, c)), "a - (b - c)"),
        (a.filter_with("to_json", Arguments::default().with("ensure_ascii", false)), "a | to_json(ensure_ascii=false)"),
    ];
    for (expr, printed) in cases {
        assert_eq!(condition(&expr).unwrap(), printed);
    }
    assert!(condition(&Expr::variable("a b")).is_err());
    assert!(condition(&Expr::variable("not")).is_err());
}

#[test]
fn statements_stand_on_lines_of_their_own() {
    let server = Expr::variable("server");
    let pieces = [Piece::For {
        variable: "server".into(),
        over: Expr::path("time.servers"),
        condition: Some(server.clone().is("truthy")),
        body: vec![
            Piece::Text("server ".into()),
            Piece::Expr(server.clone()),
            Piece::Text("\n".into()),
            Piece::If { condition: server, yes: vec![Piece::Text("{".into())], no: vec![] },
        ],
    }];
    insta::assert_snapshot!(template(&pieces).unwrap(), @"
    {% for server in time.servers if server is truthy %}
    server {{ server }}
    {% if server %}
    {{ '{' }}{% endif %}
    {% endfor %}
    ");
}

#[test]
fn signs_and_words_keep_together() {
    let [a, b] = ["a", "b"].map(Expr::path);
    let cases = [
        (Expr::from(-1).filter("abs"), "(-1) | abs"),
        (Expr::from(0).filter("abs"), "0 | abs"),
        (Expr::from(1).filter("abs"), "1 | abs"),
        (Expr::Float(-1.5).filter("abs"), "(-1.5) | abs"),
        (Expr::Float(1.0).filter("abs"), "1.0 | abs"),
        (Expr::Float(1e21), "1e21"),
        (Expr::Negate(Box::new(a.clone())).filter("abs"), "(-a) | abs"),
        (a.clone().negated().filter("int"), "(not a) | int"),
        (a.clone().negated().equals(b.clone()), "(not a) == b"),
        (a.clone().conditional(1, 2).filter("int"), "(1 if a else 2) | int"),
        (a.clone().conditional(1, 2).or(b.clone()), "(1 if a else 2) or b"),
        (a.clone().or(b.clone()).or(a.clone()), "a or b or a"),
        (a.clone().equals(b.clone().is("x")), "a == (b is x)"),
        (a.clone().and(b.clone().is("true")), "a and b is true"),
        (a.clone().is("false").and(a.clone().is_not("in")), "a is false and a is not in"),
        (a.clone().filter_with("f", [b.clone()]), "a | f(b)"),
        (a.clone().filter_with("f", vec![b.clone(), a.clone()]), "a | f(b, a)"),
        (a.clone().filter_with("f", Arguments::from([b.clone()]).with("x", 1).with("y", 2)), "a | f(b, x=1, y=2)"),
        (Expr::List(vec![a.clone(), b.clone()]), "[a, b]"),
        (Expr::Dict(vec![(Expr::from("k"), a.clone()), (Expr::from("l"), b)]), "{'k': a, 'l': b}"),
        (Expr::variable("_a"), "_a"),
    ];
    for (expr, printed) in cases {
        assert_eq!(condition(&expr).unwrap(), printed);
    }
    for name in ["-a", "1a", "", "a-b", "é"] {
        assert!(condition(&Expr::variable(name)).is_err(), "{name}");
    }
    assert!(condition(&Expr::Float(f64::NAN)).is_err());
}

#[test]
fn what_the_lexer_would_change_is_an_expression() {
    assert_eq!(line(&[Part::text("a\r{"), Part::text("\rb")]).unwrap(), "a{{ '%c' | format(13) }}{{ '{' }}{{ '%c' | format(13) }}b");
    assert_eq!(line(&[Part::text("a #jinja2: b")]).unwrap(), "a #jinja2: b");
}

#[test]
fn only_the_first_characters_of_a_template_are_its_settings() {
    let x = || Part::from(Expr::variable("x"));
    assert_eq!(line(&[x(), Part::text("#jinja2: b")]).unwrap(), "{{ x }}#jinja2: b");
    assert_eq!(line(&[Part::text("#jinja2:#jinja2:")]).unwrap(), "{{ '#jinja2:' }}#jinja2:");
}

#[test]
fn statements_have_every_part() {
    let [a, b] = ["a", "b"].map(Expr::path);
    let text = |text: &str| vec![Piece::Text(text.into())];
    let pieces = [
        Piece::Set("x".into(), Expr::from(1)),
        Piece::If { condition: a.clone(), yes: text("y"), no: text("n") },
        Piece::For { variable: "v".into(), over: a.clone().conditional(b, a), condition: None, body: text("{") },
    ];
    let printed = "{% set x = 1 %}\n{% if a %}\ny{% else %}\nn{% endif %}\n{% for v in (b if a else a) %}\n{{ '{' }}{% endfor %}\n";
    assert_eq!(template(&pieces).unwrap(), printed);
}
