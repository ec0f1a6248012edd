//! An expression with what its names mean: `$0` is the outermost name that is bound around it, `'prod` the word, `image:base` the
//! definition, `.servers` what the place knows; a called function of the program has its number.

use super::value::{quoted, show as show_value};
use crate::check::Types;
use crate::hir::value_of;
use crate::hir::{Binary, Binding, Comprehension, Expr, ExprKind, Key, Meaning, Part, Unary};

/// The text of an expression.
pub(super) fn show(expr: &Expr, types: &Types) -> String {
    let go = |expr: &Expr| show(expr, types);
    match &expr.kind {
        ExprKind::Literal(literal) => show_value(&value_of(literal), &|_| String::new()),
        ExprKind::Template(parts) => {
            let parts = parts.iter().map(|part| match part {
                Part::Text(text) => quoted(text)[1..].trim_end_matches('"').to_owned(),
                Part::Expr(expr) => format!("${{{}}}", go(expr)),
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        ExprKind::Local(place) => format!("${}", place.0),
        ExprKind::Word(word) => format!("'{word}"),
        ExprKind::Name(name) => match types.meaning(name) {
            Meaning::Lists | Meaning::Undecided => format!("?{}", name.text),
            Meaning::Word | Meaning::Protocol => format!("'{}", name.text),
            Meaning::Definition(keyword) => format!("{keyword}:{}", name.text),
            Meaning::Place(_) => format!(".{}", name.text),
        },
        ExprKind::Member(base, field) => format!("{}.{}", go(base), field.text),
        ExprKind::Maybe(base, field) => format!("{}?.{}", go(base), field.text),
        ExprKind::Index(base, at) => format!("{}[{}]", go(base), go(at)),
        ExprKind::Call(callee, arguments) => {
            let number = callee.declared.map_or_else(String::new, |id| format!("#{}", id.0));
            let arguments = arguments.iter().map(|argument| match &argument.name {
                Some(name) => format!("{} = {}", name.text, go(&argument.value)),
                None => go(&argument.value),
            });
            format!("{}{number}({})", callee.name.text, arguments.collect::<Vec<_>>().join(", "))
        }
        ExprKind::List(elements) => format!("[{}]", elements.iter().map(go).collect::<Vec<_>>().join(", ")),
        ExprKind::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{} = {}", key_of(key), go(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        ExprKind::For(comprehension) => repeated(comprehension, types),
        ExprKind::Unary(Unary::Not, operand) => format!("not {}", go(operand)),
        ExprKind::Unary(Unary::Maybe, operand) => go(operand),
        ExprKind::Unary(Unary::Negate, operand) => format!("-{}", go(operand)),
        ExprKind::Binary(operator, left, right) | ExprKind::Sum(_, operator, left, right) => {
            format!("({} {} {})", go(left), sign(*operator), go(right))
        }
        ExprKind::If(condition, yes, no) => format!("(if {} then {} else {})", go(condition), go(yes), go(no)),
        ExprKind::Match(subject, arms) => {
            let arms = arms.iter().map(|arm| {
                let pattern = arm.pattern.as_ref().map_or_else(|| "_".to_owned(), &go);
                format!("{pattern} => {}", go(&arm.value))
            });
            format!("match {} {{ {} }}", go(subject), arms.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Error => "?".to_owned(),
    }
}

fn repeated(comprehension: &Comprehension, types: &Types) -> String {
    let go = |expr: &Expr| show(expr, types);
    let bound = |binding: &Binding| {
        let key = binding.key.as_ref().map_or_else(String::new, |key| format!("{}, ", key.text));
        format!("{key}{} in {}", binding.value.text, go(&binding.source))
    };
    let bindings: Vec<String> = comprehension.bindings.iter().map(bound).collect();
    let kept = comprehension.condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", go(condition)));
    let head = format!("for {}{kept} :", bindings.join(", "));
    match &comprehension.key {
        Some(key) => format!("{{ {head} {} => {} }}", go(key), go(&comprehension.value)),
        None => format!("[{head} {}]", go(&comprehension.value)),
    }
}

fn key_of(key: &Key) -> String {
    quoted(&key.text)
}

fn sign(operator: Binary) -> &'static str {
    match operator {
        Binary::Default => "??",
        Binary::Or => "or",
        Binary::And => "and",
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::Less => "<",
        Binary::LessEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterEqual => ">=",
        Binary::In => "in",
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
    }
}
