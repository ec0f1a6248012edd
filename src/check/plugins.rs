//! `plugin` of a provider and the schema that it names: the file is there, and is that of the plugin in a version that is installed.

use super::{Checker, report};
use crate::base::{Text, text};
use crate::hir::{Block, Definition, Expr, ExprKind, Key, Name};
use crate::schema::{self, takes};

impl<'a> Checker<'a> {
    pub(super) fn plugin_schemas(&mut self, provider: &'a Definition) {
        for block in provider.blocks.iter().filter(|block| block.keyword.text == "plugin") {
            let Some((file, named)) = written(block, "schema") else { continue };
            let Some(schema) = self.schemas.plugin(&file) else {
                self.error(report::no_schema(named.span, &file, &provider.name.text));
                continue;
            };
            if let Some((source, place)) = written(block, "source").filter(|(source, _)| *source != schema.source) {
                self.error(report::schema_of_another(place.span, &source, named.span, &file, &schema.source));
            }
            self.plugin_arguments(block, &schema.configuration);
            if let Some((wanted, place)) = written(block, "version").filter(|(wanted, _)| takes(wanted, &schema.version) == Some(false)) {
                self.error(report::schema_of_a_version(place.span, &wanted, named.span, &file, &schema.version));
            }
        }
    }

    /// The arguments that are written out are those that the plugin takes. A schema that says nothing of them leaves that to the plugin.
    fn plugin_arguments(&mut self, block: &'a Block, configuration: &schema::Block) {
        let Some(ExprKind::Map(arguments)) = block.body.attribute("arguments").map(|said| &said.value.kind) else { return };
        let known = || configuration.attributes.keys().chain(configuration.blocks.keys()).map(Text::as_str);
        if known().next().is_none() {
            return;
        }
        let of = text!("plugin {}", block.word(0).map_or("", Text::as_str));
        for (Key { span, text, .. }, _) in arguments {
            if !known().any(|known| known == text) {
                self.error(report::unknown_argument(&Name { span: *span, text: text.clone() }, &of, known()));
            }
        }
    }
}

fn written<'b>(block: &'b Block, attribute: &str) -> Option<(Text, &'b Expr)> {
    let value = &block.body.attribute(attribute)?.value;
    Some((value.as_text()?, value))
}
