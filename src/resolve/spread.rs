//! `if condition { … }` in a body: each block in it gets the condition, and each rule holds where it does. It is spread before anything is
//! linked, so that nothing behind knows of it.

use super::Source;
use crate::base::Text;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::syntax::ast::{Binary, Block, Body, Check, Expr, ExprKind, File, For, Item, Unary};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How large a condition may be that stands around items: each of them gets it.
const MAX_CONDITION: usize = 100;

/// The same files without an `if` around items.
pub(super) fn spread(sources: &[Source]) -> (Vec<Source>, Diagnostics) {
    let mut found = Vec::new();
    let spread = sources.iter().map(|source| {
        if !source.tree.items.iter().any(has_guard) {
            return source.clone();
        }
        let items = source.tree.items.iter().flat_map(|item| match item {
            Item::For(of) if is_guard(of) => {
                let message = "an `if` around items stands in a body, and this is the top of a file";
                found.push(Diagnostic::error(Code::UnknownBlock, of.span, message).help("definitions and instances are always there"));
                Vec::new()
            }
            item => vec![inside(item, &mut found)],
        });
        let tree = File { items: items.collect(), comments: source.tree.comments.clone(), alone: source.tree.alone.clone() };
        Source { file: source.file, tree: Arc::new(tree) }
    });
    let spread = spread.collect();
    (spread, Diagnostics(found))
}

fn is_guard(of: &For) -> bool {
    of.bindings.is_empty()
}

fn has_guard(item: &Item) -> bool {
    match item {
        Item::For(of) => is_guard(of) || of.body.items.iter().any(has_guard),
        Item::Block(block) => block.body.items.iter().any(has_guard),
        _ => false,
    }
}

/// An item with the bodies in it spread.
fn inside(item: &Item, found: &mut Vec<Diagnostic>) -> Item {
    match item {
        Item::Block(block) if block.body.items.iter().any(has_guard) => {
            // Rules of a definition are judged one by one, so that a report blames what they say; elsewhere they are joined.
            let keeps_rules = block.keyword.text == "define";
            Item::Block(Block { body: body(&block.body, keeps_rules, found), ..block.clone() })
        }
        Item::For(of) if of.body.items.iter().any(has_guard) => Item::For(For { body: body(&of.body, true, found), ..of.clone() }),
        item => item.clone(),
    }
}

fn body(of: &Body, keeps_rules: bool, found: &mut Vec<Diagnostic>) -> Body {
    let mut items = Vec::new();
    for item in &of.items {
        match item {
            Item::For(guard) if is_guard(guard) => under(guard, None, keeps_rules, &mut items, found),
            item => items.push(inside(item, found)),
        }
    }
    Body { span: of.span, items }
}

/// Adds what stands under a condition, and under those around it.
fn under(guard: &For, outer: Option<&Arc<Expr>>, keeps_rules: bool, into: &mut Vec<Item>, found: &mut Vec<Diagnostic>) {
    let Some(own) = &guard.condition else { return };
    let condition = match outer {
        Some(outer) => both(outer, own),
        None => own.clone(),
    };
    let (named, size) = names(&condition);
    if size > MAX_CONDITION {
        let message = format!("the conditions around this have more than {MAX_CONDITION} parts");
        return found.push(Diagnostic::error(Code::LimitExceeded, own.span, message).help("give it a name with `let`"));
    }
    let mut rules = Vec::new();
    for item in &guard.body.items {
        match item {
            Item::Block(_) => {
                let Item::Block(block) = inside(item, found) else { continue };
                let bound = block.repeat.iter().flat_map(|repeat| &repeat.bindings);
                let mut bound = bound.flat_map(|binding| binding.key.iter().chain([&binding.value]));
                let hidden = bound.find(|name| named.contains(&name.text)).cloned();
                drop(bound);
                if let Some(hidden) = hidden {
                    let message = format!("`{}` is bound here, and the `if` around this means another one", hidden.text);
                    found.push(
                        Diagnostic::error(Code::Duplicate, hidden.span, message)
                            .related(own.span, "the condition stands here")
                            .help("give what is bound another name"),
                    );
                    continue;
                }
                let condition = block.condition.as_ref().map_or_else(|| condition.clone(), |own| both(&condition, own));
                into.push(Item::Block(Block { condition: Some(condition), ..block }));
            }
            Item::Check(check) if !keeps_rules => {
                let unless = Arc::new(Expr { span: condition.span, kind: ExprKind::Unary(Unary::Not, condition.clone()) });
                let kind = ExprKind::Binary(Binary::Or, unless, check.condition.clone());
                let condition = Arc::new(Expr { span: check.condition.span, kind });
                into.push(Item::Check(Check { condition, ..check.clone() }));
            }
            Item::For(inner) if is_guard(inner) => under(inner, Some(&condition), keeps_rules, into, found),
            Item::Check(_) | Item::For(_) if keeps_rules => rules.push(inside(item, found)),
            Item::Error(_) => {}
            other => {
                let (span, what) = super::described(other);
                found.push(
                    Diagnostic::error(Code::UnknownBlock, span, format!("an `if` holds blocks and checks, and this is {what}"))
                        .related(own.span, "the condition stands here")
                        .help("write it outside, with a value that depends on it: `if … then … else …`"),
                );
            }
        }
    }
    if !rules.is_empty() {
        let body = Body { span: guard.body.span, items: rules };
        into.push(Item::For(For { span: guard.span, bindings: Vec::new(), condition: Some(condition), body }));
    }
}

fn both(outer: &Arc<Expr>, inner: &Arc<Expr>) -> Arc<Expr> {
    Arc::new(Expr { span: inner.span, kind: ExprKind::Binary(Binary::And, outer.clone(), inner.clone()) })
}

/// The names in an expression, and how many expressions it is made of.
pub(super) fn names(expr: &Expr) -> (BTreeSet<Text>, usize) {
    fn walk(expr: &Expr, into: &mut BTreeSet<Text>, size: &mut usize) {
        *size += 1;
        if let ExprKind::Name(name) = &expr.kind {
            into.insert(name.clone());
        }
        expr.each_part(&mut |part| walk(part, into, size));
    }
    let (mut found, mut size) = (BTreeSet::new(), 0);
    walk(expr, &mut found, &mut size);
    (found, size)
}
