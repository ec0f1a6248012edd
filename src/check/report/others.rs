//! Other products: what is named there, and is not there or not for others.

use super::meant;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Name, Other, Path};
use crate::ty::Ty;

/// A product is named, and nothing in it.
pub(in crate::check) fn incomplete_path(span: Span, other: &Other) -> Diagnostic {
    let name = &other.name.text;
    let diagnostic =
        Diagnostic::error(Code::UnknownName, span, format!("`{name}` is another product: something that it exports is needed"));
    match other.paths().next() {
        Some(path) => diagnostic.help(format!("write such as `{path}`")),
        None => diagnostic.related(other.name.span, "it exports nothing"),
    }
}

/// Something of another product where machines of this one would need it.
pub(in crate::check) fn beyond_settings(span: Span, other: &Other) -> Diagnostic {
    let name = &other.name.text;
    Diagnostic::error(Code::UnknownName, span, format!("what `{name}` exports is for the settings of a product, not for its instances"))
        .related(other.name.span, "no firewall of this product lets machines of another one in")
        .help("name it in `state` or `secrets` of the product, or run such a service here")
}

/// Something that the other product keeps to itself, or does not have.
pub(in crate::check) fn not_exported(span: Span, other: &Other, path: &Path) -> Diagnostic {
    let (name, written) = (&other.name.text, hir::written(&other.name.text, path));
    let path = written.strip_prefix(&format!("{name}.")).unwrap_or(&written);
    let diagnostic = Diagnostic::error(Code::UnknownName, span, format!("`{name}` exports no `{path}`"));
    let known: Vec<String> = other.paths().collect();
    let diagnostic = match other.said {
        Some(said) => diagnostic.related(said, "it exports these"),
        None => diagnostic.related(other.name.span, "it exports nothing"),
    };
    let nearest = diagnostic.clone().did_you_mean(&written, span, known.iter().map(String::as_str));
    match nearest.fix {
        Some(_) => nearest,
        None => diagnostic.help(format!("if `{name}` has it, list it there: `exports = [{path}]`")),
    }
}

/// An environment that no environment of the other product serves.
pub(in crate::check) fn unserved(span: Span, other: &Other, environment: &Name) -> Diagnostic {
    let (name, wanted) = (&other.name.text, &environment.text);
    let message = format!("`{name}` has no environment `{wanted}`, and more than one that could serve it");
    let message = if other.environments.is_empty() { format!("`{name}` has no environments") } else { message };
    let diagnostic = Diagnostic::error(Code::UnknownEnvironment, span, message).related(environment.span, "the environment is listed here");
    match other.environments.first() {
        Some(first) => diagnostic.related(first.span, format!("those of `{name}` are listed here")),
        None => diagnostic,
    }
    .help("an environment is served by the one of the same name, or by the only one that the other product has")
}

/// A list of exports that has to be evaluated first.
pub(in crate::check) fn computed_exports(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NotExpressible, span, "`exports` is read before anything is evaluated")
        .help("list what others may use as it is named: `exports = [STACK.SERVICE, STACK.OUTPUT, STORE]`")
}

/// A name in a list of what is exported that is none of an instance of the product.
pub(in crate::check) fn no_instance<'k>(span: Span, name: &Text, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownName, span, format!("the product has no stack and no store `{name}`"));
    meant(diagnostic, name, span, known)
}

/// Something that means nothing in another product: why, and what to export in its place.
pub(in crate::check) fn stays(span: Span, ty: &Ty, (why, help): (&str, &str)) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("this `{ty}` cannot be exported: {why}")).help(help)
}
