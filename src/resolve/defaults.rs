//! `defaults { … }` in an implementation: arguments that each resource in it has which takes them and does not say them itself. They are put
//! into the resources before anything is linked, so that nothing behind knows of it; each keeps the place where it stands.

use super::Source;
use super::spread::names;
use crate::base::FileId;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::syntax::ast::{Assign, Attribute, Block, Body, Item, blocks};
use std::sync::Arc;

const DEFAULTS: &str = "defaults";

/// Whether a resource of a type in a file takes an argument of a name; nothing where no schema says what it takes.
pub type Takes<'t> = &'t dyn Fn(FileId, &str, &str) -> Option<bool>;

/// The same files with every resource complete.
pub(super) fn filled(sources: &[Source], takes: Takes<'_>) -> (Vec<Source>, Diagnostics) {
    let mut found = Vec::new();
    let filled = sources.iter().map(|source| {
        let is_filled = |block: &Block| block.keyword.text == "implement" && blocks(&block.body.items).any(is_defaults);
        if !blocks(&source.tree.items).any(is_filled) {
            return source.clone();
        }
        let mut tree = source.tree.as_ref().clone();
        for item in &mut tree.items {
            if let Item::Block(block) = item
                && is_filled(block)
            {
                implementation(&mut block.body, takes, &mut found);
            }
        }
        Source { file: source.file, tree: Arc::new(tree) }
    });
    let filled = filled.collect();
    (filled, Diagnostics(found))
}

fn is_defaults(block: &Block) -> bool {
    block.keyword.text == DEFAULTS
}

/// Takes the defaults out of a body and puts them into its resources.
fn implementation(body: &mut Body, takes: Takes<'_>, found: &mut Vec<Diagnostic>) {
    let is_item = |item: &Item| matches!(item, Item::Block(block) if is_defaults(block));
    let (said, mut items): (Vec<Item>, Vec<Item>) = std::mem::take(&mut body.items).into_iter().partition(is_item);
    let mut defaults: Vec<Attribute> = Vec::new();
    for item in &said {
        let Item::Block(block) = item else { continue };
        for default in attributes(block, found) {
            match defaults.iter().find(|first| first.name.text == default.name.text) {
                Some(first) => found.push(super::declared_twice(&format!("`{}`", default.name.text), default.name.span, first.name.span)),
                None => defaults.push(default),
            }
        }
    }
    for default in &defaults {
        default_of(default, &mut items, takes, found);
    }
    body.items = items;
}

/// What a block of defaults says; what is none is found.
fn attributes(block: &Block, found: &mut Vec<Diagnostic>) -> Vec<Attribute> {
    let head = block.labels.first().map(|label| label.span);
    let head = head.or_else(|| block.repeat.as_ref().and_then(|repeat| repeat.bindings.first()).map(|binding| binding.span));
    if let Some(span) = head.or_else(|| block.condition.as_ref().map(|condition| condition.span)) {
        let message = "`defaults` has no label, no `for` and no `if`: it is there once, and always";
        found.push(Diagnostic::error(Code::UnknownBlock, span, message).help("leave it out"));
    }
    let attributes = block.body.items.iter().filter_map(|item| match item {
        Item::Attribute(attribute) if attribute.operator == Assign::Set => Some(attribute.clone()),
        Item::Error(_) => None,
        other => {
            let (span, what) = super::described(other);
            found.push(
                Diagnostic::error(Code::UnknownBlock, span, format!("`defaults` holds arguments with their values, and this is {what}"))
                    .help("write it into each resource that has it"),
            );
            None
        }
    });
    attributes.collect()
}

/// Puts one argument into each resource that takes it and does not have it.
fn default_of(default: &Attribute, items: &mut [Item], takes: Takes<'_>, found: &mut Vec<Diagnostic>) {
    let (name, (named, _)) = (&default.name, names(&default.value));
    let (mut is_taken, mut is_said, mut is_known) = (false, false, false);
    for item in items {
        let Item::Block(resource) = item else { continue };
        let Some(ty) = resource.word(0).filter(|_| resource.keyword.text == "resource").cloned() else { continue };
        let Some(is_of_it) = takes(resource.span.file, &ty, &name.text) else { continue };
        is_known = true;
        if !is_of_it {
            continue;
        }
        if says(&resource.body, &name.text) {
            is_said = true;
            continue;
        }
        is_taken = true;
        let bound = resource.repeat.iter().flat_map(|repeat| &repeat.bindings);
        let mut bound = bound.flat_map(|binding| binding.key.iter().chain([&binding.value]));
        if let Some(hidden) = bound.find(|bound| named.contains(&bound.text)) {
            let message = format!("`{}` is bound here, and the default of `{}` means another one", hidden.text, name.text);
            found.push(
                Diagnostic::error(Code::Duplicate, hidden.span, message)
                    .related(name.span, "the default stands here")
                    .help("give what is bound another name"),
            );
            continue;
        }
        let last = resource.body.items.iter().rposition(|item| matches!(item, Item::Attribute(of) if of.name.text != "depends_on"));
        resource.body.items.insert(last.map_or(0, |last| last + 1), Item::Attribute(default.clone()));
    }
    if is_taken {
        return;
    }
    let (message, help) = match (is_known, is_said) {
        (_, true) => (format!("every resource here that takes `{}` says it itself", name.text), "remove the default"),
        (true, false) => (format!("no resource here takes `{}`", name.text), "remove it, or write the name as the schema has it"),
        (false, false) => (
            format!("no schema says which resource here takes `{}`", name.text),
            "write it into each resource, or bring the schema in: `infrac schema add`",
        ),
    };
    let finding = Diagnostic::error(Code::UnknownResourceAttribute, name.span, message).help(help);
    found.push(if is_said { finding.remove("remove it", default.span) } else { finding });
}

/// Whether a resource has an argument, as an attribute or as blocks.
fn says(body: &Body, argument: &str) -> bool {
    body.items.iter().any(|item| match item {
        Item::Attribute(attribute) => attribute.name.text == argument,
        Item::Block(block) => block.keyword.text == argument,
        _ => false,
    })
}
