//! `location = provider.region` in a resource: what a tool needs of the provider becomes a `let` of the implementation, and with it a variable
//! of the module, without anybody writing that `let`. So does what a step of a service needs of an instance that the service is given
//! (`sink.dsn`), of its machine or its product: a variable of its role. It is done before anything is linked, so that nothing behind knows
//! of it.

mod services;

use super::Source;
use super::spread::names;
use crate::base::Text;
use crate::hir::{Ambient, KEPT_BY_OPENTOFU};
use crate::syntax::ast::{Binding, Block, Body, Comprehension, Expr, ExprKind, Item, LabelValue, Let, Name, Part, blocks};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const PROVIDER: &str = "provider";

/// The same files with a `let` for each field of a provider that a resource or an output reads.
pub(super) fn lifted(sources: &[Source]) -> Vec<Source> {
    let all = || sources.iter().flat_map(|source| blocks(&source.tree.items));
    let declared = |keyword: &str, name: Option<&Text>| {
        all().find(|block| block.keyword.text == "define" && block.word(0).is_some_and(|word| word == keyword) && block.word(1) == name)
    };
    let lift = |source: &Source| {
        let is_concerned =
            |item: &Item| matches!(item, Item::Block(block) if block.keyword.text == "implement" || services::adds_to(block));
        if !source.tree.items.iter().any(is_concerned) {
            return source.clone();
        }
        let mut tree = source.tree.as_ref().clone();
        let mut is_changed = false;
        for item in &mut tree.items {
            let Item::Block(block) = item else { continue };
            if block.keyword.text == "implement" {
                let (contract, provider) = (declared("module", block.word(0)), declared(PROVIDER, block.word(2)));
                is_changed |= implementation(block, contract, provider);
            } else if services::adds_to(block) {
                let parts: Vec<&Block> = all().filter(|of| services::adds_to(of) && of.word(1) == block.word(1)).collect();
                is_changed |= services::service(block, &parts, &declared);
            }
        }
        if is_changed { Source { file: source.file, tree: Arc::new(tree) } } else { source.clone() }
    };
    sources.iter().map(lift).collect()
}

/// Adds the `let`s that an implementation lacks. Gives whether there are any.
fn implementation(block: &mut Block, contract: Option<&Block>, provider: Option<&Block>) -> bool {
    let mut taken: BTreeSet<Text> = contract.iter().flat_map(|of| &of.body.items).filter_map(declares).collect();
    taken.extend(block.body.items.iter().filter_map(declares));
    taken.extend(Ambient::known(Some("module")).map(|ambient| Text::new(ambient.name())));
    taken.insert("it".into());
    taken.extend(KEPT_BY_OPENTOFU.map(Text::from));
    // A name that somebody wrote goes on meaning what it means without them.
    used(&block.body.items, &mut taken);
    let mut lifting = Lifting { bases: BTreeMap::from([(PROVIDER.into(), false)]), taken, bound: Vec::new(), lets: BTreeMap::new() };
    for item in &mut block.body.items {
        match item {
            Item::Block(inner) if matches!(inner.keyword.text.as_str(), "resource" | "data") => lifting.block(inner),
            Item::Output(output) => output.value.iter_mut().for_each(|value| lifting.shared(value)),
            _ => {}
        }
    }
    let input = |name: &Text| {
        provider.iter().flat_map(|of| &of.body.items).find_map(|item| match item {
            Item::Input(input) if input.name.text == *name => input.doc.clone(),
            _ => None,
        })
    };
    let lets = lifting.lets.into_iter().map(|(name, value)| {
        let doc = input(&name);
        Item::Let(Let { span: value.span, doc, name: Name { text: name, span: value.span }, ty: None, value })
    });
    let lets: Vec<Item> = lets.collect();
    let is_changed = !lets.is_empty();
    block.body.items.splice(0..0, lets);
    is_changed
}

/// Adds the names that items use.
fn used(items: &[Item], into: &mut BTreeSet<Text>) {
    for item in items {
        let (parts, inner): (Vec<&Arc<Expr>>, &[Item]) = match item {
            Item::Attribute(item) => (vec![&item.value], &[]),
            Item::Let(item) => (vec![&item.value], &[]),
            Item::Output(item) => (item.value.iter().collect(), &[]),
            Item::Check(check) => {
                let parts = [Some(&check.condition), check.at.as_ref(), check.message.as_ref(), check.help.as_ref()];
                (parts.into_iter().flatten().collect(), &[])
            }
            Item::Block(block) => {
                let bindings = block.repeat.iter().flat_map(|repeat| repeat.bindings.iter().map(|of| &of.source).chain(&repeat.by));
                (bindings.chain(&block.condition).collect(), &block.body.items)
            }
            Item::For(repeat) => {
                let bindings = repeat.bindings.iter().map(|binding| &binding.source);
                (bindings.chain(&repeat.condition).collect(), &repeat.body.items)
            }
            _ => continue,
        };
        parts.into_iter().for_each(|part| into.extend(names(part).0));
        used(inner, into);
    }
}

