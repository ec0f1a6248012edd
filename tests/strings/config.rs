//! Files on machines: values that are known now and values that Ansible puts in, through the template to the reader of the format.

use crate::ansible::{play, prepare, variable};
use crate::compare::{list, numbered, parse, same};
use crate::generate::{distinct, texts, values};
use crate::tools::Folder;
use infrac::artifact::Problem;
use infrac::artifact::config::{self, Each, Item, Part, Section, Word};
use infrac::artifact::jinja::Expr;
use infrac::artifact::json::Value;
use infrac::artifact::yaml::Map;

crate::sizes!(json, toml, ini, systemd, lines);

const BATCH: usize = 2500;

/// Known texts beside those that a variable brings, alone, in a text and in a loop; and keys.
fn structure(texts: &[&str], values: &[Value]) -> config::Value {
    let at = |at: usize| Expr::variable("texts").index(at as i64);
    let deferred: Vec<config::Value> = (0..texts.len()).map(|number| at(number).into()).collect();
    let joined: Vec<config::Value> = (0..texts.len()).map(|number| Expr::concat([at(number), Expr::from("|")]).into()).collect();
    let each = Each { variable: "item".into(), over: Expr::variable("texts"), condition: None, value: Expr::variable("item").into() };
    config::Value::object()
        .with("known", list(texts.iter().copied()))
        .with("deferred", deferred)
        .with("joined", joined)
        .with("each", each)
        .with("values", Value::List(values.to_vec()))
        .with("keys", numbered(texts.iter().copied()))
}

fn meant(texts: &[&str], values: &[Value]) -> Value {
    let texts_meant = || list(texts.iter().copied());
    Value::object()
        .with("known", texts_meant())
        .with("deferred", texts_meant())
        .with("joined", Value::List(texts.iter().map(|text| Value::from([*text, "|"].concat())).collect()))
        .with("each", texts_meant())
        .with("values", Value::List(values.to_vec()))
        .with("keys", numbered(texts.iter().copied()))
}

/// Renders a template and gives what a reader finds in it.
fn rendered(template: &str, texts: &[&str], format: &str) -> Value {
    let folder = Folder::new();
    folder.write("file.j2", template);
    prepare(&folder, Map::new().with("texts", variable(&list(texts.iter().copied()))), &["file"]);
    play(&folder);
    parse(&folder.reader(&["python3"], "read_config.py", &[format]))
}

fn json(count: usize) {
    let texts = texts(31, count);
    let mut values = values(32, count);
    for batch in distinct(&texts).chunks(BATCH) {
        let template = config::json(&structure(batch, &values)).unwrap();
        same("", &meant(batch, &values), &rendered(&template, batch, "json"));
        values.clear();
    }
}

fn toml(count: usize) {
    let texts = texts(33, count);
    let (mut values, nulls): (Vec<Value>, Vec<Value>) = values(34, count).into_iter().partition(|value| !has_null(value));
    for value in nulls {
        let refused = config::toml(&config::Value::object().with("a", vec![value])).unwrap_err();
        assert_eq!(refused.problem, Problem::Shape("TOML has no null"));
    }
    // A list of tables only is a value like others, but stands below them.
    values.push(true.into());
    for batch in distinct(&texts).chunks(BATCH) {
        let template = config::toml(&structure(batch, &values)).unwrap();
        same("", &meant(batch, &values), &rendered(&template, batch, "toml"));
        values = vec![true.into()];
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(values) => values.iter().any(has_null),
        Value::Object(entries) => entries.iter().any(|(_, value)| has_null(value)),
        _ => false,
    }
}

