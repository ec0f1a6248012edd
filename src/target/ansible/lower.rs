//! Values and what is left of expressions, as Jinja and as YAML.

use super::operators::{NO_UNIT, as_text, binary, is_bare_number, piece};
use super::scope::Scope;
use super::secret;
use crate::artifact::jinja::{self, Arguments, Binary, Expr, Part};
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::eval::infer::{self, bare};
use crate::eval::text_of;
use crate::target::common::secrets::Sources;
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

/// The value as a Jinja expression.
pub fn expression(value: &Value, scope: &Scope<'_>) -> Result<Expr, Error> {
    Ok(match value {
        Value::List(list) => Expr::List(each(list, scope)?),
        Value::Map(map) => {
            let entries: Result<Vec<_>, Error> =
                map.iter().map(|(key, value)| Ok((Expr::Text(key.clone()), expression(value, scope)?))).collect();
            Expr::Dict(entries?)
        }
        Value::Residual(residual) => of_residual(residual, scope)?,
        value => match scalar(value) {
            Some(Scalar::Null) => Expr::None,
            Some(Scalar::Bool(value)) => Expr::Bool(value),
            Some(Scalar::Int(value)) => Expr::Int(value),
            Some(Scalar::Float(value)) => Expr::Float(value),
            Some(Scalar::Text(text)) => Expr::Text(text),
            None => return Err(Problem::Shape("a role has no form for an instance or a secret in an expression").into()),
        },
    })
}

fn each(values: &[Value], scope: &Scope<'_>) -> Result<Vec<Expr>, Error> {
    values.iter().map(|value| expression(value, scope)).collect()
}

fn of_residual(residual: &Residual, scope: &Scope<'_>) -> Result<Expr, Error> {
    Ok(match residual {
        Residual::Variable(name) | Residual::Fact(name) => scope.variable(name),
        Residual::Local(name) => scope.local(name),
        Residual::Member(base, field) => {
            if scope.type_of(base).is_some_and(|of| of.present().is_scalar()) {
                return Err(Error::new(Problem::Shape("Jinja has a text or number for it, which has no fields")).within(field.clone()));
            }
            expression(base, scope)?.attribute(field.clone())
        }
        Residual::Index(base, index) => expression(base, scope)?.index(expression(index, scope)?),
        Residual::Template(parts) => match parts.as_slice() {
            [one] => as_text(one, scope)?,
            parts => Expr::concat(parts.iter().map(|part| piece(part, scope)).collect::<Result<Vec<_>, _>>()?),
        },
        Residual::Call(function, arguments) => call(function, arguments, scope)?,
        Residual::For(comprehension) => comprehend(comprehension, scope)?,
        Residual::If(condition, yes, no) => expression(condition, scope)?.conditional(expression(yes, scope)?, expression(no, scope)?),
        Residual::Not(value) => expression(value, scope)?.negated(),
        Residual::Negate(value) => Expr::Negate(Box::new(expression(value, scope)?)),
        Residual::Binary(operator, a, b) => binary(*operator, a, b, scope)?,
        Residual::EachKey | Residual::EachValue | Residual::Resource { .. } | Residual::Output(..) | Residual::Foreign(_) => {
            return Err(Problem::Shape("a role has no form for what only another tool knows").into());
        }
    })
}

