//! Resources that are not what their schema says.

use super::{listed, meant};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir;

pub(in crate::check) fn unknown_resource<'k>(block: &hir::Block, provider: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let what = if block.keyword.text == "data" { "data source" } else { "resource" };
    let ty = block.word(0).cloned().unwrap_or_default();
    let span = block.place();
    let diagnostic =
        Diagnostic::error(Code::UnknownResource, span, format!("the schemas of `{provider}` have no {what} `{ty}`")).help(format!(
            "where the plugin has it, bring it into the project's library: \
             `tofu providers schema -json | infrac schema add {} {ty} --from -`",
            ty.split('_').next().unwrap_or_default()
        ));
    let nearest = meant(diagnostic.clone(), &ty, span, known);
    if nearest.fix.is_some() { nearest } else { diagnostic }
}

/// The type in the address of a resource, which stands in quotes with more.
pub(in crate::check) fn no_such_resource<'k>(ty: &str, span: Span, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownResource, span, format!("no schema has a resource `{ty}`"));
    meant(diagnostic, ty, span, known).repaired_if(false)
}

pub(in crate::check) fn no_schema(span: Span, file: &str, provider: &str) -> Diagnostic {
    let message = format!("no library has `schemas/{file}`: nothing checks the resources of `{provider}`");
    Diagnostic::warning(Code::UnknownResource, span, message)
        .help(format!("make it: `tofu providers schema -json | infrac schema add {} TYPE --from -`", file.trim_end_matches(".json")))
}

pub(in crate::check) fn schema_of_another(span: Span, source: &str, named: Span, file: &str, of: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownResource, span, format!("this is `{source}`, and `{file}` is the schema of `{of}`"))
        .related(named, "the schema is named here")
        .help("name the file with the schema of this plugin")
}

pub(in crate::check) fn schema_of_a_version(span: Span, wanted: &str, named: Span, file: &str, of: &str) -> Diagnostic {
    let message = format!("`{wanted}` does not take {of}, the version that `{file}` was taken from");
    Diagnostic::warning(Code::UnknownResource, span, message)
        .related(named, "the schema is named here")
        .help("take the schema from a version that is installed, with `infrac schema add`")
}

pub(in crate::check) fn no_resource<'k>(name: &hir::Name, provider: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let message = format!("the schemas of `{provider}` have no resource `{}`", name.text);
    meant(Diagnostic::error(Code::UnknownResource, name.span, message), &name.text, name.span, known)
}

pub(in crate::check) fn no_name(span: Span, ty: &str, argument: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownResourceAttribute, span, format!("`{ty}` has no attribute `{argument}` that would be its name"))
        .help(format!("say which one is: `{ty} = {{ argument = \"…\", pattern = \"…\" }}`"))
}

pub(in crate::check) fn no_pattern_of_names(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, "what names look like is a pattern that is written out")
        .help("write a regular expression, or `{ argument = \"…\", pattern = \"…\" }` where the name is not called `name`")
}

pub(in crate::check) fn no_example(block: &hir::Block) -> Diagnostic {
    Diagnostic::error(Code::UnknownBlock, block.keyword.span, "an `example` holds values of variables, and blocks of what plugins say")
        .help("write `variable = value`, or `data TYPE NAME { attribute = value }`")
}

pub(in crate::check) fn unknown_argument<'k>(name: &hir::Name, of: &Text, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::UnknownResourceAttribute, name.span, format!("`{of}` has no attribute or block `{}`", name.text));
    meant(diagnostic, &name.text, name.span, known)
}

pub(in crate::check) fn missing_arguments(at: Span, of: &Text, missing: &[&str]) -> Diagnostic {
    Diagnostic::error(Code::MissingResourceAttribute, at, format!("`{of}` needs {}", listed(missing)))
        .help("the provider's schema says that it must be set")
}

/// `whole` is what sets it.
pub(in crate::check) fn computed(name: &hir::Name, whole: Span, of: &Text) -> Diagnostic {
    Diagnostic::error(Code::ComputedAttribute, name.span, format!("only the provider sets `{}` of `{of}`", name.text))
        .help("leave it out; it can be read where it is needed")
        .remove(format!("remove `{}`", name.text), whole)
}

pub(in crate::check) fn is_a_block(attribute: &hir::Attribute, of: &Text) -> Diagnostic {
    let name = &attribute.name;
    let message = format!("`{}` of `{of}` is a block, not an attribute", name.text);
    let diagnostic = Diagnostic::error(Code::UnknownResourceAttribute, name.span, message).help(format!("write `{} {{ … }}`", name.text));
    match &attribute.value.kind {
        // Its entries are attributes as they stand.
        hir::ExprKind::Map(entries) if entries.iter().all(|(key, _)| !key.quoted) => {
            let between = Span::new(name.span.file, name.span.end, attribute.value.span.start);
            diagnostic.fix("make it a block", between, " ")
        }
        _ => diagnostic,
    }
}

pub(in crate::check) fn is_an_attribute(block: &hir::Block, of: &Text) -> Diagnostic {
    let name = &block.keyword;
    let message = format!("`{}` of `{of}` is an attribute, not a block", name.text);
    let diagnostic = Diagnostic::error(Code::UnknownResourceAttribute, name.span, message).help(format!("write `{} = {{ … }}`", name.text));
    let between = Span::new(name.span.file, name.span.end, block.body.span.start);
    match block.repeat.is_none() && block.condition.is_none() && block.labels.is_empty() {
        true => diagnostic.fix("make it an attribute", between, " = "),
        false => diagnostic,
    }
}

pub(in crate::check) fn not_filtered(condition: Span) -> Diagnostic {
    Diagnostic::error(Code::NotExpressible, condition, "a resource that is repeated takes no `if`")
        .help("repeat it over those that fit: `let NAME = [for x in xs if … : x]`, and `for x in NAME`")
}

pub(in crate::check) fn no_index(binding: &hir::Binding) -> Diagnostic {
    let span = binding.key.as_ref().map_or(binding.value.span, |key| key.span);
    Diagnostic::error(Code::NotExpressible, span, "the place in a list is no key of a resource: the others would move with it")
        .help(format!("leave it out, and repeat by a field of `{}`", binding.value.text))
}

pub(in crate::check) fn no_key(block: &hir::Block) -> Diagnostic {
    Diagnostic::error(Code::Missing, block.keyword.span, "a repeated resource does not say what tells its repetitions apart")
        .help("write `for x in xs by x.name`: the keys are known before anything runs")
}

pub(in crate::check) fn secret_in_state(span: Span) -> Diagnostic {
    Diagnostic::error(Code::SecretExposed, span, "a secret would be written into the state")
        .help("use an attribute that is never kept, or let the machine read the secret itself")
}
