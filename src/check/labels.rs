//! Blocks of one body that are told apart by their labels, and what a block needs one of.

use super::{Checker, report};
use crate::base::{Span, Text};
use crate::hir::{Block, Item, Kind, Label, LabelValue, plain_text};
use std::collections::BTreeMap;

/// The block of a test that holds what is expected.
const EXPECT: &str = "expect";

impl Checker<'_> {
    /// Two blocks of one keyword do not have the same labels, unless a condition decides which of them is there.
    pub(super) fn labels_once<'b>(&mut self, kind: &Kind, blocks: impl Iterator<Item = &'b Block>) {
        let mut seen: BTreeMap<(&Text, Vec<Text>), Span> = BTreeMap::new();
        // Expectations of one file, resource or code are about different things of it.
        if kind.name == EXPECT {
            return;
        }
        for block in blocks.filter(|block| block.condition.is_none() && block.repeat.is_none()) {
            // Several blocks that may stand once are said already; waivers of one policy are for different things.
            if block.keyword.text == "waive" || !kind.blocks.get(&block.keyword.text).is_some_and(|inner| inner.many && !inner.open) {
                continue;
            }
            let labels: Option<Vec<Text>> = block.labels.iter().map(text_of).collect();
            let (Some(labels), Some(first)) = (labels.filter(|labels| !labels.is_empty()), block.labels.first()) else { continue };
            let what = format!("`{} {}`", block.keyword.text, labels.join(" "));
            match seen.get(&(&block.keyword.text, labels.clone())) {
                Some(before) => self.error(report::twice(&what, first.span, *before)),
                None => {
                    seen.insert((&block.keyword.text, labels), first.span);
                }
            }
        }
    }

    /// What a kind says of the labels and the attributes of its blocks: absolute paths, and one of several that must be said.
    pub(super) fn of_kind(&mut self, kind: &Kind, block: &Block) {
        if kind.paths {
            for label in &block.labels {
                if let Some(text) = beginning_of(label)
                    && !text.starts_with('/')
                {
                    self.error(report::relative_path(&text, label.span));
                }
            }
        }
        // What is repeated is told apart by its path.
        if kind.paths
            && let Some(binding) = block.repeat.as_ref().and_then(|repeat| repeat.bindings.first())
            && let Some(path) = block.labels.first().and_then(text_of)
        {
            let at = block.labels.first().map_or(block.keyword.span, |label| label.span);
            self.error(report::path_of_many(&path, at, binding.source.span));
        }
        let says = |name: &Text| {
            block.body.items.iter().any(|item| match item {
                Item::Attribute(attribute) => attribute.name.text == *name,
                _ => false,
            })
        };
        if !kind.one_of.is_empty() && !kind.one_of.iter().any(says) {
            let known: Vec<&str> = kind.one_of.iter().map(Text::as_str).collect();
            self.error(report::none_of(&block.keyword, &known, kind.span));
        }
    }
}

fn text_of(label: &Label) -> Option<Text> {
    match &label.value {
        LabelValue::Word(word) => Some(word.clone()),
        LabelValue::Template(parts) => plain_text(parts),
    }
}

/// What a label begins with, where that is written out.
fn beginning_of(label: &Label) -> Option<Text> {
    match &label.value {
        LabelValue::Word(word) => Some(word.clone()),
        LabelValue::Template(parts) => match parts.first() {
            Some(crate::hir::Part::Text(text)) => Some(text.clone()),
            Some(_) => None,
            None => Some(Text::default()),
        },
    }
}
