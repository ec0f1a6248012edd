//! What the schemas of providers and of Ansible's modules say of a value.

use super::super::Analysis;
use super::super::names::{Around, What};
use super::super::node::{Node, path_at};
use super::super::schemas::{Schema, schema_at};
use super::{At, Completion, Completions, Rank};
use crate::base::{FileId, Span, Text};
use crate::syntax::ast;
use crate::ty::Ty;

/// The type of the argument of a resource that is being set.
pub(super) fn argument_of_schema(at: &At<'_>) -> Option<Ty> {
    let name = attribute_around(at)?;
    match schema_at(at.analysis, &at.path)? {
        Schema::Block { block, .. } => Some(block.attributes.get(name)?.ty.clone()),
        _ => None,
    }
}

/// The words that an argument of a module of Ansible takes.
pub(super) fn schema_words(at: &At<'_>) -> Vec<Completion> {
    let of = || {
        let name = attribute_around(at)?;
        match schema_at(at.analysis, &at.path)? {
            Schema::Module(module) => module.option(name),
            _ => None,
        }
    };
    let words = of().map(|option| option.words().map(ToOwned::to_owned).collect::<Vec<_>>()).unwrap_or_default();
    let item = |word: String| Completion::new(format!("\"{word}\""), What::Member, Rank::Fits);
    words.into_iter().map(item).collect()
}

/// The words that an argument of a module of Ansible takes, within the text that is its value: `state = "…"`.
pub(super) fn in_text(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Completions> {
    let path = path_at(analysis.tree(file)?, offset);
    let [.., Node::Item(ast::Item::Attribute(_)), Node::Expr(value)] = path.as_slice() else { return None };
    let text = analysis.workspace().text(value.span);
    let is_inside = value.span.start < offset && offset < value.span.end;
    if !is_inside || text.len() < 2 || !text.starts_with('"') || text.starts_with("\"\"\"") || text.contains('$') {
        return None;
    }
    let word = Span::new(file, value.span.start + 1, value.span.end - 1);
    let mut items = schema_words(&At { analysis, file, path, around: Around::default() });
    for item in &mut items {
        let label = Text::new(item.label.trim_matches('"'));
        (item.snippet, item.label) = (label.to_string(), label);
    }
    (!items.is_empty()).then_some(Completions { word: Some(word), items })
}

fn attribute_around<'s>(at: &At<'s>) -> Option<&'s Text> {
    at.path.iter().rev().find_map(|node| match node {
        Node::Item(ast::Item::Attribute(attribute)) => Some(&attribute.name.text),
        _ => None,
    })
}
