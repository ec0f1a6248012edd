//! Functions over lists.

use super::{Form, Function, int_of, list_of, one, optional, order, rest, unfit};
use crate::ty::Ty;
use crate::value::Value;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

const LIST: Form = Form::List(&Form::A);
/// More elements than any program means; a slip of the finger must not fill the memory.
const MOST: i64 = 100_000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "length",
        doc: "How many elements a list has, entries a map, or characters a text.",
        parameters: &[one("of", Form::Sized)],
        result: Form::Ty(Ty::Int),
        evaluate: Some(length),
    },
    Function {
        name: "indexes",
        doc: "The integers from 0 to before `count`.",
        parameters: &[one("count", Form::Ty(Ty::Int))],
        result: Form::List(&Form::Ty(Ty::Int)),
        evaluate: Some(indexes),
    },
    Function {
        name: "concat",
        doc: "All lists after each other.",
        parameters: &[rest("lists", LIST)],
        result: LIST,
        evaluate: Some(concat),
    },
    Function {
        name: "flatten",
        doc: "The elements of the lists in a list.",
        parameters: &[one("lists", Form::List(&LIST))],
        result: LIST,
        evaluate: Some(|arguments| concat(list_of(arguments, 0)?)),
    },
    Function {
        name: "compact",
        doc: "The list without the elements that are absent.",
        parameters: &[one("list", Form::List(&Form::Optional(&Form::A)))],
        result: LIST,
        evaluate: Some(|arguments| Ok(Value::list(list_of(arguments, 0)?.iter().filter(|value| **value != Value::None).cloned()))),
    },
    Function {
        name: "distinct",
        doc: "The list with only the first of equal elements.",
        parameters: &[one("list", LIST)],
        result: LIST,
        evaluate: Some(distinct),
    },
    Function {
        name: "sort",
        doc: "The list in ascending order; texts by their characters, addresses by their numbers.",
        parameters: &[one("list", LIST)],
        result: LIST,
        evaluate: Some(|arguments| order::sorted(list_of(arguments, 0)?).map(Value::list)),
    },
    Function {
        name: "reverse",
        doc: "The list from its end.",
        parameters: &[one("list", LIST)],
        result: LIST,
        evaluate: Some(|arguments| Ok(Value::list(list_of(arguments, 0)?.iter().rev().cloned()))),
    },
    Function {
        name: "first",
        doc: "The first element; an empty list has none.",
        parameters: &[one("list", LIST)],
        result: Form::A,
        evaluate: Some(|arguments| list_of(arguments, 0)?.first().cloned().ok_or_else(|| "the list is empty".into())),
    },
    Function {
        name: "last",
        doc: "The last element; an empty list has none.",
        parameters: &[one("list", LIST)],
        result: Form::A,
        evaluate: Some(|arguments| list_of(arguments, 0)?.last().cloned().ok_or_else(|| "the list is empty".into())),
    },
    Function {
        name: "slice",
        doc: "The elements from index `from` to before index `to`, or to the end.",
        parameters: &[one("list", LIST), one("from", Form::Ty(Ty::Int)), optional("to", Form::Ty(Ty::Int))],
        result: LIST,
        evaluate: Some(slice),
    },
    Function {
        name: "all",
        doc: "Whether every element is true.",
        parameters: &[one("list", Form::List(&Form::Ty(Ty::Bool)))],
        result: Form::Ty(Ty::Bool),
        evaluate: Some(|arguments| Ok(Value::Bool(list_of(arguments, 0)?.iter().all(|value| *value == Value::Bool(true))))),
    },
    Function {
        name: "any",
        doc: "Whether at least one element is true.",
        parameters: &[one("list", Form::List(&Form::Ty(Ty::Bool)))],
        result: Form::Ty(Ty::Bool),
        evaluate: Some(|arguments| Ok(Value::Bool(list_of(arguments, 0)?.contains(&Value::Bool(true))))),
    },
];

fn length(arguments: &[Value]) -> Result<Value, String> {
    let length = match arguments.first() {
        Some(Value::List(list)) => list.len(),
        Some(Value::Map(map)) => map.len(),
        Some(Value::Text(text)) => text.chars().count(),
        other => return Err(unfit(other, "a list, map or text")),
    };
    Ok(Value::Int(length as i64))
}

