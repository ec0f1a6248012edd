//! Bodies made of the characters that HCL gives a meaning, and the layout of examples by hand.

use super::{Binary, Body, Expr, For, Item, Key, List, Object, Part, Step, Unary, print, print_expr};
use crate::artifact::verify::normal;
use crate::base::Text;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Text of the characters that have a meaning in HCL or in a reader of it.
pub(in crate::artifact) fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "$", "{", "}", "%", "${", "%{", "$${", "%%{", "$$", "\"", "\\", "\n", "\r", "\t", "#", "//", "/*", "<<EOF", "EOF",
            "~}", "${~", "\\u0024{", "\0", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}", "\u{feff}", "\u{e0041}", "é", "中",
            "👩‍💻", "%{ if true }", "%{ endif }", "${upper(\"x\")}", " ", "=", "'", "`", "${a}100%${b}",
        ]).prop_map(str::to_owned),
        1 => "[a-z0-9 ]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    let normal = vec(piece, 0..6).prop_map(|pieces| {
        // HCL holds text in normal form C only.
        unicode_normalization::UnicodeNormalization::nfc(pieces.concat().as_str()).collect::<String>()
    });
    normal.prop_filter("changed by readers", |text| super::code::is_kept(text))
}

fn identifier() -> impl Strategy<Value = Text> {
    "[a-z][a-z0-9_-]{0,9}"
        .prop_filter("keyword", |name| {
            !matches!(name.as_str(), "for" | "in" | "if" | "null" | "true" | "false" | "endif" | "endfor" | "else")
        })
        .prop_map(Text::from)
}

fn parts(expr: impl Strategy<Value = Expr> + 'static) -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![hostile_text().prop_map(Part::text), expr.prop_map(Part::Expr)];
    vec(part, 0..4)
}

fn binary() -> impl Strategy<Value = Binary> {
    use Binary::*;
    prop::sample::select(vec![
        Or,
        And,
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Add,
        Subtract,
        Multiply,
        Divide,
        Modulo,
    ])
}

pub(in crate::artifact) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(Expr::Null),
        any::<bool>().prop_map(Expr::Bool),
        any::<i32>().prop_map(Expr::from),
        (-1e9..1e9).prop_map(Expr::Float),
        hostile_text().prop_map(Expr::from),
        identifier().prop_map(Expr::Variable),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let step = prop_oneof![identifier().prop_map(Step::Attribute), inner.clone().prop_map(Step::Index), Just(Step::Splat),];
        let key = prop_oneof![identifier().prop_map(Key::Text), hostile_text().prop_map(Key::from), inner.clone().prop_map(Key::from),];
        let layout = prop::sample::select(vec![super::Layout::Auto, super::Layout::Line, super::Layout::Lines]);
        let list = (vec(inner.clone(), 0..4), layout.clone()).prop_map(|(items, layout)| List { items, layout });
        let object = (vec((key, inner.clone()), 0..5), layout, any::<bool>()).prop_map(|(entries, layout, spaced)| {
            let mut object = Object { layout, spaced, ..Object::default() };
            for (key, value) in entries {
                let taken = object.entries().any(|(other, _)| normal::key(other) == normal::key(&key));
                if !taken {
                    object.push(key, value);
                }
            }
            object
        });
        let comprehension = (
            (option::of(identifier()), identifier(), inner.clone()),
            (option::of(inner.clone()), inner.clone(), option::of(inner.clone())),
        )
            .prop_map(|((key, value, over), (result_key, result, condition))| For {
                key,
                value,
                over,
                result_key,
                result,
                condition,
            });
        prop_oneof![
            parts(inner.clone()).prop_map(Expr::Template),
            (inner.clone(), vec(step, 1..3)).prop_map(|(root, steps)| steps.into_iter().fold(root, Expr::step)),
            (identifier(), vec(inner.clone(), 0..4), any::<bool>()).prop_map(|(name, arguments, expand)| Expr::Call {
                name,
                expand: expand && !arguments.is_empty(),
                arguments,
            }),
            list.prop_map(Expr::from),
            object.prop_map(Expr::from),
            comprehension.prop_map(Expr::from),
            (any::<bool>(), inner.clone())
                .prop_map(|(not, operand)| { Expr::Unary(if not { Unary::Not } else { Unary::Negate }, Box::new(operand)) }),
            (inner.clone(), binary(), inner.clone()).prop_map(|(left, operator, right)| left.binary(operator, right)),
            (inner.clone(), inner.clone(), inner).prop_map(|(condition, yes, no)| condition.conditional(yes, no)),
        ]
    })
}

