//! Tasks that are not what the specification of their module says.

use super::{listed, meant};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir;

pub(in crate::check) fn unknown_module<'k>(span: Span, name: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownDefinition, span, format!("no specification of a module `{name}` is here"))
        .help(format!("bring it into the project's library: `ansible-doc --json {name} | infrac schema add {name} --from -`"));
    match crate::base::similar::nearest(name, known) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None => diagnostic,
    }
}

pub(in crate::check) fn unknown_collection(span: Span, module: &str, collection: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownDefinition, span, format!("`{module}` is of the collection `{collection}`, whose version nothing says"))
        .help(format!("name it in a file `ansible/collections.json` of the library: `{{ \"{collection}\": \"1.2.3\" }}`"))
}

pub(in crate::check) fn unknown_option<'k>(name: &hir::Name, of: &Text, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownField, name.span, format!("the module `{of}` takes no `{}`", name.text));
    meant(diagnostic, &name.text, name.span, known)
}

pub(in crate::check) fn missing_options(at: Span, of: &Text, missing: &[&str]) -> Diagnostic {
    Diagnostic::error(Code::Missing, at, format!("the module `{of}` needs {}", listed(missing)))
        .help("its specification says that it must be set")
}

pub(in crate::check) fn no_choice<'k>(attribute: &hir::Attribute, word: &str, choices: impl Iterator<Item = &'k str>) -> Diagnostic {
    let choices: Vec<&str> = choices.collect();
    let message = format!("`{}` is never `{word}`", attribute.name.text);
    Diagnostic::error(Code::TypeMismatch, attribute.value.span, message).help(format!("it is one of {}", listed(&choices)))
}

pub(in crate::check) fn answer_with_secret(span: Span, secret: Span) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, "what a task answers that is given a secret may hold it")
        .related(secret, "the secret is given here")
        .help("leave the name out, and let the steps below do without the answer")
}

pub(in crate::check) fn answer_in_quotes(span: Span) -> Diagnostic {
    Diagnostic::error(Code::InvalidName, span, "the name of what a task answers is a word without quotes")
        .help("write it like the name of a resource: `task \"MODULE\" \"What is done\" found { … }`")
}

pub(in crate::check) fn answer_named_twice(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, span, format!("`{name}` is declared here already")).help("give what the task answers another name")
}

pub(in crate::check) fn answer_of_many(span: Span, head: Span) -> Diagnostic {
    Diagnostic::error(Code::NotExpressible, span, "a task that is repeated gives many answers")
        .related(head, "it is repeated over this")
        .help("leave the name out, or write a task for each")
}

pub(in crate::check) fn answer_of_a_condition(span: Span, condition: Span) -> Diagnostic {
    Diagnostic::error(Code::NotExpressible, span, "a task that may not be done gives no answer then")
        .related(condition, "it is done only if this holds")
        .help("let the task always be done, and put the condition before the steps that use its answer")
}
