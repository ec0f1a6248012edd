//! Names that nothing declares, or that are declared twice.

use super::{listed, meant};
use crate::base::ports::{WITH_PORTS, WITHOUT_PORTS};
use crate::base::{Ports, Span, Text, with_article};
use crate::diag::{Code, Diagnostic, Edit, Fix};
use crate::hir::{self, Product};
use crate::hir::{Definition, Function};
use crate::ty::{EnumTy, Ty};

pub(in crate::check) fn unknown_name<'k>(name: &str, span: Span, expected: &Ty, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownName, span, format!("nothing here is called `{name}`"));
    if let Some(help) = super::bodies::of_hcl(name) {
        return diagnostic.help(help);
    }
    let diagnostic = match expected.present() {
        Ty::String => diagnostic.help(format!("write `\"{name}\"` if the text is meant")),
        Ty::Instance(keyword, of) => {
            let of = of.as_ref().map(|of| format!(" {of}")).unwrap_or_default();
            diagnostic.help(format!("the name of {}{of} is needed", with_article(keyword)))
        }
        _ => diagnostic,
    };
    let nearest = meant(diagnostic.clone(), name, span, known);
    if nearest.fix.is_some() { nearest } else { diagnostic }
}

pub(in crate::check) fn no_member(name: &str, span: Span, of: &EnumTy) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(Code::TypeMismatch, span, format!("`{name}` is no `{}`", of.name));
    // Words that belong to no declared enum have no declaration to show.
    if of.span.start < of.span.end {
        diagnostic = diagnostic.related(of.span, "declared here");
    }
    meant(diagnostic, name, span, of.members.iter().map(Text::as_str))
}

/// Where a port is needed: the only names that are one are those of protocols without ports.
pub(in crate::check) fn no_protocol(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::TypeMismatch, span, format!("`{name}` is no protocol without ports"));
    if WITH_PORTS.contains(&name) {
        return diagnostic.help(format!("{name} has ports: write `443/{name}`, or `1..65535/{name}` for all of them"));
    }
    meant(diagnostic.help("write a port, such as `443/tcp`, or one of `icmp esp gre ah`"), name, span, WITHOUT_PORTS)
}

/// Two elements of a list of ports that share one.
pub(in crate::check) fn overlapping(second: &Ports, first: &Ports, span: Span, at: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, span, format!("`{second}` and `{first}` share ports"))
        .related(at, "the other one stands here")
        .help("make one span of both, or take the ports out of one of them")
}

pub(in crate::check) fn unknown_definition<'k>(keyword: &str, name: &str, span: Span, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    meant(Diagnostic::error(Code::UnknownDefinition, span, format!("there is no {keyword} `{name}`")), name, span, known)
}

/// An instance whose name is that of a definition: the two stand in each other's place.
pub(in crate::check) fn turned(diagnostic: Diagnostic, instance: &hir::Instance) -> Diagnostic {
    let hir::Instance { keyword, definition, name, .. } = instance;
    let edits = vec![Edit::Replace(definition.span, name.text.to_string()), Edit::Replace(name.span, definition.text.to_string())];
    let title = format!("write `{keyword} {} {}`", name.text, definition.text);
    let help = format!("`{}` is the {keyword}, and comes before the name: `{keyword} {} {}`", name.text, name.text, definition.text);
    Diagnostic { fix: Some(Fix { title, edits }), ..diagnostic }.help(help)
}

/// Something of a product where there is none yet.
pub(in crate::check) fn not_known_yet(name: &str, span: Span, early: &Definition) -> Diagnostic {
    let what = format!("{} `{}`", early.keyword, early.name.text);
    let message = format!("`{name}` is not known in {what}: it is read before there is a product");
    Diagnostic::error(Code::UnknownName, span, message).help("it is the same for every product: say the value itself, or a `let` of it")
}

/// What nobody would read in a definition that is read before there is a product.
pub(in crate::check) fn for_nobody(what: &str, span: Span, early: &Definition) -> Diagnostic {
    let message = format!("{} `{}` takes no {what}: nobody would read it", early.keyword, early.name.text);
    Diagnostic::error(Code::UnknownBlock, span, message).help("it says what its kind declares, and may have `let`s and functions")
}