/// What an item declares in the body that it stands in.
fn declares(item: &Item) -> Option<Text> {
    match item {
        Item::Input(item) => Some(item.name.text.clone()),
        Item::Output(item) => Some(item.name.text.clone()),
        Item::Let(item) => Some(item.name.text.clone()),
        Item::Attribute(item) => Some(item.name.text.clone()),
        Item::Block(block) if matches!(block.keyword.text.as_str(), "resource" | "data") => block.word(1).cloned(),
        _ => None,
    }
}

struct Lifting {
    /// What the fields are of that are lifted, each with whether the name of a `let` begins with it.
    bases: BTreeMap<Text, bool>,
    /// The names that mean something else already.
    taken: BTreeSet<Text>,
    /// The names that are bound around.
    bound: Vec<Text>,
    /// The `let`s, by name.
    lets: BTreeMap<Text, Arc<Expr>>,
}

impl Lifting {
    /// The name of the `let` for an expression that is a field of what is lifted.
    fn name(&self, expr: &Expr) -> Option<Text> {
        fn path<'e>(expr: &'e Expr, into: &mut Vec<&'e Text>) -> Option<&'e Text> {
            match &expr.kind {
                ExprKind::Name(name) => Some(name),
                ExprKind::Member(base, field) => {
                    let of = path(base, into)?;
                    into.push(&field.text);
                    Some(of)
                }
                _ => None,
            }
        }
        let mut fields = Vec::new();
        let base = path(expr, &mut fields)?;
        let is_named = *self.bases.get(base).filter(|_| !fields.is_empty() && !self.bound.contains(base))?;
        let words: Vec<&str> = std::iter::once(base).filter(|_| is_named).chain(fields).map(|word| word.as_str()).collect();
        let name = Text::new(words.join("_"));
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        (is_name && !self.taken.contains(&name) && !self.bound.contains(&name)).then_some(name)
    }

    fn within(&mut self, bindings: &mut [Binding], inside: impl FnOnce(&mut Self)) {
        let depth = self.bound.len();
        let names = bindings.iter().flat_map(|binding| binding.key.iter().chain([&binding.value])).map(|name| name.text.clone());
        self.bound.extend(names);
        inside(self);
        self.bound.truncate(depth);
    }

    /// What stands in a block; its head decides what there is, and is no matter of a tool.
    fn block(&mut self, block: &mut Block) {
        let mut bindings = block.repeat.as_ref().map(|repeat| repeat.bindings.clone()).unwrap_or_default();
        self.within(&mut bindings, |lifting| lifting.body(&mut block.body));
    }

    fn body(&mut self, body: &mut Body) {
        for item in &mut body.items {
            match item {
                Item::Attribute(attribute) => self.shared(&mut attribute.value),
                Item::Block(block) => {
                    for label in &mut block.labels {
                        if let LabelValue::Template(parts) = &mut label.value {
                            parts.iter_mut().filter_map(Part::expr_mut).for_each(|part| self.expr(part));
                        }
                    }
                    self.block(block);
                }
                _ => {}
            }
        }
    }

    fn shared(&mut self, expr: &mut Arc<Expr>) {
        self.expr(Arc::make_mut(expr));
    }

    fn built(&mut self, of: &mut Comprehension) {
        of.bindings.iter_mut().for_each(|binding| self.shared(&mut binding.source));
        let Comprehension { bindings, condition, key, value } = of;
        let rest = condition.iter_mut().chain(key).chain([value]);
        self.within(bindings, |lifting| rest.for_each(|part| lifting.expr(part)));
    }

    fn expr(&mut self, expr: &mut Expr) {
        if let Some(name) = self.name(expr) {
            self.lets.entry(name.clone()).or_insert_with(|| Arc::new(expr.clone()));
            expr.kind = ExprKind::Name(name);
            return;
        }
        match &mut expr.kind {
            ExprKind::ListFor(of) | ExprKind::MapFor(of) => self.built(of),
            _ => expr.each_part_mut(&mut |part| self.expr(part)),
        }
    }
}
