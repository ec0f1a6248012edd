//! `state_store { backend = …, config = { … } }`: the backend is one that OpenTofu has, and takes the arguments.

use super::{Checker, report};
use crate::base::Text;
use crate::hir::{Block, Definition, ExprKind};

/// The block that says how states are kept.
const STATE_STORE: &str = "state_store";

/// The keyword by which backends are defined.
const BACKEND: &str = "backend";

impl<'a> Checker<'a> {
    /// What a definition says of the backend that keeps states, as far as it is written out.
    pub(super) fn backends(&mut self, definition: &'a Definition) {
        for block in definition.blocks.iter().filter(|block| block.keyword.text == STATE_STORE) {
            self.backend(block);
        }
    }

    fn backend(&mut self, block: &'a Block) {
        let Some(said) = block.body.attribute(BACKEND) else { return };
        let Some(name) = said.value.as_text() else { return };
        let program = self.program;
        let Some(backend) = program.definitions.get(&(BACKEND.into(), name.clone())) else {
            let known = self.definitions_of(BACKEND);
            self.error(report::unknown_backend(said.value.span, &name, known));
            return;
        };
        let Some(config) = block.body.attribute("config") else { return };
        let ExprKind::Map(entries) = &config.value.kind else { return };
        let arguments = texts(backend, "arguments");
        for (key, _) in entries.iter().filter(|(key, _)| !arguments.contains(&key.text)) {
            self.error(report::unknown_argument_of_backend(
                key.span,
                &key.text,
                &name,
                arguments.iter().map(Text::as_str),
                backend.name.span,
            ));
        }
        let required = texts(backend, "required");
        let missing: Vec<&str> =
            required.iter().filter(|name| !entries.iter().any(|(key, _)| key.text == **name)).map(|name| name.as_str()).collect();
        if !missing.is_empty() {
            self.error(report::missing_arguments_of_backend(config.value.span, &name, &missing));
        }
    }
}

/// The texts of a list that a definition writes out.
fn texts(definition: &Definition, attribute: &str) -> Vec<Text> {
    match definition.attributes.get(attribute).map(|said| &said.value.kind) {
        Some(ExprKind::List(elements)) => elements.iter().filter_map(|element| element.as_text()).collect(),
        _ => Vec::new(),
    }
}
