//! What a file on a machine holds, as the template of its format.

use super::lower::{Scalar, expression, scalar};
use super::scope::Scope;
use crate::artifact::config::{self, Each, Item, Part, Section};
use crate::artifact::jinja::Expr;
use crate::artifact::{Error, Problem, json};
use crate::base::{Text, text};
use crate::ty::Ty;
use crate::value::{Operator, Residual, ResidualFor, Value};

/// The template; comments begin with `mark` where the format is `lines`. JSON is YAML too.
pub fn template(format: &str, content: &Value, mark: &str, scope: &Scope<'_>) -> Result<String, Error> {
    match format {
        "json" | "yaml" => config::json(&structure(content, scope)?),
        "toml" => Ok(config::lines(&[managed("#")])? + &config::toml(&structure(content, scope)?)?),
        "systemd" => Ok(config::lines(&[managed("#")])? + &config::systemd(&sections(content, scope)?)?),
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
    let inner = scope.with(&each.value, Expr::variable(variable.clone()));
    (variable, inner)
}

/// A map of maps; a list is a key that stands several times.
fn sections(value: &Value, scope: &Scope<'_>) -> Result<Vec<Section>, Error> {
    let shape = || Error::new(Problem::Shape("sections are a map of maps"));
    let map = value.as_map().ok_or_else(shape)?;
    let mut all = Vec::new();
    for (name, keys) in map.iter() {
        let mut section = Section::new(name.clone());
        for (key, value) in keys.as_map().ok_or_else(shape)?.iter().filter(|(_, value)| **value != Value::None) {
            for value in value.as_list().unwrap_or(std::slice::from_ref(value)) {
                section = section.with(key.clone(), parts(value, &Part::Text, scope).map_err(|error| error.within(key.clone()))?);
            }
        }
        all.push(section);
    }
    Ok(all)
}

/// A map of values that are text, numbers or truths.
fn variables(value: &Value, scope: &Scope<'_>) -> Result<Vec<(Text, Vec<Part>)>, Error> {
    let map = value.as_map().ok_or(Problem::Shape("variables of an environment are a map"))?;
    let present = map.iter().filter(|(_, value)| **value != Value::None);
    let entry = |(name, value): (&Text, &Value)| {
        let parts = parts(value, &Part::Text, scope).map_err(|error| error.within(name.clone()))?;
        Ok((name.clone(), parts))
    };
    present.map(entry).collect()
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
        inner = inner.with(key, Expr::variable("loop").attribute("index0"));
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
    matches!(&**residual, Residual::Variable(name) if scope.hole(name).is_some_and(|hole| matches!(hole.ty, Ty::List(_))))
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
                let pieces: Result<Vec<Vec<Part>>, Error> = pieces.iter().map(|piece| parts(piece, known, scope)).collect();
                Ok(pieces?.into_iter().flatten().collect())
            }
            _ => Ok(vec![Part::Expr(expression(value, scope)?)]),
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
