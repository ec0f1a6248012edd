//! Files in pieces: what several files say in the same form is read once.
//!
//! A body of HCL is its items one after another, and so is a map or list of YAML whose entries begin at the edge. So a file is cut where
//! one of them may begin, and the form of each piece is read as a file of its own. Where all of them can be read and say, with the words
//! of the file, what was meant, so does the file. Nothing else follows from a piece: whoever finds none of this to hold reads the file as
//! a whole.

use super::form::{Form, Holes, of_hcl, of_json, of_yaml};
use super::same::{hcl_items, json, keys_differ, see_items, see_value, yaml, yaml_entry};
use super::{data, hcl, normal};
use crate::artifact::hcl::{Body, Item};
use crate::artifact::json as artifact_json;
use crate::artifact::yaml::Node;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// So many bytes of forms are remembered on each thread, before all of them are forgotten.
const KEPT: usize = 1024 * 1024;

/// What was read of forms; nothing of one that cannot be read by itself, or whose words are no words to its reader.
struct Known<T> {
    read: HashMap<Box<str>, Option<Rc<T>>, foldhash::fast::RandomState>,
    bytes: usize,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { read: HashMap::default(), bytes: 0 }
    }
}

thread_local! {
    static HCL: RefCell<Known<Vec<Item>>> = RefCell::default();
    static YAML: RefCell<Known<Value>> = RefCell::default();
    static JSON: RefCell<Known<Value>> = RefCell::default();
}

/// What a form says.
fn read<T>(known: &RefCell<Known<T>>, form: &Form<'_>, read: fn(&str) -> Option<T>, see: fn(&T, &mut Holes)) -> Option<Rc<T>> {
    if let Some(found) = known.borrow().read.get(form.text.as_str()) {
        return found.clone();
    }
    let found = read(&form.text).filter(|read| {
        let mut holes = Holes::default();
        see(read, &mut holes);
        holes.are_all(form.words.len())
    });
    let found = found.map(Rc::new);
    let mut known = known.borrow_mut();
    if known.bytes + form.text.len() > KEPT {
        *known = Known::default();
    }
    known.bytes += form.text.len();
    known.read.insert(form.text.as_str().into(), found.clone());
    found
}

fn hcl_of(text: &str) -> Option<Vec<Item>> {
    Some(normal::body(&hcl::read(text).ok()?).items)
}

/// Whether a file of HCL says, piece by piece, what was meant.
pub(super) fn is_hcl(text: &str, meant: &Body) -> bool {
    let mut left = meant.items.iter();
    let is_next = |piece: &str| {
        let form = of_hcl(piece);
        let items = HCL.with(|known| read(known, &form, hcl_of, |items, holes| see_items(items, holes)));
        items.is_some_and(|items| hcl_items(&mut left, &items, &form.words))
    };
    cut(text, |before, _| before.ends_with("\n\n")).into_iter().all(is_next)
        && left.all(|item| matches!(item, Item::Blank | Item::Comment(_)))
}

/// Whether a file of JSON says what was meant.
pub(super) fn is_json(text: &str, meant: &artifact_json::Value) -> bool {
    let form = of_json(text);
    let found = JSON.with(|known| read(known, &form, |text| data::read_json(text).ok(), see_value));
    found.is_some_and(|found| json(meant, &found, &form.words))
}

/// Whether a file of YAML says, piece by piece, what was meant.
pub(super) fn is_yaml(text: &str, meant: &Node) -> bool {
    // A comment and the mark of the start belong to what follows them.
    let starts = |before: &str, first: u8| {
        !matches!(first, b'#') && !before.ends_with("---\n") && before.lines().any(|line| !line.is_empty() && !line.starts_with('#'))
    };
    let pieces = cut(text, starts);
    let forms: Vec<Form<'_>> = pieces.iter().map(|piece| of_yaml(piece)).collect();
    let said = || forms.iter().map(|form| (form, YAML.with(|known| read(known, form, |text| data::read_yaml(text).ok(), see_value))));
    match meant {
        Node::Map(meant) => {
            let mut keys: Vec<String> = Vec::with_capacity(meant.entries.len());
            let mut agrees = |(form, piece): (&Form<'_>, Option<Rc<Value>>)| match piece.as_deref() {
                Some(Value::Object(entries)) if !entries.is_empty() && keys_differ(entries, &form.words) => {
                    keys.extend(entries.keys().filter_map(|key| super::form::said(key, &form.words)).map(str::to_owned));
                    entries.iter().all(|(key, value)| yaml_entry(meant, key, value, &form.words))
                }
                _ => false,
            };
            let all = said().all(&mut agrees);
            // A key in two pieces would be one that a reader of the whole refuses.
            keys.sort_unstable();
            all && keys.len() == meant.entries.len() && keys.windows(2).all(|pair| pair[0] != pair[1])
        }
        Node::Seq(meant) => {
            let mut left = meant.items.as_slice();
            let agrees = |(form, piece): (&Form<'_>, Option<Rc<Value>>)| match piece.as_deref() {
                Some(Value::Array(items)) if !items.is_empty() => match left.split_at_checked(items.len()) {
                    Some((first, rest)) => {
                        left = rest;
                        first.iter().zip(items).all(|(meant, read)| yaml(&meant.value, read, &form.words))
                    }
                    None => false,
                },
                _ => false,
            };
            said().all(agrees) && left.is_empty()
        }
        _ => false,
    }
}

