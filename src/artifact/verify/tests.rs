//! Whatever is printed reads back, whatever characters it is made of.

use super::verify;
use crate::artifact::hcl::tests::{body, hostile_text as hcl_text};
use crate::artifact::json::Value;
use crate::artifact::yaml::tests::hostile_text as yaml_text;
use crate::artifact::{Entry, Problem, hcl, yaml};
use crate::base::Text;
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::Arc;

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e30..1e30).prop_map(Value::Float),
        yaml_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let entries = vec((yaml_text(), inner.clone()), 0..4).prop_map(|entries| {
            let unique: std::collections::BTreeMap<String, Value> = entries.into_iter().collect();
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
    fn yaml_reads_back(value in data(), header in yaml_text(), start in any::<bool>()) {
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
    fn json_reads_back(value in data()) {
        verify(&Entry::new(value).unwrap()).unwrap();
    }
}

#[test]
fn names_what_differs() {
    let mut entry = Entry::new(hcl::Body::new().attribute("a", hcl::Object::new().with("b", "x"))).unwrap();
    entry.contents = Arc::from("a = { b = \"y\" }\n");
    let error = verify(&entry).unwrap_err();
    assert_eq!(error.path, ["a", "b"]);
    assert_eq!(error.problem, Problem::Difference { meant: "\"x\"".into(), read: "\"y\"".into() });
}