fn call(function: &str, arguments: &[Value], scope: &Scope<'_>) -> Result<Expr, Error> {
    let given: Vec<&Value> = arguments.iter().filter(|argument| **argument != Value::None).collect();
    let all: Vec<Expr> = given.iter().map(|value| expression(value, scope)).collect::<Result<_, _>>()?;
    let Some((first, rest)) = all.split_first() else { return Err(no_form(function)) };
    let (first, of) = (first.clone(), scope.type_of(given[0]));
    // The texts of its elements are what is used.
    let of_elements = of.as_ref().map(bare).and_then(|of| infer::elements(of).1);
    let of_element = of_elements.as_ref().map(bare);
    let named = |name: &str, value: Expr| Arguments::default().with(name, value);
    Ok(match (function, rest) {
        ("concat", rest) => rest.iter().fold(first, |sum, list| sum.binary(Binary::Add, list.clone())),
        ("flatten", []) => first.filter_with("flatten", named("levels", 1.into())),
        ("distinct", []) => first.filter_with("unique", named("case_sensitive", true.into())),
        ("reverse", []) => first.filter("reverse").filter("list"),
        ("keys", []) => first.filter("list"),
        ("values", []) => first.filter("dict2items").filter_with("map", named("attribute", "value".into())).filter("list"),
        ("merge", rest) => first.filter_with("combine", rest.to_vec()),
        ("lookup", [key]) => first.index(key.clone()),
        ("contains", [part]) => part.clone().binary(Binary::In, first),
        ("to_string", []) => as_text(given[0], scope)?,
        ("to_json", []) if of.is_some_and(|of| of.has_part(&is_bare_number)) => return Err(Problem::Shape(NO_UNIT).into()),
        ("to_json", []) => first.filter_with("to_json", named("ensure_ascii", false.into())),
        // These are what amounts are there.
        ("count_bytes" | "seconds", []) => first,
        // What stands between the parts of a path is left alone there.
        ("url_encode", []) => first.filter("string").filter("urlencode").filter_with("replace", ["/", "%2F"]),
        ("base64", []) => first.filter("b64encode"),
        ("sha256", []) => first.filter_with("hash", ["sha256"]),
        ("matches", [_]) => {
            let Some(pattern) = given[1].as_text() else { return Err(no_form(function)) };
            first.is_with("search", [to_the_end(pattern)])
        }
        ("startswith" | "endswith", [part]) => first.filter("string").method(function, [part.clone()]),
        // What is text there has another order here, but for text.
        ("sort" | "min" | "max", []) if of_element.is_some_and(|of| of.is_scalar() && !of.is_text() && !is_number(of)) => {
            return Err(no_form(function));
        }
        ("sort", []) => first.filter_with("sort", named("case_sensitive", true.into())),
        ("join", _) if of_element.is_some_and(is_bare_number) => return Err(Problem::Shape(NO_UNIT).into()),
        ("join", rest) if of_element == Some(&Ty::Bool) => first.filter_with("map", ["lower"]).filter_with("join", rest.to_vec()),
        // The same name and the same meaning.
        ("length" | "first" | "last" | "min" | "max" | "sum" | "lower" | "upper" | "trim", []) => first.filter(function),
        ("join" | "split" | "replace", rest) => first.filter_with(function, rest.to_vec()),
        _ => return Err(no_form(function)),
    })
}

/// Whether its values are numbers there.
fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Bool | Ty::Int | Ty::Float | Ty::Port | Ty::Bytes | Ty::Duration)
}

/// A pattern whose `$` means the end and not the line break before it.
fn to_the_end(pattern: &str) -> Text {
    match pattern.strip_suffix('$') {
        Some(start) if !start.ends_with('\\') => text!("{start}\\Z"),
        _ => pattern.into(),
    }
}

/// What is wrong with a function that Jinja lacks.
pub const NO_FUNCTION: Problem = Problem::Shape("Jinja has no form for the function");

fn no_form(function: &str) -> Error {
    Error::new(NO_FUNCTION).within(text!("{function}(…)"))
}

/// A comprehension over a list that keeps or takes fields of its elements; Jinja has no form for others outside a file.
fn comprehend(comprehension: &ResidualFor, scope: &Scope<'_>) -> Result<Expr, Error> {
    let unable = || Error::new(Problem::Shape("Jinja has no form for a comprehension that computes, outside a file"));
    if comprehension.key.is_some() || comprehension.entry.is_some() {
        return Err(unable());
    }
    let mut source = expression(&comprehension.source, scope)?;
    // The element itself, or a field of it.
    let field = |value: &Value| -> Option<Option<Text>> {
        let Value::Residual(residual) = value else { return None };
        match &**residual {
            Residual::Local(name) if *name == comprehension.value => Some(None),
            Residual::Member(Value::Residual(base), field) => match &**base {
                Residual::Local(name) if *name == comprehension.value => Some(Some(field.clone())),
                _ => None,
            },
            _ => None,
        }
    };
    if let Some(condition) = &comprehension.condition {
        let Value::Residual(residual) = condition else { return Err(unable()) };
        source = match &**residual {
            Residual::Binary(operator @ (Operator::Equal | Operator::NotEqual), a, b) => {
                let other = expression(b, scope)?;
                let equal = *operator == Operator::Equal;
                match field(a).ok_or_else(unable)? {
                    Some(field) => {
                        source.filter_with(if equal { "selectattr" } else { "rejectattr" }, [field.into(), "equalto".into(), other])
                    }
                    None => source.filter_with(if equal { "select" } else { "reject" }, ["equalto".into(), other]),
                }
            }
            Residual::Member(..) => {
                let Some(Some(field)) = field(condition) else { return Err(unable()) };
                source.filter_with("selectattr", [field])
            }
            _ => return Err(unable()),
        };
    }
    Ok(match field(&comprehension.result).ok_or_else(unable)? {
        Some(field) => source.filter_with("map", Arguments::default().with("attribute", field)).filter("list"),
        None => source.filter("list"),
    })
}

