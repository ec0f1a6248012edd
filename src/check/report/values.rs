//! Values of one type where another is needed.

use super::listed;
use crate::base::{Span, Text};
use crate::check::assign::Why;
use crate::diag::{Code, Diagnostic, Edit, Fix};
use crate::eval::functions::{Function, Misplaced, Refused};
use crate::eval::{Mismatch, broken};
use crate::hir::{self, Binary};
use crate::ty::{EnumTy, Ty};
use crate::value::Value;

pub(in crate::check) fn misfit(span: Span, found: &Ty, expected: &Ty, why: Why) -> Diagnostic {
    // That something may be deferred or absent is not what is wrong with a value of another type.
    let expected = expected.present();
    let found = if matches!(why, Why::Mismatch) { found.present() } else { found };
    match why {
        // Whatever stands there in place of a reference may be the secret.
        Why::Mismatch if matches!(expected, Ty::Secret(_)) => no_reference(span, found),
        Why::NoSecret => no_reference(span, found),
        Why::Mismatch => Diagnostic::error(Code::TypeMismatch, span, format!("{} is needed, this is `{found}`", wanted(expected))),
        Why::Deferred => {
            Diagnostic::error(Code::DeferredValue, span, format!("`{expected}` is needed now, but only a tool will know this `{found}`"))
                .help("use what the compiler knows, or declare what takes it as `deferred(…)`")
        }
        Why::Absent => Diagnostic::error(Code::OptionalValue, span, format!("`{expected}` is needed, this `{found}` may be absent"))
            .help("say what counts then with `??`"),
        Why::Exposed => Diagnostic::error(Code::SecretExposed, span, format!("{} is needed, this is a secret", wanted(expected))).help(
            "a secret reaches only what takes a reference: what you declare as `secret(…)`; of a step the content of a `file`, which a \
                 daemon may read (`environment_files`), the `environment` of a `command`, and `headers`",
        ),
        Why::MissingField(name) => {
            Diagnostic::error(Code::Missing, span, format!("`{expected}` is needed, and this has no field `{name}`"))
        }
        Why::UnknownField(name) => {
            Diagnostic::error(Code::UnknownField, span, format!("`{expected}` is needed, which has no field `{name}`"))
                .help("name the fields that are wanted: `{ a = x.a }`")
        }
        Why::Lacks(name) => {
            let (expected, found) = (innermost(expected), innermost(found));
            Diagnostic::error(Code::TypeMismatch, span, format!("`{expected}` is needed, and `{found}` has no `{name}`"))
                .help(format!("take one that has it, or give its definition an output `{name}`"))
        }
        Why::Differs(name, ty) => {
            let (expected, found) = (innermost(expected), innermost(found));
            Diagnostic::error(Code::TypeMismatch, span, format!("`{expected}` is needed, and `{name}` of `{found}` is `{ty}`"))
                .help(format!("take another one, or give its definition an output `{name}` of the type that the interface asks for"))
        }
    }
}

/// What a list or map is of.
fn innermost(ty: &Ty) -> &Ty {
    match ty.present() {
        Ty::List(of) | Ty::Map(of) => innermost(of),
        ty => ty,
    }
}

/// A type in words; of a list of anything, that it is one.
fn wanted(ty: &Ty) -> String {
    match ty {
        Ty::List(of) if **of == Ty::Error => "a list".into(),
        Ty::Map(of) if **of == Ty::Error => "a map".into(),
        ty => format!("`{ty}`"),
    }
}

fn no_reference(span: Span, found: &Ty) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, format!("a reference to a secret is needed, this is `{found}`"))
        .help("write where it is, such as `secret(\"env:NAME\")`: a value in the source would be in every file")
}

/// `meant` is what would fit, if that is certain.
pub(in crate::check) fn unfit(span: Span, why: Mismatch, meant: Option<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(why.code, span, why.message);
    diagnostic.help = why.help;
    match meant {
        Some(meant) => diagnostic.fix(format!("write `{meant}`"), span, meant),
        None => diagnostic,
    }
}

