//! Lines of a format without escapes: what may stand in them is the checker's knowledge, here they become loops.

use super::template::Template;
use crate::artifact::{Error, Problem};
use crate::base::Text;
use crate::target::ansible::jinja::Jinja;
use crate::target::ansible::lower::expression;
use crate::target::ansible::scope::Scope;
use crate::value::{Residual, Value};

/// The template of a file whose comments begin with `mark`.
pub fn lines(value: &Value, mark: &str, scope: &Scope<'_>) -> Result<String, Error> {
    let mut template = Template::default();
    template.managed(mark);
    write(&mut template, value, scope)?;
    Ok(template.finish())
}

fn write(template: &mut Template, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    match value {
        Value::List(list) => list.iter().try_for_each(|value| line(template, value, scope)),
        Value::Residual(residual) => match &**residual {
            Residual::Call(function, arguments) if function == "concat" => {
                arguments.iter().try_for_each(|argument| write(template, argument, scope))
            }
            Residual::Binary(crate::value::Operator::Add, a, b) => {
                write(template, a, scope)?;
                write(template, b, scope)
            }
            // A loop over lists of lines is a loop with several lines.
            Residual::Call(function, arguments) if function == "flatten" => match arguments.first() {
                Some(Value::Residual(inner)) if matches!(**inner, Residual::For(_)) => each(template, inner, scope, true),
                Some(Value::List(parts)) => parts.iter().try_for_each(|part| write(template, part, scope)),
                _ => rest(template, value, scope),
            },
            Residual::For(_) => each(template, residual, scope, false),
            _ => rest(template, value, scope),
        },
        _ => Err(Problem::Shape("lines are a list").into()),
    }
}

fn each(template: &mut Template, residual: &Residual, scope: &Scope<'_>, nested: bool) -> Result<(), Error> {
    let Residual::For(each) = residual else { return Err(Problem::Shape("lines are a list").into()) };
    let name = each.value.replace('-', "_");
    let inner = scope.with(&each.value, Jinja::name(&name));
    let condition = each.condition.as_ref().map(|condition| expression(condition, &inner)).transpose()?;
    template.begin(&name, &expression(&each.source, scope)?, condition.as_ref());
    if nested {
        write(template, &each.result, &inner)?
    } else {
        line(template, &each.result, &inner)?
    }
    template.end();
    Ok(())
}

fn rest(template: &mut Template, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    template.begin("line", &expression(value, scope)?, None);
    template.expression(&Jinja::name("line"));
    template.line_end();
    template.end();
    Ok(())
}

fn line(template: &mut Template, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    inside(template, value, scope)?;
    template.line_end();
    Ok(())
}

/// Text with expressions in it.
pub(super) fn inside(template: &mut Template, value: &Value, scope: &Scope<'_>) -> Result<(), Error> {
    match value {
        Value::Text(text) if text.contains(['\n', '\r']) => return Err(Problem::SeveralLines(Text::clone(text)).into()),
        Value::Text(text) => template.raw(text),
        Value::Residual(residual) => match &**residual {
            Residual::Template(parts) => return parts.iter().try_for_each(|part| inside(template, part, scope)),
            _ => template.expression(&expression(value, scope)?),
        },
        Value::Bool(value) => template.raw(&value.to_string()),
        value => match crate::target::ansible::lower::text(value, scope)? {
            text if text.contains(['\n', '\r']) => return Err(Problem::SeveralLines(text.into()).into()),
            text => template.raw(&text),
        },
    }
    Ok(())
}