/// The value as YAML that Ansible reads back as the same.
pub fn node(value: &Value, scope: &Scope<'_>) -> Result<Node, Error> {
    Ok(match value {
        Value::List(list) => Node::Seq(Seq::new(list.iter().map(|value| node(value, scope)).collect::<Result<Vec<_>, _>>()?)),
        Value::Map(map) => {
            let mut entries = Map::new();
            for (key, value) in map.iter().filter(|(_, value)| **value != Value::None) {
                entries.push(key.clone(), node(value, scope)?);
            }
            Node::Map(entries)
        }
        Value::Residual(_) => Node::Folded(text(value, scope)?),
        value => plain(value)?,
    })
}

/// Text with the expressions in it in braces.
pub fn text(value: &Value, scope: &Scope<'_>) -> Result<Text, Error> {
    if let Value::Residual(residual) = value {
        let Residual::Template(parts) = &**residual else { return jinja::value(&expression(value, scope)?) };
        let parts: Result<Vec<Part>, Error> = parts
            .iter()
            .map(|part| match part {
                Value::Text(text) => Ok(Part::Text(text.clone())),
                part => Ok(Part::Expr(piece(part, scope)?)),
            })
            .collect();
        return jinja::line(&parts?);
    }
    match scalar(value) {
        Some(Scalar::Text(text)) => jinja::plain(&text),
        Some(Scalar::Int(int)) => Ok(text!("{int}")),
        Some(Scalar::Bool(bool)) => Ok(text!("{bool}")),
        _ => Err(Problem::Shape("text is expected").into()),
    }
}

/// A known value of a variable as YAML; secrets are look-ups.
pub fn known(value: &Value, sources: &Sources) -> Result<Node, Error> {
    Ok(match value {
        Value::List(list) => Node::Seq(Seq::new(list.iter().map(|value| known(value, sources)).collect::<Result<Vec<_>, _>>()?)),
        Value::Map(map) => {
            let mut entries = Map::new();
            for (key, value) in map.iter() {
                entries.push(key.clone(), known(value, sources)?);
            }
            Node::Map(entries)
        }
        Value::Secret(secret) => Node::Folded(jinja::value(&secret::lookup(sources, secret))?),
        value => plain(value)?,
    })
}

/// A known value without parts as YAML.
pub fn plain(value: &Value) -> Result<Node, Error> {
    Ok(match scalar(value) {
        Some(Scalar::Null) => Node::Null,
        Some(Scalar::Bool(value)) => Node::Bool(value),
        Some(Scalar::Int(value)) => Node::Int(value),
        Some(Scalar::Float(value)) => Node::Float(value),
        Some(Scalar::Text(text)) => Node::Folded(jinja::plain(&text)?),
        None => return Err(Problem::Shape("Ansible has no form for an instance").into()),
    })
}

/// A known value without parts, in the words of the tools: amounts of data in bytes, time in seconds.
pub enum Scalar {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text.
    Text(Text),
}

/// The value without parts, if it is one.
pub fn scalar(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::None => Scalar::Null,
        Value::Bool(value) => Scalar::Bool(*value),
        Value::Int(value) => Scalar::Int(*value),
        Value::Float(value) => Scalar::Float(*value),
        Value::Text(text) => Scalar::Text(text.clone()),
        Value::Ip(ip) => Scalar::Text(text!("{ip}")),
        Value::Cidr(range) => Scalar::Text(text!("{range}")),
        Value::Port(ports) => Scalar::Text(text!("{ports}")),
        Value::Bytes(bytes) => Scalar::Int(i64::try_from(*bytes).ok()?),
        Value::Duration(milliseconds) => Scalar::Int(i64::try_from(milliseconds.div_ceil(1000)).ok()?),
        Value::Money(..) => Scalar::Text(text_of(value)?),
        Value::Definition(_, name) => Scalar::Text(name.clone()),
        Value::List(_) | Value::Map(_) | Value::Instance(_) | Value::Secret(_) | Value::Residual(_) => return None,
    })
}
