//! What the contract of a module asks of the provider, a provider says that implements it: `provider.network.max_prefix`,
//! `provider.zones`. What it leaves out would be told of each product, in the text of the module.

use super::{Checker, report};
use crate::base::{Span, Text};
use crate::hir::{Binary, Definition, Expr, ExprKind, For, Item, Kind, Literal};
use std::collections::BTreeMap;

/// What is asked of a provider: a block with the fields of it, or an attribute alone.
type Asked<'a> = BTreeMap<&'a Text, Vec<&'a Text>>;

impl<'a> Checker<'a> {
    /// A provider says what the modules ask for that are implemented on it.
    pub(super) fn offered(&mut self, provider: &'a Definition) {
        let Some(kind) = self.program.kinds.get("provider") else { return };
        let mut lacking = Asked::new();
        let mut asking: Vec<(&Text, Span)> = Vec::new();
        for ((module, on), implementation) in &self.program.implementations {
            let contract = self.program.definitions.get(&("module".into(), module.clone()));
            let Some(contract) = contract.filter(|_| *on == provider.name.text) else { continue };
            let lacks: Asked<'_> =
                asked_by(contract, kind).into_iter().filter_map(|(name, fields)| lacks(provider, kind, name, fields)).collect();
            if !lacks.is_empty() {
                asking.push((module, implementation.provider.span));
            }
            for (name, fields) in lacks {
                let all = lacking.entry(name).or_default();
                fields.into_iter().for_each(|field| {
                    if !all.contains(&field) {
                        all.push(field)
                    }
                });
            }
        }
        if !lacking.is_empty() {
            self.error(report::not_offered(provider, &lacking, &asking));
        }
    }
}

/// What of something that is asked for a provider does not say.
fn lacks<'a>(provider: &Definition, kind: &'a Kind, name: &'a Text, mut fields: Vec<&'a Text>) -> Option<(&'a Text, Vec<&'a Text>)> {
    let Some(of) = kind.blocks.get(name) else {
        let says = provider.attributes.contains_key(name) || provider.inputs.contains_key(name) || provider.lets.contains_key(name);
        return (!says).then_some((name, fields));
    };
    let said: Vec<_> = provider.blocks.iter().filter(|block| block.keyword.text == *name).collect();
    let says = |field: &Text| of.inputs.contains_key(field) || said.iter().any(|block| block.body.attribute(field).is_some());
    // What a block has to say is said with it.
    let needed = of.inputs.values().filter(|input| said.is_empty() && input.is_needed()).map(|input| &input.name.text);
    needed.for_each(|name| {
        if !fields.contains(&name) {
            fields.push(name)
        }
    });
    let left: Vec<&Text> = fields.into_iter().filter(|field| said.is_empty() || !says(field)).collect();
    (!left.is_empty()).then_some((name, left))
}

/// What a contract asks of the provider, whatever its inputs are.
fn asked_by<'a>(contract: &'a Definition, kind: &Kind) -> Asked<'a> {
    let mut asked = Asked::new();
    let values = contract.lets.values().map(|of| &of.value).chain(contract.outputs.values().filter_map(|of| of.value.as_ref()));
    values.for_each(|value| always(value, &mut |expr| blocks_in(expr, kind, &mut asked)));
    let mut conditions: Vec<&Expr> = contract.checks.iter().map(|check| &*check.condition).collect();
    contract.loops.iter().for_each(|repeat| of_loop(repeat, &mut conditions));
    for condition in conditions {
        always(condition, &mut |expr| {
            blocks_in(expr, kind, &mut asked);
            if let ExprKind::Member(base, field) = &expr.kind
                && is_provider(base)
                && kind.inputs.get(&field.text).is_some_and(|input| input.default.as_deref().is_some_and(is_empty))
            {
                asked.entry(&field.text).or_default();
            }
        });
    }
    asked
}

fn of_loop<'a>(repeat: &'a For, conditions: &mut Vec<&'a Expr>) {
    for item in &repeat.body.items {
        match item {
            Item::Check(check) => conditions.push(&check.condition),
            Item::For(inner) => of_loop(inner, conditions),
            _ => {}
        }
    }
}

/// `provider.network.max_prefix`
fn blocks_in<'a>(expr: &'a Expr, kind: &Kind, asked: &mut Asked<'a>) {
    if let ExprKind::Member(base, field) = &expr.kind
        && let ExprKind::Member(provider, block) = &base.kind
        && is_provider(provider)
        && kind.blocks.get(&block.text).is_some_and(|block| !block.many)
    {
        let fields = asked.entry(&block.text).or_default();
        if !fields.contains(&&field.text) {
            fields.push(&field.text);
        }
    }
}

fn is_provider(expr: &Expr) -> bool {
    expr.as_name().is_some_and(|name| name == "provider")
}

/// A list or a map with nothing in it: what is not said is the same as nothing.
fn is_empty(default: &Expr) -> bool {
    match &default.kind {
        ExprKind::List(elements) => elements.is_empty(),
        ExprKind::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether a condition asks whether something is there.
fn asks_for_none(condition: &Expr) -> bool {
    let mut asks = false;
    condition.walk(&mut |expr| asks |= matches!(expr.kind, ExprKind::Literal(Literal::None)));
    asks
}

/// Visits what an expression reads whatever its conditions come to.
fn always<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Member(base, _) | ExprKind::Unary(_, base) => always(base, visit),
        ExprKind::Index(base, index) => [base, index].into_iter().for_each(|part| always(part, visit)),
        ExprKind::Binary(Binary::And | Binary::Or, left, _) if asks_for_none(left) => always(left, visit),
        ExprKind::Binary(Binary::Default, ..) => {}
        ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|part| always(part, visit)),
        ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| always(&argument.value, visit)),
        ExprKind::List(elements) => elements.iter().for_each(|element| always(element, visit)),
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| always(value, visit)),
        _ => {}
    }
}
