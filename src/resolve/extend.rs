//! `extend keyword name { … }`: what another file adds to a definition. It is put into the definition before anything is linked, so that
//! nothing behind knows of it; each part keeps the place where it stands.

use super::{Source, declared_twice, word};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::syntax::ast::{Assign, Attribute, Block, Body, Enum, Expr, ExprKind, File, Item, LabelValue};
use std::collections::BTreeMap;
use std::sync::Arc;

const EXTEND: &str = "extend";

/// A file, and an item in it.
type Place = (usize, usize);

/// The same files with every definition as its extensions leave it.
pub(super) fn extended(sources: &[Source]) -> (Vec<Source>, Diagnostics) {
    let extensions: Vec<&Block> = sources.iter().flat_map(blocks).map(|(_, block)| block).filter(is_extension).collect();
    if extensions.is_empty() {
        return (sources.to_vec(), Diagnostics::default());
    }
    let mut extending =
        Extending { definitions: BTreeMap::new(), enums: BTreeMap::new(), files: BTreeMap::new(), sources, found: Vec::new() };
    extending.collect();
    extensions.into_iter().for_each(|extension| extending.extend(extension));
    let Extending { mut files, found, .. } = extending;
    let trees = sources.iter().enumerate().map(|(at, source)| files.remove(&at).map_or_else(|| source.tree.clone(), Arc::new));
    let sources = sources.iter().zip(trees).map(|(source, tree)| Source { file: source.file, tree });
    (sources.collect(), Diagnostics(found))
}

fn blocks(source: &Source) -> impl Iterator<Item = (usize, &Block)> {
    let items = source.tree.items.iter().enumerate();
    items.filter_map(|(at, item)| if let Item::Block(block) = item { Some((at, block)) } else { None })
}

fn is_extension(block: &&Block) -> bool {
    block.keyword.text == EXTEND
}

struct Extending<'s> {
    /// By keyword and name.
    definitions: BTreeMap<(Text, Text), Place>,
    /// Those of the top level, by name.
    enums: BTreeMap<Text, Place>,
    /// The files that hold something that is extended.
    files: BTreeMap<usize, File>,
    sources: &'s [Source],
    found: Vec<Diagnostic>,
}

impl Extending<'_> {
    fn collect(&mut self) {
        for (file, source) in self.sources.iter().enumerate() {
            for (at, block) in blocks(source).filter(|(_, block)| block.keyword.text == "define") {
                let [Some(keyword), Some(name)] = [0, 1].map(|label| block.labels.get(label).and_then(word)) else { continue };
                self.definitions.entry((keyword.text, name.text)).or_insert((file, at));
            }
            for (at, item) in source.tree.items.iter().enumerate() {
                if let Item::Enum(declared) = item {
                    self.enums.entry(declared.name.text.clone()).or_insert((file, at));
                }
            }
        }
    }

    fn extend(&mut self, extension: &Block) {
        if let Some(span) = head(extension) {
            let message = "an extension takes no `for` and no `if`: it is there once, and always";
            self.found.push(Diagnostic::error(Code::UnknownBlock, span, message).help("leave it out"));
        }
        let labels: Option<Vec<_>> = extension.labels.iter().map(word).collect();
        match labels.as_deref() {
            Some([]) => extension.body.items.iter().for_each(|item| self.at_top_level(item)),
            Some([keyword, name]) => {
                let key = (keyword.text.clone(), name.text.clone());
                let Some(place) = self.definitions.get(&key).copied() else {
                    let known = self.definitions.keys().filter(|(of, _)| *of == keyword.text).map(|(_, name)| name.as_str());
                    let message = format!("there is no {} `{}` to extend", keyword.text, name.text);
                    return self.found.push(named_like(
                        Diagnostic::error(Code::UnknownDefinition, name.span, message),
                        &name.text,
                        name.span,
                        known,
                    ));
                };
                let mut found = Vec::new();
                if let Item::Block(definition) = self.item(place) {
                    let is_kind = matches!(keyword.text.as_str(), "kind" | "instance");
                    add(&mut definition.body, &extension.body, is_kind, &mut found);
                }
                self.found.extend(found);
            }
            _ => self.found.push(
                Diagnostic::error(Code::Missing, extension.keyword.span, "`extend` names what it extends")
                    .help("write `extend KEYWORD NAME { … }`, or `extend { enum NAME { … } }` for an enum of the program"),
            ),
        }
    }

    /// What stands in an extension that names nothing: enums of the program.
    fn at_top_level(&mut self, item: &Item) {
        let Item::Enum(more) = item else {
            let span = span_of(item);
            return self.found.push(
                Diagnostic::error(Code::UnknownBlock, span, "an `extend` without a name holds enums, and nothing else")
                    .help("write `extend KEYWORD NAME { … }` for what belongs to a definition"),
            );
        };
        let Some(place) = self.enums.get(&more.name.text).copied() else {
            let message = format!("there is no enum `{}` to extend", more.name.text);
            let known = self.enums.keys().map(Text::as_str);
            let diagnostic = Diagnostic::error(Code::UnknownType, more.name.span, message);
            return self.found.push(named_like(diagnostic, &more.name.text, more.name.span, known));
        };
        let mut found = Vec::new();
        if let Item::Enum(declared) = self.item(place) {
            members(declared, more, &mut found);
        }
        self.found.extend(found);
    }

    /// An item that is about to be changed, in the copy of its file.
    fn item(&mut self, (file, at): Place) -> &mut Item {
        let tree = self.files.entry(file).or_insert_with(|| (*self.sources[file].tree).clone());
        &mut tree.items[at]
    }
}

