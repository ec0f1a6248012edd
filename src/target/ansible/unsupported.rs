//! What of a role Ansible has no form for, each part at the step or the call that says it.

use super::lower::{self, NO_FUNCTION};
use super::role::context;
use super::steps::{failing, inside};
use crate::base::Span;
use crate::hir::{Block, Definition, Item};
use crate::shape::Role;
use crate::shape::role::Step;
use crate::target::common::unsupported::{Unsupported, call_in, lacking};
use crate::value::Value;
use std::sync::Arc;

/// The steps of a role that cannot be said, sorted by place, each once.
pub fn unsupported(role: &Role, service: &Definition) -> Vec<Unsupported> {
    let mut context = context(role);
    let mut found = Vec::new();
    for steps in [&role.install, &role.configure, &role.cluster] {
        for (step, error) in failing(steps, &mut context) {
            let scope = inside(step, &context.scope);
            let has_form = |value: &Value| lower::expression(value, &scope).is_ok();
            found.push(match step.values().find_map(|value| lacking(value, &has_form)) {
                Some(function) => Unsupported {
                    span: call_of(service, step, &function).unwrap_or(step.span),
                    why: match error.problem {
                        NO_FUNCTION => format!("Ansible has nothing like `{function}`"),
                        problem => problem.to_string(),
                    },
                },
                None => Unsupported { span: step.span, why: error.problem.to_string() },
            });
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Where a step calls a function, itself or in a `let` that it takes it from.
fn call_of(service: &Definition, step: &Step, function: &str) -> Option<Span> {
    let block = service.blocks.iter().find_map(|block| at(block, step.span))?;
    let said = || block.body.attributes().map(|attribute| &*attribute.value).chain(block.condition.as_deref());
    let itself = said().find_map(|expr| call_in(expr, [], function));
    itself.or_else(|| said().find_map(|expr| call_in(expr, service.lets.values(), function)))
}

/// The block that is declared at this place, in another one.
fn at(block: &Arc<Block>, place: Span) -> Option<&Arc<Block>> {
    if block.place() == place {
        return Some(block);
    }
    block.body.items.iter().find_map(|item| match item {
        Item::Block(inner) => at(inner, place),
        Item::For(of) => of.body.blocks().find_map(|inner| at(inner, place)),
        Item::Attribute(_) | Item::Check(_) | Item::Declaration(_) => None,
    })
}
