//! The inputs of a unit as a person would write them: nothing that is absent is said, and a record that fits stands in one line.

use crate::artifact::hcl::{Expr, Layout, ObjectItem, print_expr};
use crate::target::common::hcl::Unsayable;
use crate::ty::Ty;
use crate::value::Value;

/// Longer records get a line for each field.
const WIDTH: usize = 100;

/// A value without the fields that its type lets be absent, and that are.
pub(super) fn without_absent(value: &Value, ty: &Ty) -> Value {
    match (value, ty.present()) {
        (Value::List(list), Ty::List(of)) => Value::list(list.iter().map(|value| without_absent(value, of))),
        (Value::Map(map), Ty::Map(of)) => Value::map(map.iter().map(|(key, value)| (key.clone(), without_absent(value, of)))),
        (Value::Map(map), Ty::Record(record)) => {
            let field = |name: &str| record.field(name).map(|field| &field.ty);
            let optional = |name: &str| field(name).is_some_and(|ty| matches!(ty.plain(), Ty::Optional(_)));
            let said = map.iter().filter(|(name, value)| **value != Value::None || !optional(name));
            Value::map(said.map(|(name, value)| (name.clone(), field(name).map_or(value.clone(), |ty| without_absent(value, ty)))))
        }
        _ => value.clone(),
    }
}

/// Refuses a whole number that Terragrunt would round: it hands inputs on as floats.
pub(super) fn exact(value: &Value) -> Result<(), Unsayable> {
    const EXACT: u64 = 1 << 53;
    match value {
        Value::List(list) => list.iter().try_for_each(exact),
        Value::Map(map) => map.values().try_for_each(exact),
        Value::Int(number) | Value::Money(number, _) if number.unsigned_abs() <= EXACT => Ok(()),
        Value::Bytes(number) | Value::Duration(number) if *number <= EXACT => Ok(()),
        Value::Int(_) | Value::Money(..) | Value::Bytes(_) | Value::Duration(_) => {
            Err(Unsayable("Terragrunt rounds whole numbers beyond 2^53, so that none can be an input of a unit".into()))
        }
        _ => Ok(()),
    }
}

/// Lays out the records in an input: each in one line where it fits.
pub(super) fn in_lines(input: Expr) -> Expr {
    match input {
        Expr::Object(mut object) => {
            for item in &mut object.items {
                if let ObjectItem::Entry(_, value) = item {
                    *value = record(std::mem::replace(value, Expr::Null));
                }
            }
            Expr::Object(object)
        }
        Expr::List(mut list) => {
            list.items = list.items.into_iter().map(record).collect();
            Expr::List(list)
        }
        other => other,
    }
}

fn record(expr: Expr) -> Expr {
    match expr {
        Expr::Object(mut object) => {
            object.layout = Layout::Line;
            let mut record = Expr::Object(object);
            if print_expr(&record).is_ok_and(|text| text.len() <= WIDTH) {
                return record;
            }
            if let Expr::Object(object) = &mut record {
                object.layout = Layout::Auto;
            }
            in_lines(record)
        }
        other => in_lines(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{exact, in_lines, without_absent};
    use crate::artifact::hcl::{Body, print};
    use crate::target::common::hcl::Lowering;
    use crate::ty::Ty;
    use crate::value::Value;

    #[test]
    fn absent_fields_are_left_out_and_short_records_stand_in_a_line() {
        let record = Ty::record([("name".into(), Ty::String), ("port".into(), Ty::Int.optional())]);
        let rule = |name: &str| Value::map([("name", Value::text(name)), ("port", Value::None)]);
        let rules = Value::map([("a", rule("a")), ("b", rule(&"long ".repeat(40)))]);
        let said = Lowering::default().value(&without_absent(&rules, &record.map())).unwrap();
        let text = print(&Body::new().attribute("rules", in_lines(said))).unwrap();
        let long = "long ".repeat(40);
        assert_eq!(text, format!("rules = {{\n  a = {{ name = \"a\" }}\n  b = {{\n    name = \"{long}\"\n  }}\n}}\n"));
    }

    #[test]
    fn an_absent_entry_of_a_map_stays() {
        let map = Value::map([("a", Value::None)]);
        assert_eq!(without_absent(&map, &Ty::String.optional().map()), map);
    }

    #[test]
    fn a_number_that_would_be_rounded_is_no_input() {
        let within = |number: i64| Value::map([("a", Value::list([Value::Int(number)]))]);
        assert!(exact(&within(1 << 53)).is_ok() && exact(&within(-(1 << 53))).is_ok());
        assert!(exact(&within((1 << 53) + 1)).is_err() && exact(&within(i64::MIN)).is_err());
        assert!(exact(&Value::Bytes(1 << 60)).is_err() && exact(&Value::Bytes(1 << 50)).is_ok());
    }
}
