//! `define image`: what it begins with, where it is built and what it holds are names of what there is.

use super::{Checker, report};
use crate::base::Text;
use crate::hir::{self, Definition, ExprKind};

impl<'a> Checker<'a> {
    pub(super) fn image(&mut self, image: &'a Definition) {
        for (attribute, keyword) in [("on", "provider"), ("install", "service")] {
            for name in words(image, attribute) {
                if !self.program.definitions.contains_key(&(keyword.into(), name.text.clone())) {
                    let known = self.definitions_of(keyword);
                    self.error(report::unknown_definition(keyword, &name.text, name.span, known));
                }
            }
        }
        let Some(from) = words(image, "from").into_iter().next() else { return };
        for provider in words(image, "on") {
            let Some(definition) = self.program.definitions.get(&("provider".into(), provider.text.clone())) else { continue };
            let blocks = definition.blocks.iter().filter(|block| block.keyword.text == "image");
            let offered: Vec<&Text> = blocks.filter_map(|block| block.word(0)).collect();
            if !offered.contains(&&from.text) {
                self.error(report::not_offered(&from, &provider, definition, &offered));
            }
        }
    }
}

/// The bare names of an attribute.
fn words(definition: &Definition, attribute: &str) -> Vec<hir::Name> {
    let Some(attribute) = definition.attributes.get(attribute) else { return Vec::new() };
    let elements = match &attribute.value.kind {
        ExprKind::List(elements) => elements.as_slice(),
        _ => std::slice::from_ref(attribute.value.as_ref()),
    };
    elements.iter().filter_map(|element| Some(hir::Name { text: element.as_name()?.clone(), span: element.span })).collect()
}
