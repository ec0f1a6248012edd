//! What variables and resources are in tests, where the library says so: constants of their types.

use super::frame::Frame;
use super::holes::Holes;
use super::module::Resource;
use crate::base::{Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Scope, fold};
use crate::hir;
use crate::ty::{FieldTy, RecordTy, Ty};
use crate::value::{Entries, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What plugins say of data sources and resources: whether it is a data source, its type and its name.
pub type Mocked = BTreeMap<(bool, Text, Text), Entries>;

/// The values of `example` blocks for the variables of `whole`, such as "the role of `vault`". A secret is its content there.
pub(super) fn variables(frame: &mut Frame<'_>, holes: &Holes, blocks: &[Arc<hir::Block>], whole: &str) -> Entries {
    let said: Vec<Arc<hir::Attribute>> = blocks.iter().flat_map(|block| block.body.attributes()).cloned().collect();
    let mut found = Entries::new();
    for attribute in &said {
        let (name, at) = (&attribute.name.text, attribute.name.span);
        let Some(hole) = holes.0.get(name) else {
            let message = format!("{whole} has no variable `{name}`");
            let diagnostic = Diagnostic::error(Code::UnknownField, at, message);
            frame.report(match similar::nearest(name, holes.0.keys().map(Text::as_str)) {
                Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
                None => diagnostic.help("its variables are the inputs and `let`s that its bodies use"),
            });
            continue;
        };
        let ty = contents(hole.ty.present());
        match frame.constant(&attribute.value, Some(&ty)) {
            Some(value) => {
                found.insert(name.clone(), value);
            }
            None => frame.report(
                Diagnostic::error(
                    Code::TypeMismatch,
                    attribute.value.span,
                    format!("`{name}` is {ty}, and this is no constant of that type"),
                )
                .related(hole.span, "it is declared here"),
            ),
        }
    }
    // A test with a value that its own variable refuses would fail wherever it runs.
    for attribute in &said {
        let Some(hole) = holes.0.get(&attribute.name.text).filter(|hole| found.contains_key(&hole.name)) else { continue };
        let values = |name: &str| found.get(name).cloned();
        let refused = hole.validations.iter().find(|rule| fold(&rule.condition, &values) == Some(Value::Bool(false)));
        if refused.is_some() {
            let message = format!("a rule of `{}` refuses this example", hole.name);
            frame.report(
                Diagnostic::error(Code::CheckFailed, attribute.value.span, message)
                    .related(hole.span, "the variable is declared here")
                    .help("write a value that every rule of the variable accepts"),
            );
        }
    }
    found
}

/// What `example` blocks say of data sources and resources: `data aws_ami image { id = "ami-1" }`.
pub(super) fn mocked(frame: &mut Frame<'_>, data: &[Resource], resources: &[Resource], blocks: &[Arc<hir::Block>]) -> Mocked {
    let inner: Vec<Arc<hir::Block>> = blocks.iter().flat_map(|block| block.body.blocks()).cloned().collect();
    let mut found = Mocked::new();
    for block in inner {
        let is_data = block.keyword.text == "data";
        let (ty, name) = (block.word(0).cloned().unwrap_or_default(), block.word(1).cloned().unwrap_or_default());
        let there = if is_data { data } else { resources };
        let Some(resource) = there.iter().find(|resource| resource.ty == ty && resource.name == name) else {
            let what = if is_data { "data source" } else { "resource" };
            let span = block.labels.last().map_or(block.keyword.span, |label| label.span);
            frame.report(Diagnostic::error(Code::DanglingReference, span, format!("the module has no {what} `{ty}` `{name}`")));
            continue;
        };
        let mut values = Entries::new();
        for attribute in block.body.attributes() {
            let (key, span) = (&attribute.name.text, attribute.name.span);
            let known = resource.schema.as_ref().map(|schema| schema.attributes.get(key));
            if known.is_some_and(|known| known.is_none_or(|known| !known.computed)) {
                frame.report(
                    Diagnostic::error(Code::UnknownResourceAttribute, span, format!("the plugin sets no `{key}` of `{ty}`"))
                        .help("an example says what the plugin alone knows"),
                );
                continue;
            }
            match frame.constant(&attribute.value, None) {
                Some(value) => _ = values.insert(key.clone(), value),
                None => frame.report(Diagnostic::error(Code::TypeMismatch, attribute.value.span, format!("`{key}` is no constant here"))),
            }
        }
        found.insert((is_data, ty, name), values);
    }
    found
}

/// What is in a value where its secrets are their contents.
fn contents(ty: &Ty) -> Ty {
    match ty {
        Ty::Secret(of) => contents(of),
        Ty::List(of) => contents(of).list(),
        Ty::Map(of) => contents(of).map(),
        Ty::Optional(of) => contents(of).optional(),
        Ty::Record(record) => {
            let fields = record.fields.iter().map(|field| FieldTy { ty: contents(&field.ty), ..field.clone() }).collect();
            Ty::Record(Arc::new(RecordTy { name: record.name.clone(), fields }))
        }
        other => other.clone(),
    }
}
