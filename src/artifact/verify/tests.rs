//! Whatever is printed reads back, whatever characters it is made of.

use super::{data, normal, pieces, verify};
use crate::artifact::contents::Contents;
use crate::artifact::hcl::tests::{body, hostile_text as hcl_text};
use crate::artifact::json::Value;
use crate::artifact::yaml::tests::hostile_text as yaml_text;
use crate::artifact::{Entry, Problem, hcl, yaml};
use crate::base::Text;
use proptest::collection::vec;
use proptest::prelude::*;

fn any_data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e30..1e30).prop_map(Value::Float),
        yaml_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let entries = vec((yaml_text(), inner.clone()), 0..4).prop_map(|entries| {
            // The printer refuses that key.
            let unique: std::collections::BTreeMap<String, Value> = entries.into_iter().filter(|(key, _)| key != "<<").collect();
            Value::Object(unique.into_iter().map(|(key, value)| (Text::from(key), value)).collect())
        });
        prop_oneof![vec(inner, 0..4).prop_map(Value::List), entries]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hcl_reads_back(body in body()) {
        verify(&Entry::new(body).unwrap()).unwrap();
    }

    #[test]
    fn hcl_text_reads_back(text in hcl_text()) {
        let part = hcl::Part::text(text.as_str());
        let mixed = [part.clone(), hcl::Part::expr(hcl::Expr::path("a")), part];
        let body = hcl::Body::new()
            .attribute("text", text.as_str())
            .attribute("template", hcl::Expr::template(mixed))
            .attribute("keys", hcl::Object::new().with(text.as_str(), 1));
        verify(&Entry::new(body).unwrap()).unwrap();
    }

    #[test]
    fn yaml_reads_back(value in any_data(), header in yaml_text(), start in any::<bool>()) {
        let mut document = yaml::Document::new(value).header(header);
        document.start = start;
        verify(&Entry::new(document).unwrap()).unwrap();
    }

    #[test]
    fn yaml_styles_read_back(text in yaml_text(), long in "[a-z {}'#:-]{100,300}") {
        let texts = [text, long];
        let folded = yaml::Node::from(texts.iter().map(|text| yaml::Node::folded(text.as_str())).collect::<Vec<_>>());
        let map = yaml::Map::new()
            .with("flow", yaml::Node::flow(texts.iter().map(String::as_str)))
            .trailing(texts[0].as_str())
            .with("folded", folded)
            .comment(texts[0].as_str());
        verify(&Entry::new(yaml::Document::new(map)).unwrap()).unwrap();
    }

    #[test]
    fn json_reads_back(value in any_data()) {
        verify(&Entry::new(value).unwrap()).unwrap();
    }
}

