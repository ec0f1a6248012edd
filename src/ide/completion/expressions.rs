//! Expressions: what has the expected type first, then everything that is known by name, functions, words of the language.

use super::super::names::{Owner, What};
use super::super::node::{Node, bare};
use super::labels::{definitions, environments, waived};
use super::members::{of_definition, of_keyword, type_in};
use super::schema::{argument_of_schema, schema_words};
use super::{At, Completion, Rank};
use crate::base::ports::WITHOUT_PORTS;
use crate::base::{Span, Text};
use crate::eval::functions::{self, Many};
use crate::hir::{Ambient, Other};
use crate::syntax::ast;
use crate::ty::Ty;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The words that an expression begins with, and what is written for each.
const WORDS: [(&str, &str); 7] = [
    ("if", "if ${1:condition} then ${2:one} else ${3:other}"),
    ("match", "match ${1:value} {\n  ${2:word} => ${3:one}\n  _ => ${4:other}\n}"),
    ("not", "not $0"),
    ("true", "true"),
    ("false", "false"),
    ("none", "none"),
    ("for", "for ${1:x} in ${2:list} : $0"),
];

pub(super) fn at(at: &At<'_>, expr: &ast::Expr) -> Vec<Completion> {
    if let Some(words) = pattern(at, expr) {
        return words;
    }
    let expected = at.analysis.seen(expr).map(|seen| seen.expected.clone()).unwrap_or(Ty::Error);
    let expected = if expected == Ty::Error { argument_of_schema(at).unwrap_or(Ty::Error) } else { expected };
    let mut found = literals(at, &expected);
    found.extend(schema_words(at));
    if matches!(at.around.owner, Owner::Product) && matches!(expected.present(), Ty::Name) {
        match at.block() {
            Some(block) if block.keyword.text == "waive" => found.extend(waived(at)),
            _ => found.extend(environments(at, Rank::Fits)),
        }
    }
    // An argument may be given by its name.
    if let [.., Node::Expr(call), Node::Argument(_), Node::Expr(_)] = at.path.as_slice() {
        found.extend(named_parameters(at, call, Rank::Known));
    }
    // What is declared here is made of the value, and cannot be a part of it.
    let own = at.outermost().filter(|_| matches!(at.around.owner, Owner::Product)).and_then(|outer| outer.labels.last()?.word());
    found.extend(names(at).into_iter().map(|(item, ty)| match ty {
        _ if Some(&item.label) == own && item.what == What::Instance => item,
        Some(ty) if expected != Ty::Error && fits(at, &ty, &expected) => Completion { rank: Rank::Fits, ..item },
        _ => item,
    }));
    found.extend(functions(at, true));
    let in_collection = matches!(at.path.iter().nth_back(1), Some(Node::Expr(ast::Expr { kind: ast::ExprKind::List(_), .. })));
    let words = WORDS.iter().filter(|(word, _)| *word != "for" || in_collection);
    found.extend(words.map(|(word, snippet)| Completion::new(*word, What::Keyword, Rank::Word).snippet(*snippet)));
    found
}

/// The words of the enum that is matched.
fn pattern(at: &At<'_>, expr: &ast::Expr) -> Option<Vec<Completion>> {
    let [.., Node::Expr(ast::Expr { kind: ast::ExprKind::Match(subject, arms), .. }), Node::Expr(_)] = at.path.as_slice() else {
        return None;
    };
    let is_pattern = arms.iter().any(|arm| arm.pattern.as_ref().is_some_and(|pattern| pattern.span == expr.span));
    let ty = at.analysis.seen(subject).map(|seen| seen.ty.clone())?;
    let other = Completion::new("_", What::Keyword, Rank::Word);
    // What is matched in a product by a name of it is mostly its environment.
    let is_environment = matches!(&bare(subject).kind, ast::ExprKind::Name(name) if name == "environment");
    let named = if is_environment { environments(at, Rank::Fits) } else { Vec::new() };
    is_pattern.then(|| literals(at, &ty).into_iter().chain(named).chain([other]).collect())
}

