//! Values and what is left of expressions, as Jinja and as YAML.

use super::jinja::{Jinja, Level, is_template};
use super::scope::Scope;
use super::secret;
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::value::{Operator, Residual, ResidualFor, Value};

/// The value as a Jinja expression.
pub fn expression(value: &Value, scope: &Scope<'_>) -> Result<Jinja, Error> {
    Ok(match value {
        Value::None => Jinja::name("none"),
        Value::Bool(value) => Jinja::name(if *value { "true" } else { "false" }),
        Value::Int(value) => Jinja::int(*value),
        Value::Float(value) => Jinja::name(&value.to_string()),
        Value::List(list) => Jinja::list(&each(list, scope)?),
        Value::Map(map) => {
            let entries: Result<Vec<_>, Error> = map.iter().map(|(key, value)| Ok((key.clone(), expression(value, scope)?))).collect();
            Jinja::dict(&entries?)
        }
        Value::Residual(residual) => of_residual(residual, scope)?,
        value => match scalar(value) {
            Some(Node::Int(value)) => Jinja::int(value),
            Some(Node::Text(text)) => Jinja::literal(&text),
            _ => return Err(Problem::Shape("a role has no form for an instance or a secret in an expression").into()),
        },
    })
}

fn each(values: &[Value], scope: &Scope<'_>) -> Result<Vec<Jinja>, Error> {
    values.iter().map(|value| expression(value, scope)).collect()
}

fn of_residual(residual: &Residual, scope: &Scope<'_>) -> Result<Jinja, Error> {
    Ok(match residual {
        Residual::Variable(name) => scope.variable(name),
        Residual::Fact(name) => scope.variable(name),
        Residual::Local(name) => scope.local(name),
        Residual::Member(base, field) => expression(base, scope)?.member(field),
        Residual::Index(base, index) => expression(base, scope)?.index(&expression(index, scope)?),
        Residual::Template(parts) => {
            let mut parts = each(parts, scope)?.into_iter();
            let first = parts.next().unwrap_or_else(|| Jinja::literal(""));
            parts.fold(first, |all, part| all.binary("~", &part, Level::Concatenation))
        }
        Residual::Call(function, arguments) => call(function, arguments, scope)?,
        Residual::For(comprehension) => comprehend(comprehension, scope)?,
        Residual::If(condition, yes, no) => {
            Jinja::conditional(&expression(condition, scope)?, &expression(yes, scope)?, &expression(no, scope)?)
        }
        Residual::Not(value) => expression(value, scope)?.negation(),
        Residual::Negate(value) => expression(value, scope)?.minus(),
        Residual::Binary(operator, a, b) => binary(*operator, &expression(a, scope)?, &expression(b, scope)?),
        Residual::EachKey | Residual::EachValue | Residual::Resource { .. } | Residual::Output(..) | Residual::Foreign(_) => {
            return Err(Problem::Shape("a role has no form for what only another tool knows").into());
        }
    })
}

fn binary(operator: Operator, a: &Jinja, b: &Jinja) -> Jinja {
    match operator {
        Operator::Default => a.filter("default", &[b.clone(), Jinja::name("true")]),
        Operator::Or => a.binary("or", b, Level::Or),
        Operator::And => a.binary("and", b, Level::And),
        Operator::Equal => a.binary("==", b, Level::Comparison),
        Operator::NotEqual => a.binary("!=", b, Level::Comparison),
        Operator::Less => a.binary("<", b, Level::Comparison),
        Operator::LessEqual => a.binary("<=", b, Level::Comparison),
        Operator::Greater => a.binary(">", b, Level::Comparison),
        Operator::GreaterEqual => a.binary(">=", b, Level::Comparison),
        Operator::In => a.binary("in", b, Level::Comparison),
        Operator::Add => a.binary("+", b, Level::Sum),
        Operator::Subtract => a.binary("-", b, Level::Sum),
        Operator::Multiply => a.binary("*", b, Level::Product),
        Operator::Divide => a.binary("/", b, Level::Product).filter("int", &[]),
        Operator::Remainder => a.binary("%", b, Level::Product),
    }
}