/// A text with another character in one place.
fn altered(text: &str, place: prop::sample::Index, by: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = place.index(characters.len() + 1);
    let (before, behind) = characters.split_at(at);
    before.iter().chain(&by.chars().collect::<Vec<_>>()).chain(behind.iter().skip(1)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    // What is known of forms and pieces lets nothing pass that a reader of the whole would not.

    #[test]
    fn no_change_of_hcl_passes_by_its_form(body in body(), place in any::<prop::sample::Index>(), by in "[a-z0-9 \"#${}\n=-]?") {
        let text = hcl::print(&body).unwrap();
        pieces::is_hcl(&text, &body);
        let other = altered(&text, place, &by);
        if pieces::is_hcl(&other, &body) {
            normal::compare(&normal::body(&body), &normal::body(&super::hcl::read(&other).unwrap())).unwrap();
        }
    }

    #[test]
    fn no_change_of_yaml_passes_by_its_form(value in any_data(), place in any::<prop::sample::Index>(), by in "[a-z0-9 \"#:|\n-]?") {
        let document = yaml::Document::new(value);
        let text = yaml::print(&document).unwrap();
        pieces::is_yaml(&text, &document.root);
        let other = altered(&text, place, &by);
        if pieces::is_yaml(&other, &document.root) {
            data::compare(&data::from_yaml(&document.root), &data::read_yaml(&other).unwrap()).unwrap();
        }
    }

    #[test]
    fn no_change_of_json_passes_by_its_form(value in any_data(), place in any::<prop::sample::Index>(), by in "[a-z0-9 \"{}\n,-]?") {
        let text = crate::artifact::json::print(&value).unwrap();
        pieces::is_json(&text, &value);
        let other = altered(&text, place, &by);
        if pieces::is_json(&other, &value) {
            data::compare(&data::from_json(&value), &data::read_json(&other).unwrap()).unwrap();
        }
    }
}

#[test]
fn names_what_differs() {
    let mut entry = Entry::new(hcl::Body::new().attribute("a", hcl::Object::new().with("b", "x"))).unwrap();
    entry.contents = Contents::Whole("a = { b = \"y\" }\n".into());
    let error = verify(&entry).unwrap_err();
    assert_eq!(error.path, ["a", "b"]);
    assert_eq!(error.problem, Problem::Difference { meant: "\"x\"".into(), read: "\"y\"".into() });
}

#[test]
fn every_difference_of_data_is_one() {
    use serde_json::{Value, json};
    let values: Vec<Value> = vec![
        json!(null),
        json!(false),
        json!(true),
        json!(0),
        json!(1),
        json!(1.0),
        json!(0.1),
        json!(0.100_000_000_000_000_02),
        json!(i64::MAX),
        json!("1"),
        json!(""),
        json!([]),
        json!([1]),
        json!([2]),
        json!([1, 2]),
        json!({}),
        json!({"a": 1}),
        json!({"a": 2}),
        json!({"b": 1}),
        json!({"a": 1, "b": 1}),
        json!([{"a": [1]}]),
        json!([{"a": [2]}]),
    ];
    for (at, meant) in values.iter().enumerate() {
        for (other, read) in values.iter().enumerate() {
            assert_eq!(data::compare(meant, read).is_ok(), at == other, "{meant} {read}");
        }
    }
}

#[test]
fn every_difference_of_hcl_is_one() {
    let files = [
        "",
        "a = 1",
        "a = 2",
        "a = 1.5",
        "b = 1",
        "a = 1\nb = 1",
        "a = \"1\"",
        "a = null",
        "a = b",
        "a = -b",
        "a = !b",
        "a = b.c",
        "a = b.d",
        "a = b[c]",
        "a = b[\"c d\"]",
        "a = b[*]",
        "a = []",
        "a = [1]",
        "a = [1, 2]",
        "a = [2]",
        "a = {}",
        "a = { b = 1 }",
        "a = { b = 2 }",
        "a = { c = 1 }",
        "a = { b = 1, c = 1 }",
        "a = { c = 1, b = 1 }",
        "a = { (b) = 1 }",
        "a = \"x${b}\"",
        "a = \"y${b}\"",
        "a = \"x${c}\"",
        "a = b()",
        "a = b(1)",
        "a = b(1...)",
        "a = c(1)",
        "a = b + c",
        "a = b - c",
        "a = b ? c : d",
        "a = b ? d : c",
        "a = [for b in c : b]",
        "a = [for b, d in c : b]",
        "a = [for b in c : b if b]",
        "a = { for b in c : b => b }",
        "a {\n}",
        "b {\n}",
        "a \"x\" {\n}",
        "a \"y\" {\n}",
        "b \"x\" {\n}",
        "a {\n  b = 1\n}",
        "a {\n  b = 2\n}",
        "a {\n}\na {\n}",
        "a = 9007199254740993",
        "a = 9007199254740992",
    ];
    let read = |text: &str| normal::body(&super::hcl::read(&[text, "\n"].concat()).unwrap());
    for (at, meant) in files.iter().enumerate() {
        for (other, found) in files.iter().enumerate() {
            assert_eq!(normal::compare(&read(meant), &read(found)).is_ok(), at == other, "{meant} | {found}");
        }
    }
    // The same in other words.
    for (meant, found) in [
        ("a = \"${b}\"", "a = b"),
        ("a = b[\"c\"]", "a = b[\"c\"]"),
        ("a = <<-X\n  b\nX", "a = \"b\\n\""),
        ("a = 2.0", "a = 2"),
        ("a = 8.920851296006322e16", "a = 89208512960063216"),
    ] {
        assert!(normal::compare(&read(meant), &read(found)).is_ok(), "{meant} | {found}");
    }
}

#[test]
fn a_difference_says_what_stands_where() {
    let read = |text: &str| normal::body(&super::hcl::read(text).unwrap());
    let error = normal::compare(&read("a = 1\n"), &read("b {\n}\n")).unwrap_err();
    assert_eq!(error.problem, Problem::Difference { meant: "a".into(), read: "b".into() });
    let mut entry = Entry::new("text").unwrap();
    assert!(verify(&entry).is_ok());
    entry.contents = Contents::Whole("other text".into());
    assert!(verify(&entry).is_err());
}

#[test]
fn steps_and_numbers_keep_their_meaning() {
    let of = |expr: hcl::Expr| normal::body(&hcl::Body::new().attribute("a", expr));
    let path = || hcl::Expr::path("b");
    let named = hcl::Body::new().attribute("a", path().attribute("c d")).attribute("e", path().attribute("c"));
    verify(&Entry::new(named).unwrap()).unwrap();
    assert!(normal::compare(&of(path().attribute("c")), &of(path().index("c"))).is_err());
    let two_to_63 = 9_223_372_036_854_775_808.0;
    assert!(normal::compare(&of(hcl::Expr::Float(two_to_63)), &of(hcl::Expr::Int(i64::MAX))).is_err());
    assert!(normal::compare(&of(hcl::Expr::Float(-2.0)), &of(hcl::Expr::Int(-2))).is_ok());
    let minus = |of: hcl::Expr| hcl::Expr::Unary(hcl::Unary::Negate, Box::new(of));
    assert!(normal::compare(&of(minus(hcl::Expr::Float(0.5))), &of(hcl::Expr::Float(-0.5))).is_ok());
    assert!(normal::compare(&of(minus(hcl::Expr::Int(2))), &of(hcl::Expr::Int(-2))).is_ok());
}

#[test]
fn a_difference_of_hcl_has_a_place() {
    let read = |text: &str| normal::body(&super::hcl::read(text).unwrap());
    for (meant, found, path, difference) in [
        ("a = [1, 2]\n", "a = [1, 3]\n", vec!["a", "1"], ("2", "3")),
        ("a = [1]\n", "a = [1, 3]\n", vec!["a"], ("[1]", "[1, 3]")),
        ("a = { b = 1 }\n", "a = {}\n", vec!["a"], ("{ b = 1 }", "{}")),
        ("a {\n  b = 1\n}\n", "a {\n}\n", vec!["a"], ("b", "nothing")),
        ("", "a = 1\n", vec![], ("nothing", "a")),
        ("a = { (b) = 1 }\n", "a = { (b) = 2 }\n", vec!["a", "(…)"], ("1", "2")),
    ] {
        let error = normal::compare(&read(meant), &read(found)).unwrap_err();
        assert_eq!(error.path, path, "{meant} {found}");
        assert_eq!(error.problem, Problem::Difference { meant: difference.0.into(), read: difference.1.into() });
    }
}

#[test]
fn a_difference_of_data_has_a_place() {
    use serde_json::json;
    for (meant, read, path, difference) in [
        (json!({"a": [1, 2]}), json!({"a": [1, 3]}), vec!["a", "1"], ("2", "3")),
        (json!({"a": 1}), json!({}), vec!["a"], ("1", "nothing")),
        (json!({}), json!({"a": 1}), vec!["a"], ("nothing", "1")),
        (json!([1]), json!([1, 2]), vec![], ("[1]", "[1,2]")),
    ] {
        let error = data::compare(&meant, &read).unwrap_err();
        assert_eq!(error.path, path, "{meant} {read}");
        assert_eq!(error.problem, Problem::Difference { meant: difference.0.into(), read: difference.1.into() });
    }
}