pub(in crate::check) fn unknown_field<'k>(
    field: &hir::Name,
    of: &Ty,
    known: impl Iterator<Item = &'k str>,
    declared: Option<Span>,
) -> Diagnostic {
    let of = match of {
        Ty::Record(record) if record.name.is_none() => String::new(),
        Ty::Instance(keyword, None) => format!("{} has no field `{}`", with_article(keyword), field.text),
        of => format!("`{of}` has no field `{}`", field.text),
    };
    let message = if of.is_empty() { format!("there is no field `{}`", field.text) } else { of };
    let mut diagnostic = Diagnostic::error(Code::UnknownField, field.span, message);
    if let Some(declared) = declared {
        diagnostic = diagnostic.related(declared, "it is defined here");
    }
    meant(diagnostic, &field.text, field.span, known)
}

pub(in crate::check) fn unknown_function<'k>(name: &hir::Name, known: impl IntoIterator<Item = &'k str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownFunction, name.span, format!("there is no function `{}`", name.text));
    meant(diagnostic, &name.text, name.span, known)
}

pub(in crate::check) fn unknown_environment(name: &hir::Name, nearest: Option<&str>, environments: &[hir::Name]) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnknownEnvironment, name.span, format!("the product has no environment `{}`", name.text));
    let diagnostic = match environments.first() {
        Some(first) => diagnostic.related(first.span, "its environments are listed here"),
        None => diagnostic,
    };
    match nearest {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), name.span, nearest),
        None => {
            let known: Vec<&str> = environments.iter().map(|known| known.text.as_str()).collect();
            diagnostic.help(format!("it has {}", listed(&known)))
        }
    }
}

/// `bare` is what stands there in quotes.
pub(in crate::check) fn not_written_out(name: &hir::Name, at: Span, bare: Option<&Text>) -> Diagnostic {
    let message = format!("`{}` decides what there is, so it is read before anything is evaluated", name.text);
    let diagnostic = Diagnostic::error(Code::NotExpressible, at, message);
    match bare {
        Some(text) => diagnostic.help(format!("write the names themselves, without quotes: `{} = [{text}]`", name.text)).fix(
            format!("write `{text}`"),
            at,
            text.to_string(),
        ),
        None => diagnostic.help(format!("write the names out: `{} = [prod]`", name.text)),
    }
}

pub(in crate::check) fn reserved(name: &hir::Name, why: &str) -> Diagnostic {
    Diagnostic::error(Code::ReservedName, name.span, format!("`{}` cannot be a name: {why}", name.text)).help("choose another name")
}

pub(in crate::check) fn no_machine(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, span, "`host` is not known in `install`: an image is baked before there is a machine")
        .help("move what needs the machine to `configure`")
}

pub(in crate::check) fn too_many_environments(beyond: &hir::Name) -> Diagnostic {
    let most = Product::MOST_ENVIRONMENTS;
    Diagnostic::error(Code::LimitExceeded, beyond.span, format!("a product has at most {most} environments, `{}` is one more", beyond.text))
        .help("pipelines bring a change through them one after the other; make what is apart from that a product of its own")
}

pub(in crate::check) fn resource_is_no_name(name: &Text, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, again, format!("`{name}` is declared twice: a resource would never be found under it"))
        .related(first, "first declared here")
        .help("give the resource another name")
}

pub(in crate::check) fn of_a_machine(name: &Text, span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, span, format!("`{name}` is not known here: an output of a service is the same on every machine"))
        .help("use it in `configure`, or in a `let` that only `configure` needs")
}

pub(in crate::check) fn twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, again, format!("{what} stands twice"))
        .related(first, "it stands here first")
        .help("remove one of the two")
}

pub(in crate::check) fn unknown_code(name: &str, span: Span) -> Diagnostic {
    let known = Code::ALL.iter().map(|code| code.name());
    meant(Diagnostic::error(Code::UnknownName, span, format!("there is no code `{name}`")), name, span, known)
}

pub(in crate::check) fn circle_of_defaults(used: Span, names: &[&str], input: Span) -> Diagnostic {
    let circle: Vec<String> = names.iter().chain(names.first()).map(|name| format!("`{name}`")).collect();
    Diagnostic::error(Code::AttributeCycle, used, format!("defaults need each other: {}", circle.join(" → ")))
        .related(input, "the circle begins here")
        .help("give one of them a default that needs none of the others")
}

