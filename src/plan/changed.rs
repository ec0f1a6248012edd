//! What an environment adds to a list or map, or takes from it: `in prod { ports += [8443/tcp] }`.

use super::planner::Planner;
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{self, Evaluated, Stop};
use crate::hir::{Assign, Expr, ExprKind};
use crate::value::Value;

impl Planner<'_> {
    /// `+=` and `-=` of lists and maps; `written` is what is added or taken away.
    pub(super) fn changed(&mut self, operator: Assign, old: Value, new: Value, written: &Expr) -> Evaluated {
        match (operator, &old, &new) {
            (Assign::Add, Value::List(a), Value::List(b)) => {
                if let Some(at) = b.iter().position(|value| a.contains(value)) {
                    return Err(self.added_again(&b[at], element(written, at)));
                }
                Ok(Value::list(a.iter().chain(b.iter()).cloned()))
            }
            (Assign::Remove, Value::List(a), Value::List(b)) => {
                if let Some(at) = b.iter().position(|value| !a.contains(value)) {
                    let message = format!("{} is to be taken away, and is not there", shown(&b[at]));
                    self.report(
                        Diagnostic::error(Code::DanglingReference, element(written, at), message)
                            .help("write what is there without this environment, or remove the line"),
                    );
                    return Err(Stop);
                }
                Ok(Value::list(a.iter().filter(|value| !b.contains(value)).cloned()))
            }
            (Assign::Add, Value::Map(a), Value::Map(b)) => {
                // Another value for a key is a change, the same value is none.
                if let Some((key, _)) = b.iter().find(|(key, value)| a.get(key) == Some(*value)) {
                    return Err(self.added_again(&Value::Text(key.clone()), entry(written, key)));
                }
                Ok(Value::map(a.iter().chain(b.iter()).map(|(key, value)| (key.clone(), value.clone()))))
            }
            _ => {
                self.report(
                    Diagnostic::error(Code::TypeMismatch, written.span, "`+=` and `-=` change lists and maps only")
                        .help("write `=` to replace the value"),
                );
                Err(Stop)
            }
        }
    }

    fn added_again(&mut self, value: &Value, span: Span) -> Stop {
        self.report(
            Diagnostic::error(Code::Duplicate, span, format!("{} is to be added, and is there already", shown(value)))
                .help("remove it here: without this environment it is there too"),
        );
        Stop
    }
}

fn shown(value: &Value) -> Text {
    eval::text_of(value).map_or_else(|| "one of these values".into(), |value| text!("`{value}`"))
}

/// The place of an element of a list that is written out.
fn element(written: &Expr, at: usize) -> Span {
    match &written.kind {
        ExprKind::List(elements) => elements.get(at).map_or(written.span, |element| element.span),
        _ => written.span,
    }
}

/// The place of a key of a map that is written out.
fn entry(written: &Expr, key: &Text) -> Span {
    match &written.kind {
        ExprKind::Map(entries) => entries.iter().find(|(of, _)| of.text == *key).map_or(written.span, |(of, _)| of.span),
        _ => written.span,
    }
}