/// A text, cut before each line that begins at the edge and of which `starts` says so: by the piece before it and its first byte.
fn cut(text: &str, starts: impl Fn(&str, u8) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, _) in text.match_indices('\n') {
        let Some(first) = text.as_bytes().get(at + 1) else { break };
        let is_at_edge = !first.is_ascii_whitespace() && !matches!(first, b'}' | b']' | b')');
        if is_at_edge && starts(&text[begin..=at], *first) {
            pieces.push(&text[begin..=at]);
            begin = at + 1;
        }
    }
    pieces.push(&text[begin..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::{is_hcl, is_json, is_yaml};
    use crate::artifact::hcl::{Body, Object, print};
    use crate::artifact::verify::verify;
    use crate::artifact::yaml::Node;
    use crate::artifact::{Entry, json};
    use serde_json::Value;

    /// Data as a writer makes it.
    fn data(value: &Value) -> json::Value {
        match value {
            Value::Null => json::Value::Null,
            Value::Bool(value) => json::Value::Bool(*value),
            Value::Number(value) => json::Value::Int(value.as_i64().unwrap()),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => json::Value::List(items.iter().map(data).collect()),
            Value::Object(entries) => json::Value::Object(entries.iter().map(|(key, value)| (key.into(), data(value))).collect()),
        }
    }

    fn node(value: &Value) -> Node {
        data(value).into()
    }

    macro_rules! json {
        ($($of:tt)*) => { node(&serde_json::json!($($of)*)) };
    }

    #[test]
    fn a_file_is_what_its_pieces_are() {
        let body = Body::new()
            .comment("head")
            .blank()
            .block("a", ["b"], Body::new().attribute("c", 1))
            .blank()
            .attribute("d", Object::new().with("e", 1).with("f", "x\n\ny\n").lines());
        let text = print(&body).unwrap();
        let meant = Body::clone;
        assert!(is_hcl(&text, &meant(&body)));
        assert!(!is_hcl(&text, &meant(&body.clone().attribute("g", 1))));
        assert!(!is_hcl(&text, &meant(&Body::new().attribute("d", 1))));
        assert!(!is_hcl(&text.replace("c = 1", "c = 2"), &meant(&body)));
        assert!(!is_hcl(&text.replace("c = 1", "c ="), &meant(&body)));
    }

    #[test]
    fn entries_stand_beside_each_other_and_not_below() {
        let text = "# head\n---\na: 1\n# note\nb:\n  - x\n  - y: |\n      z\n\nc:\n";
        assert!(is_yaml(text, &json!({ "a": 1, "b": ["x", { "y": "z\n" }], "c": null })));
        assert!(!is_yaml(text, &json!({ "a": 1, "b": ["x", { "y": "z\n" }] })));
        assert!(!is_yaml(text, &json!({ "a": 1, "b": ["x", { "y": "z\n" }], "c": null, "d": 1 })));
        assert!(!is_yaml(text, &json!({ "a": 2, "b": ["x", { "y": "z\n" }], "c": null })));
        assert!(is_yaml("---\n- a: 1\n  b: 2\n- c\n", &json!([{ "a": 1, "b": 2 }, "c"])));
        // One after the other they are a key without a value and a list; together the list is the value.
        assert!(!is_yaml("a:\n- b\n", &json!({ "a": null })) && !is_yaml("a:\n- b\n", &json!({ "a": ["b"] })));
        assert!(!is_yaml("a: &x 1\nb: *x\n", &json!({ "a": 1, "b": 1 })));
    }

    #[test]
    fn the_words_of_a_known_form_are_compared() {
        let body = |key: &str, value: &str| Body::new().attribute("a", Object::new().with(key, value)).attribute("b", "c");
        let text = |key: &str, value: &str| print(&body(key, value)).unwrap();
        assert!(is_hcl(&text("x-1", "y"), &body("x-1", "y")) && is_hcl(&text("x-2", "z"), &body("x-2", "z")));
        assert!(!is_hcl(&text("x-1", "y"), &body("x-2", "y")) && !is_hcl(&text("x-1", "y"), &body("x-1", "z")));
        // Where a text itself holds what a hole looks like, nothing is known by its form: it is read as a whole.
        let hole = "infrac-hole-0";
        assert!(!is_hcl(&text("x-1", "y"), &body(hole, "y")) && !is_hcl(&text(hole, "y"), &body(hole, "y")));
        verify(&Entry::new(body(hole, "y")).unwrap()).unwrap();
        assert!(is_yaml("a: b-c\nd: e\n", &json!({ "a": "b-c", "d": "e" })) && is_yaml("a: b-d\nd: e\n", &json!({ "a": "b-d", "d": "e" })));
        assert!(!is_yaml("a: b-c\nd: e\n", &json!({ "a": "b-d", "d": "e" })) && !is_yaml("a: 1\na: 1\n", &json!({ "a": 1 })));
        assert!(!is_yaml("a: true\n", &json!({ "a": "true" })) && !is_yaml("a: on\n", &json!({ "a": "on" })));
        // A reader takes one of two entries with one key, or none.
        assert!(!is_yaml("x:\n  a: 1\n  b: 1\n", &json!({ "x": { "a": 1 } })));
        assert!(!is_yaml("x:\n  a: 1\n  a: 1\n", &json!({ "x": { "a": 1, "b": 1 } })));
        let data = |key: &str| data(&serde_json::json!({ key: [1, "b"] }));
        assert!(is_json("{ \"x\": [1, \"b\"] }", &data("x")) && is_json("{ \"y\": [1, \"b\"] }", &data("y")));
        assert!(!is_json("{ \"x\": [1, \"b\"] }", &data("y")) && !is_json("{ \"x\": [2, \"b\"] }", &data("x")));
        assert!(!is_json("{ \"x\": [1, \"b\"], \"x\": [1, \"b\"] }", &data("x")));
    }
}
