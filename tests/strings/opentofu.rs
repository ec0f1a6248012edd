//! HCL in every place where a value can stand, and JSON that is read as HCL: OpenTofu applies it and says the outputs.

use crate::compare::{alike, field, list, numbered, parse};
use crate::generate::{distinct, texts, values};
use crate::tools::Folder;
use infrac::artifact::hcl::{self, Body, Expr, Key, Object, Part, Step};
use infrac::artifact::json::{self, Value};
use infrac::artifact::{Entry, Problem, verify};
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::is_nfc_stream_safe;

crate::sizes!(outputs, json_outputs);

/// The texts that HCL can hold: the others are refused, each by the writer.
pub fn normal(all: &[String]) -> Vec<&str> {
    let (normal, others): (Vec<&str>, Vec<&str>) = distinct(all).into_iter().partition(|text| hcl::print_expr(&Expr::from(*text)).is_ok());
    for text in others {
        // A reader in Go composes a character beyond the first plane as if it were one of the first.
        let wide = text.chars().any(|character| character as u32 > 0xffff) && text.chars().any(|mark| canonical_combining_class(mark) > 0);
        assert!(wide || !is_nfc_stream_safe(text), "{text:?} is refused without a reason");
        let refused = hcl::print(&Body::new().attribute("a", text)).unwrap_err();
        assert_eq!(refused.problem, Problem::NotNormalised(text.into()));
        hcl::print_expr(&Expr::object([(text, 1)])).unwrap_err();
        hcl::print_expr(&Expr::template([Part::text(text), Part::expr(Expr::path("a"))])).unwrap_err();
    }
    normal
}

/// The texts that JSON can hold which is read as HCL.
pub fn held(all: &[String]) -> Vec<&str> {
    let (held, refused): (Vec<&str>, Vec<&str>) = normal(all).into_iter().partition(|text| hcl::json_text(text).is_ok());
    for text in refused {
        match hcl::json_text(text).unwrap_err().problem {
            Problem::Character('\u{feff}') => assert!(text.starts_with('\u{feff}')),
            // A character that makes one with the quote behind it.
            Problem::Character(of) => assert!(!of.is_ascii() && text.contains(of)),
            Problem::Syntax(of) => assert!(of == text && text.contains('\r') && ["$${", "%%{"].iter().any(|escape| text.contains(escape))),
            other => panic!("{other}"),
        }
    }
    held
}

/// The texts that `jsonencode` hands on: it puts its whole result into normal form, the digits of an escape and what follows too.
pub fn encodable<'a>(all: &[&'a str]) -> Vec<&'a str> {
    all.iter().copied().filter(|text| is_encodable(&Value::from(*text))).collect()
}

/// The same of a value.
pub fn is_encodable(value: &Value) -> bool {
    is_nfc_stream_safe(&json::print(value).unwrap().replace(['<', '>', '&'], "e"))
}

/// The values that HCL can hold.
pub fn normal_values(count: usize) -> Vec<Value> {
    values(2, count).into_iter().filter(|value| hcl::print_expr(&Expr::from(value.clone())).is_ok()).collect()
}

/// Every place of an expression, each with a name.
pub fn places(texts: &[&str], values: &[Value]) -> Vec<(&'static str, Expr)> {
    let bar = || Part::expr(Expr::path("local.bar"));
    let templates = texts.iter().map(|text| Expr::template([bar(), Part::text(*text), bar()]));
    let lines = texts.iter().enumerate().map(|(at, text)| {
        let text = [*text, "\n"].concat();
        (at.to_string(), Expr::heredoc(text))
    });
    let templated = texts.iter().enumerate().map(|(at, text)| {
        let parts = vec![Part::text(*text), bar(), Part::text("\n"), Part::text(*text), Part::text("\n")];
        (at.to_string(), Expr::Heredoc(parts))
    });
    let mut commented = Object::new().lines();
    for (at, text) in texts.iter().enumerate() {
        commented = commented.comment(*text).with(at.to_string(), *text);
    }
    let steps = texts.iter().map(|text| Expr::object([(*text, 1)]).step(Step::Attribute((*text).into())));
    let keys = numbered_keys(texts);
    let computed: Object = texts.iter().enumerate().map(|(at, text)| (Key::from(Expr::from(*text)), at as i64)).collect();
    vec![
        ("attributes", Expr::list(texts.iter().copied())),
        ("templates", Expr::list(templates)),
        ("lines", Expr::from(lines.collect::<Object>().lines())),
        ("templated", Expr::from(templated.collect::<Object>().lines())),
        ("commented", Expr::from(commented)),
        ("keys", Expr::from(keys)),
        ("computed", Expr::from(computed.lines())),
        ("steps", Expr::list(steps)),
        ("calls", Expr::list(texts.iter().map(|text| Expr::call("tostring", [*text])))),
        ("values", Expr::list(values.iter().cloned())),
    ]
}