/// `places` are where each is needed by the one before it, and the first by the last.
pub(in crate::check) fn circle_of_resources(at: Span, places: &[(&Text, Span)]) -> Diagnostic {
    let first = places.last().map(|(name, _)| *name);
    let circle: Vec<String> = first.into_iter().chain(places.iter().map(|(name, _)| *name)).map(|name| format!("`{name}`")).collect();
    let message = match places {
        [(name, _)] => format!("`{name}` needs itself to be made"),
        _ => format!("resources need each other: {}, none can be made first", circle.join(" → ")),
    };
    let diagnostic = Diagnostic::error(Code::AttributeCycle, at, message).help("take one of these references out");
    places.iter().skip(1).fold(diagnostic, |diagnostic, (name, at)| diagnostic.related(*at, format!("`{name}` is needed here")))
}

pub(in crate::check) fn relative_path(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::InvalidLiteral, span, format!("{text:?} is no absolute path")).help("begin it with `/`")
}

pub(in crate::check) fn path_of_many(path: &str, span: Span, over: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, span, format!("all of them would be one `{path}`, and only the last would be there"))
        .related(over, "it is repeated over this")
        .help("let the path tell them apart, such as `${name}` in it")
}

pub(in crate::check) fn none_of(keyword: &hir::Name, names: &[&str], kind: Span) -> Diagnostic {
    let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let listed = named.join(" nor ");
    Diagnostic::error(Code::Missing, keyword.span, format!("`{}` says neither {listed}", keyword.text))
        .related(kind, "it needs one of them")
        .help(format!("add {}", named.join(" or ")))
}

pub(in crate::check) fn arm_again(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, span, format!("`{word}` has an arm already, which is the one that counts"))
        .help("remove one of the two")
}

/// What is never reached, since an arm above it takes everything.
pub(in crate::check) fn unreachable_arm(span: Span, rest: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, span, "this arm is never reached: `_` above it takes everything")
        .related(rest, "everything ends here")
        .help("put `_` last")
}

pub(in crate::check) fn environment_again(again: &hir::Name, first: Span) -> Diagnostic {
    twice(&format!("`in {}`", again.text), again.span, first).help(format!("say everything that differs in {} in one block", again.text))
}

/// As above, where the second says nothing else than the first; `whole` is all of it.
pub(in crate::check) fn repeated(what: &str, again: Span, first: Span, whole: Span) -> Diagnostic {
    twice(what, again, first).remove("remove the second", whole)
}

pub(in crate::check) fn circle(binding: &hir::Let) -> Diagnostic {
    Diagnostic::error(Code::AttributeCycle, binding.name.span, format!("`{}` needs itself to be computed", binding.name.text))
        .help("break the circle: say one of the values by itself")
}

pub(in crate::check) fn recursive(circle: &[&hir::Name]) -> Diagnostic {
    let words: Vec<String> = circle.iter().map(|name| format!("`{}`", name.text)).collect();
    let span = circle.first().map_or(Span::new(crate::base::FileId(0), 0, 0), |name| name.span);
    let path = words.iter().chain(words.first()).cloned().collect::<Vec<_>>().join(" → ");
    let mut diagnostic = Diagnostic::error(Code::AttributeCycle, span, format!("a function comes back to itself: {path}"));
    for name in circle.iter().skip(1) {
        diagnostic = diagnostic.related(name.span, format!("`{}` is part of the circle", name.text));
    }
    diagnostic.help("functions do not recurse, so that every program ends: go through a list instead")
}

pub(in crate::check) fn wrong_count(span: Span, name: &hir::Name, declared: &Function, given: usize) -> Diagnostic {
    let parameters: Vec<String> = declared.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let takes = super::values::arguments(declared.parameters.len());
    Diagnostic::error(Code::UnknownFunction, span, format!("`{}` takes {takes}, not {given}", name.text))
        .related(declared.name.span, "declared here")
        .help(format!("it is `{}({}) -> {}`", name.text, parameters.join(", "), declared.result))
}

pub(in crate::check) fn no_names(name: &hir::Name) -> Diagnostic {
    Diagnostic::error(Code::UnknownFunction, name.span, "the arguments of this function have no names").help("give them in their order")
}