/// The texts that a format of lines can hold; each of the others has a reason to be refused.
fn held<'a>(texts: &'a [String], print: &dyn Fn(&str) -> Result<String, infrac::artifact::Error>, syntax: &[char]) -> Vec<&'a str> {
    let (held, refused): (Vec<&str>, Vec<&str>) = distinct(texts).into_iter().partition(|text| print(text).is_ok());
    for text in &refused {
        let hidden = |c: char| c.is_control() || !c.is_alphanumeric() && !c.is_ascii();
        let reason = text.trim() != *text || text.ends_with('\\') || text.contains(hidden) || text.contains(syntax);
        assert!(reason, "{text:?} is refused without a reason");
    }
    assert!(held.len() > texts.len() / 4, "{} of {} texts are held", held.len(), texts.len());
    held
}

/// Each text as a setting, known and as a variable.
fn settings(texts: &[&str]) -> Vec<Section> {
    let each = |name: &str, of: &dyn Fn(usize) -> Part| {
        (0..texts.len()).fold(Section::new(name), |section, at| section.with(["k", &at.to_string()].concat(), [of(at)]))
    };
    vec![each("known", &|at| Part::text(texts[at])), each("deferred", &|at| Expr::variable("texts").index(at as i64).into())]
}

fn sections(texts: &[&str]) -> Value {
    let of =
        || Value::Object(texts.iter().enumerate().map(|(at, text)| (["k", &at.to_string()].concat().into(), (*text).into())).collect());
    Value::object().with("known", of()).with("deferred", of())
}

fn ini(count: usize) {
    let texts = texts(35, count);
    let held = held(&texts, &|text| config::ini(&[Section::new("a").text("k", text)]), &['#', ';']);
    for batch in held.chunks(BATCH) {
        let template = config::ini(&settings(batch)).unwrap();
        for reader in ["ini", "ini-inline"] {
            same(reader, &sections(batch), &rendered(&template, batch, reader));
        }
    }
}

fn systemd(count: usize) {
    let texts = texts(36, count);
    let print = |key: &str, text: &str| config::systemd(&[Section::new("a").text(key, text)]);
    for batch in held(&texts, &|text| print("k", text), &[]).chunks(BATCH) {
        let known = || settings(batch).into_iter().take(1).collect::<Vec<_>>();
        let read = rendered(&config::systemd(&known()).unwrap(), batch, "systemd");
        let Value::Object(meant) = sections(batch) else { unreachable!() };
        same("", &Value::Object(meant.into_iter().take(1).collect()), &read);
    }
    // Words of a command.
    let word = |of, parts: Vec<Part>| config::word(parts, of, &|_| false);
    let all = distinct(&texts);
    let words: Vec<&str> = all.into_iter().filter(|text| word(Word::OfCommand, vec![Part::text(*text)]).is_ok()).collect();
    assert!(words.len() > 30);
    let service = words.iter().fold(Section::new("a"), |section, text| {
        let of_command = word(Word::OfCommand, vec![Part::text(*text)]).unwrap();
        let assignment = word(Word::Assignment, vec![Part::text("A="), Part::text(*text)]).unwrap();
        section.with("ExecStart", std::iter::once(Part::verbatim("/bin/x ")).chain(of_command)).with("Environment", assignment)
    });
    let read = rendered(&config::systemd(&[service]).unwrap(), &[], "systemd-words");
    let meant = words.iter().flat_map(|word| [list(["/bin/x", word]), list([["A=", word].concat().as_str()])]);
    same("words", &Value::List(meant.collect()), &read);
}

fn lines(count: usize) {
    let texts = texts(37, count);
    let line = |text: &str| Item::Line(vec![Part::verbatim(text)]);
    for batch in held(&texts, &|text| config::lines(&[line(text)]), &[]).chunks(BATCH) {
        let known = batch.iter().map(|text| line(text));
        let deferred = Item::Line(vec![Part::Expr(Expr::variable("item"))]);
        let each = Item::Each { variable: "item".into(), over: Expr::variable("texts"), condition: None, items: vec![deferred] };
        let items: Vec<Item> = known.chain([each]).collect();
        let twice = batch.iter().chain(batch).copied();
        same("", &list(twice), &rendered(&config::lines(&items).unwrap(), batch, "lines"));
    }
}
