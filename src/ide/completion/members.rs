//! What stands behind a dot: what a value of a type has.

use super::super::names::{Owner, What};
use super::super::node::bare;
use super::expressions::fits;
use super::{At, Completion, Rank};
use crate::base::Text;
use crate::eval::fields;
use crate::hir::{Definition, Export, Kind, Other, Path};
use crate::syntax::ast;
use crate::ty::Ty;
use std::collections::BTreeSet;

pub(super) fn of(at: &At<'_>, whole: &ast::Expr, base: &ast::Expr) -> Vec<Completion> {
    if let Some(found) = exported(at, bare(base)) {
        return found;
    }
    let seen = at.analysis.seen(base).map(|seen| seen.ty.clone()).filter(|ty| *ty != Ty::Error);
    // Where the checker has not looked, an instance of the product is still known.
    let named = || match (&bare(base).kind, &at.around.owner) {
        (ast::ExprKind::Name(name), Owner::Product) => {
            let instances = &at.product()?.instances;
            let found = instances.iter().find(|instance| instance.name.text == *name)?;
            Some(Ty::Instance(found.keyword.clone(), Some(found.definition.text.clone())))
        }
        _ => None,
    };
    let Some(ty) = seen.or_else(named) else { return Vec::new() };
    let mut found = of_type(at, &ty);
    // What is expected of the whole stands before what is merely there.
    if let Some(expected) = at.analysis.seen(whole).map(|seen| &seen.expected).filter(|expected| **expected != Ty::Error) {
        let is_it = |item: &Completion| type_of(at, &ty, &item.label).is_some_and(|ty| fits(at, &ty, expected));
        found.iter_mut().filter(|item| is_it(item)).for_each(|item| item.rank = Rank::Fits);
    }
    found
}

/// The type of what a value of a type has, as far as a look at the declarations tells.
fn type_of(at: &At<'_>, ty: &Ty, name: &Text) -> Option<Ty> {
    match ty.plain() {
        Ty::Record(record) => Some(record.fields.iter().find(|field| field.name == *name)?.ty.clone()),
        Ty::Instance(keyword, Some(of)) => {
            let program = at.analysis.program()?;
            let of = program.definitions.get(&(keyword.clone(), of.clone()))?;
            let kinds = || [program.kinds.get(keyword), program.instances.get(keyword)].into_iter().flatten();
            let of_kind = || kinds().find_map(|kind| Some(kind.inputs.get(name)?.ty.clone()));
            type_in(at, of, name).or_else(of_kind).or_else(|| (*name == "provider").then(|| Ty::Instance("provider".into(), None)))
        }
        _ => None,
    }
}

/// The type of what the instances of a definition have.
pub(super) fn type_in(at: &At<'_>, of: &Definition, name: &Text) -> Option<Ty> {
    let seen = |value: &crate::hir::Expr| at.analysis.session().seen(value.span).map(|seen| seen.ty.clone());
    let input = of.inputs.get(name).map(|input| input.ty.clone());
    let binding = || of.let_types.get(name).cloned().or_else(|| seen(&of.lets.get(name)?.value));
    let output = || {
        let output = of.outputs.get(name)?;
        output.ty.clone().or_else(|| seen(output.value.as_ref()?))
    };
    let instance = || {
        let of = of.instances.iter().find(|instance| instance.name.text == *name)?;
        Some(Ty::Instance(of.keyword.clone(), Some(of.definition.text.clone())))
    };
    input.or_else(binding).or_else(output).or_else(instance)
}

/// What another product exports, behind its name the stacks and behind a stack the services; nothing where no other product is named.
fn exported(at: &At<'_>, base: &ast::Expr) -> Option<Vec<Completion>> {
    let other = |name: &Text| if matches!(at.around.owner, Owner::Product) { at.analysis.other(at.file, name) } else { None };
    let stacks = |other: &Other| at.analysis.session().product_in(&other.folder).map(|product| product.instances.as_slice());
    let definition = |keyword: &str, name: &Text| at.analysis.program()?.definitions.get(&(keyword.into(), name.clone()));
    match &base.kind {
        ast::ExprKind::Name(name) => {
            let other = other(name)?;
            let declared = |stack: &Text| stacks(other)?.iter().find(|instance| instance.name.text == *stack);
            let item = |stack: &Text| {
                let declared = declared(stack);
                let detail = declared.map(|stack| format!("{} {}", stack.keyword, stack.definition.text)).unwrap_or_default();
                Completion::new(stack.clone(), What::Instance, Rank::Fits).detail(detail).declared(declared.map(|stack| stack.name.span))
            };
            let firsts: BTreeSet<&Text> = other.exports.keys().map(|(first, _)| first).collect();
            Some(firsts.into_iter().map(item).collect())
        }
        ast::ExprKind::Member(base, stack) => {
            let ast::ExprKind::Name(name) = &bare(base).kind else { return None };
            let exports = &other(name)?.exports;
            let item = |(path, export): (&Path, &Export)| {
                let second = path.1.as_ref().filter(|_| path.0 == stack.text)?;
                let item = |what: What| Completion::new(second.clone(), what, Rank::Fits).detail(export.ty().to_string());
                Some(match export {
                    Export::Instance(keyword, of) => item(What::Instance).declared(definition(keyword, of).map(|of| of.name.span)),
                    Export::Value(_) => item(What::Output),
                })
            };
            let found: Vec<Completion> = exports.iter().filter_map(item).collect();
            if found.is_empty() { None } else { Some(found) }
        }
        _ => None,
    }
}