fn call(function: &str, arguments: &[Value], scope: &Scope<'_>) -> Result<Jinja, Error> {
    let given: Vec<&Value> = arguments.iter().filter(|argument| **argument != Value::None).collect();
    let all: Vec<Jinja> = given.iter().map(|value| expression(value, scope)).collect::<Result<_, _>>()?;
    let Some(first) = all.first() else { return Err(no_form(function)) };
    let second = all.get(1);
    Ok(match (function, second) {
        ("length", _) => first.filter("length", &[]),
        ("join", Some(separator)) => first.filter("join", std::slice::from_ref(separator)),
        ("join", None) => first.filter("join", &[]),
        ("concat", _) => all[1..].iter().fold(first.clone(), |sum, list| sum.binary("+", list, Level::Sum)),
        ("flatten", _) => first.filter("flatten(levels=1)", &[]),
        ("distinct", _) => first.filter("unique", &[]),
        ("sort", _) => first.filter("sort", &[]),
        ("reverse", _) => first.filter("reverse", &[]).filter("list", &[]),
        ("first", _) => first.filter("first", &[]),
        ("last", _) => first.filter("last", &[]),
        ("min", _) if all.len() == 1 => first.filter("min", &[]),
        ("max", _) if all.len() == 1 => first.filter("max", &[]),
        ("sum", _) => first.filter("sum", &[]),
        ("keys", _) => first.filter("list", &[]),
        ("values", _) => first.filter("dict2items", &[]).filter("map(attribute='value')", &[]).filter("list", &[]),
        ("merge", _) => first.filter("combine", &all[1..]),
        ("lookup", Some(key)) if all.len() == 2 => first.index(key),
        ("contains", Some(part)) => part.binary("in", first, Level::Comparison),
        ("lower", _) => first.filter("lower", &[]),
        ("upper", _) => first.filter("upper", &[]),
        ("trim", _) => first.filter("trim", &[]),
        ("replace", Some(_)) => first.filter("replace", &all[1..]),
        ("split", Some(separator)) => first.filter("split", std::slice::from_ref(separator)),
        ("to_string", _) => first.filter("string", &[]),
        ("to_json", _) => first.filter(TO_JSON, &[]),
        ("base64", _) => first.filter("b64encode", &[]),
        ("sha256", _) => first.filter("hash('sha256')", &[]),
        ("matches", Some(_)) => {
            let Some(pattern) = given[1].as_text() else { return Err(no_form(function)) };
            first.test("search", &[Jinja::literal(&to_the_end(pattern))])
        }
        ("startswith", Some(start)) => first.filter("string", &[]).member("startswith").called(start),
        ("endswith", Some(end)) => first.filter("string", &[]).member("endswith").called(end),
        _ => return Err(no_form(function)),
    })
}

/// A pattern whose `$` means the end and not the line break before it.
fn to_the_end(pattern: &str) -> Text {
    match pattern.strip_suffix('$') {
        Some(start) if !start.ends_with('\\') => text!("{start}\\Z"),
        _ => pattern.into(),
    }
}

fn no_form(function: &str) -> Error {
    Error::new(Problem::Shape("Jinja has no form for the function")).within(text!("{function}(…)"))
}

/// A comprehension over a list that keeps or takes fields of its elements; Jinja has no form for others outside a template file.
fn comprehend(comprehension: &ResidualFor, scope: &Scope<'_>) -> Result<Jinja, Error> {
    let unable = || Error::new(Problem::Shape("Jinja has no form for a comprehension that computes, outside a file"));
    if comprehension.key.is_some() || comprehension.entry.is_some() {
        return Err(unable());
    }
    let mut source = expression(&comprehension.source, scope)?;
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
                    Some(field) => source.filter(
                        if equal { "selectattr" } else { "rejectattr" },
                        &[Jinja::literal(&field), Jinja::literal("equalto"), other],
                    ),
                    None => source.filter(if equal { "select" } else { "reject" }, &[Jinja::literal("equalto"), other]),
                }
            }
            Residual::Member(..) => {
                let Some(Some(field)) = field(condition) else { return Err(unable()) };
                source.filter("selectattr", &[Jinja::literal(&field)])
            }
            _ => return Err(unable()),
        };
    }
    Ok(match field(&comprehension.result).ok_or_else(unable)? {
        Some(field) => source.filter("map", &[Jinja::name(&format!("attribute={}", Jinja::literal(&field).as_str()))]).filter("list", &[]),
        None => source.filter("list", &[]),
    })
}