fn numbered_keys(texts: &[&str]) -> Object {
    texts.iter().zip(0i64..).map(|(text, at)| (*text, at)).collect::<Object>().lines()
}

/// What each place means.
pub fn meant(texts: &[&str], values: &[Value]) -> Vec<(&'static str, Value)> {
    let each = |of: &dyn Fn(&str) -> String| Value::List(texts.iter().map(|text| Value::from(of(text))).collect());
    let by_number = |of: &dyn Fn(&str) -> String| {
        let entries = texts.iter().enumerate().map(|(at, text)| (at.to_string().into(), Value::from(of(text))));
        Value::Object(entries.collect())
    };
    let ones = Value::List(texts.iter().map(|_| Value::Int(1)).collect());
    vec![
        ("attributes", list(texts.iter().copied())),
        ("templates", each(&|text| ["|", text, "|"].concat())),
        ("lines", by_number(&|text| [text, "\n"].concat())),
        ("templated", by_number(&|text| [text, "|\n", text, "\n"].concat())),
        ("commented", by_number(&str::to_owned)),
        ("keys", numbered(texts.iter().copied())),
        ("computed", numbered(texts.iter().copied())),
        ("steps", ones),
        ("calls", list(texts.iter().copied())),
        ("values", Value::List(values.to_vec())),
    ]
}

/// How many texts go into one file.
const BATCH: usize = 2500;

fn outputs(count: usize) {
    let texts = texts(1, count);
    let values = normal_values(count);
    for (at, batch) in normal(&texts).chunks(BATCH).enumerate() {
        let values = if at == 0 { values.as_slice() } else { &[] };
        let mut body = Body::new().nested("locals", Body::new().attribute("bar", "|"));
        for (name, expr) in places(batch, values) {
            body.push_block("output", [name], Body::new().comment(batch[0]).attribute("value", expr));
        }
        let entry = Entry::new(body).unwrap();
        verify(&entry).unwrap();
        let folder = Folder::new();
        folder.write("main.tf", &entry.text());
        let read = applied(&folder);
        for (name, meant) in meant(batch, values) {
            alike(name, &meant, &field(&field(&read, name), "value"));
        }
    }
}

fn applied(folder: &Folder) -> Value {
    folder.run(&["tofu", "apply", "-auto-approve", "-input=false", "-lock=false", "-no-color"]);
    parse(&folder.run(&["tofu", "output", "-json"]))
}

fn json_outputs(count: usize) {
    let texts = texts(3, count);
    let values: Vec<Value> = normal_values(count).into_iter().filter(|value| hcl::json(value).is_ok()).collect();
    for (at, batch) in held(&texts).chunks(BATCH).enumerate() {
        let values = if at == 0 { values.as_slice() } else { &[] };
        let places = [
            ("attributes", list(batch.iter().copied())),
            ("keys", numbered(batch.iter().copied())),
            ("values", Value::List(values.to_vec())),
        ];
        let mut outputs = Value::object();
        for (name, value) in &places {
            outputs.push(*name, Value::object().with("value", hcl::json(value).unwrap()));
        }
        let folder = Folder::new();
        folder.write("main.tf.json", &json::print(&Value::object().with("output", outputs)).unwrap());
        let read = applied(&folder);
        for (name, meant) in &places {
            alike(name, meant, &field(&field(&read, name), "value"));
        }
    }
}
