//! `plugin` of a provider and the schema that it names: the file is there, and is that of the plugin in a version that is installed.

use super::{Checker, report};
use crate::base::Text;
use crate::hir::{Block, Definition, Expr};
use crate::schema::takes;

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
            if let Some((wanted, place)) = written(block, "version").filter(|(wanted, _)| takes(wanted, &schema.version) == Some(false)) {
                self.error(report::schema_of_a_version(place.span, &wanted, named.span, &file, &schema.version));
            }
        }
    }
}

fn written<'b>(block: &'b Block, attribute: &str) -> Option<(Text, &'b Expr)> {
    let value = &block.body.attribute(attribute)?.value;
    Some((value.as_text()?, value))
}
