//! What bodies hold that they may not, or lack that they must have.

use super::{listed, meant};
use crate::base::{Span, Text, with_article};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Definition, Implementation, Input, Output};
use crate::ty::{RecordTy, Ty};

/// An input of what has no instances.
pub(in crate::check) fn never_set(input: &hir::Input) -> Diagnostic {
    let name = &input.name;
    Diagnostic::error(Code::UnknownBlock, name.span, format!("nobody sets `{}`: a policy has no instances", name.text))
        .help(format!("write `let {} = …`", name.text))
}

pub(in crate::check) fn unknown_attribute<'k>(
    name: &hir::Name,
    of: &str,
    known: impl Iterator<Item = &'k str>,
    declared: Option<Span>,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(Code::UnknownAttribute, name.span, format!("{of} has no attribute `{}`", name.text));
    if let Some(declared) = declared {
        diagnostic = diagnostic.related(declared, "what it may set is declared here");
    }
    match of_hcl(&name.text) {
        Some(help) => diagnostic.help(help),
        None => meant(diagnostic, &name.text, name.span, known),
    }
}

/// What a word of HCL is written as here, for who comes from there.
pub(super) fn of_hcl(word: &str) -> Option<&'static str> {
    Some(match word {
        "variable" => "an input is written `input name: Type = default`",
        "locals" => "a value with a name is written `let name = value`",
        "var" | "local" | "each" => "an input, a `let` and what `for` binds are known by their names alone",
        "for_each" => "what is repeated says so in its head: `… NAME for x in xs by x.key { … }`",
        "count" => "what may be absent says so in its head: `… NAME if condition { … }`; what is repeated `for x in xs by x.key`",
        "depends_on" => "what is named in a value comes first: order needs no words of its own",
        _ => return None,
    })
}

pub(in crate::check) fn unknown_block<'k>(keyword: &hir::Name, of: &str, known: impl IntoIterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownBlock, keyword.span, format!("{of} has no block `{}`", keyword.text));
    if let Some(help) = of_hcl(&keyword.text) {
        return diagnostic.help(help);
    }
    meant(diagnostic, &keyword.text, keyword.span, known)
}

/// `only` on what is there in every environment.
pub(in crate::check) fn no_only(diagnostic: Diagnostic, keyword: &str) -> Diagnostic {
    let users = if keyword == "provider" { "the stacks that run on it" } else { "the stacks that use it" };
    Diagnostic { fix: None, ..diagnostic }
        .help(format!("{} is there in every environment and makes nothing by itself: write `only` on {users}", with_article(keyword)))
}

/// A block that is an instance with its words in another order, or without its keyword.
pub(in crate::check) fn instance_meant(diagnostic: Diagnostic, meant: Option<(&Text, &Text)>) -> Diagnostic {
    match meant {
        Some((keyword, definition)) => Diagnostic { fix: None, ..diagnostic }
            .help(format!("`{definition}` is {}: write `{keyword} {definition} NAME {{ … }}`", with_article(keyword))),
        None => diagnostic,
    }
}

/// A block of the name of an attribute; `on eu` lacks nothing but its `=`.
pub(in crate::check) fn attribute_as_block(block: &hir::Block) -> Diagnostic {
    let keyword = &block.keyword;
    let name = &keyword.text;
    match block.labels.as_slice() {
        [label] if block.body.span.start == block.body.span.end => {
            let value = match (block.word(0), label.plain()) {
                (Some(word), _) => word.to_string(),
                (None, Some(text)) => format!("{text:?}"),
                (None, None) => "…".to_owned(),
            };
            let between = Span { start: keyword.span.end, end: label.span.start, ..keyword.span };
            let span = keyword.span.to(label.span);
            Diagnostic::error(Code::UnexpectedToken, span, format!("`{name}` is an attribute: write `{name} = {value}`")).fix(
                "write `=`",
                between,
                " = ",
            )
        }
        _ => Diagnostic::error(Code::UnknownBlock, keyword.span, format!("`{name}` is an attribute, and no block"))
            .help(format!("write `{name} = …`")),
    }
}

