//! `plugin` of a provider and the schema that it names: the file is there, and is that of the plugin in a version that is installed.

use super::assign::Why;
use super::resources::is_single;
use super::scope::{Place, Scope};
use super::{Checker, report};
use crate::base::{Text, text};
use crate::hir::{Block, Definition, Expr, ExprKind, Key, Name};
use crate::schema::{self, takes};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    pub(super) fn plugin_schemas(&mut self, provider: &'a Definition) {
        for block in provider.blocks.iter().filter(|block| block.keyword.text == "plugin") {
            let Some((file, named)) = written(block, "schema") else { continue };
            let Some(schema) = self.schemas.plugin(block.span.file, &file) else {
                self.error(report::no_schema(named.span, &file, &provider.name.text));
                continue;
            };
            if let Some((source, place)) = written(block, "source").filter(|(source, _)| *source != schema.source) {
                self.error(report::schema_of_another(place.span, &source, named.span, &file, &schema.source));
            }
            self.plugin_arguments(provider, block, &schema.configuration);
            if let Some((wanted, place)) = written(block, "version").filter(|(wanted, _)| takes(wanted, &schema.version) == Some(false)) {
                self.error(report::schema_of_a_version(place.span, &wanted, named.span, &file, &schema.version));
            }
        }
    }

    /// The arguments that are written out are those that the plugin takes, and what it takes. A schema that says nothing of them leaves that
    /// to the plugin.
    fn plugin_arguments(&mut self, provider: &'a Definition, block: &'a Block, configuration: &schema::Block) {
        let Some(said) = block.body.attribute("arguments") else { return };
        if configuration.names().next().is_some() {
            let of = text!("plugin {}", block.word(0).map_or("", Text::as_str));
            self.configured(&of, configuration, &said.value, &mut Scope::new(Place::Definition(provider)));
        }
    }

    /// A map that configures what the schema describes; one that is made elsewhere is judged by the plugin.
    fn configured(&mut self, of: &Text, schema: &schema::Block, value: &'a Expr, scope: &mut Scope<'a>) {
        let ExprKind::Map(entries) = &value.kind else { return };
        for (Key { span, text, .. }, value) in entries {
            match (schema.attributes.get(text), schema.blocks.get(text)) {
                (Some(attribute), _) if attribute.is_read_only() => {
                    self.error(report::computed(&Name { span: *span, text: text.clone() }, span.to(value.span), of));
                }
                (Some(attribute), _) => {
                    // What is wrong with the value itself is said where the block is looked at.
                    let found = self.quietly(|checker| checker.check(value, &Ty::Error, scope));
                    self.suits_plugin(value, &found, attribute);
                }
                (None, Some(nested)) => match &value.kind {
                    ExprKind::List(elements) => elements.iter().for_each(|element| self.configured(text, &nested.block, element, scope)),
                    ExprKind::Map(_) => self.configured(text, &nested.block, value, scope),
                    _ => {
                        let found = self.quietly(|checker| checker.check(value, &Ty::Error, scope));
                        if is_single(&found) {
                            self.error(report::misfit(value.span, &found, &Ty::Error.list(), Why::Mismatch));
                        }
                    }
                },
                (None, None) => self.error(report::unknown_argument(&Name { span: *span, text: text.clone() }, of, schema.names())),
            }
        }
    }
}

fn written<'b>(block: &'b Block, attribute: &str) -> Option<(Text, &'b Expr)> {
    let value = &block.body.attribute(attribute)?.value;
    Some((value.as_text()?, value))
}
