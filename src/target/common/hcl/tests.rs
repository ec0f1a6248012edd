//! What the lowering of values is held to.

use super::{Lowering, ty};
use crate::artifact::hcl::print_expr;
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

fn said(value: Value) -> String {
    match Lowering::default().value(&value) {
        Ok(expr) => print_expr(&expr).unwrap(),
        Err(unsayable) => format!("! {}", unsayable.0),
    }
}

fn var(name: &str) -> Value {
    Value::residual(Residual::Variable(name.into()))
}

fn local(name: &str) -> Value {
    Value::residual(Residual::Local(name.into()))
}

fn call(function: &str, arguments: impl IntoIterator<Item = Value>) -> String {
    said(Value::residual(Residual::Call(function.into(), arguments.into_iter().collect())))
}

fn binary(operator: Operator, left: Value, right: Value) -> String {
    said(Value::residual(Residual::Binary(operator, left, right)))
}

fn node() -> Value {
    Value::residual(Residual::Resource { data: false, ty: "x_node".into(), name: "n".into() })
}

fn addresses(condition: Option<Value>) -> Value {
    let address = Value::residual(Residual::Member(local("m"), "ip".into()));
    let f = ResidualFor { key: Some("k".into()), value: "m".into(), source: node(), condition, entry: Some(local("k")), result: address };
    Value::residual(Residual::For(Box::new(f)))
}

#[test]
fn known_values_are_literals() {
    assert_eq!(said(Value::Cidr("10.0.0.0/8".parse().unwrap())), r#""10.0.0.0/8""#);
    assert_eq!(said(Value::Bytes(1 << 30)), "1073741824");
    assert_eq!(said(Value::Duration(60_000)), "60000");
    assert_eq!(said(Value::map([("a", Value::None), ("b c", Value::text("${x}"))])), r#"{ a = null, "b c" = "$${x}" }"#);
}

#[test]
fn arguments_take_the_order_of_the_tool() {
    assert_eq!(call("join", [var("a"), Value::text(", ")]), r#"join(", ", var.a)"#);
    assert_eq!(call("join", [var("a"), Value::None]), r#"join("", var.a)"#);
    assert_eq!(call("matches", [var("a"), Value::text("^x$")]), r#"can(regex("^x$", var.a))"#);
    assert_eq!(call("indexes", [call_of("length", var("a"))]), "range(length(var.a))");
    assert_eq!(call("max", [var("a")]), "max(var.a...)");
    assert_eq!(call("sum", [var("a")]), "sum(concat([0], var.a))");
    assert_eq!(call("gib", [var("a")]), "ceil(var.a / 1073741824)");
    assert_eq!(call("slice", [var("a"), Value::Int(1), Value::None]), "slice(var.a, 1, length(var.a))");
    assert_eq!(call("cidr_overlaps", [var("a"), var("b")]), "cidrcontains(var.a, var.b) || cidrcontains(var.b, var.a)");
    assert_eq!(call("lookup", [var("a"), Value::text("k"), Value::None]), r#"lookup(var.a, "k", null)"#);
    assert_eq!(call("replace", [var("a"), Value::text("-"), Value::text("_")]), r#"replace(var.a, "-", "_")"#);
}

fn call_of(function: &str, argument: Value) -> Value {
    Value::residual(Residual::Call(function.into(), vec![argument]))
}

#[test]
fn what_has_another_meaning_there_is_refused() {
    assert!(call("replace", [var("a"), Value::text("/x/"), Value::text("")]).starts_with('!'));
    assert!(call("replace", [var("a"), var("b"), Value::text("")]).starts_with('!'));
    assert!(call("rules_for", [var("a")]).contains("`rules_for`"));
    assert!(said(Value::Definition("image".into(), "base".into())).starts_with('!'));
}

#[test]
fn operators_keep_their_meaning() {
    assert_eq!(binary(Operator::Divide, var("a"), Value::Int(2)), "(var.a - var.a % 2) / 2");
    assert_eq!(binary(Operator::Divide, var("a"), Value::Float(0.5)), "var.a / 0.5");
    assert_eq!(binary(Operator::Default, var("a"), var("b")), "var.a != null ? var.a : var.b");
    assert_eq!(binary(Operator::Add, Value::list([var("a")]), var("b")), "concat([var.a], var.b)");
    assert_eq!(binary(Operator::In, var("a"), Value::list([Value::Int(1)])), "contains([1], var.a)");
    assert_eq!(binary(Operator::In, var("a"), var("b")), "contains(try(keys(var.b), var.b), var.a)");
}

#[test]
fn entries_that_may_be_absent_are_filtered() {
    let none = Value::map::<&str>([]);
    let when = |yes, no| said(Value::residual(Residual::If(var("public"), yes, no)));
    assert_eq!(when(addresses(None), none.clone()), "{ for k, m in x_node.n : k => m.ip if var.public }");
    assert_eq!(when(none.clone(), addresses(Some(var("b")))), "{ for k, m in x_node.n : k => m.ip if !var.public && var.b }");
    assert_eq!(when(var("a"), none), "{ for key, value in var.a : key => value if var.public }");
    assert_eq!(when(Value::list([var("a")]), Value::list([])), "var.public ? [var.a] : []");
}

#[test]
fn a_resource_that_may_be_absent_gives_nothing_then() {
    let one = Value::residual(Residual::Call("one".into(), vec![node()]));
    let deep = |base| Value::residual(Residual::Member(Value::residual(Residual::Member(base, "net".into())), "id".into()));
    assert_eq!(said(one.clone()), "one(values(x_node.n))");
    assert_eq!(said(deep(one)), "one(values(x_node.n)[*].net.id)");
    assert_eq!(said(deep(node())), "x_node.n.net.id");
}

#[test]
fn types_are_written_as_variables_declare_them() {
    let record = Ty::record([("a".into(), Ty::Int), ("b".into(), Ty::Cidr.optional())]);
    assert_eq!(print_expr(&ty(&record.map())).unwrap(), "map(object({ a = number, b = optional(string) }))");
    assert_eq!(print_expr(&ty(&Ty::Error.list().deferred())).unwrap(), "list(any)");
}
