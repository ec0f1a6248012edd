//! What all products share: modules, roles, images.

use super::product::Uses;
use super::targets::Targets;
use crate::artifact::Tree;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::shape::Shapes;
use crate::target;

/// Writes the shared files that some product uses.
pub(super) fn emit(program: &Program, shapes: &Shapes, uses: &Uses, targets: &Targets, tree: &mut Tree) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if targets.wants("opentofu") {
        for module in uses.modules.iter().filter_map(|key| shapes.modules.get(key)) {
            if let Err(why) = target::opentofu::emit(module, tree) {
                let span = program.implementations.get(&(module.name.clone(), module.provider.clone())).map(|of| of.module.span);
                diagnostics.0.extend(span.map(|span| Diagnostic::error(Code::NotExpressible, span, why.0)));
            }
        }
    }
    if targets.wants("ansible") {
        let mut failed = Vec::new();
        for role in uses.roles.iter().filter_map(|name| shapes.roles.get(name)) {
            let written = target::ansible::emit_role(role, tree).and_then(|()| target::molecule::emit_role(role, tree));
            if let Err(why) = written {
                failed.push(("service", &role.name, why.to_string()));
            }
        }
        for ((name, _), image) in &uses.images {
            if uses.images.keys().find(|(other, _)| other == name).is_some_and(|first| first.1 == image.provider)
                && let Err(why) = target::ansible::emit_image(name, &image.install, &image.source, tree)
            {
                failed.push(("image", name, why.to_string()));
            }
        }
        for (keyword, name, why) in failed {
            let definition = program.definitions.get(&(keyword.into(), name.clone()));
            diagnostics.0.extend(definition.map(|of| Diagnostic::error(Code::NotExpressible, of.name.span, why)));
        }
        if !uses.roles.is_empty() {
            // Constants cannot fail: they hold no data.
            let _ = target::ansible::emit_shared(tree).and_then(|()| target::molecule::emit_shared(tree));
        }
    }
    diagnostics
}
