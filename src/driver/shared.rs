//! What all products share: modules, roles, images.

use super::product::Uses;
use super::targets::Targets;
use crate::artifact::{Error, Tree};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::shape::Shapes;
use crate::target;
use crate::target::common::unsupported::Unsupported;
use crate::target::common::word;

/// Writes the shared files that some product uses.
pub(super) fn emit(program: &Program, shapes: &Shapes, uses: &Uses, targets: &Targets, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if targets.wants("opentofu") {
        diagnostics.extend(modules(program, shapes, uses, tree));
    }
    if targets.wants("ansible") {
        diagnostics.extend(roles(program, shapes, uses, targets, tree));
        for ((name, _), image) in &uses.images {
            if uses.images.keys().find(|(other, _)| other == name).is_some_and(|first| first.1 == image.provider)
                && let Err(why) = target::ansible::emit_image(name, &image.install, &image.source, tree)
            {
                diagnostics.0.extend(not_expressible(program, "image", name, why));
            }
        }
        if !uses.roles.is_empty() {
            diagnostics.extend(collections(program, shapes, uses, tree));
            if targets.wants("molecule") {
                let _ = target::molecule::emit_shared(tree);
            }
        }
    }
    diagnostics.extend(images(program, uses, targets, tree));
    diagnostics.extend(pipelines(program, shapes, uses, targets, tree));
    // What a pattern names has been accepted as a path already.
    let _ = target::git::emit_shared(tree);
    diagnostics
}

/// The modules that products use. What the project's own library cannot say is found in the others too: who writes one learns it there.
fn modules(program: &Program, shapes: &Shapes, uses: &Uses, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (key, module) in &shapes.modules {
        let Some(implementation) = program.implementations.get(key) else { continue };
        let is_used = uses.modules.contains(key);
        let whole = if is_used { target::opentofu::emit(module, tree).err().map(|why| why.0) } else { None };
        if whole.is_some() || !is_used && is_own(program, implementation.span) {
            let parts = target::opentofu::unsupported(module, implementation);
            diagnostics.extend(unsupported(parts, implementation.module.span, whole, OF_A_MODULE));
        }
    }
    diagnostics
}

/// The same of roles.
fn roles(program: &Program, shapes: &Shapes, uses: &Uses, targets: &Targets, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (name, role) in &shapes.roles {
        let Some(service) = program.definitions.get(&("service".into(), name.clone())) else { continue };
        let is_used = uses.roles.contains(name);
        let mut written = if is_used { target::ansible::emit_role(role, tree) } else { Ok(()) };
        if is_used && targets.wants("molecule") {
            written = written.and_then(|()| target::molecule::emit_role(role, tree));
        }
        let whole = written.err().map(|why| why.to_string());
        if whole.is_some() || !is_used && is_own(program, service.span) {
            let parts = target::ansible::unsupported(role, service);
            diagnostics.extend(unsupported(parts, service.name.span, whole, OF_A_ROLE));
        }
    }
    diagnostics
}

fn is_own(program: &Program, span: Span) -> bool {
    !program.embedded.contains(&span.file.0)
}

/// What is the same for every role, with the collections that roles in use need. A task of a collection without a version has been
/// refused at its place; what is missing here, the library has lost.
fn collections(program: &Program, shapes: &Shapes, uses: &Uses, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let needed = target::ansible::collections(uses.roles.iter().filter_map(|name| shapes.roles.get(name)).map(AsRef::as_ref));
    let said = needed.iter().filter_map(|name| Some((*name, shapes.collections.get(*name)?)));
    // Names and versions have been read as such: they cannot fail to be written.
    let _ = target::ansible::emit_shared(said, tree);
    let used = uses.roles.iter().find_map(|name| program.definitions.get(&("service".into(), name.clone())));
    for name in needed.iter().filter(|name| !shapes.collections.contains_key(**name)) {
        diagnostics.0.extend(used.map(|service| {
            Diagnostic::error(
                Code::InvalidProject,
                service.name.span,
                format!("roles need the collection `{name}`, whose version nothing says"),
            )
            .help(format!("name it in a file `ansible/collections.json` of the library: `{{ \"{name}\": \"1.2.3\" }}`"))
        }));
    }
    diagnostics
}

fn images(program: &Program, uses: &Uses, targets: &Targets, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if targets.wants("packer") {
        for image in uses.images.values() {
            if let Err(why) = target::packer::emit_image(image, tree) {
                diagnostics.0.extend(not_expressible(program, "image", &image.name, why));
            }
        }
    }
    diagnostics
}

/// The pipelines of the repository. Their data is the library's: what cannot be written is a mistake of its definitions.
fn pipelines(program: &Program, shapes: &Shapes, uses: &Uses, targets: &Targets, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let Some(pipeline) = &shapes.pipeline else { return diagnostics };
    let roles: Vec<Text> = uses.roles.iter().filter(|name| shapes.roles.contains_key(*name)).map(|name| word(name)).collect();
    let mut write = || {
        if targets.wants("github") {
            target::github::emit_shared(pipeline, &roles, tree)?;
        }
        if targets.wants("gitlab") {
            target::gitlab::emit_shared(pipeline, &roles, tree)?;
        }
        if targets.wants("github") || targets.wants("gitlab") {
            target::pipeline::emit_shared(pipeline, tree)?;
        }
        if targets.wants("terratest") {
            target::terratest::emit_shared(pipeline, tree)?;
        }
        Ok(())
    };
    if let Err(why) = write() {
        diagnostics.0.extend(not_expressible(program, "pipeline", &pipeline.name, why));
    }
    diagnostics
}

/// What to do where OpenTofu would have to compute what it cannot.
const OF_A_MODULE: &str = "compute it of what is known before a plan, such as inputs and names: then the module gets the result";

/// What to do where Ansible would have to compute what it cannot.
const OF_A_ROLE: &str = "compute it of what is the same everywhere or of `host`: then the role gets the result";

/// What a tool has no form for, at its places; `whole`, why the definition could not be written, where no part of it alone is to blame.
fn unsupported(parts: Vec<Unsupported>, definition: Span, whole: Option<String>, help: &str) -> Diagnostics {
    let whole = whole.filter(|_| parts.is_empty()).map(|why| Diagnostic::error(Code::NotExpressible, definition, why));
    let part = |part: Unsupported| Diagnostic::error(Code::NotExpressible, part.span, part.why).help(help);
    Diagnostics(whole.into_iter().chain(parts.into_iter().map(part)).collect())
}

fn not_expressible(program: &Program, keyword: &str, name: &Text, why: Error) -> Option<Diagnostic> {
    let definition = program.definitions.get(&(keyword.into(), name.clone()))?;
    Some(Diagnostic::error(Code::NotExpressible, definition.name.span, why.to_string()))
}