/// The members of an enum, truths, definitions, and the form of collections, where a type says what has to stand there.
fn literals(at: &At<'_>, expected: &Ty) -> Vec<Completion> {
    let word = |word: &str| Completion::new(word, What::Keyword, Rank::Fits);
    match expected.present() {
        Ty::Bool => ["true", "false"].into_iter().map(word).collect(),
        Ty::Protocol => {
            let port = Completion::new("443/tcp", What::Word, Rank::Fits).detail("a port").snippet("${1:443}/${2:tcp}");
            [port].into_iter().chain(WITHOUT_PORTS.into_iter().map(word)).collect()
        }
        Ty::Enum(of) => {
            let item = |member: &Text| Completion::new(member.clone(), What::Member, Rank::Needed).detail(of.name.to_string());
            let declared = |member: &Text| {
                at.analysis.items_around(of.span).into_iter().find_map(|item| match item {
                    ast::Item::Enum(item) if item.name.span == of.span => {
                        item.members.iter().find(|known| known.text == *member).map(|known| known.span)
                    }
                    _ => None,
                })
            };
            of.members.iter().map(|member| item(member).declared(declared(member))).collect()
        }
        Ty::Definition(keyword) => definitions(at, keyword).into_iter().map(|item| Completion { rank: Rank::Fits, ..item }).collect(),
        Ty::List(of) => {
            // A name that fits the elements stands in a list of its own.
            let list = Completion::new("[]", What::Word, Rank::Fits).detail(expected.to_string()).snippet("[$0]");
            let inner = literals(at, of).into_iter().filter(|item| item.what == What::Member);
            let inner = inner.map(|item| Completion { snippet: format!("[{}]", item.snippet), rank: Rank::Known, ..item });
            [list].into_iter().chain(inner).collect()
        }
        Ty::Record(record) => {
            let needed = record.fields.iter().filter(|field| !matches!(field.ty.plain(), Ty::Optional(_)));
            let places = needed.enumerate().map(|(at, field)| format!("{} = ${{{}}}", field.name, at + 1));
            let snippet = format!("{{ {} }}", places.collect::<Vec<_>>().join(", "));
            vec![Completion::new("{ }", What::Word, Rank::Fits).detail(expected.to_string()).snippet(snippet)]
        }
        Ty::Map(_) => {
            vec![Completion::new("{ }", What::Word, Rank::Fits).detail(expected.to_string()).snippet("{ ${1:key} = $2 }")]
        }
        _ => Vec::new(),
    }
}

/// What is known by a name, each with its type.
pub(super) fn names(at: &At<'_>) -> Vec<(Completion, Option<Ty>)> {
    let mut found = Vec::new();
    for (name, declared, what) in at.around.locals.iter().rev() {
        found.push((Completion::new(name.clone(), *what, Rank::Known).declared(*declared), None));
    }
    let program = at.analysis.program();
    let definition = |keyword: &str, name: &str| program?.definitions.get(&(Text::from(keyword), Text::from(name)));
    let mut add = |items: Vec<Completion>, types: &dyn Fn(&Completion) -> Option<Ty>| {
        found.extend(items.into_iter().map(|item| {
            let ty = types(&item);
            (item, ty)
        }));
    };
    let mut of_definition_named = |keyword: &str, name: &str| {
        if let Some(of) = definition(keyword, name) {
            let ty = |item: &Completion| type_in(at, of, &item.label);
            add(of_definition(at, of), &ty);
            add(of_keyword(at, keyword), &|_| None);
        }
    };
    let mut keyword_around = None;
    match &at.around.owner {
        Owner::None => {}
        Owner::Product => {
            let instances = at.product().map(|product| product.instances.as_slice()).unwrap_or_default();
            for instance in instances {
                let ty = Ty::Instance(instance.keyword.clone(), Some(instance.definition.text.clone()));
                let item = Completion::new(instance.name.text.clone(), What::Instance, Rank::Known);
                let item = item.detail(format!("{} {}", instance.keyword, instance.definition.text));
                add(vec![item.declared(Some(instance.name.span))], &|_| Some(ty.clone()));
            }
            let others = at.analysis.session().others_beside(at.file).filter(|other| !other.exports.is_empty());
            let item = |other: &Arc<Other>| {
                let paths = other.paths().collect::<Vec<_>>().join(", ");
                Completion::new(other.name.text.clone(), What::Product, Rank::Known).detail(paths).declared(Some(other.name.span))
            };
            add(others.filter(|other| at.analysis.other(at.file, &other.name.text).is_some()).map(item).collect(), &|_| None);
        }
        Owner::Definition(keyword, name) => {
            keyword_around = Some(keyword.clone());
            of_definition_named(keyword, name);
        }
        Owner::Implementation(module, provider) => {
            keyword_around = Some(Text::from("module"));
            of_definition_named("module", module);
            if let Some(of) = program.and_then(|program| program.implementations.get(&(module.clone(), provider.clone()))) {
                let lets = of
                    .lets
                    .values()
                    .map(|binding| Completion::new(binding.name.text.clone(), What::Let, Rank::Known).declared(Some(binding.name.span)));
                let resources = of.resources.iter().filter_map(|block| {
                    let (ty, name) = (block.word(0)?, block.word(1)?);
                    let declared = block.labels.get(1).map(|label| label.span);
                    Some(Completion::new(name.clone(), What::Resource, Rank::Known).detail(ty.to_string()).declared(declared))
                });
                add(lets.chain(resources).collect(), &|_| None);
            }
        }
    }
    if !matches!(at.around.owner, Owner::None) {
        let here = Ambient::known(keyword_around.as_deref());
        add(here.map(|ambient| Completion::new(ambient.name(), What::Ambient, Rank::Known)).collect(), &|_| None);
    }
    found
}

