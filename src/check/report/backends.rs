//! States that OpenTofu cannot keep so.

use super::{listed, meant};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};

pub(in crate::check) fn unknown_backend<'k>(at: Span, name: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownName, at, format!("OpenTofu has no backend `{name}`"));
    diagnostic.did_you_mean(name, at, known).repaired_if(false)
}

pub(in crate::check) fn unknown_argument_of_backend<'k>(
    at: Span,
    name: &str,
    backend: &str,
    known: impl Iterator<Item = &'k str>,
    defined: Span,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownField, at, format!("the backend `{backend}` takes no `{name}`"));
    meant(diagnostic.related(defined, "what it takes stands here"), name, at, known)
}

pub(in crate::check) fn missing_arguments_of_backend(at: Span, backend: &str, missing: &[&str]) -> Diagnostic {
    Diagnostic::error(Code::Missing, at, format!("the backend `{backend}` needs {}", listed(missing)))
        .help("OpenTofu refuses to begin without")
}
