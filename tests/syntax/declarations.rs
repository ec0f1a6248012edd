//! The declarations of a tree, each by its path: what the rest of the program knows of a file.

use infrac::base::{Span, Text};
use infrac::syntax::ast::{File, Item, LabelValue, Part};
use std::ops::Range;

/// A declaration: the labels from the outermost block to itself, and where it stands.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub path: Vec<String>,
    pub span: Range<usize>,
    /// From its first word to the body: where this is broken, nobody can say what the body belongs to.
    pub head: Range<usize>,
}

/// The declarations of a file, each before those within it.
pub fn declarations(file: &File) -> Vec<Declaration> {
    let mut found = Vec::new();
    items(&file.items, &[], &mut found);
    found
}

fn items(all: &[Item], path: &[String], found: &mut Vec<Declaration>) {
    for item in all {
        let mut add = |label: String, span: Span, body: u32| {
            let path = [path, &[label]].concat();
            found.push(Declaration { path: path.clone(), span: range(span), head: span.start as usize..body as usize });
            path
        };
        match item {
            Item::Attribute(attribute) => drop(add(format!("{} =", attribute.name.text), attribute.span, attribute.span.end)),
            Item::Input(input) => drop(add(format!("input {}", input.name.text), input.span, input.span.end)),
            Item::Output(output) => drop(add(format!("output {}", output.name.text), output.span, output.span.end)),
            Item::Let(binding) => drop(add(format!("let {}", binding.name.text), binding.span, binding.span.end)),
            Item::Function(function) => drop(add(format!("fn {}", function.name.text), function.span, function.span.end)),
            Item::Type(alias) => drop(add(format!("type {}", alias.name.text), alias.span, alias.span.end)),
            Item::Enum(members) => {
                let path = add(format!("enum {}", members.name.text), members.span, members.name.span.end + 2);
                for member in &members.members {
                    let path = [&path[..], &[member.text.to_string()]].concat();
                    found.push(Declaration { path, span: range(member.span), head: range(member.span) });
                }
            }
            Item::Block(block) => {
                let mut head = block.keyword.text.to_string();
                for label in &block.labels {
                    head += " ";
                    head += match &label.value {
                        LabelValue::Word(text) => text,
                        LabelValue::Template(parts) => match parts.first() {
                            Some(Part::Text(text)) => text,
                            _ => "…",
                        },
                    };
                }
                let path = add(head, block.span, block.body.span.start + 1);
                items(&block.body.items, &path, found);
            }
            Item::For(repeat) => {
                let names: Vec<Text> = repeat.bindings.iter().map(|binding| binding.value.text.clone()).collect();
                let path = add(format!("for {}", names.join(" ")), repeat.span, repeat.body.span.start + 1);
                items(&repeat.body.items, &path, found);
            }
            Item::Check(_) | Item::Error(_) => {}
        }
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
