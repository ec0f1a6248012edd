//! The `product` block, and the instances of a product.

use super::Checker;
use super::instances::{OF_ENVIRONMENTS, RESERVED};
use super::others::EXPORTS;
use super::report;
use super::scope::{Place, Scope};
use crate::base::Text;
use crate::hir::{self, ExprKind, Item, Kind, Product};
use std::rc::Rc;

/// The keyword of a test.
const TEST: &str = "test";

/// The name of the manifest of what belongs to no product.
const SHARED: &str = "shared";

impl<'a> Checker<'a> {
    pub(super) fn product(&mut self, product: &'a Product) {
        if product.name.text == SHARED {
            self.error(report::reserved(&product.name, "what all products share is written under it"));
        }
        let instances = product.instances.iter().map(|instance| (instance.name.text.as_str(), instance.as_ref())).collect();
        let mut scope = Scope::new(Place::Product(product, Rc::new(instances)));
        if let Some(kind) = self.program.kinds.get("product") {
            scope.others = self.program.others.names().map(Text::as_str).collect();
            self.product_block(product, kind, &mut scope);
            scope.others = Vec::new();
        }
        for instance in &product.instances {
            self.instance(instance, &product.environments, &mut scope);
        }
        if let Some(expected) = &product.expected {
            self.expected(expected, &mut scope);
        }
    }

    /// What a test expects of its product.
    fn expected(&mut self, expected: &'a hir::Expected, scope: &mut Scope<'a>) {
        expected.checks.iter().for_each(|check| self.check_item(check, scope));
        for policy in expected.policies() {
            if !self.program.definitions.contains_key(&("policy".into(), policy.text.clone())) {
                let known = self.definitions_of("policy");
                self.error(report::unknown_definition("policy", &policy.text, policy.span, known));
            }
        }
        for block in expected.expectations().filter(|block| block.keyword.text == "resource") {
            self.expected_resource(block);
        }
        if let Some(kind) = self.program.kinds.get(TEST) {
            self.blocks(kind, "a test", expected.blocks.iter().map(AsRef::as_ref), scope);
        }
    }

    /// The address of a resource that a test speaks of: of a type that nobody has, nothing can be there, and nothing be absent.
    fn expected_resource(&mut self, block: &hir::Block) {
        let Some(label) = block.labels.first() else { return };
        let Some(address) = label.plain() else { return };
        let mut parts = address.split('.');
        let (mut ty, mut is_data) = (parts.next().unwrap_or_default(), false);
        if ty == "data" {
            (ty, is_data) = (parts.next().unwrap_or_default(), true);
        }
        let schemas = self.schemas;
        let plugins = || schemas.plugins.values();
        if plugins().next().is_none() || plugins().any(|plugin| plugin.find(is_data, ty).is_some()) {
            return;
        }
        let known = plugins().flat_map(|plugin| if is_data { plugin.data_sources.keys() } else { plugin.resources.keys() });
        self.error(report::no_such_resource(ty, label.span, known.map(Text::as_str)));
    }

    fn product_block(&mut self, product: &'a Product, kind: &'a Kind, scope: &mut Scope<'a>) {
        let what = format!("product `{}`", product.name.text);
        let (overrides, items): (Vec<&Item>, Vec<&Item>) =
            product.block.body.items.iter().partition(|item| matches!(item, Item::Block(block) if block.keyword.text == "in"));
        let items: Vec<Item> = items.into_iter().cloned().collect();
        self.body(kind, &what, product.name.span, &items, scope);
        for item in overrides {
            let Item::Block(block) = item else { continue };
            if let Some(text) = block.word(0)
                && let Some(label) = block.labels.first()
            {
                self.environment(&hir::Name { text: text.clone(), span: label.span }, &product.environments);
            }
            for inner in &block.body.items {
                match inner {
                    Item::Attribute(attribute) => match kind.inputs.get(&attribute.name.text) {
                        Some(input) => self.setting(attribute, input, scope),
                        None => {
                            let known = kind.inputs.keys().map(Text::as_str);
                            self.error(report::unknown_attribute(&attribute.name, &what, known, Some(kind.span)));
                        }
                    },
                    other => self.error(report::no_declaration(super::bodies::span_of(other), "`in`")),
                }
            }
        }
        let of_block = |block: &'a hir::Block| Some((block.word(0)?.clone(), block.labels.first()?.span, block));
        let labelled: Vec<(hir::Name, &hir::Block)> =
            overrides_of(product).filter_map(of_block).map(|(text, span, block)| (hir::Name { text, span }, block)).collect();
        self.override_blocks(
            labelled.iter().map(|(of, block)| (of, block.body.attributes().map(|attribute| &attribute.name.text).collect())),
        );
        self.overrides(labelled.iter().flat_map(|(of, block)| block.body.attributes().map(move |attribute| (of, &**attribute))));
        self.product_environments(product);
        if let Some(said) = product.block.body.attributes().find(|attribute| attribute.name.text == EXPORTS) {
            self.exports(&said.value, product, scope);
        }
        for item in &items {
            match item {
                Item::Attribute(attribute) => self.of_environments(attribute, product),
                Item::Block(block) => {
                    for inner in &block.body.items {
                        if let Item::Attribute(attribute) = inner {
                            self.of_environments(attribute, product);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The environments themselves: not more than a pipeline has places for.
    fn product_environments(&mut self, product: &'a Product) {
        if let Some(beyond) = product.environments.get(Product::MOST_ENVIRONMENTS) {
            self.error(report::too_many_environments(beyond));
        }
        for environment in product.environments.iter().filter(|environment| RESERVED.contains(&environment.text.as_str())) {
            self.error(report::reserved(environment, "the tools keep it for themselves"));
        }
    }

    /// What names environments names those of the product: lists of them, and maps by them.
    fn of_environments(&mut self, attribute: &hir::Attribute, product: &'a Product) {
        if attribute.name.text == "environments" {
            self.written_out(attribute);
        }
        if OF_ENVIRONMENTS.contains(&attribute.name.text.as_str()) {
            self.environments(&attribute.value, &product.environments);
        }
        if attribute.name.text == "ranges"
            && let ExprKind::Map(entries) = &attribute.value.kind
        {
            for (key, _) in entries {
                self.environment(&hir::Name { text: key.text.clone(), span: key.span }, &product.environments);
            }
        }
    }
}

/// The blocks of a product that say what differs in one environment.
fn overrides_of(product: &Product) -> impl Iterator<Item = &hir::Block> {
    product.block.body.blocks().map(AsRef::as_ref).filter(|block| block.keyword.text == "in")
}
