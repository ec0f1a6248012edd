//! Pipelines, actions, tools and images are read before there is a product: nobody gives their inputs values, or asks for their outputs.

use super::{Checker, report};
use crate::hir::Definition;

impl<'a> Checker<'a> {
    pub(super) fn early(&mut self, definition: &'a Definition) {
        for input in definition.inputs.values() {
            self.error(report::for_nobody("input", input.name.span, definition));
        }
        for output in definition.outputs.values() {
            self.error(report::for_nobody("output", output.name.span, definition));
        }
        let checks = definition.checks.iter().map(|check| check.span);
        for span in checks.chain(definition.loops.iter().map(|repeat| repeat.span)) {
            self.error(report::for_nobody("check", span, definition));
        }
    }
}
