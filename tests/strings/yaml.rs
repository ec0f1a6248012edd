//! YAML in every style and place, as PyYAML, its C library, ruamel.yaml, Psych and the reader of JavaScript take it.

use crate::compare::{alike, list, numbered, parse, same};
use crate::generate::{distinct, texts, values};
use crate::tools::Folder;
use infrac::artifact::json::Value;
use infrac::artifact::yaml::{Document, Map, Node, Seq};
use infrac::artifact::{Entry, Problem, verify};

crate::sizes!(python, libyaml, ruamel, psych, javascript);

const BATCH: usize = 4000;

/// Every place and style, and what it means.
fn places(texts: &[&str], keys: &[&str], values: &[Value]) -> (Document, Value) {
    let mut commented = Map::new();
    let mut trailing = Map::new();
    for (at, text) in texts.iter().enumerate() {
        commented.push(at.to_string(), *text).comment = Some((*text).into());
        trailing.push(at.to_string(), 1).trailing = Some((*text).into());
    }
    let flow = texts.chunks(4).map(|texts| Node::flow(texts.iter().copied())).collect::<Vec<_>>();
    let nested = texts.iter().map(|text| Node::from(vec![Node::from(Map::new().with("in", Map::new().with("deep", *text)))]));
    let folded = texts.iter().map(|text| Node::folded(*text)).collect::<Vec<_>>();
    let long = texts.iter().map(|text| Node::folded([text, " and ", text, " and more words behind it"].concat())).collect::<Vec<_>>();
    let root = Map::new()
        .with("plain", Seq::new(texts.iter().copied()))
        .with("flow", flow)
        .with("folded", folded)
        .with("long", long)
        .with("nested", Seq::new(nested))
        .with("commented", commented)
        .with("trailing", trailing)
        .with("keys", Node::from(numbered(keys.iter().copied())))
        .with("values", Node::from(Value::List(values.to_vec())))
        .spaced();
    let each = |of: &dyn Fn(&str) -> Value| Value::List(texts.iter().map(|text| of(text)).collect());
    let by_number =
        |of: &dyn Fn(&str) -> Value| Value::Object(texts.iter().enumerate().map(|(at, text)| (at.to_string().into(), of(text))).collect());
    let meant = Value::object()
        .with("plain", list(texts.iter().copied()))
        .with("flow", Value::List(texts.chunks(4).map(|texts| list(texts.iter().copied())).collect()))
        .with("folded", list(texts.iter().copied()))
        .with("long", each(&|text| [text, " and ", text, " and more words behind it"].concat().into()))
        .with("nested", each(&|text| vec![Value::object().with("in", Value::object().with("deep", text))].into()))
        .with("commented", by_number(&|text| text.into()))
        .with("trailing", by_number(&|_| 1.into()))
        .with("keys", numbered(keys.iter().copied()))
        .with("values", Value::List(values.to_vec()));
    (Document::new(root).header(texts[0]).start(), meant)
}

/// Asks a reader, which prints the file `values.yml` as JSON, about everything.
fn read(seed: u64, count: usize, ask: &dyn Fn(&Folder) -> Vec<u8>, judge: fn(&str, &Value, &Value)) {
    let texts = texts(seed, count);
    let mut values = values(seed, count);
    for batch in distinct(&texts).chunks(BATCH) {
        let (keys, long): (Vec<&str>, Vec<&str>) = batch.iter().partition(|text| written(text).is_ok());
        for key in long {
            match written(key).unwrap_err() {
                Problem::Syntax(_) => assert_eq!(key, "<<"),
                problem => {
                    assert_eq!(problem, Problem::Shape("a key is longer than 1000 characters"));
                    assert!(key.chars().count() > 100, "{key:?} is no long key");
                }
            }
        }
        values.retain(|value| Entry::new(Document::new(Node::from(value.clone()))).is_ok());
        let (document, meant) = places(batch, &keys, &values);
        let entry = Entry::new(document).unwrap();
        verify(&entry).unwrap();
        let folder = Folder::new();
        folder.write("values.yml", &entry.text());
        judge("", &meant, &parse(&ask(&folder)));
        values.clear();
    }
}

fn written(key: &str) -> Result<(), Problem> {
    Entry::new(Document::new(Map::new().with(key, 1))).map(|_| ()).map_err(|error| error.problem)
}

fn python(count: usize) {
    read(11, count, &|folder| folder.reader(&["python3"], "read_yaml.py", &["SafeLoader"]), same);
}

fn libyaml(count: usize) {
    read(12, count, &|folder| folder.reader(&["python3"], "read_yaml.py", &["CSafeLoader"]), same);
}

fn ruamel(count: usize) {
    read(13, count, &|folder| folder.reader(&["python3"], "read_yaml.py", &["ruamel"]), same);
}

fn psych(count: usize) {
    read(14, count, &|folder| folder.reader(&["ruby", "--disable-gems"], "read_yaml.rb", &[]), same);
}

/// JavaScript has one kind of number.
fn javascript(count: usize) {
    for version in ["1.1", "1.2"] {
        read(15, count, &|folder| folder.reader(&["node"], "read_yaml.js", &[version]), alike);
    }
}