/// What is set here with a value, where that is known by the same name: the name alone sets it.
pub(super) fn alone(at: &At<'_>, found: Vec<Completion>) -> Vec<Completion> {
    let known: BTreeSet<Text> = names(at).into_iter().map(|(item, _)| item.label).collect();
    let written = |item: Completion| match item.snippet == format!("{} = $0", item.label) && known.contains(&item.label) {
        true => Completion { snippet: item.label.to_string(), ..item },
        false => item,
    };
    found.into_iter().map(written).collect()
}

/// Whether a value of a type may stand where another one is expected, as far as a look at both tells.
pub(super) fn fits(at: &At<'_>, ty: &Ty, expected: &Ty) -> bool {
    match (ty.present(), expected.present()) {
        (Ty::Error, _) | (_, Ty::Error) => false,
        (Ty::Instance(_, Some(of)), Ty::Instance(interface, Some(wanted))) if interface == "interface" => {
            let program = at.analysis.program();
            let of_name = |keyword: &Text, name: &Text| program?.definitions.get(&(keyword.clone(), name.clone()));
            let Ty::Instance(keyword, _) = ty.present() else { return false };
            let (Some(of), Some(wanted)) = (of_name(keyword, of), of_name(interface, wanted)) else { return false };
            wanted.outputs.keys().all(|name| {
                of.outputs.contains_key(name)
                    || of.inputs.contains_key(name)
                    || of.lets.contains_key(name)
                    || of.instances.iter().any(|instance| instance.name.text == *name)
            })
        }
        (Ty::Instance(a, of), Ty::Instance(b, wanted)) => a == b && (wanted.is_none() || of == wanted),
        (Ty::List(a), Ty::List(b)) | (Ty::Map(a), Ty::Map(b)) => a == b || fits(at, a, b),
        (a, Ty::String) => a.is_text(),
        (a, b) => a == b,
    }
}