pub(in crate::artifact) fn body() -> impl Strategy<Value = Body> {
    let heredoc = parts(expr()).prop_map(|mut parts| {
        parts.push(Part::text("\n"));
        Expr::Heredoc(parts)
    });
    let value = prop_oneof![8 => expr(), 1 => heredoc];
    let item = prop_oneof![
        6 => (identifier(), value).prop_map(|(name, value)| Item::Attribute(super::Attribute { name, value })),
        1 => Just(Item::Blank),
        1 => hostile_text().prop_map(|text| Item::Comment(text.into())),
    ];
    let leaf = (vec(item.clone(), 0..6), any::<bool>()).prop_map(|(items, spaced)| Body { items, spaced });
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let block = (identifier(), vec("[a-z_ .-]{1,6}", 0..3), inner).prop_map(|(kind, labels, body)| {
            Item::Block(super::Block { kind, labels: labels.into_iter().map(Text::from).collect(), body })
        });
        let item = prop_oneof![3 => item.clone(), 1 => block];
        (vec(item, 0..6), any::<bool>()).prop_map(|(items, spaced)| Body { items, spaced })
    })
    .prop_map(unique)
}

/// Drops attributes whose name is taken.
fn unique(mut body: Body) -> Body {
    let mut names = std::collections::BTreeSet::new();
    body.items.retain(|item| !matches!(item, Item::Attribute(attribute) if !names.insert(attribute.name.clone())));
    for item in &mut body.items {
        if let Item::Block(block) = item {
            block.body = unique(std::mem::take(&mut block.body));
        }
    }
    body
}

