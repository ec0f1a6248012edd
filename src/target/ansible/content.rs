//! What a file on a machine holds, as the template of its format.

use super::lower::{Scalar, expression, scalar};
use super::operators::piece;
use super::scope::Scope;
use crate::artifact::config::{self, Each, Item, Part, Section, Variable, Word};
use crate::artifact::jinja::Expr;
use crate::artifact::{Error, Problem, json};
use crate::base::{Text, text};
use crate::eval::infer::{self, bare};
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

/// The template; comments begin with `mark` where the format is `lines`. JSON is YAML too.
pub fn template(format: &str, content: &Value, mark: &str, scope: &Scope<'_>) -> Result<String, Error> {
    match format {
        "json" | "yaml" => config::json(&structure(content, scope)?),
        "toml" => {
            in_toml(content, scope)?;
            Ok(config::lines(&[managed("#")])? + &config::toml(&structure(content, scope)?)?)
        }
        "systemd" => Ok(config::lines(&[managed("#")])? + &config::systemd(&in_words(sections(content, scope)?)?)?),
        "ini" => Ok(config::lines(&[managed("#")])? + &config::ini(&sections(content, scope)?)?),
        "env" => Ok(config::lines(&[managed("#")])? + &config::env(&variables(content, scope)?)?),
        "lines" => {
            let mut items = vec![managed(mark)];
            lines(&mut items, content, scope)?;
            config::lines(&items)
        }
        _ => Err(Problem::Shape("there is no such format").into()),
    }
}

/// The comment that every managed file begins with.
pub fn managed(mark: &str) -> Item {
    Item::Line(vec![Part::verbatim(text!("{mark} ")), Part::Expr(Expr::variable("ansible_managed"))])
}