/// The functions of the language, of the program and of the definition around; with places for what they take.
pub(super) fn functions(at: &At<'_>, has_places: bool) -> Vec<Completion> {
    let places = |name: &str, parameters: Vec<&str>| match (has_places, parameters.is_empty()) {
        (false, _) => name.to_owned(),
        (true, true) => format!("{name}($0)"),
        (true, false) => {
            let all = parameters.iter().enumerate().map(|(at, parameter)| format!("${{{}:{parameter}}}", at + 1));
            format!("{name}({})", all.collect::<Vec<_>>().join(", "))
        }
    };
    let built_in = functions::all().map(|function| {
        let needed = function.parameters.iter().filter(|parameter| parameter.many == Many::One).map(|parameter| parameter.name);
        let item = Completion::new(function.name, What::Builtin, Rank::Function).detail(function.signature());
        item.snippet(places(function.name, needed.collect()))
    });
    let declared = |function: &ast::Function, rank: Rank| {
        let parameters = function.parameters.iter().map(|(name, _)| name.text.as_str()).collect();
        let detail = at.analysis.workspace().text(Span { end: function.result.span.end, ..function.span });
        let detail = detail.split_whitespace().collect::<Vec<_>>().join(" ");
        let item = Completion::new(function.name.text.clone(), What::Function, rank).detail(detail);
        item.snippet(places(&function.name.text, parameters)).declared(Some(function.name.span))
    };
    let own = at.around.own.iter().filter_map(|item| match item {
        ast::Item::Function(function) => Some(declared(function, Rank::Known)),
        _ => None,
    });
    let of_program = at.analysis.program().map(|program| program.functions.values()).into_iter().flatten();
    let of_program = of_program.filter_map(|function| {
        let items = &at.analysis.tree(function.name.span.file)?.items;
        items.iter().find_map(|item| match item {
            ast::Item::Function(found) if found.name.span == function.name.span => Some(declared(found, Rank::Function)),
            _ => None,
        })
    });
    built_in.chain(own).chain(of_program).collect()
}

/// The parameters that a call has not been given by name.
pub(super) fn parameters(at: &At<'_>, call: &ast::Expr) -> Vec<Completion> {
    named_parameters(at, call, Rank::Fits).into_iter().map(|item| Completion { snippet: item.label.to_string(), ..item }).collect()
}

fn named_parameters(at: &At<'_>, call: &ast::Expr, rank: Rank) -> Vec<Completion> {
    let ast::ExprKind::Call(name, arguments) = &call.kind else { return Vec::new() };
    let is_given = |parameter: &str| arguments.iter().any(|argument| argument.name.as_ref().is_some_and(|name| name.text == parameter));
    let item = |name: &str, ty: String| Completion::new(name, What::Parameter, rank).detail(ty).snippet(format!("{name} = $0"));
    if let Some(function) = functions::find(&name.text) {
        let open = function.parameters.iter().filter(|parameter| !is_given(parameter.name) && parameter.many != Many::Rest);
        return open.map(|parameter| item(parameter.name, parameter.form.to_string())).collect();
    }
    // A record is made by a call of its type.
    match at.analysis.program().and_then(|program| program.types.get(&name.text)).map(|of| of.ty.plain()) {
        Some(Ty::Record(record)) => {
            let open = record.fields.iter().filter(|field| !is_given(&field.name));
            open.map(|field| item(&field.name, field.ty.to_string())).collect()
        }
        _ => Vec::new(),
    }
}

/// The fields of the record that a map is for, or the environments of a map by environment.
pub(super) fn keys(at: &At<'_>, map: &ast::Expr) -> Vec<Completion> {
    let seen = at.analysis.seen(map);
    let ty = seen.map(|seen| if seen.expected == Ty::Error { &seen.ty } else { &seen.expected });
    let set: Vec<&Text> = match &bare(map).kind {
        ast::ExprKind::Map(entries) => entries.iter().map(|(key, _)| &key.text).collect(),
        _ => Vec::new(),
    };
    let with_value = |item: Completion| {
        let snippet = format!("{} = $0", item.label);
        item.snippet(snippet)
    };
    let mut found = match ty.map(Ty::present) {
        Some(Ty::Record(record)) => {
            let fields = record.fields.iter().map(|field| {
                let needed = !matches!(field.ty.plain(), Ty::Optional(_));
                let rank = if needed { Rank::Needed } else { Rank::Known };
                Completion::new(field.name.clone(), What::Field, rank).detail(field.ty.to_string())
            });
            fields.collect()
        }
        Some(Ty::Map(_)) if matches!(at.around.owner, Owner::Product) => environments(at, Rank::Known),
        _ => Vec::new(),
    };
    if let Some(super::super::schemas::Schema::Objects(attributes)) = super::super::schemas::schema_at(at.analysis, &at.path) {
        let open = attributes.iter().filter(|(_, of)| !of.is_read_only());
        found.extend(open.map(|(name, of)| {
            let rank = if of.required { Rank::Needed } else { Rank::Known };
            Completion::new(name.clone(), What::Open, rank).detail(super::super::schemas::argument(name, of))
        }));
    }
    found.retain(|item| !set.contains(&&item.label));
    alone(at, found.into_iter().map(with_value).collect())
}