/// JSON that readers of surrogate pairs do not choke on.
pub const TO_JSON: &str = "to_json(ensure_ascii=False)";

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
        Value::Residual(_) => Node::folded(text(value, scope)?),
        value => scalar(value).map(long).ok_or_else(|| Error::new(Problem::Shape("a role has no form for an instance or a secret")))?,
    })
}

/// Text that may take several lines.
fn long(node: Node) -> Node {
    match node {
        Node::Text(text) => Node::Folded(text),
        node => node,
    }
}

/// Text with the expressions in it in braces.
pub fn text(value: &Value, scope: &Scope<'_>) -> Result<String, Error> {
    let Value::Residual(residual) = value else {
        return match scalar(value) {
            Some(Node::Text(text)) => Ok(text.to_string()),
            Some(Node::Int(int)) => Ok(int.to_string()),
            Some(Node::Bool(value)) => Ok(value.to_string()),
            _ => Err(Problem::Shape("text is expected").into()),
        };
    };
    if let Residual::Template(parts) = &**residual {
        let literals = parts.iter().filter_map(Value::as_text);
        // Braces in the constant parts could join those of an expression.
        if literals.clone().all(|text| !text.contains(['{', '}', '\r']))
            && !parts.first().and_then(Value::as_text).is_some_and(|text| is_template(text))
        {
            let mut all = String::new();
            for part in parts {
                match part {
                    Value::Text(text) => all.push_str(text),
                    part => all.push_str(&expression(part, scope)?.braced()),
                }
            }
            return Ok(all);
        }
    }
    Ok(expression(value, scope)?.braced())
}

/// A value without parts; text that would be taken for a template is a literal in one.
pub fn scalar(value: &Value) -> Option<Node> {
    Some(match value {
        Value::None => Node::Null,
        Value::Bool(value) => Node::Bool(*value),
        Value::Int(value) => Node::Int(*value),
        Value::Float(value) => Node::Float(*value),
        Value::Text(text) => Node::Text(if is_template(text) { Jinja::literal(text).braced().into() } else { text.clone() }),
        Value::Ip(ip) => Node::Text(text!("{ip}")),
        Value::Cidr(range) => Node::Text(text!("{range}")),
        Value::Port(number, transport) => Node::Text(text!("{number}/{transport}")),
        Value::Bytes(bytes) => Node::Int(i64::try_from(*bytes).ok()?),
        Value::Duration(milliseconds) => Node::Int(i64::try_from(milliseconds / 1000).ok()?),
        Value::Money(hundredths, currency) => Node::Text(text!("{}.{:02} {currency}", hundredths / 100, hundredths.abs() % 100)),
        Value::Definition(_, name) => Node::Text(name.clone()),
        _ => return None,
    })
}

/// A known value of a variable as YAML; secrets are look-ups.
pub fn known(value: &Value, store: &secret::Store) -> Result<Node, Error> {
    Ok(match value {
        Value::List(list) => Node::Seq(Seq::new(list.iter().map(|value| known(value, store)).collect::<Result<Vec<_>, _>>()?)),
        Value::Map(map) => {
            let mut entries = Map::new();
            for (key, value) in map.iter() {
                entries.push(key.clone(), known(value, store)?);
            }
            Node::Map(entries)
        }
        Value::Secret(secret) => Node::folded(store.lookup(secret)?.braced()),
        value => scalar(value).map(long).ok_or_else(|| Error::new(Problem::Shape("an inventory has no form for an instance")))?,
    })
}