/// Refuses what would be JSON in a file of TOML: no filter of Ansible writes tables, and TOML has nothing for what is absent.
fn in_toml(value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    match value {
        Value::Map(map) => map.iter().try_for_each(|(key, value)| in_toml(value, scope).map_err(|error| error.within(key.clone()))),
        Value::List(list) => list.iter().try_for_each(|value| in_toml(value, scope)),
        Value::Residual(residual) => {
            if let Residual::For(each) = &**residual
                && each.entry.is_none()
                && each.key.is_none()
            {
                return in_toml(&each.result, &bound(each, scope).1);
            }
            let Some(of) = scope.type_of(value) else { return Ok(()) };
            if of.has_part(&|part| matches!(part, Ty::Map(_) | Ty::Record(_))) {
                return Err(Problem::Shape("Ansible writes no tables of TOML: name their keys, and what each of them is").into());
            }
            if of.has_part(&|part| matches!(part, Ty::Optional(_))) {
                return Err(Problem::Shape("TOML has nothing for what may be absent: say with `??` what stands there then").into());
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn structure(value: &Value, scope: &Scope<'_>) -> Result<config::Value, Error> {
    Ok(match value {
        Value::Map(map) => {
            let entries = map.iter().filter(|(_, value)| **value != Value::None);
            let entries: Result<Vec<_>, Error> = entries
                .map(|(key, value)| Ok((key.clone(), structure(value, scope).map_err(|error| error.within(key.clone()))?)))
                .collect();
            config::Value::Object(entries?)
        }
        Value::List(list) => config::Value::List(list.iter().map(|value| structure(value, scope)).collect::<Result<_, _>>()?),
        Value::Residual(residual) => match (&**residual, expression(value, scope)) {
            (_, Ok(expr)) => config::Value::Expr(expr),
            (Residual::For(each), Err(_)) if each.entry.is_none() && each.key.is_none() => {
                let (variable, inner) = bound(each, scope);
                config::Value::from(Each {
                    variable,
                    over: expression(&each.source, scope)?,
                    condition: each.condition.as_ref().map(|condition| expression(condition, &inner)).transpose()?,
                    value: structure(&each.result, &inner)?,
                })
            }
            (_, Err(error)) => return Err(error),
        },
        value => config::Value::Scalar(match scalar(value) {
            Some(Scalar::Null) => json::Value::Null,
            Some(Scalar::Bool(value)) => value.into(),
            Some(Scalar::Int(value)) => value.into(),
            Some(Scalar::Float(value)) => value.into(),
            Some(Scalar::Text(text)) => text.into(),
            None => return Err(Problem::Shape("a file has no form for an instance or a secret").into()),
        }),
    })
}

/// The variable of a comprehension, and the names inside it.
fn bound<'a>(each: &ResidualFor, scope: &Scope<'a>) -> (Text, Scope<'a>) {
    let variable = Text::from(each.value.replace('-', "_"));
    let (_, of) = scope.elements_of(&each.source);
    let inner = scope.with(&each.value, Expr::variable(variable.clone()), of);
    (variable, inner)
}

/// A map of maps; a list is a key that stands several times, and what is absent is not there.
fn sections(value: &Value, scope: &Scope<'_>) -> Result<Vec<Section>, Error> {
    let shape = || Error::new(Problem::Shape("sections are a map of maps"));
    let map = value.as_map().ok_or_else(shape)?;
    let mut all = Vec::new();
    for (name, keys) in map.iter() {
        let mut section = Section::new(name.clone());
        for (key, value) in keys.as_map().ok_or_else(shape)?.iter().filter(|(_, value)| **value != Value::None) {
            for value in value.as_list().unwrap_or(std::slice::from_ref(value)) {
                section.items.push(setting(key, value, scope).map_err(|error| error.within(key.clone()))?);
            }
        }
        all.push(section);
    }
    Ok(all)
}

/// Assignments of an environment that are known are words, in quotes where they have to be.
fn in_words(mut sections: Vec<Section>) -> Result<Vec<Section>, Error> {
    for item in sections.iter_mut().flat_map(|section| &mut section.items) {
        if let Item::Entry(key, parts) = item
            && key == "Environment"
            && parts.iter().all(|part| matches!(part, Part::Text(_)))
        {
            *parts = config::word(std::mem::take(parts), Word::Assignment, &|_| false)?;
        }
    }
    Ok(sections)
}

/// A setting, as far as it is there: once, or for each element of a list.
fn setting(key: &Text, value: &Value, scope: &Scope<'_>) -> Result<Item, Error> {
    let of = scope.type_of(value);
    let (item, condition) = match of.as_ref().map(bare) {
        Some(Ty::List(_)) => {
            let element = Text::from("value");
            let (_, of_element) = of.as_ref().map_or((None, None), infer::elements);
            let inner = scope.with(&element, Expr::variable(element.clone()), of_element);
            let entry = Item::Entry(key.clone(), parts(&Value::residual(Residual::Local(element.clone())), &Part::Text, &inner)?);
            let over = expression(value, scope)?;
            let condition = of.as_ref().filter(|of| of.is_optional()).map(|_| over.clone().is_not("none"));
            (Item::Each { variable: element, over, condition: None, items: vec![entry] }, condition)
        }
        _ => {
            let (parts, condition) = present(value, scope)?;
            (Item::Entry(key.clone(), parts), condition)
        }
    };
    Ok(match condition {
        Some(condition) => Item::If(condition, vec![item]),
        None => item,
    })
}

/// The pieces of a value where it is there, and what must hold for that where it may be absent.
fn present(value: &Value, scope: &Scope<'_>) -> Result<(Vec<Part>, Option<Expr>), Error> {
    if scope.type_of(value).is_some_and(|of| of.is_optional()) {
        return Ok((vec![Part::Expr(in_line(value, scope)?)], Some(expression(value, scope)?.is_not("none"))));
    }
    Ok((parts(value, &Part::Text, scope)?, None))
}

/// A map of values that are text, numbers or truths; what is absent is not there.
fn variables(value: &Value, scope: &Scope<'_>) -> Result<Vec<Variable>, Error> {
    let map = value.as_map().ok_or(Problem::Shape("variables of an environment are a map"))?;
    let known = map.iter().filter(|(_, value)| **value != Value::None);
    let variable = |(name, value): (&Text, &Value)| {
        let (value, condition) = present(value, scope).map_err(|error| error.within(name.clone()))?;
        Ok(Variable { name: name.clone(), value, condition })
    };
    known.map(variable).collect()
}

/// Lines and loops over lines.
fn lines(items: &mut Vec<Item>, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    match value {
        Value::List(list) => {
            for value in list.iter() {
                items.push(Item::Line(parts(value, &Part::Verbatim, scope)?));
            }
            Ok(())
        }
        Value::Residual(residual) => match &**residual {
            Residual::Call(function, arguments) if function == "concat" => {
                arguments.iter().try_for_each(|argument| lines(items, argument, scope))
            }
            Residual::Binary(Operator::Add, a, b) => [a, b].into_iter().try_for_each(|part| lines(items, part, scope)),
            // A loop over lists of lines is a loop with several lines.
            Residual::Call(function, arguments) if function == "flatten" => match arguments.first() {
                Some(Value::List(parts)) => parts.iter().try_for_each(|part| lines(items, part, scope)),
                Some(Value::Residual(inner)) => match &**inner {
                    Residual::For(each) => repeated(items, each, true, scope),
                    _ => rest(items, value, scope),
                },
                _ => rest(items, value, scope),
            },
            Residual::For(each) => repeated(items, each, false, scope),
            _ => rest(items, value, scope),
        },
        _ => Err(Problem::Shape("lines are a list").into()),
    }
}

fn repeated(items: &mut Vec<Item>, each: &ResidualFor, nested: bool, scope: &Scope<'_>) -> Result<(), Error> {
    let (variable, mut inner) = bound(each, scope);
    if let Some(key) = &each.key {
        // What Jinja counts is what it goes through: behind a condition that is less, and in a loop inside it is another one.
        if nested || each.condition.is_some() || !is_list(&each.source, scope) {
            return Err(Problem::Shape("Jinja counts the elements of a whole list, one line for each").into());
        }
        inner = inner.with(key, Expr::variable("loop").attribute("index0"), Some(Ty::Int));
    }
    let mut body = Vec::new();
    if nested {
        lines(&mut body, &each.result, &inner)?;
    } else {
        body.push(Item::Line(parts(&each.result, &Part::Verbatim, &inner)?));
    }
    let condition = each.condition.as_ref().map(|condition| expression(condition, &inner)).transpose()?;
    items.push(Item::Each { variable, over: expression(&each.source, scope)?, condition, items: body });
    Ok(())
}

/// Whether a variable of the role is a list.
fn is_list(value: &Value, scope: &Scope<'_>) -> bool {
    let Value::Residual(residual) = value else { return false };
    matches!(&**residual, Residual::Variable(_)) && scope.type_of(value).is_some_and(|of| matches!(of.plain(), Ty::List(_)))
}

/// A list that is known as a whole when Ansible runs.
fn rest(items: &mut Vec<Item>, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    let line = Item::Line(vec![Part::Expr(Expr::variable("line"))]);
    items.push(Item::Each { variable: "line".into(), over: expression(value, scope)?, condition: None, items: vec![line] });
    Ok(())
}

/// The pieces of one line; `known` says what the text in it is.
pub fn parts(value: &Value, known: &dyn Fn(Text) -> Part, scope: &Scope<'_>) -> Result<Vec<Part>, Error> {
    match value {
        Value::Residual(residual) => match &**residual {
            Residual::Template(pieces) => {
                let pieces: Result<Vec<Vec<Part>>, Error> = pieces
                    .iter()
                    .map(|value| match value {
                        Value::Residual(_) => Ok(vec![Part::Expr(piece(value, scope)?)]),
                        value => parts(value, known, scope),
                    })
                    .collect();
                Ok(pieces?.into_iter().flatten().collect())
            }
            _ if scope.type_of(value).is_some_and(|of| of.is_optional()) => {
                Err(Problem::Shape("a line says nothing of what may be absent: say with `??` what stands there then").into())
            }
            _ => Ok(vec![Part::Expr(in_line(value, scope)?)]),
        },
        value => match scalar(value) {
            Some(Scalar::Text(text)) => Ok(vec![known(text)]),
            Some(Scalar::Bool(value)) => Ok(vec![known(text!("{value}"))]),
            Some(Scalar::Int(value)) => Ok(vec![known(text!("{value}"))]),
            Some(Scalar::Float(value)) => Ok(vec![known(text!("{value}"))]),
            _ => Err(Problem::Shape("a line holds text and numbers").into()),
        },
    }
}

/// What stands in a line for a value: an amount is its number there, as it is where the compiler knows it.
fn in_line(value: &Value, scope: &Scope<'_>) -> Result<Expr, Error> {
    match scope.type_of(value).as_ref().map(bare) {
        Some(Ty::List(_) | Ty::Map(_) | Ty::Record(_)) => Err(Problem::Shape("a line holds text and numbers").into()),
        Some(Ty::Bytes | Ty::Duration) => expression(value, scope),
        _ => piece(value, scope),
    }
}

#[cfg(test)]
mod tests {
    use super::template;
    use crate::shape::Role;
    use crate::target::ansible::scope::Scope;
    use crate::value::{Residual, ResidualFor, Value};

    fn role() -> Role {
        Role {
            name: "web".into(),
            doc: "Serves.".into(),
            licence: "MPL-2.0".into(),
            source: "web.infra".into(),
            holes: Vec::new(),
            install: Vec::new(),
            configure: Vec::new(),
            cluster: Vec::new(),
            serial: false,
            example: crate::value::Entries::new(),
        }
    }

    fn variable(name: &str) -> Value {
        Value::residual(Residual::Variable(name.into()))
    }

    fn each(result: Value) -> Value {
        Value::residual(Residual::For(Box::new(ResidualFor {
            key: None,
            value: "peer".into(),
            source: variable("peers"),
            condition: None,
            entry: None,
            result,
        })))
    }

    #[test]
    fn structures_are_literal_where_they_are_known() {
        let role = role();
        let content =
            Value::map([("none", Value::None), ("peers", each(Value::map([("at", Value::residual(Residual::Local("peer".into())))])))]);
        let text = template("json", &content, "#", &Scope::new(&role)).unwrap();
        let expected = "{\n  \"peers\": [\n{% for peer in web_peers %}\n    {\n      \"at\": {{ peer | to_json(ensure_ascii=False) }}\n    }{{ '' if loop.last else ',' }}\n{% endfor %}\n  ]\n}\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn lines_become_loops() {
        let role = role();
        let peer = Value::residual(Residual::Local("peer".into()));
        let line = Value::residual(Residual::Template(vec![Value::text("allow "), peer]));
        let content = Value::residual(Residual::Call("concat".into(), vec![Value::list([Value::text("deny all")]), each(line)]));
        let text = template("lines", &content, "//", &Scope::new(&role)).unwrap();
        assert_eq!(text, "// {{ ansible_managed }}\ndeny all\n{% for peer in web_peers %}\nallow {{ peer }}\n{% endfor %}\n");
        assert!(template("lines", &Value::list([Value::text("a\nb")]), "#", &Scope::new(&role)).is_err());
    }

    #[test]
    fn an_environment_escapes_what_a_shell_would_read() {
        let role = role();
        let dsn = Value::residual(Residual::Template(vec![Value::text("db://$x:"), variable("token")]));
        let text = template("env", &Value::map([("DSN", dsn), ("PLAIN", Value::text("a \"b\""))]), "#", &Scope::new(&role)).unwrap();
        let backslash = |sign: &str| format!("replace({sign}, ('%c' | format(92)) ~ {sign})");
        let of = format!(
            "# {{{{ ansible_managed }}}}\nDSN=\"db://\\$x:{{{{ web_token | string | replace(('%c' | format(92)), ('%c' | format(92)) ~ ('%c' | format(92))) | {} | {} | {} }}}}\"\nPLAIN=\"a \\\"b\\\"\"\n",
            backslash("'\"'"),
            backslash("'$'"),
            backslash("'`'")
        );
        assert_eq!(text, of);
        assert!(template("env", &Value::map([("A B", Value::text("x"))]), "#", &Scope::new(&role)).is_err());
    }

    #[test]
    fn sections_repeat_a_key_for_a_list() {
        let role = role();
        let keys = Value::map([("DNS", Value::list([Value::text("10.0.0.1"), variable("second")])), ("Domains", Value::None)]);
        let text = template("systemd", &Value::map([("Resolve", keys)]), "#", &Scope::new(&role)).unwrap();
        assert_eq!(text, "# {{ ansible_managed }}\n[Resolve]\nDNS=10.0.0.1\nDNS={{ web_second }}\n");
    }
}
