//! Functions over maps and records.

use super::{Form, Function, one, rest, text_of, unfit};
use crate::ty::Ty;
use crate::value::{Entries, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "keys",
        doc: "The keys of a map, in its order.",
        parameters: &[one("map", Form::Keyed(&Form::Any))],
        result: Form::List(&Form::Ty(Ty::String)),
        evaluate: Some(|arguments| Ok(Value::list(map_of(arguments, 0)?.keys().cloned().map(Value::Text)))),
    },
    Function {
        name: "values",
        doc: "The values of a map, in its order.",
        parameters: &[one("map", Form::Keyed(&Form::A))],
        result: Form::List(&Form::A),
        evaluate: Some(|arguments| Ok(Value::list(map_of(arguments, 0)?.values().cloned()))),
    },
    Function {
        name: "merge",
        doc: "One map of all entries; of equal keys the last one counts.",
        parameters: &[rest("maps", Form::Merged)],
        result: Form::Merged,
        evaluate: Some(merge),
    },
    Function {
        name: "lookup",
        doc: "The value of a key, or `default` where the map does not have it.",
        parameters: &[one("map", Form::Keyed(&Form::A)), one("key", Form::Ty(Ty::String)), one("default", Form::A)],
        result: Form::A,
        evaluate: Some(lookup),
    },
];

fn map_of(arguments: &[Value], index: usize) -> Result<&Entries, String> {
    let value = arguments.get(index);
    value.and_then(Value::as_map).ok_or_else(|| unfit(value, "a map or record"))
}

fn merge(arguments: &[Value]) -> Result<Value, String> {
    let mut merged = Entries::new();
    for index in 0..arguments.len() {
        merged.extend(map_of(arguments, index)?.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(Value::Map(merged.into()))
}

fn lookup(arguments: &[Value]) -> Result<Value, String> {
    let found = map_of(arguments, 0)?.get(text_of(arguments, 1)?);
    Ok(found.or(arguments.get(2)).cloned().unwrap_or(Value::None))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use crate::value::Value;

    fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
        (find(name).unwrap().evaluate.unwrap())(arguments)
    }

    #[test]
    fn maps() {
        let map = Value::map([("b", Value::Int(1)), ("a", Value::Int(2))]);
        assert_eq!(call("keys", std::slice::from_ref(&map)), Ok(Value::list([Value::text("b"), Value::text("a")])));
        assert_eq!(
            call("merge", &[map.clone(), Value::map([("b", Value::Int(3))])]),
            Ok(Value::map([("b", Value::Int(3)), ("a", Value::Int(2))]))
        );
        assert_eq!(call("lookup", &[map.clone(), Value::text("a"), Value::Int(0)]), Ok(Value::Int(2)));
        assert_eq!(call("lookup", &[map, Value::text("c"), Value::Int(0)]), Ok(Value::Int(0)));
        assert!(call("keys", &[Value::Int(1)]).unwrap_err().contains("`1`"));
    }
}
