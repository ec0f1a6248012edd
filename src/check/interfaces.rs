//! Interfaces: what something is known by where many kinds of things will do.

use super::Checker;
use super::assign::{self, INTERFACE, Why};
use super::report;
use crate::base::Text;
use crate::hir::Definition;
use crate::ty::Ty;

/// So deep may interfaces ask for each other; what asks for itself fits as far as that was looked at.
const NESTED: u32 = 8;

impl<'a> Checker<'a> {
    /// An interface says what things have, and nothing of how they come by it.
    pub(super) fn interface(&mut self, definition: &'a Definition) {
        if definition.keyword != INTERFACE {
            return;
        }
        for output in definition.outputs.values() {
            if let Some(value) = &output.value {
                self.error(report::beside_outputs("a value", value.span, definition));
            }
        }
        if definition.outputs.is_empty() {
            self.error(report::empty_interface(definition));
        }
        let inputs = definition.inputs.values().map(|input| ("an input", input.name.span));
        let lets = definition.lets.values().map(|binding| ("a `let`", binding.name.span));
        let attributes = definition.attributes.values().map(|attribute| ("an attribute", attribute.name.span));
        let instances = definition.instances.iter().map(|instance| ("an instance", instance.name.span));
        let checks = definition.checks.iter().map(|check| check.span).chain(definition.loops.iter().map(|repeat| repeat.span));
        let all = inputs.chain(lets).chain(attributes).chain(instances).chain(checks.map(|span| ("a check", span)));
        for (what, span) in all.collect::<Vec<_>>() {
            self.error(report::beside_outputs(what, span, definition));
        }
    }

    /// Whether a value of type `from` may stand where `to` is needed.
    pub(super) fn fits(&mut self, from: &Ty, to: &Ty) -> Result<(), Why> {
        self.fits_within(from, to, NESTED)
    }

    fn fits_within(&mut self, from: &Ty, to: &Ty, left: u32) -> Result<(), Why> {
        assign::fits(from, to, &mut |keyword, of, interface| self.provides(keyword, of, interface, left))
    }

    /// Whether the instances of a definition have what an interface asks for.
    fn provides(&mut self, keyword: &Text, of: &Text, interface: &Text, left: u32) -> Result<(), Why> {
        let Some(left) = left.checked_sub(1) else { return Ok(()) };
        let definitions = &self.program.definitions;
        let definition = definitions.get(&(keyword.clone(), of.clone())).map(AsRef::as_ref);
        let wanted = definitions.get(&(INTERFACE.into(), interface.clone()));
        let (Some(definition), Some(wanted)) = (definition, wanted) else { return Ok(()) };
        for (name, output) in &wanted.outputs {
            let Some(ty) = &output.ty else { continue };
            let Some(found) = self.instance_field(keyword, Some(definition), name) else { return Err(Why::Lacks(name.clone())) };
            if self.fits_within(&found, ty, left).is_err() {
                return Err(Why::Differs(name.clone(), found.into()));
            }
        }
        Ok(())
    }
}
