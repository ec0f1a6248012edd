//! What is made last: the order of stacks, the images of the providers, and the instances as the plan shows them.

use super::ground::outputs;
use super::planner::{PRODUCT, Planner};
use super::{Image, Instance, Service, Stack, Unit, image};
use crate::base::graph::Graph;
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::text_of;
use crate::hir::Kind;
use crate::hir::items::{Credential, StockImage, View};
use crate::shape::Recipe;
use crate::value::{Entries, InstanceId, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Planner<'_> {
    /// Evaluates every declared field, so that a mistake in what nothing uses is found too.
    pub(super) fn everything(&mut self) {
        for id in self.ids() {
            let span = self.node(id).declaration.name.span;
            let kind = if id == PRODUCT { self.program.kinds.get("product").cloned() } else { None };
            let of_kind = kind.iter().flat_map(|kind| kind.inputs.keys().chain(kind.blocks.keys())).cloned();
            let definition = self.node(id).definition.clone();
            let declared = definition.iter().flat_map(|of| of.inputs.keys().chain(of.outputs.keys()).chain(of.lets.keys())).cloned();
            let on_hosts = self.node(id).keyword == "service";
            for field in of_kind.chain(declared).collect::<Vec<_>>() {
                // A `let` of a service may need the machine that it is evaluated for.
                if on_hosts && definition.as_ref().is_some_and(|of| of.lets.contains_key(&field)) {
                    continue;
                }
                let _ = self.field(id, &field, span);
            }
            for capability in self.capabilities(id) {
                let _ = self.field(id, &capability, span);
            }
        }
    }

    /// The blocks in which a definition says what it can do, those that hold attributes and nothing of a body, and what a service
    /// or provider says of itself.
    fn capabilities(&self, id: InstanceId) -> Vec<Text> {
        let Some(definition) = &self.node(id).definition else { return Vec::new() };
        let Some(kind) = self.program.kinds.get(&definition.keyword) else { return Vec::new() };
        let of_kind = kind.blocks.iter().filter(|(_, block)| block.blocks.is_empty() && is_read(block));
        let named = of_kind.filter(|(name, _)| definition.blocks.iter().any(|block| block.keyword.text == **name));
        let named = named.map(|(name, _)| name.clone());
        let attributes = definition.attributes.keys().filter(|name| kind.inputs.contains_key(*name)).cloned();
        match definition.keyword.as_str() {
            "service" | "provider" => named.chain(attributes).collect(),
            _ => named.collect(),
        }
    }

    /// The stacks, each behind what it needs.
    pub(super) fn stacks(&mut self, units: &[Unit], services: &[Service]) -> Vec<Stack> {
        let mut graph: Graph<Text> = Graph::default();
        let mut referred: BTreeMap<Text, BTreeSet<Text>> = BTreeMap::new();
        let ids = self.of("stack");
        for id in &ids {
            graph.node(self.node(*id).name.clone());
        }
        let by_unit: BTreeMap<InstanceId, Text> = units.iter().map(|unit| (unit.instance, unit.stack.clone())).collect();
        for unit in units {
            let mut needed = BTreeSet::new();
            unit.inputs.iter().for_each(|(_, value)| {
                outputs(value, &mut |of, _| {
                    needed.insert(of);
                });
            });
            for needed in needed.iter().filter_map(|needed| by_unit.get(needed)) {
                if *needed != unit.stack {
                    graph.edge(unit.stack.clone(), needed.clone());
                }
            }
        }
        for service in services {
            let mut stacks = BTreeSet::new();
            for of in self.mentioned(service.instance) {
                let stack = self.node(of).stack.unwrap_or(of);
                if self.node(stack).keyword == "stack" && self.node(stack).name != service.stack {
                    stacks.insert(self.node(stack).name.clone());
                }
            }
            if stacks.is_empty() {
                continue;
            }
            stacks.iter().for_each(|stack| graph.edge(service.stack.clone(), stack.clone()));
            referred.entry(service.stack.clone()).or_default().extend(stacks);
        }
        let order = match graph.order() {
            Ok(order) => order,
            Err(cycle) => {
                self.stack_cycle(&cycle);
                return Vec::new();
            }
        };
        // A circle through what a provider stands on is told where the order of both tools is made.
        for unit in units {
            let ground = self.node(unit.instance).provider().and_then(|provider| self.grounds.get(&provider));
            for on in ground.into_iter().flat_map(|ground| ground.on.keys()) {
                let stack = self.node(self.node(*on).stack.unwrap_or(*on)).name.clone();
                if stack != unit.stack {
                    graph.edge(unit.stack.clone(), stack);
                }
            }
        }
        let order = graph.order().unwrap_or(order);
        let needs: BTreeMap<&Text, &BTreeSet<Text>> = graph.iter().collect();
        let by_name: BTreeMap<&Text, &InstanceId> = ids.iter().rev().map(|id| (&self.node(*id).name, id)).collect();
        let found = order.iter().filter_map(|name| {
            let id = by_name.get(name)?;
            let needs = needs.get(name).map(|needs| (*needs).clone()).unwrap_or_default();
            Some(Stack { instance: **id, name: name.clone(), needs, refers: referred.remove(name).unwrap_or_default() })
        });
        found.collect()
    }

    fn stack_cycle(&mut self, cycle: &[Text]) {
        let place = |planner: &Self, name: &Text| {
            let id = planner.node(PRODUCT).children.get(name).copied();
            id.map(|id| planner.node(id).declaration.name.span)
        };
        let Some(first) = cycle.first().and_then(|name| place(self, name)) else { return };
        let words: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
        let mut diagnostic = Diagnostic::error(
            Code::StackCycle,
            first,
            format!("stacks need each other: {} → {}", words.join(" → "), words.first().cloned().unwrap_or_default()),
        )
        .help("a stack is applied and configured as a whole: move what both need into a third one");
        for name in &cycle[1..] {
            if let Some(span) = place(self, name) {
                diagnostic = diagnostic.related(span, format!("`{name}` is part of the circle"));
            }
        }
        self.report(diagnostic);
    }

    /// The images that the providers of this product build.
    pub(super) fn images(&mut self) -> Vec<Image> {
        let mut images = Vec::new();
        for recipe in self.shapes.recipes.values() {
            for provider in self.of("provider") {
                if recipe.on.contains(&self.node(provider).declaration.definition.text) {
                    images.extend(self.image(recipe, provider));
                }
            }
        }
        images
    }

    fn image(&mut self, recipe: &Recipe, provider: InstanceId) -> Option<Image> {
        let of = self.node(provider).definition.clone()?;
        let block = of.blocks.iter().find(|block| block.keyword.text == "builder")?.clone();
        let builder = block.word(0)?.clone();
        let stock = self.field(provider, &StockImage::NAME.into(), recipe.span).ok()?;
        // A provider that offers no such image is refused where the image is read.
        let stock = stock.as_map()?.get(&recipe.from)?.clone();
        let revision = recipe.revision.clone();
        let baked = Value::map([("name", Value::Text(recipe.name.clone())), ("revision", Value::Text(revision.clone()))]);
        let kind = self.program.kinds.get("provider").and_then(|kind| kind.blocks.get("builder")).cloned();
        let mut sources = Vec::new();
        let sizes = self.field(provider, &"sizes".into(), recipe.span).ok()?;
        let sizes: Vec<Value> = sizes.as_map().into_iter().flat_map(|sizes| sizes.values().cloned()).collect();
        // A region without machines of an architecture has nothing to bake on.
        let offered = |arch: &Text| sizes.iter().any(|size| size.field(arch).is_some());
        for arch in recipe.arches.iter().filter(|arch| offered(arch)).cloned() {
            // In the order of `hir::BUILDER_NAMES`.
            let mut locals = vec![stock.clone(), baked.clone(), Value::Text(arch.clone())];
            let mut settings = Entries::new();
            for attribute in block.body.attributes() {
                let mut frame = super::frame::Frame { planner: self, of: provider, host: None };
                let value = crate::eval::eval_with(&attribute.value, &mut frame, &mut locals).ok()?;
                settings.insert(attribute.name.text.clone(), value);
            }
            sources.push((arch, Value::Map(settings.into())));
        }
        let plugin = kind.as_ref().and_then(|_| {
            let source = settings_text(&mut sources, "plugin")?;
            Some((source, settings_text(&mut sources, "plugin_version")?))
        });
        let stock = StockImage::of(&stock)?;
        Some(Image {
            name: recipe.name.clone(),
            doc: recipe.doc.clone(),
            provider: of.name.text.clone(),
            instance: self.node(provider).name.clone(),
            builder,
            plugin,
            sources,
            varying: image::varying(&of, &block),
            secrets: self.secret_settings(provider, recipe.span),
            login: stock.login()?.clone(),
            prepare: stock.prepare().cloned().collect(),
            install: recipe.install.clone(),
            revision,
            source: recipe.source.clone(),
        })
    }

    /// The settings of a provider's builder that come from the environment, each with the variable.
    fn secret_settings(&mut self, provider: InstanceId, span: Span) -> Vec<(Text, Text)> {
        let Ok(credentials) = self.field(provider, &Credential::NAME.into(), span) else { return Vec::new() };
        let all = credentials.as_map().into_iter().flat_map(|map| map.values()).filter_map(Credential::of);
        all.filter_map(|of| Some((of.setting()?.clone(), of.env()?.clone()))).collect()
    }

    /// The product's settings and every instance with what was evaluated of it.
    pub(super) fn instances_of_plan(&mut self) -> (Entries, Vec<Instance>) {
        let settings = self.evaluated(PRODUCT).into_iter().collect();
        let mut instances = Vec::with_capacity(self.nodes.len());
        for index in 0..self.nodes.len() {
            let id = InstanceId(index as u32);
            let provider = if self.node(id).keyword.is_empty() || id == PRODUCT { None } else { self.provider(id) };
            let node = self.node(id);
            instances.push(Instance {
                keyword: node.keyword.clone(),
                definition: node.declaration.definition.text.clone(),
                name: node.name.clone(),
                stack: node.stack,
                provider,
                fields: self.evaluated(id),
                declaration: node.declaration.clone(),
                elsewhere: node.elsewhere.clone(),
            });
        }
        (settings, instances)
    }
}

/// Takes a setting of every architecture that is infrac's own and not the builder's.
fn settings_text(sources: &mut [(Text, Value)], name: &str) -> Option<Text> {
    let mut found = None;
    for (_, settings) in sources {
        let Value::Map(map) = settings else { continue };
        let mut rest = (**map).clone();
        if let Some(value) = rest.shift_remove(name) {
            found = text_of(&value).map(|value| text!("{value}"));
        }
        *settings = Value::Map(rest.into());
    }
    found
}

/// Whether a block says something of its own: of one that is open, what others ask for counts, unless it declares what it says.
fn is_read(block: &Kind) -> bool {
    !block.open || !block.many && block.labels.1 == 0 && !block.inputs.is_empty()
}
