//! What a provider leaves out that modules ask for.

use super::listed;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::Definition;
use std::collections::BTreeMap;

/// `lacking` is what is asked for, each with its fields, `asking` the modules that ask with the places that implement them.
pub(in crate::check) fn not_offered(provider: &Definition, lacking: &BTreeMap<&Text, Vec<&Text>>, asking: &[(&Text, Span)]) -> Diagnostic {
    let names: Vec<&str> = lacking.keys().map(|name| name.as_str()).collect();
    let modules: Vec<&str> = asking.iter().map(|(module, _)| module.as_str()).collect();
    let (noun, ask) = if modules.len() == 1 { ("module", "asks") } else { ("modules", "ask") };
    let name = &provider.name;
    let message = format!("`{}` does not say {}, which the {noun} {} {ask} for", name.text, listed(&names), listed(&modules));
    let mut diagnostic = Diagnostic::error(Code::Missing, name.span, message);
    for (module, place) in asking {
        diagnostic = diagnostic.related(*place, format!("`{module}` is kept on it here"));
    }
    let written = lacking.iter().map(|(name, fields)| match fields.as_slice() {
        [] => format!("`{name} = …`"),
        fields => format!("`{name} {{ {} }}`", fields.iter().map(|field| format!("{field} = …")).collect::<Vec<_>>().join(", ")),
    });
    diagnostic.help(format!("add to its definition {}", written.collect::<Vec<_>>().join("; ")))
}