fn member(name: &Text, what: What, ty: Option<&Ty>) -> Completion {
    let item = Completion::new(name.clone(), what, Rank::Known);
    match ty.filter(|ty| **ty != Ty::Error) {
        Some(ty) => item.detail(ty.to_string()),
        None => item,
    }
}

fn of_type(at: &At<'_>, ty: &Ty) -> Vec<Completion> {
    match ty.plain() {
        Ty::Secret(of) => of_type(at, of),
        Ty::Record(record) => record.fields.iter().map(|field| member(&field.name, What::Field, Some(&field.ty))).collect(),
        Ty::Instance(keyword, of) => {
            let program = at.analysis.program();
            let definition = of.as_ref().and_then(|of| program?.definitions.get(&(keyword.clone(), of.clone())));
            let mut found = nature(keyword);
            found.extend(definition.map(|of| of_definition(at, of)).unwrap_or_default());
            found.extend(of_keyword(at, keyword));
            found
        }
        Ty::Definition(keyword) => {
            let own = [("name", Ty::Name), ("revision", Ty::String)].map(|(name, ty)| member(&name.into(), What::Field, Some(&ty)));
            own.into_iter().chain(of_keyword(at, keyword)).collect()
        }
        other => fields::fields(other).iter().map(|field| member(&field.name.into(), What::Field, Some(&(field.ty)()))).collect(),
    }
}

/// What every instance has without a declaration.
fn nature(keyword: &str) -> Vec<Completion> {
    let mut all = vec![("name", Ty::String)];
    if keyword != "product" {
        all.push(("kind", Ty::Name));
    }
    match keyword {
        "product" => {}
        "provider" => all.push(("lacks", Ty::Name.list())),
        _ => all.push(("provider", Ty::Instance("provider".into(), None))),
    }
    if matches!(keyword, "module" | "service") {
        all.push(("stack", Ty::Instance("stack".into(), None)));
    }
    all.into_iter().map(|(name, ty)| member(&name.into(), What::Field, Some(&ty))).collect()
}

/// What the instances of a definition have.
pub(super) fn of_definition(at: &At<'_>, of: &Definition) -> Vec<Completion> {
    let inputs = of.inputs.values().map(|input| member(&input.name.text, What::Input, Some(&input.ty)).declared(Some(input.name.span)));
    let lets = of.lets.values().map(|binding| {
        let seen = at.analysis.session().seen(binding.value.span).map(|seen| &seen.ty);
        member(&binding.name.text, What::Let, of.let_types.get(&binding.name.text).or(seen)).declared(Some(binding.name.span))
    });
    let outputs = of.outputs.values().map(|output| {
        let seen = || output.value.as_ref().and_then(|value| at.analysis.session().seen(value.span)).map(|seen| &seen.ty);
        member(&output.name.text, What::Output, output.ty.as_ref().or_else(seen)).declared(Some(output.name.span))
    });
    let instances = of.instances.iter().map(|instance| {
        let ty = Ty::Instance(instance.keyword.clone(), Some(instance.definition.text.clone()));
        member(&instance.name.text, What::Instance, Some(&ty)).declared(Some(instance.name.span))
    });
    inputs.chain(lets).chain(outputs).chain(instances).collect()
}

/// What every instance of a keyword has.
pub(super) fn of_keyword(at: &At<'_>, keyword: &str) -> Vec<Completion> {
    let Some(program) = at.analysis.program() else { return Vec::new() };
    let kinds = [program.kinds.get(keyword), program.instances.get(keyword)];
    kinds.into_iter().flatten().flat_map(|kind| of_kind(kind)).collect()
}

fn of_kind(kind: &Kind) -> Vec<Completion> {
    let inputs =
        kind.inputs.values().map(|input| member(&input.name.text, What::Attribute, Some(&input.ty)).declared(Some(input.name.span)));
    let blocks = kind.blocks.values().map(|block| member(&block.name, What::Block, None).declared(Some(block.span)));
    inputs.chain(blocks).collect()
}
