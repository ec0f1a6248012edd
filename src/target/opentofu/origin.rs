//! What says a part of a module.

use crate::base::{Span, Text};
use crate::hir::{Body, Implementation, Item};
use crate::shape::Module;
use crate::target::common::origin::{Part, Said};

/// What says a part of `modules/GROUP/MODULE/PROVIDER/…`.
pub fn origin(part: &Part<'_>) -> Vec<Said> {
    let ["modules", _, name, provider, ..] = part.folders()[..] else { return Vec::new() };
    let key = (Text::new(name), Text::new(provider));
    let (Some(module), Some(implementation)) = (part.shapes.modules.get(&key), part.program.implementations.get(&key)) else {
        return Vec::new();
    };
    let what = Text::from(format!("implement {name} on {provider}"));
    let place = |span: Span| Said::Place { what: what.clone(), span };
    let mut said: Vec<Said> = of_part(part, module, implementation).map(place).into_iter().collect();
    said.push(Said::Place { what: what.clone(), span: implementation.module.span });
    said.extend(part.definition("module", name));
    said
}

fn of_part(part: &Part<'_>, module: &Module, implementation: &Implementation) -> Option<Span> {
    match part.names()[..] {
        ["resource" | "data", ty, name, ref inside @ ..] => {
            let block = implementation.resource(name).filter(|block| block.word(0).is_some_and(|word| word == ty))?;
            if inside.first() == Some(&"for_each") || inside.first() == Some(&"count") {
                let repeat = block.repeat.as_ref().and_then(|repeat| repeat.bindings.first()).map(|binding| binding.source.span);
                return repeat.or_else(|| block.condition.as_ref().map(|of| of.span)).or(Some(block.span));
            }
            Some(inside_body(&block.body, inside).unwrap_or(block.keyword.span))
        }
        ["variable", name, ..] => module.holes.iter().find(|hole| hole.name == name).map(|hole| hole.span),
        ["output", name, ..] => {
            let output = implementation.outputs.get(name)?;
            Some(output.value.as_ref().map_or(output.name.span, |value| value.span))
        }
        ["locals", name, ..] => implementation.lets.get(name).map(|of| of.value.span),
        _ => None,
    }
}

/// The place of an attribute or block by its path of names.
fn inside_body(body: &Body, names: &[&str]) -> Option<Span> {
    let [name, rest @ ..] = names else { return None };
    if matches!(*name, "dynamic" | "content" | "lifecycle") {
        return inside_body(body, rest);
    }
    body.items.iter().find_map(|item| match item {
        Item::Attribute(attribute) if attribute.name.text == *name => Some(attribute.value.span),
        Item::Block(block) if block.keyword.text == *name => Some(inside_body(&block.body, rest).unwrap_or(block.keyword.span)),
        _ => None,
    })
}
