//! What a pipeline stands on is used: each action by a workflow, each tool under a package of its own.
//!
//! An action that no workflow uses would be pinned for nothing, and of two tools that are one package only one version is installed.
//!
//! ```infra
//! define tool tofu { package = "opentofu", version = "1.9.0" }   # the library has `opentofu` already
//! ```

use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::shape::Pipeline;
use crate::shape::pipeline::{ACTIONS, Tool};
use std::collections::BTreeMap;

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    for name in ACTIONS.iter().filter(|name| !pipeline.actions.contains_key(**name)) {
        let message = format!("workflows use the action `{name}`, and none is defined");
        found
            .push(Diagnostic::error(Code::UnknownDefinition, pipeline.span(), message).help(format!("add `define action {name} {{ … }}`")));
    }
    for (name, action) in pipeline.actions.iter().filter(|(name, _)| !ACTIONS.contains(&name.as_str())) {
        found.push(
            Diagnostic::error(Code::InvalidPipeline, action.span, format!("no workflow uses the action `{name}`"))
                .did_you_mean(name, action.span, ACTIONS)
                .repaired_if(false),
        );
    }
    let mut packages: BTreeMap<&Text, &Tool> = BTreeMap::new();
    // What the library says comes first, wherever its files lie.
    let mut tools: Vec<&Tool> = pipeline.tools.iter().collect();
    tools.sort_by_key(|tool| (!tool.is_of_library, tool.span));
    for tool in tools {
        if let Some(first) = packages.insert(&tool.package, tool) {
            found.push(twice(tool, first.span));
        }
    }
}

fn twice(tool: &Tool, first: Span) -> Diagnostic {
    let message = format!("the tool `{}` is the package `{}`, which is a tool already", tool.name, tool.package);
    Diagnostic::error(Code::Duplicate, tool.span, message)
        .related(first, "it is this one")
        .help("remove one of the two: one version of a package is installed")
}
