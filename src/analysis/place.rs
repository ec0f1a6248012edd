//! The places that a finding blames: where the inventory says what is wrong, as near to it as can be told.

use super::Facts;
use crate::base::{Span, Text};
use crate::hir::{self, Expr, ExprKind, Instance, Part, Product, Program};
use crate::plan::{Host, Plan};
use crate::value::{InstanceId, Value};
use std::net::IpAddr;

/// The name of an instance in the inventory: its own, or that of the stack it stands in.
pub(super) fn named_at(plan: &Plan, id: InstanceId) -> Span {
    let instance = &plan.instances[id.0 as usize];
    match instance.stack {
        Some(stack) => plan.instances[stack.0 as usize].declaration.name.span,
        None => instance.declaration.name.span,
    }
}

/// The name of the stack that a machine is of, in the inventory; the machine itself where no stack makes it.
pub(super) fn machine_at(plan: &Plan, host: &Host) -> Span {
    plan.stack(&host.stack).map_or(host.span, |stack| named_at(plan, stack.instance))
}

/// Where the inventory gives an input its value: the input of an instance in a stack is followed to that of the stack.
pub(super) fn said_at(plan: &Plan, id: InstanceId, input: &str) -> Span {
    let instance = &plan.instances[id.0 as usize];
    let Some(stack) = instance.stack else { return given_at(plan, &instance.declaration, input) };
    let stack = &plan.instances[stack.0 as usize];
    let outer = &stack.declaration;
    let given = match instance.declaration.attributes.get(input).map(|attribute| &attribute.value.kind) {
        Some(ExprKind::Name(name)) => given_at(plan, outer, &name.text),
        _ => outer.name.span,
    };
    // A stack may choose among what it is given: then it is the attribute of that value.
    let value = instance.fields.get(input);
    match outer.attributes.keys().find(|name| given == outer.name.span && value.is_some() && stack.fields.get(*name) == value) {
        Some(name) => given_at(plan, outer, name),
        None => given,
    }
}

/// Where the inventory says what stands in a block of an instance's definition: the field that the block names is followed. The name of
/// the instance where the block computes it.
pub(super) fn block_at(facts: &Facts<'_>, plan: &Plan, id: InstanceId, block: &str, attribute: &str) -> Span {
    let instance = &plan.instances[id.0 as usize];
    let definition = facts.program.definitions.get(&(instance.keyword.clone(), instance.definition.clone()));
    let mut blocks = definition.into_iter().flat_map(|of| &of.blocks).filter(|of| of.keyword.text == block);
    let field = blocks.find_map(|of| of.body.attribute(attribute)?.value.as_name().cloned());
    field.map_or_else(|| named_at(plan, id), |field| said_at(plan, id, &field))
}

/// The attribute for this environment, the attribute, or the name of the instance.
fn given_at(plan: &Plan, declaration: &Instance, input: &str) -> Span {
    let of_environment = declaration.overrides.iter().filter(|(environment, _)| environment.text == plan.environment);
    let overridden = of_environment.flat_map(|(_, attributes)| attributes).rfind(|attribute| attribute.name.text == input);
    let said = overridden.or_else(|| declaration.attributes.get(input));
    said.map_or(declaration.name.span, |attribute| attribute.value.span)
}

/// The value of an attribute in a block of the product (`state { store = … }`); the name of the product where nothing is said.
pub(super) fn setting_at(product: &Product, block: &str, attribute: &str) -> Span {
    let mut blocks = product.block.body.blocks().filter(|inner| inner.keyword.text == block);
    blocks.find_map(|inner| inner.body.attribute(attribute)).map_or(product.name.span, |said| said.value.span)
}

/// Where the product gives one of its own attributes a value for the environment of a plan; its name where nothing is said.
pub(super) fn said_by_product(plan: &Plan, attribute: &str) -> Span {
    let block = &plan.product.block.body;
    let own = block.attribute(attribute);
    let here = block.blocks().filter(|block| block.keyword.text == "in" && block.word(0) == Some(&plan.environment));
    let overridden = here.filter_map(|block| block.body.attributes().filter(|of| of.name.text == attribute).last()).last();
    overridden.or(own).map_or(plan.product.name.span, |said| said.value.span)
}

/// Where an instance, or the provider instance that it runs on, is given a unit or an output of it; its name where none of their own
/// attributes is.
pub(super) fn needing(plan: &Plan, id: InstanceId, unit: InstanceId) -> Span {
    let leads = |value: &Value| *value == Value::Instance(unit) || value.needs(unit);
    let instance = &plan.instances[id.0 as usize];
    let ground = || plan.ground(instance.provider?)?.on.get(&unit).copied();
    plan.given_where(id, leads).or_else(ground).unwrap_or(instance.declaration.name.span)
}

/// Whether a place stands in the project's own text, and not in the library that comes with the compiler.
pub(super) fn is_of_project(program: &Program, span: Span) -> bool {
    !program.embedded.contains(&span.file.0)
}

/// Where the project writes a literal: what the instance is given, then what its stack is given. Nothing where neither says it.
pub(super) fn literal_at(program: &Program, plan: &Plan, id: InstanceId, is_it: &dyn Fn(&Literal) -> bool) -> Option<Span> {
    let instance = plan.instance(id)?;
    let stack = instance.stack.and_then(|stack| plan.instance(stack));
    std::iter::once(instance).chain(stack).find_map(|of| {
        let mut written = plan.given(&of.declaration).filter(|said| is_of_project(program, said.value.span));
        written.find_map(|said| {
            let mut found = None;
            said.value.walk(&mut |expr| {
                if literal(expr).is_some_and(|literal| is_it(&literal)) {
                    found.get_or_insert(expr.span);
                }
            });
            found
        })
    })
}

/// A literal of the text.
pub(super) enum Literal {
    /// Text without holes.
    Text(Text),
    /// An address.
    Ip(IpAddr),
    /// A number.
    Int(i64),
}

/// The literal that an expression is, of those that rules compare.
pub(super) fn literal(expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        ExprKind::Template(parts) => match parts.as_slice() {
            [Part::Text(text)] => Some(Literal::Text(text.clone())),
            _ => None,
        },
        ExprKind::Literal(hir::Literal::Ip(address)) => Some(Literal::Ip(*address)),
        ExprKind::Literal(hir::Literal::Int(number)) => Some(Literal::Int(*number)),
        _ => None,
    }
}