pub(in crate::check) fn missing(at: Span, of: &str, missing: &[&Input]) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|input| input.name.text.as_str()).collect();
    let types: Vec<String> = missing.iter().map(|input| format!("`{} = …`{}", input.name.text, input.of_type())).collect();
    let mut diagnostic = Diagnostic::error(Code::Missing, at, format!("{of} does not say {}", listed(&names)));
    for input in missing {
        diagnostic = diagnostic.related(input.name.span, "it has no default");
    }
    diagnostic.help(format!("add {}", types.join("; ")))
}

pub(in crate::check) fn missing_fields(span: Span, record: &RecordTy, missing: &[&str]) -> Diagnostic {
    let of = record.name.as_ref().map(|name| format!("`{name}`")).unwrap_or_else(|| "the record".to_owned());
    let noun = if missing.len() == 1 { "the field" } else { "the fields" };
    Diagnostic::error(Code::Missing, span, format!("{of} needs {noun} {}", listed(missing)))
}

pub(in crate::check) fn labels(block: &hir::Block, least: usize, most: usize) -> Diagnostic {
    let noun = if most == 1 { "label" } else { "labels" };
    let wanted = if least == most { format!("{least} {noun}") } else { format!("{least} to {most} {noun}") };
    let keyword = &block.keyword;
    let message = format!("`{}` takes {wanted}, not {}", keyword.text, block.labels.len());
    match block.labels.len() < least {
        true => {
            let names = vec!["NAME"; least].join(" ");
            Diagnostic::error(Code::Missing, keyword.span, message).help(format!("write `{} {names} {{ … }}`", keyword.text))
        }
        false if most == 0 => {
            Diagnostic::error(Code::UnknownBlock, keyword.span, message).help(format!("write `{} {{ … }}`", keyword.text))
        }
        false => Diagnostic::error(Code::UnknownBlock, keyword.span, message).help("leave out what is too much"),
    }
}

pub(in crate::check) fn no_declaration(span: Span, of: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownBlock, span, format!("{of} holds attributes and blocks, no declarations"))
        .help("move it into the definition around it")
}

pub(in crate::check) fn not_in_loop(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnknownBlock, span, "a `for` holds checks only").help("a block may repeat itself: `rule for r in rules { … }`")
}

pub(in crate::check) fn no_extension(attribute: &hir::Attribute, ty: &Ty) -> Diagnostic {
    Diagnostic::error(
        Code::TypeMismatch,
        attribute.name.span,
        format!("`+=` and `-=` change lists and maps only, `{}` is `{ty}`", attribute.name.text),
    )
    .help("write `=` to replace the value")
}

pub(in crate::check) fn nothing_to_change(attribute: &hir::Attribute) -> Diagnostic {
    let (operator, verb) = if attribute.operator == hir::Assign::Add { ("+=", "adds to") } else { ("-=", "takes from") };
    let name = &attribute.name.text;
    Diagnostic::error(
        Code::UnexpectedToken,
        attribute.name.span,
        format!("`{name} {operator}` {verb} what is said elsewhere, and stands outside of `in`"),
    )
    .help(format!("write `{name} = …` here, or move the line into `in ENVIRONMENT {{ … }}`"))
}

pub(in crate::check) fn same_everywhere(name: &hir::Name) -> Diagnostic {
    Diagnostic::error(Code::UnknownAttribute, name.span, format!("`{}` names environments, so it is the same in each of them", name.text))
        .help("move the line out of `in`")
}

pub(in crate::check) fn not_repeated(block: &hir::Block) -> Diagnostic {
    let keyword = &block.keyword;
    Diagnostic::error(Code::UnknownBlock, keyword.span, format!("a block `{}` cannot be repeated by `for`", keyword.text))
        .help("resources, the blocks in them and the steps of a service can: write each of the others out")
}

pub(in crate::check) fn not_conditional(block: &hir::Block) -> Diagnostic {
    let keyword = &block.keyword;
    Diagnostic::error(Code::UnknownBlock, keyword.span, format!("a block `{}` is always there: it takes no `if`", keyword.text))
        .help("resources, the blocks in them, the steps of a service and what a service or a stack says of itself can have a condition")
}

