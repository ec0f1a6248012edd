//! `names` of a provider: what stands in it for a type of resources is of a type that there is, and a pattern.

use super::{Checker, report};
use crate::hir::items::{Names, View};
use crate::hir::{Definition, Expr, ExprKind};

impl<'a> Checker<'a> {
    pub(super) fn resource_names(&mut self, provider: &'a Definition) {
        let plugins = self.plugins(provider.name.span.file, &provider.name.text);
        let declared = self.program.kinds.get("provider").and_then(|kind| kind.blocks.get(Names::NAME));
        let blocks = provider.blocks.iter().filter(|block| block.keyword.text == Names::NAME);
        for attribute in blocks.flat_map(|block| block.body.attributes()) {
            let name = &attribute.name;
            let (argument, pattern) = match &attribute.value.kind {
                ExprKind::Map(entries) => {
                    let of = |key: &str| entries.iter().find(|(name, _)| name.text == key).map(|(_, value)| value);
                    (of("argument"), of("pattern"))
                }
                _ => (None, Some(&*attribute.value)),
            };
            let Some(pattern) = pattern.filter(|pattern| pattern.as_text().is_some()) else {
                self.error(report::no_pattern_of_names(attribute.value.span));
                continue;
            };
            self.pattern_text(pattern);
            if declared.is_some_and(|kind| kind.inputs.contains_key(&name.text)) || plugins.iter().all(|plugin| plugin.resources.is_empty())
            {
                continue;
            }
            let Some(schema) = plugins.iter().find_map(|plugin| plugin.find(false, &name.text)) else {
                let known = plugins.iter().flat_map(|plugin| plugin.resources.keys());
                self.error(report::no_resource(name, &provider.name.text, known.map(AsRef::as_ref)));
                continue;
            };
            let written = argument.and_then(Expr::as_text);
            let argument_name = written.as_deref().unwrap_or("name");
            if !schema.attributes.contains_key(argument_name) {
                let span = argument.map_or(name.span, |argument| argument.span);
                self.error(report::no_name(span, &name.text, argument_name));
            }
        }
    }
}