/// The name of an instance in quotes, where that instance is needed.
pub(in crate::check) fn instance_in_quotes(diagnostic: Diagnostic, span: Span, name: &Text) -> Diagnostic {
    diagnostic.help(format!("write `{name}` without quotes: it is an instance of this product")).fix(
        format!("write `{name}`"),
        span,
        name.to_string(),
    )
}

/// A value that breaks the rule of its type or input: `message` and `help` are what the rule says.
pub(in crate::check) fn breaks_rule(
    span: Span,
    name: Option<&Text>,
    value: Option<&Value>,
    message: Option<Text>,
    help: Option<Text>,
    rule: Span,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::CheckFailed, span, broken(name, value, message.as_deref())).related(rule, "the rule stands here");
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// One value where a list of such values is needed: with brackets around it, it is one.
pub(in crate::check) fn in_brackets(diagnostic: Diagnostic, span: Span) -> Diagnostic {
    let at = |offset: u32| Span::new(span.file, offset, offset);
    let edits = vec![Edit::Replace(at(span.start), "[".to_owned()), Edit::Replace(at(span.end), "]".to_owned())];
    let title = "put it in brackets";
    Diagnostic { fix: Some(Fix { title: title.to_owned(), edits }), ..diagnostic }.help("a list of one element stands in brackets")
}

pub(in crate::check) fn absent_member(field: &hir::Name, base: &Ty) -> Diagnostic {
    Diagnostic::error(Code::OptionalValue, field.span, format!("`{}` is asked of `{base}`, which may be absent", field.text)).help(
        "say what counts then with `??`, ask only where it is there (`if x != none then …`), or write `?.`: the field is absent too then",
    )
}

pub(in crate::check) fn always_there(span: Span, field: &hir::Name, base: &Ty) -> Diagnostic {
    Diagnostic::error(Code::OptionalValue, span, format!("`?.{}` is asked of `{base}`, which is always there", field.text))
        .help(format!("write `.{}`", field.text))
}

pub(in crate::check) fn absent_elements(span: Span, base: &Ty) -> Diagnostic {
    Diagnostic::error(Code::OptionalValue, span, format!("an element is asked of `{base}`, which may be absent"))
        .help("say what counts then with `??`")
}

pub(in crate::check) fn absent_in_text(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::OptionalValue, span, format!("this `{ty}` may be absent, and would be part of a text"))
        .help("say what counts then with `??`")
}

pub(in crate::check) fn absent_operand(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::OptionalValue, span, format!("this `{ty}` may be absent, and nothing can be computed with it then"))
        .help("say what counts then with `??`")
}

pub(in crate::check) fn secret_in_text(span: Span) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, "a secret would become part of a text")
        .help("pass the secret itself, by an attribute of its own: only its reference may travel")
}

fn secret_read(call: Span, span: Span, function: &str) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, call, format!("`{function}` would need the value of a secret"))
        .related(span, "the secret stands here")
        .help("pass the secret itself, by an attribute of its own: only its reference may travel")
}

pub(in crate::check) fn secret_default(span: Span) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, "a secret would stand in for a value that is none, and be shown where that is shown")
        .help("declare what it stands in for as `secret(…)`, or give it another default")
}

/// `kind` is what the credential is, in the words of its definition.
pub(in crate::check) fn credential(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, format!("this looks like a secret: {kind}"))
        .help("write where it is, such as `secret(\"env:NAME\")`, and replace it: what was written down is known to others")
}

pub(in crate::check) fn no_text(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("`{ty}` has no text: only text, numbers, words and addresses fit into one"))
        .help("name the field that is meant, or `join` a list")
}

pub(in crate::check) fn no_elements(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("only lists and maps have elements, this is `{ty}`"))
}

pub(in crate::check) fn not_iterable(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("only a list or map can be gone through, this is `{ty}`"))
}

pub(in crate::check) fn holds_nothing(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("`in` looks into a list, a map or a network, this is `{ty}`"))
}

pub(in crate::check) fn no_number(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("`-` takes a number, this is `{ty}`"))
}

pub(in crate::check) fn no_order(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("values of `{ty}` have no order"))
}

pub(in crate::check) fn never_equal(span: Span, a: &Ty, b: &Ty) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("`{a}` and `{b}` are never the same"))
}