pub(in crate::check) fn misplaced_instance(instance: &hir::Instance, of: &str) -> Diagnostic {
    let name = &instance.name;
    let message = format!("{of} cannot hold the {} `{}`: nothing would be made of it", instance.keyword, name.text);
    Diagnostic::error(Code::UnknownBlock, name.span, message)
        .help("a stack holds modules and services; stacks and providers stand in the product")
}

pub(in crate::check) fn untyped_output(output: &Output) -> Diagnostic {
    Diagnostic::error(Code::Missing, output.name.span, format!("output `{}` does not say its type", output.name.text))
        .help(format!("write `output {}: …`", output.name.text))
}

pub(in crate::check) fn output_without_value(output: &Output, ty: &Ty) -> Diagnostic {
    Diagnostic::error(Code::Missing, output.name.span, format!("output `{}` has no value", output.name.text))
        .help(format!("give it one, or write `output {}: deferred({ty})` where each implementation gives it", output.name.text))
}

/// A repeated instance of which nobody knows one from the other.
pub(in crate::check) fn instance_without_key(instance: &hir::Instance, source: Span) -> Diagnostic {
    let message = format!("`{}` is repeated, and nothing tells one from another", instance.name.text);
    Diagnostic::error(Code::Missing, source, message).help("say the key of each behind `by`: `for x in xs by x.name`")
}

/// A repeated instance goes through one thing.
pub(in crate::check) fn one_binding(instance: &hir::Instance, second: &hir::Binding) -> Diagnostic {
    let message = format!("`{}` is repeated over two things", instance.name.text);
    Diagnostic::error(Code::UnexpectedToken, second.value.span.to(second.source.span), message)
        .help("go through one list that holds both: `let both = flatten([for a in as : [for b in bs : { a = a, b = b }]])`")
}

/// What an interface holds beside what it asks for.
pub(in crate::check) fn beside_outputs(what: &str, span: Span, interface: &Definition) -> Diagnostic {
    let message = format!("interface `{}` holds {what}: it only says what there must be", interface.name.text);
    Diagnostic::error(Code::UnknownBlock, span, message).help("it holds outputs with a type, such as `output hosts: list(host)`")
}

pub(in crate::check) fn empty_interface(interface: &Definition) -> Diagnostic {
    let message = format!("interface `{}` asks for nothing, so that everything fits", interface.name.text);
    Diagnostic::error(Code::Missing, interface.name.span, message).help("say what it asks for, such as `output hosts: list(host)`")
}

/// `missing` is what the contract asks for and nothing gives.
pub(in crate::check) fn unknown_output<'k>(
    name: &hir::Name,
    contract: &Definition,
    known: impl Iterator<Item = &'k str>,
    missing: &[&Output],
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::UnknownField,
        name.span,
        format!("the contract of module `{}` has no output `{}`", contract.name.text, name.text),
    )
    .related(contract.name.span, "the contract is here");
    let diagnostic = meant(diagnostic, &name.text, name.span, known);
    let missing: Vec<&str> = missing.iter().map(|output| output.name.text.as_str()).collect();
    match (missing.is_empty(), diagnostic.fix.is_some()) {
        (false, false) => diagnostic.help(format!("it asks for {}, which nothing gives here", listed(&missing))),
        _ => diagnostic,
    }
}

pub(in crate::check) fn given_already(output: &Output, declared: &Output) -> Diagnostic {
    let name = &output.name;
    Diagnostic::error(Code::Duplicate, name.span, format!("the contract gives output `{}` already", name.text))
        .related(declared.name.span, "its value stands here")
        .help("leave it out: it is the same on every provider")
        .remove(format!("remove `{}`", name.text), output.span)
}

pub(in crate::check) fn missing_outputs(implementation: &Implementation, missing: &[&Output]) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|output| output.name.text.as_str()).collect();
    let mut diagnostic = Diagnostic::error(
        Code::Missing,
        implementation.module.span,
        format!("`{}` on `{}` does not give {}", implementation.module.text, implementation.provider.text, listed(&names)),
    );
    for output in missing {
        diagnostic = diagnostic.related(output.name.span, "the contract promises it");
    }
    diagnostic.help(format!("add `output {} = …`", names.first().copied().unwrap_or_default()))
}
