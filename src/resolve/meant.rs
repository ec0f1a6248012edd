//! Blocks that are nearly what was meant: each is one finding, and is read as what was meant, so that nothing follows from it.

use super::{Source, word};
use crate::base::Text;
use crate::diag::{Code, Diagnostic, Diagnostics, Edit, Fix};
use crate::syntax::ast::{Block, File, Item, Label, LabelValue, Name, Part};
use std::collections::BTreeSet;
use std::sync::Arc;

const DEFINE: &str = "define";

/// The same files with what was meant.
pub(super) fn meant(sources: &[Source]) -> (Vec<Source>, Diagnostics) {
    let keywords = keywords(sources);
    let mut found = Vec::new();
    let read = |source: &Source| {
        let mut changed: Option<File> = None;
        for (at, item) in source.tree.items.iter().enumerate() {
            let Item::Block(block) = item else { continue };
            let Some((block, diagnostics)) = definition(block, &keywords).or_else(|| resources(block)) else { continue };
            found.extend(diagnostics);
            changed.get_or_insert_with(|| (*source.tree).clone()).items[at] = Item::Block(block);
        }
        Source { file: source.file, tree: changed.map_or_else(|| source.tree.clone(), Arc::new) }
    };
    let sources = sources.iter().map(read).collect();
    (sources, Diagnostics(found))
}

/// What can be defined.
fn keywords(sources: &[Source]) -> BTreeSet<Text> {
    let items = sources.iter().flat_map(|source| &source.tree.items);
    let kinds = items.filter_map(|item| match item {
        Item::Block(block) if block.keyword.text == DEFINE && block.word(0).is_some_and(|of| of == "kind") => block.word(1),
        _ => None,
    });
    kinds.cloned().collect()
}

/// `module badge { input … }`, which lacks its `define`, or has it behind the keyword.
fn definition(block: &Block, keywords: &BTreeSet<Text>) -> Option<(Block, Vec<Diagnostic>)> {
    let name = keywords.contains(&block.keyword.text).then(|| defined(block)).flatten()?;
    let (keyword, called) = (&block.keyword, word(name)?);
    let message = format!("`{} {}` declares what only a definition declares", keyword.text, called.text);
    let written = format!("{DEFINE} {} {}", keyword.text, called.text);
    let finding = Diagnostic::error(Code::UnknownBlock, keyword.span, message).help(format!("write `{written}`")).fix(
        format!("write `{written}`"),
        keyword.span.to(name.span),
        written,
    );
    let label = Label { span: keyword.span, value: LabelValue::Word(keyword.text.clone()) };
    let keyword = Name { text: DEFINE.into(), span: keyword.span };
    Some((Block { keyword, labels: vec![label, name.clone()], ..block.clone() }, vec![finding]))
}

/// Whether a block with the keyword of an instance is a definition that lacks its `define`.
pub(super) fn is_definition(block: &Block) -> bool {
    defined(block).is_some()
}

/// The name of what a block defines that lacks its `define`.
fn defined(block: &Block) -> Option<&Label> {
    let is_else = matches!(block.keyword.text.as_str(), DEFINE | "implement" | "extend" | "product" | "test");
    if is_else || !block.body.items.iter().any(declares) {
        return None;
    }
    match block.labels.as_slice() {
        [name] => Some(name),
        [define, name] if word(define).is_some_and(|of| of.text == DEFINE) => Some(name),
        _ => None,
    }
}

/// Whether an item makes a definition of what it stands in: nobody writes it into an instance by mistake.
fn declares(item: &Item) -> bool {
    matches!(item, Item::Input(_) | Item::Output(_))
}

/// `resource "some_type" "name"` in an implementation, as HCL writes it.
fn resources(block: &Block) -> Option<(Block, Vec<Diagnostic>)> {
    if block.keyword.text != "implement" {
        return None;
    }
    let mut found = Vec::new();
    let items = block.body.items.iter().map(|item| match item {
        Item::Block(inner) if matches!(inner.keyword.text.as_str(), "resource" | "data") => match without_quotes(inner) {
            Some((inner, finding)) => {
                found.push(finding);
                Item::Block(inner)
            }
            None => item.clone(),
        },
        _ => item.clone(),
    });
    let items = items.collect();
    if found.is_empty() {
        return None;
    }
    let mut block = block.clone();
    block.body.items = items;
    Some((block, found))
}

fn without_quotes(block: &Block) -> Option<(Block, Diagnostic)> {
    let plain = |label: &Label| match &label.value {
        LabelValue::Word(word) => Some(word.clone()),
        LabelValue::Template(parts) => match parts.as_slice() {
            [Part::Text(text)] => Some(text.clone()),
            _ => None,
        },
    };
    let is_quoted = |label: &&Label| matches!(label.value, LabelValue::Template(_));
    let first = block.labels.iter().find(is_quoted)?;
    let words: Vec<Text> = block.labels.iter().map(plain).collect::<Option<_>>()?;
    if words.len() != 2 {
        return None;
    }
    let quoted = block.labels.iter().zip(&words).filter(|(label, _)| is_quoted(label));
    let edits = quoted.map(|(label, word)| Edit::Replace(label.span, word.to_string())).collect();
    let written = format!("{} {}", block.keyword.text, words.join(" "));
    let finding =
        Diagnostic::error(Code::UnexpectedToken, first.span, format!("the labels of `{}` stand without quotes", block.keyword.text));
    let finding =
        Diagnostic { fix: Some(Fix { title: format!("write `{written}`"), edits }), ..finding }.help(format!("write `{written}`"));
    let labels = block.labels.iter().zip(words).map(|(label, word)| Label { span: label.span, value: LabelValue::Word(word) });
    Some((Block { labels: labels.collect(), ..block.clone() }, finding))
}
