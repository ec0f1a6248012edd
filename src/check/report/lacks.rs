//! Words of what providers lack that nobody else knows.

use crate::base::Span;
use crate::diag::{Code, Diagnostic};

pub(in crate::check) fn lacks_nearly(at: Span, word: &str, near: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, at, format!("nobody asks whether a provider lacks `{word}`"))
        .help(format!("did you mean `{near}`?"))
        .fix(format!("write `{near}`"), at, near)
}

pub(in crate::check) fn lacked_by_none<'k>(at: Span, word: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, at, format!("no provider lacks `{word}`: this never holds"))
        .help(format!("say so in a provider (`lacks {word} {{ because = … }}`)"))
        .did_you_mean(word, at, known)
}
