//! `variables.tf`: one variable for each hole, with its type, its rules and what it is for.

use super::domains;
use super::names::Names;
use crate::artifact::hcl::{Body, Expr};
use crate::shape::Module;
use crate::target::common::hcl::{Unsayable, ty};
use crate::ty::Ty;
use crate::value::Value;

/// The variables of a module.
pub(super) fn variables(module: &Module) -> Result<Body, Unsayable> {
    let names = Names::of(module);
    let mut body = Body::new();
    for hole in &module.holes {
        let optional = matches!(hole.ty.plain(), Ty::Optional(_));
        let mut block = Body::new().attribute("description", hole.doc.clone()).attribute("type", ty(&hole.ty));
        match &hole.default {
            Some(default) => block.push_attribute("default", names.value(default)?),
            None if optional => block.push_attribute("default", Expr::Null),
            None if hole.source == crate::shape::Source::Builtin("labels".into()) => {
                block.push_attribute("default", names.value(&Value::map::<crate::base::Text>([]))?);
            }
            None => {}
        }
        if !optional {
            block.push_attribute("nullable", false);
        }
        if hole.secret {
            block.push_attribute("sensitive", true);
        }
        for (condition, message) in domains::rules(hole) {
            block = block.blank().nested("validation", Body::new().attribute("condition", condition).attribute("error_message", message));
        }
        for rule in &hole.validations {
            let condition = names.value(&rule.condition)?;
            let inner = Body::new().attribute("condition", condition).attribute("error_message", names.value(&rule.message)?);
            block = block.blank().nested("validation", inner);
        }
        body.push_block("variable", [hole.name.clone()], block);
    }
    Ok(body)
}
