//! Files in pieces: what several files say in the same words is read once.
//!
//! A body of HCL is its items one after another, and so is a map or list of YAML whose entries begin at the edge. So a file is cut where
//! one of them may begin, and each piece is read as a file of its own. Where all pieces can be read and are what was meant, so is the file.
//! Nothing else follows from a piece: whoever finds none of this to hold reads the file as a whole.

use super::{data, hcl, normal};
use crate::artifact::hcl::{Body, Item};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// So many pieces are remembered on each thread, before all of them are forgotten.
const KEPT: usize = 4096;

type Known<T> = RefCell<HashMap<Box<str>, Option<Rc<T>>, foldhash::fast::RandomState>>;

thread_local! {
    static HCL: Known<Vec<Item>> = RefCell::default();
    static YAML: Known<Value> = RefCell::default();
}

/// What a piece says; nothing where it cannot be read by itself.
fn read<T>(known: &Known<T>, piece: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Rc<T>> {
    if let Some(found) = known.borrow().get(piece) {
        return found.clone();
    }
    let found = read(piece).map(Rc::new);
    let mut known = known.borrow_mut();
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(piece.into(), found.clone());
    found
}

/// Whether a file of HCL says, piece by piece, what was meant (in normal form).
pub(super) fn is_hcl(text: &str, meant: &Body) -> bool {
    let mut left = meant.items.as_slice();
    for piece in cut(text, |before, _| before.ends_with("\n\n")) {
        let items = HCL.with(|known| read(known, piece, |piece| Some(normal::body(&hcl::read(piece).ok()?).items)));
        let Some(items) = items else { return false };
        match left.split_at_checked(items.len()) {
            Some((first, rest)) if *first == **items => left = rest,
            _ => return false,
        }
    }
    left.is_empty()
}

/// Whether a file of YAML says, piece by piece, what was meant.
pub(super) fn is_yaml(text: &str, meant: &Value) -> bool {
    // A comment and the mark of the start belong to what follows them.
    let starts = |before: &str, first: u8| {
        !matches!(first, b'#') && !before.ends_with("---\n") && before.lines().any(|line| !line.is_empty() && !line.starts_with('#'))
    };
    let pieces = cut(text, starts);
    let said = || pieces.iter().map(|piece| YAML.with(|known| read(known, piece, |piece| data::read_yaml(piece).ok())));
    match meant {
        Value::Object(meant) => {
            let mut left = meant.len();
            let agrees = |piece: Option<Rc<Value>>| match piece.as_deref() {
                Some(Value::Object(entries)) if !entries.is_empty() => {
                    left = left.wrapping_sub(entries.len());
                    entries.iter().all(|(key, value)| meant.get(key) == Some(value))
                }
                _ => false,
            };
            said().all(agrees) && left == 0
        }
        Value::Array(meant) => {
            let mut left = meant.as_slice();
            let agrees = |piece: Option<Rc<Value>>| match piece.as_deref() {
                Some(Value::Array(items)) if !items.is_empty() => match left.split_at_checked(items.len()) {
                    Some((first, rest)) => {
                        left = rest;
                        first == items
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
    use super::{is_hcl, is_yaml};
    use crate::artifact::hcl::{Body, Object, print};
    use crate::artifact::verify::normal;
    use serde_json::json;

    #[test]
    fn a_file_is_what_its_pieces_are() {
        let body = Body::new()
            .comment("head")
            .blank()
            .block("a", ["b"], Body::new().attribute("c", 1))
            .blank()
            .attribute("d", Object::new().with("e", 1).with("f", "x\n\ny\n").lines());
        let text = print(&body).unwrap();
        let meant = |body: &Body| normal::body(body);
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
}