pub(in crate::check) fn no_arithmetic(span: Span, operator: Binary, a: &Ty, b: &Ty) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::TypeMismatch, span, format!("`{a}` and `{b}` cannot be computed with each other"));
    let text = |ty: &Ty| ty.plain().is_text();
    if operator == Binary::Add && (text(a) || text(b)) {
        return diagnostic.help("write one text: `\"${a}${b}\"`");
    }
    diagnostic
}

pub(in crate::check) fn different_branches(span: Span, first: &Ty, this: &Ty, at: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::TypeMismatch, span, format!("this is `{this}`, another branch is `{first}`"))
        .help("give every branch the same type");
    match at {
        Some(at) => diagnostic.related(at, "the other branch stands here"),
        None => diagnostic,
    }
}

pub(in crate::check) fn deferred_filter(span: Span) -> Diagnostic {
    Diagnostic::error(Code::DeferredValue, span, "which elements there are must be known to the compiler")
        .help("filter by something that does not depend on what only a tool knows")
}

pub(in crate::check) fn deferred_repetition(span: Span) -> Diagnostic {
    Diagnostic::error(Code::DeferredValue, span, "how many resources there are must be known to the compiler")
        .help("go through something that does not depend on what only a tool knows")
}

pub(in crate::check) fn not_exhaustive(span: Span, subject: Span, of: &EnumTy, left: &[&Text]) -> Diagnostic {
    let left: Vec<&str> = left.iter().map(|member| member.as_str()).collect();
    let (those, verb) = if left.len() == 1 { ("that", "is") } else { ("those", "are") };
    let diagnostic = Diagnostic::error(Code::NotExhaustive, subject, format!("{} of `{}` {verb} not matched", listed(&left), of.name))
        .related(span, "in this `match`")
        .help(format!("add an arm for {those}, or `_ => …` for the rest"));
    // Words that belong to no declared enum have no declaration to show.
    if of.span.start < of.span.end { diagnostic.related(of.span, "its members are declared here") } else { diagnostic }
}

pub(in crate::check) fn open_match(span: Span, of: &Ty) -> Diagnostic {
    Diagnostic::error(Code::NotExhaustive, span, format!("this `match` over `{of}` has no arm for the rest")).help("add `_ => …`")
}

pub(in crate::check) fn no_pattern(span: Span, why: &str) -> Diagnostic {
    let why = why.lines().last().unwrap_or_default();
    let message = match why.contains("exceeds size limit") {
        true => "this regular expression is too large",
        false => "this is no regular expression",
    };
    Diagnostic::error(Code::InvalidLiteral, span, message).help(why.trim_start_matches("error: "))
}

/// `no arguments`, `1 argument`, `2 arguments`
pub(super) fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}

pub(in crate::check) fn misplaced(span: Span, function: &Function, why: &Misplaced) -> Diagnostic {
    let name = function.name;
    let message = match why {
        Misplaced::TooMany(_) => format!("`{name}` takes {}, this is one more", arguments(function.parameters.len())),
        Misplaced::Unknown(_) => format!("`{name}` has no parameter of that name"),
        Misplaced::Twice(_) => format!("this parameter of `{name}` has an argument already"),
        Misplaced::Missing(names) => format!("`{name}` needs {}", listed(names)),
    };
    Diagnostic::error(Code::UnknownFunction, span, message).help(format!("it is `{}`", function.signature()))
}

pub(in crate::check) fn refused(call: Span, span: Span, function: &Function, refused: &Refused, absent: bool) -> Diagnostic {
    let name = function.parameter(refused.index).map(|parameter| parameter.name).unwrap_or_default();
    if absent {
        return Diagnostic::error(
            Code::OptionalValue,
            span,
            format!("`{name}` of `{}` must be {}, this may be absent", function.name, refused.expected),
        )
        .help("say what counts then with `??`");
    }
    if refused.exposed {
        return match name {
            "default" => secret_default(span),
            _ => secret_read(call, span, function.name),
        };
    }
    Diagnostic::error(Code::TypeMismatch, span, format!("`{name}` of `{}` must be {}", function.name, refused.expected))
        .help(format!("it is `{}`", function.signature()))
}