#[test]
fn layout_of_a_file() {
    let hosts = Object::new().with("node-0", Object::new().with("private_ip", "10.20.0.2")).lines();
    let comprehension = Expr::for_object("name", "host", Expr::path("var.hosts"), Expr::path("name"), Expr::path("host.id"))
        .only_if(Expr::path("var.public"));
    let file = Body::new()
        .comment("Made by hand.")
        .blank()
        .block(
            "resource",
            ["example_server", "this"],
            Body::new()
                .attribute("for_each", Expr::path("var.hosts"))
                .blank()
                .attribute("name", Expr::template([Part::text("a-"), Part::expr(Expr::path("each.key"))]))
                .attribute("public_ip", Expr::path("each.value.private_ip"))
                .attribute("tags", Expr::call("merge", [Expr::path("var.tags"), Object::new().with("a b", 1).into()]))
                .comment("The next block.")
                .nested("lifecycle", Body::new().attribute("ignore_changes", Expr::list([Expr::path("image")]))),
        )
        .attribute(
            "inputs",
            Object::new().with("name", "a").with("ids", comprehension).with("hosts", hosts).with("z", Expr::list([1; 3])).spaced(),
        );
    insta::assert_snapshot!(print(&file).unwrap(), @r#"
    # Made by hand.

    resource "example_server" "this" {
      for_each = var.hosts

      name      = "a-${each.key}"
      public_ip = each.value.private_ip
      tags      = merge(var.tags, { "a b" = 1 })

      # The next block.
      lifecycle {
        ignore_changes = [image]
      }
    }

    inputs = {
      name = "a"
      ids  = { for name, host in var.hosts : name => host.id if var.public }

      hosts = {
        node-0 = { private_ip = "10.20.0.2" }
      }

      z = [1, 1, 1]
    }
    "#);
}

#[test]
fn calls_open_at_their_last_bracket() {
    let object = Object::new().with("priority", Expr::path("number")).with("origins", Expr::path("string")).lines();
    let ty = Expr::call("map", [Expr::call("object", [object])]);
    let parts = Expr::for_list("name", Expr::path("var.ingress"), Object::new().with("name", Expr::path("name")).lines());
    let merged = Expr::call_expanding("merge", [parts]);
    let body = Body::new().attribute("type", ty).attribute("rules", merged);
    insta::assert_snapshot!(print(&body).unwrap(), @r"
    type = map(object({
      priority = number
      origins  = string
    }))
    rules = merge([
      for name in var.ingress : {
        name = name
      }
    ]...)
    ");
}

#[test]
fn parentheses_by_precedence() {
    let [a, b, c] = ["a", "b", "c"].map(Expr::path);
    let sum = a.clone().binary(Binary::Add, b.clone());
    let left = sum.clone().binary(Binary::Multiply, c.clone());
    let right = a.clone().binary(Binary::Subtract, sum.clone());
    let negated = sum.equals(c.clone()).negated().attribute("x");
    let nested = a.clone().conditional(b.clone().conditional(1, 2), c.conditional(3, -4));
    let all = Expr::list([left, right, negated, nested]);
    assert_eq!(print_expr(&all).unwrap(), "[(a + b) * c, a - (a + b), (!(a + b == c)).x, a ? (b ? 1 : 2) : c ? 3 : -4]");
}

#[test]
fn heredocs_hold_constant_text_only_where_it_is_exact() {
    let body = Body::new().attribute("a", Expr::heredoc("x {\n\n  y = \"${z}\"\n}\n")).attribute("bb", Expr::heredoc(" x\n"));
    insta::assert_snapshot!(print(&body).unwrap(), @r#"
    a  = <<-EOF
      x {

        y = "$${z}"
      }
    EOF
    bb = " x\n"
    "#);
}

#[test]
fn refuses_what_has_no_exact_form() {
    use crate::artifact::Problem;
    let problem = |body: Body| print(&body).unwrap_err().problem;
    assert_eq!(problem(Body::new().attribute("a b", 1)), Problem::Identifier("a b".into()));
    assert_eq!(problem(Body::new().attribute("a", Expr::path("null"))), Problem::Identifier("null".into()));
    assert_eq!(problem(Body::new().attribute("a", 1).attribute("a", 2)), Problem::Duplicate("a".into()));
    assert_eq!(problem(Body::new().attribute("a", f64::NAN)), Problem::NotFinite);
    assert_eq!(problem(Body::new().attribute("a", "e\u{301}")), Problem::NotNormalised("e\u{301}".into()));
    assert_eq!(problem(Body::new().block("a", ["${b}"], Body::new())), Problem::Label("${b}".into()));
    let path = print(&Body::new().attribute("a", Object::new().with("b", f64::INFINITY))).unwrap_err().path;
    assert_eq!(path, ["a", "b"]);
}

#[test]
fn signs_and_brackets_keep_together() {
    let [a, b] = ["a", "b"].map(Expr::path);
    let minus = |of: Expr| Expr::Unary(Unary::Negate, Box::new(of));
    let in_text = |of: Expr| Expr::template([Part::text("x"), Part::expr(of)]);
    let cases = [
        (in_text(minus(a.clone())), r#""x${(-a)}""#),
        (in_text(Object::new().with("k", 1).into()), r#""x${({ k = 1 })}""#),
        (Expr::template([Part::text(""), Part::expr(a.clone())]), "a"),
        (Expr::template([Part::text("$"), Part::expr(a.clone()), Part::text("%")]), r#""\u0024${a}%""#),
        (Expr::template([Part::text("a$b"), Part::expr(a.clone())]), r#""a$b${a}""#),
        (minus(Expr::from(-1)), "-(-1)"),
        (minus(Expr::from(0)), "-0"),
        (minus(Expr::Float(-0.5)), "-(-0.5)"),
        (minus(Expr::Float(0.5)), "-0.5"),
        (minus(minus(a.clone())), "-(-a)"),
        (minus(a.clone()).attribute("c"), "(-a).c"),
        (Expr::from(-1).binary(Binary::Multiply, 2), "-1 * 2"),
        (a.clone().binary(Binary::Subtract, b.clone().binary(Binary::Subtract, 1)), "a - (b - 1)"),
        (a.clone().binary(Binary::Subtract, b.clone()).binary(Binary::Subtract, 1), "a - b - 1"),
        (a.clone().attribute("b c"), r#"a["b c"]"#),
        (a.clone().index(Expr::Bool(true)), "a[(true)]"),
        (Expr::from("\r\t\u{7}\u{e0041}\u{ffff}"), r#""\r\t\u0007\U000e0041\uffff""#),
        (Expr::from("a\u{11a87}\u{600}"), r#""a\U00011a87\u0600""#),
        (Expr::call("f", [a.clone(), b.clone()]), "f(a, b)"),
    ];
    for (expr, printed) in cases {
        assert_eq!(print_expr(&expr).unwrap(), printed);
    }
    assert!(print_expr(&Object::new().with("k", 1).with("k", 2).into()).is_err());
    assert!(print(&Body::new().attribute("a", Object::new().with("k", 1).with("k", 2).lines())).is_err());
}

#[test]
fn no_line_of_a_heredoc_ends_it_or_joins_its_indentation() {
    let printed = |text: &str| print(&Body::new().attribute("a", Expr::heredoc(text))).unwrap();
    assert_eq!(printed("b\nEOF+\n"), "a = <<-EOT\n  b\n  EOF+\nEOT\n");
    assert_eq!(printed("\u{a0}b\n"), "a = \"\u{a0}b\\n\"\n");
    assert_eq!(printed("\u{301}b\nc\n"), "a = \"\u{301}b\\nc\\n\"\n");
    assert_eq!(printed("EOF\nEOT\nEND\nTEXT\n"), "a = \"EOF\\nEOT\\nEND\\nTEXT\\n\"\n");
}

#[test]
fn what_readers_would_put_into_another_form_is_refused() {
    for text in ["e\u{301}", "\u{e0041}\u{301}", "e\u{10301}", "\u{e0041}\u{316}\u{301}", &"\u{301}".repeat(31)] {
        assert!(print_expr(&Expr::from(text)).is_err(), "{text:?}");
    }
    for text in ["é", "\u{301}", "\u{e0041}", "\u{e0041}b\u{308f}", "👩‍💻", &"\u{301}".repeat(30)] {
        assert!(print_expr(&Expr::from(text)).is_ok(), "{text:?}");
    }
}
