//! What the steps of a service need of the instances that it is given, and of what stands around it.

use super::{Lifting, declares, used};
use crate::base::Text;
use crate::hir::Ambient;
use crate::syntax::ast::{Block, Item, LabelValue, Let, Name, Part, TypeKind};
use std::collections::{BTreeMap, BTreeSet};

/// The part of a service that is done on machines. An image knows nothing of a product.
const CONFIGURE: &str = "configure";

/// What stands in every service and has fields that a tool does not know.
const AROUND: [Ambient; 4] = [Ambient::Product, Ambient::Stack, Ambient::Provider, Ambient::Host];

/// The label of a task that names its answer.
const ANSWER: usize = 2;

/// Whether a block defines a service, or extends one.
pub(super) fn adds_to(block: &Block) -> bool {
    matches!(block.keyword.text.as_str(), "define" | "extend") && block.word(0).is_some_and(|keyword| keyword == "service")
}

/// Adds the `let`s that a definition or extension of a service lacks; `parts` are all that say something of the service. Gives whether there
/// are any.
pub(super) fn service<'b>(block: &mut Block, parts: &[&'b Block], declared: &dyn Fn(&str, Option<&Text>) -> Option<&'b Block>) -> bool {
    let items = || parts.iter().flat_map(|part| &part.body.items);
    let given: BTreeMap<&Text, Option<&Block>> = items().filter_map(|item| instance(item, declared)).collect();
    let has_steps = |item: &Item| matches!(item, Item::Block(inner) if inner.keyword.text == CONFIGURE);
    if !block.body.items.iter().any(has_steps) {
        return false;
    }
    let mut taken: BTreeSet<Text> = items().filter_map(declares).collect();
    for kind in [declared("kind", Some(&"service".into())), declared("instance", Some(&"service".into()))].into_iter().flatten() {
        taken.extend(kind.body.items.iter().filter_map(declares));
        taken.extend(kind.body.items.iter().filter_map(|item| if let Item::Block(inner) = item { inner.word(0).cloned() } else { None }));
    }
    taken.extend(Ambient::known(Some("service")).map(|ambient| Text::new(ambient.name())));
    taken.insert("it".into());
    // A name that somebody wrote goes on meaning what it means without them.
    parts.iter().for_each(|part| used(&part.body.items, &mut taken));
    let own: BTreeSet<Text> = items().filter_map(declares).collect();
    let around = AROUND.map(|of| Text::new(of.name())).into_iter().filter(|name| !own.contains(name));
    let bases = given.keys().map(|name| (*name).clone()).chain(around).map(|name| (name, true)).collect();
    let mut lifting = Lifting { bases, taken, bound: Vec::new(), lets: BTreeMap::new() };
    for item in &mut block.body.items {
        let Item::Block(part) = item else { continue };
        if part.keyword.text == CONFIGURE {
            let answers = part.body.items.iter().filter_map(|step| if let Item::Block(step) = step { step.word(ANSWER) } else { None });
            lifting.bound = answers.cloned().collect();
            part.body.items.iter_mut().for_each(|step| lifting.step(step));
        }
    }
    let lets = std::mem::take(&mut lifting.lets).into_iter().map(|(name, value)| {
        let doc = given.iter().find_map(|(base, of)| {
            let field = name.strip_prefix(base.as_str())?.strip_prefix('_')?;
            of.as_ref()?.body.items.iter().find_map(|item| match item {
                Item::Output(output) if output.name.text == field => output.doc.clone(),
                Item::Input(input) if input.name.text == field => input.doc.clone(),
                _ => None,
            })
        });
        Item::Let(Let { span: value.span, doc, name: Name { text: name, span: value.span }, ty: None, value })
    });
    let lets: Vec<Item> = lets.collect();
    let is_changed = !lets.is_empty();
    block.body.items.splice(0..0, lets);
    is_changed
}

/// An input that is an instance, with its definition where its type names one. What may be absent is asked for behind a condition, which a
/// `let` would not be.
fn instance<'i, 'b>(item: &'i Item, declared: &dyn Fn(&str, Option<&Text>) -> Option<&'b Block>) -> Option<(&'i Text, Option<&'b Block>)> {
    let Item::Input(input) = item else { return None };
    let TypeKind::Named { name, of, arguments } = &input.ty.kind else { return None };
    if input.ty.optional || !arguments.is_empty() {
        return None;
    }
    match (name.text.as_str(), of) {
        ("stack" | "module" | "service" | "provider" | "interface", of) => {
            Some((&input.name.text, of.as_ref().and_then(|of| declared(&name.text, Some(&of.text)))))
        }
        _ => None,
    }
}

impl Lifting {
    /// A step of a service: also what its head says is said by the tool.
    fn step(&mut self, step: &mut Item) {
        match step {
            Item::Block(step) => {
                for label in &mut step.labels {
                    if let LabelValue::Template(parts) = &mut label.value {
                        parts.iter_mut().filter_map(Part::expr_mut).for_each(|part| self.expr(part));
                    }
                }
                if let Some(repeat) = &mut step.repeat {
                    repeat.bindings.iter_mut().for_each(|binding| self.shared(&mut binding.source));
                }
                let mut bindings = step.repeat.as_ref().map(|repeat| repeat.bindings.clone()).unwrap_or_default();
                self.within(&mut bindings, |lifting| {
                    step.condition.iter_mut().for_each(|condition| lifting.shared(condition));
                    lifting.body(&mut step.body);
                });
            }
            Item::Attribute(attribute) => self.shared(&mut attribute.value),
            _ => {}
        }
    }
}
