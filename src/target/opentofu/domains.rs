//! What the types of the language say beyond those of OpenTofu: a range is no other text, a word is one of a few.

use crate::artifact::hcl::{Binary, Expr, Part};
use crate::base::{Text, text};
use crate::shape::{Hole, Source};
use crate::ty::Ty;
use crate::value::Value;

/// The names of what is gone through, the outermost first.
const NAMES: [&str; 4] = ["entry", "inner", "part", "leaf"];

/// The rules of a variable's type, each with a sentence for the person who broke it.
pub(super) fn rules(hole: &Hole) -> Vec<(Expr, Text)> {
    // What another unit gives has the form that its plugin gives it.
    if matches!(hole.source, Source::Deferred(..) | Source::Builtin(_)) {
        return Vec::new();
    }
    let whole = Expr::path("var").attribute(hole.name.clone());
    of(&hole.ty, &whole, &hole.name.replace(['_', '-'], " "), 0)
}

/// For every rule of a variable's type values that break it and no other, made of one that breaks none.
pub(super) fn broken(hole: &Hole, good: &Value) -> Vec<Value> {
    if matches!(hole.source, Source::Deferred(..) | Source::Builtin(_)) {
        return Vec::new();
    }
    without(&hole.ty, good, 0)
}

fn without(ty: &Ty, good: &Value, depth: usize) -> Vec<Value> {
    match (ty.plain(), good) {
        (Ty::Cidr | Ty::Ip | Ty::Enum(_), _) => vec![Value::text("No such thing.")],
        (Ty::Port, _) => vec![Value::Int(0), Value::Int(65536)],
        (Ty::Optional(inner), good) => without(inner, good, depth),
        (Ty::List(_) | Ty::Map(_), _) if depth == NAMES.len() => Vec::new(),
        (Ty::List(inner), Value::List(list)) => {
            let first = list.first().into_iter().flat_map(|first| without(inner, first, depth + 1));
            first.map(|first| Value::list(std::iter::once(first).chain(list.iter().skip(1).cloned()))).collect()
        }
        (Ty::Map(inner), Value::Map(map)) => {
            let Some((key, first)) = map.iter().next() else { return Vec::new() };
            let with = |value: Value| {
                let mut entries = (**map).clone();
                entries.insert(key.clone(), value);
                Value::Map(entries.into())
            };
            without(inner, first, depth + 1).into_iter().map(with).collect()
        }
        (Ty::Record(record), Value::Map(map)) => {
            let fields = record.fields.iter().flat_map(|field| {
                let good = map.get(&field.name).unwrap_or(&Value::None);
                without(&field.ty, good, depth).into_iter().map(|value| (field.name.clone(), value))
            });
            let with = |(name, value)| {
                let mut fields = (**map).clone();
                fields.insert(name, value);
                Value::Map(fields.into())
            };
            fields.map(with).collect()
        }
        _ => Vec::new(),
    }
}

fn of(ty: &Ty, value: &Expr, what: &str, depth: usize) -> Vec<(Expr, Text)> {
    let each = if depth > 0 { "Every " } else { "The " };
    let one = |condition: Expr, is: &str| vec![(condition, text!("{each}{what} must be {is}."))];
    match ty.plain() {
        Ty::Cidr => one(can(value.clone()), "a range in CIDR notation, such as 10.20.0.0/16"),
        Ty::Ip => one(can(Expr::template([Part::expr(value.clone()), Part::text("/32")])), "an address, such as 10.20.0.2"),
        Ty::Enum(words) => {
            let words: Vec<Text> = words.members.to_vec();
            let listed = words.join(", ");
            one(Expr::call("contains", [Expr::list(words), value.clone()]), &format!("one of {listed}"))
        }
        Ty::Port => {
            let least = value.clone().binary(Binary::GreaterOrEqual, 1i64);
            one(least.and(value.clone().binary(Binary::LessOrEqual, 65535i64)), "a port: 1 to 65535")
        }
        Ty::Optional(inner) => {
            let absent = |rule: Expr| value.clone().equals(Expr::Null).conditional(true, rule);
            of(inner, value, what, depth).into_iter().map(|(rule, message)| (absent(rule), message)).collect()
        }
        Ty::List(inner) | Ty::Map(inner) => {
            let Some(name) = NAMES.get(depth) else { return Vec::new() };
            let found = of(inner, &Expr::variable(*name), what, depth + 1).into_iter();
            found.map(|(rule, message)| (Expr::call("alltrue", [Expr::for_list(*name, value.clone(), rule)]), message)).collect()
        }
        Ty::Record(record) => {
            let fields = record.fields.iter();
            fields
                .flat_map(|field| {
                    let what = format!("{} of {what}", field.name);
                    of(&field.ty, &value.clone().attribute(field.name.clone()), &what, depth)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a text is a range.
fn can(range: Expr) -> Expr {
    Expr::call("can", [Expr::call("cidrhost", [range, 0i64.into()])])
}