fn indexes(arguments: &[Value]) -> Result<Value, String> {
    let count = int_of(arguments, 0)?;
    match count {
        0..=MOST => Ok(Value::list((0..count).map(Value::Int))),
        _ => Err(format!("`count` must be from 0 to {MOST}, not {count}")),
    }
}

fn concat(lists: &[Value]) -> Result<Value, String> {
    let mut elements = Vec::new();
    for index in 0..lists.len() {
        elements.extend_from_slice(list_of(lists, index)?);
    }
    Ok(Value::list(elements))
}

fn distinct(arguments: &[Value]) -> Result<Value, String> {
    let mut kept: Vec<Value> = Vec::new();
    // Values have no order of their own: what is equal is looked for among what has the same mark.
    let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for value in list_of(arguments, 0)? {
        let mut hasher = DefaultHasher::new();
        mark(value, &mut hasher);
        let places = alike.entry(hasher.finish()).or_default();
        if !places.iter().any(|at| kept[*at] == *value) {
            places.push(kept.len());
            kept.push(value.clone());
        }
    }
    Ok(Value::list(kept))
}

/// Feeds what tells values apart: values that are equal feed the same.
fn mark(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        // Zero with and without a sign are equal.
        Value::Float(float) => (float + 0.0).to_bits().hash(hasher),
        Value::Text(text) => text.hash(hasher),
        Value::List(list) => list.iter().for_each(|value| mark(value, hasher)),
        // Two maps are equal in whatever order their entries are.
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| {
                let mut entry = DefaultHasher::new();
                key.hash(&mut entry);
                mark(value, &mut entry);
                entry.finish()
            });
            entries.fold(map.len() as u64, u64::wrapping_add).hash(hasher);
        }
        Value::Instance(id) => id.hash(hasher),
        other => super::text::to_text(other).hash(hasher),
    }
}

fn slice(arguments: &[Value]) -> Result<Value, String> {
    let list = list_of(arguments, 0)?;
    let from = int_of(arguments, 1)?;
    let to = match arguments.get(2) {
        None | Some(Value::None) => list.len() as i64,
        Some(_) => int_of(arguments, 2)?,
    };
    if 0 <= from && from <= to && to <= list.len() as i64 {
        return Ok(Value::list(list[from as usize..to as usize].iter().cloned()));
    }
    Err(format!("a list of {} has no elements from {from} to before {to}", list.len()))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use crate::value::Value;

    fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
        (find(name).unwrap().evaluate.unwrap())(arguments)
    }

    fn ints(values: &[i64]) -> Value {
        Value::list(values.iter().copied().map(Value::Int))
    }

    #[test]
    fn lists() {
        assert_eq!(call("indexes", &[Value::Int(3)]), Ok(ints(&[0, 1, 2])));
        assert!(call("indexes", &[Value::Int(-1)]).unwrap_err().contains("from 0"));
        assert_eq!(call("flatten", &[Value::list([ints(&[1]), ints(&[2, 3])])]), Ok(ints(&[1, 2, 3])));
        assert_eq!(call("distinct", &[ints(&[2, 1, 2])]), Ok(ints(&[2, 1])));
        let map = |entries: [(&'static str, i64); 2]| Value::map(entries.map(|(key, value)| (key, Value::Int(value))));
        let maps = Value::list([map([("a", 1), ("b", 2)]), map([("b", 2), ("a", 1)]), map([("a", 2), ("b", 1)])]);
        assert_eq!(call("distinct", &[maps]).unwrap().as_list().unwrap().len(), 2);
        let zeros = Value::list([0.0, -0.0, 1.0].map(Value::Float));
        assert_eq!(call("distinct", &[zeros]).unwrap().as_list().unwrap().len(), 2);
        assert_eq!(call("sort", &[ints(&[2, 1, 3])]), Ok(ints(&[1, 2, 3])));
        assert_eq!(call("slice", &[ints(&[1, 2, 3]), Value::Int(1), Value::None]), Ok(ints(&[2, 3])));
        assert!(call("slice", &[ints(&[1]), Value::Int(0), Value::Int(2)]).is_err());
        assert!(call("first", &[ints(&[])]).unwrap_err().contains("empty"));
        assert_eq!(call("sum", &[ints(&[1, 2, 3])]), Ok(Value::Int(6)));
        assert!(call("sum", &[ints(&[i64::MAX, 1])]).unwrap_err().contains("too large"));
        assert_eq!(call("max", &[ints(&[1, 3, 2])]), Ok(Value::Int(3)));
    }
}