/// Puts what an extension holds behind what is there.
fn add(onto: &mut Body, extension: &Body, is_kind: bool, found: &mut Vec<Diagnostic>) {
    for item in &extension.items {
        match item {
            Item::Attribute(attribute) => set(onto, attribute, found),
            Item::Enum(more) => match onto.items.iter_mut().find_map(|item| same_enum(item, more)) {
                Some(declared) => members(declared, more, found),
                None => onto.items.push(item.clone()),
            },
            Item::Block(inner) if is_kind && inner.keyword.text == "block" => {
                match onto.items.iter_mut().find_map(|item| same_block(item, inner)) {
                    Some(declared) => add(&mut declared.body, &inner.body, is_kind, found),
                    None => onto.items.push(item.clone()),
                }
            }
            Item::Input(input) if is_kind => {
                let first = onto.items.iter().find_map(|item| match item {
                    Item::Input(first) if first.name.text == input.name.text => Some(first.name.span),
                    _ => None,
                });
                match first {
                    Some(first) => found.push(declared_twice(&format!("`{}`", input.name.text), input.name.span, first)),
                    None => onto.items.push(item.clone()),
                }
            }
            _ => onto.items.push(item.clone()),
        }
    }
}

fn set(onto: &mut Body, attribute: &Attribute, found: &mut Vec<Diagnostic>) {
    let name = &attribute.name;
    let first = onto.items.iter_mut().find_map(|item| match item {
        Item::Attribute(first) if first.name.text == name.text => Some(first),
        _ => None,
    });
    match (attribute.operator, first) {
        (Assign::Remove, _) => found.push(
            Diagnostic::error(Code::UnknownAttribute, name.span, format!("an extension takes nothing away from `{}`", name.text))
                .help("it only adds: change the definition itself, or write one of your own"),
        ),
        (_, None) => onto.items.push(Item::Attribute(Attribute { operator: Assign::Set, ..attribute.clone() })),
        (Assign::Set, Some(first)) => {
            let twice = declared_twice(&format!("`{}`", name.text), name.span, first.name.span);
            found.push(twice.help("an extension adds to a list with `+=`, and changes nothing that is said already"));
        }
        (Assign::Add, Some(first)) => match (&first.value.kind, &attribute.value.kind) {
            (ExprKind::List(said), ExprKind::List(more)) => {
                let kind = ExprKind::List(said.iter().chain(more).cloned().collect());
                first.value = Arc::new(Expr { kind, ..(*first.value).clone() });
            }
            _ => found.push(
                Diagnostic::error(Code::TypeMismatch, attribute.value.span, format!("`{}` is no list that is written out", name.text))
                    .related(first.value.span, "it is said here")
                    .help("an extension adds elements to a list: `+= [a, b]`"),
            ),
        },
    }
}

fn members(declared: &mut Enum, more: &Enum, found: &mut Vec<Diagnostic>) {
    for member in &more.members {
        match declared.members.iter().find(|known| known.text == member.text) {
            Some(first) => found.push(declared_twice(&format!("`{}`", member.text), member.span, first.span)),
            None => declared.members.push(member.clone()),
        }
    }
}

fn same_enum<'i>(item: &'i mut Item, more: &Enum) -> Option<&'i mut Enum> {
    match item {
        Item::Enum(declared) if declared.name.text == more.name.text => Some(declared),
        _ => None,
    }
}

fn same_block<'i>(item: &'i mut Item, more: &Block) -> Option<&'i mut Block> {
    let name = |block: &Block| match block.labels.first().map(|label| &label.value) {
        Some(LabelValue::Word(name)) => Some(name.clone()),
        _ => None,
    };
    match item {
        Item::Block(declared) if declared.keyword.text == more.keyword.text && name(declared) == name(more) => Some(declared),
        _ => None,
    }
}

/// The `for` or `if` of a head.
fn head(block: &Block) -> Option<Span> {
    let repeat = block.repeat.as_ref().and_then(|repeat| repeat.bindings.first()).map(|binding| binding.span);
    repeat.or_else(|| block.condition.as_ref().map(|condition| condition.span))
}

fn named_like<'k>(diagnostic: Diagnostic, name: &str, span: Span, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    diagnostic.help("define it: only what is there can be extended").did_you_mean(name, span, known)
}

fn span_of(item: &Item) -> Span {
    match item {
        Item::Attribute(item) => item.name.span,
        Item::Block(item) => item.keyword.span,
        Item::Input(item) => item.name.span,
        Item::Output(item) => item.name.span,
        Item::Let(item) => item.name.span,
        Item::Check(item) => item.span,
        Item::Function(item) => item.name.span,
        Item::Type(item) => item.name.span,
        Item::Enum(item) => item.name.span,
        Item::For(item) => item.span,
        Item::Error(span) => *span,
    }
}
