//! The places that a finding blames: where the inventory says what is wrong, as near to it as can be told.

use crate::base::Span;
use crate::hir::{Instance, Product};
use crate::plan::Plan;
use crate::syntax::ast::{ExprKind, Item, Label, LabelValue};
use crate::value::InstanceId;

/// The name of an instance in the inventory: its own, or that of the stack it stands in.
pub(super) fn named_at(plan: &Plan, id: InstanceId) -> Span {
    let instance = &plan.instances[id.0 as usize];
    match instance.stack {
        Some(stack) => plan.instances[stack.0 as usize].declaration.name.span,
        None => instance.declaration.name.span,
    }
}

/// Where the inventory gives an input its value: the input of an instance in a stack is followed to that of the stack.
pub(super) fn said_at(plan: &Plan, id: InstanceId, input: &str) -> Span {
    let instance = &plan.instances[id.0 as usize];
    let Some(stack) = instance.stack else { return given_at(plan, &instance.declaration, input) };
    let outer = &plan.instances[stack.0 as usize].declaration;
    match instance.declaration.attributes.get(input).map(|attribute| &attribute.value.kind) {
        Some(ExprKind::Name(name)) => given_at(plan, outer, name),
        _ => outer.name.span,
    }
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
    let blocks = product.block.body.items.iter().filter_map(|item| if let Item::Block(block) = item { Some(block) } else { None });
    let items = blocks.filter(|inner| inner.keyword.text == block).flat_map(|inner| &inner.body.items);
    let said = items.filter_map(|item| if let Item::Attribute(attribute) = item { Some(attribute) } else { None });
    said.filter(|said| said.name.text == attribute).map(|said| said.value.span).next().unwrap_or(product.name.span)
}

/// Where the product gives one of its own attributes a value for the environment of a plan; its name where nothing is said.
pub(super) fn said_by_product(plan: &Plan, attribute: &str) -> Span {
    let product = &plan.product;
    let mut said = None;
    for item in &product.block.body.items {
        match item {
            Item::Attribute(of) if of.name.text == attribute && said.is_none() => said = Some(of.value.span),
            Item::Block(block) if block.keyword.text == "in" => {
                let here = |label: &Label| matches!(&label.value, LabelValue::Word(word) if *word == plan.environment);
                let inner = block.body.items.iter().filter_map(|item| if let Item::Attribute(of) = item { Some(of) } else { None });
                if block.labels.first().is_some_and(here) {
                    said = inner.filter(|of| of.name.text == attribute).map(|of| of.value.span).next_back().or(said);
                }
            }
            _ => {}
        }
    }
    said.unwrap_or(product.name.span)
}
