//! What is too much.

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::eval::limits::MAX_DEPTH;
use crate::ty::MAX_PARTS;

pub(in crate::check) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::LimitExceeded, span, format!("more than {MAX_DEPTH} expressions need each other in a row"))
        .help("shorten the chain of `let`s that leads here")
}

pub(in crate::check) fn too_many_parts(span: Span) -> Diagnostic {
    Diagnostic::error(Code::LimitExceeded, span, format!("the type of this has more than {MAX_PARTS} parts"))
        .help("a part counts as often as it stands in it: make the values smaller")
}
