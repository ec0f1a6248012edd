//! What crosses the border between products: the services that one exports, with what they can do, in the environment that serves
//! another product's.

use super::planner::{Node, Planner, State};
use super::{Instance, Plan};
use crate::base::{IndexMap, Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Kind, Name};
use crate::value::{InstanceId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the products that one refers to export, by their names.
pub type Imports = BTreeMap<Text, Arc<Exports>>;

/// No other products.
pub static NO_IMPORTS: Imports = Imports::new();

/// What a product exports.
#[derive(Clone, Debug, PartialEq)]
pub struct Exports {
    /// Its environments, in their order.
    pub environments: Vec<Exported>,
}

/// What a product exports in one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The environment's name.
    pub environment: Text,
    /// How many environments pipelines change before this one at the least, of this product and of those that it refers to.
    pub rank: usize,
    /// Whether its state is where pipelines can reach it.
    pub ready: bool,
    /// The services, in the order in which they are listed.
    pub services: Vec<Offer>,
}

/// A service of another product.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The stack that it stands in.
    pub stack: Text,
    /// Its name there.
    pub name: Text,
    /// Its definition.
    pub definition: Text,
    /// Where its stack is declared.
    pub span: Span,
    /// What it says in the blocks that name what it can do, and no more: without machines, instances and secrets.
    pub fields: BTreeMap<Text, Value>,
}

/// Where something of another product is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The product.
    pub product: Text,
    /// Its environment.
    pub environment: Text,
    /// Whether the state of that is where pipelines can reach it.
    pub ready: bool,
}

impl Exports {
    /// What a product exports by its plans, one for each environment. `kind` is that of services.
    pub fn of(plans: &[Plan], kind: Option<&Kind>) -> Exports {
        Exports { environments: plans.iter().map(|plan| Exported::of(plan, kind)).collect() }
    }

    /// What serves the environment of that name in a product that refers to this one.
    fn serving(&self, environment: &str) -> Option<&Exported> {
        let name = hir::serving(self.environments.iter().map(|of| &of.environment), environment)?;
        self.environments.iter().find(|of| of.environment == *name)
    }
}

impl Exported {
    fn of(plan: &Plan, kind: Option<&Kind>) -> Exported {
        let exports = plan.settings.get("exports").and_then(Value::as_list).unwrap_or_default();
        let offer = |value: &Value| {
            let Value::Instance(id) = value else { return None };
            let instance = plan.instance(*id)?;
            let stack = plan.instance(instance.stack?)?;
            let capable = |field: &Text| {
                kind.and_then(|kind| kind.blocks.get(field)).is_some_and(|block| block.blocks.is_empty() && !block.many && !block.open)
            };
            let fields = instance.fields.iter().filter(|(name, value)| capable(name) && crosses(value));
            Some(Offer {
                stack: stack.name.clone(),
                name: instance.name.clone(),
                definition: instance.definition.clone(),
                span: stack.declaration.name.span,
                fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(),
            })
        };
        Exported {
            environment: plan.environment.clone(),
            rank: plan.rank,
            ready: plan.state().is_some_and(|state| state.ready().any(|ready| *ready == plan.environment)),
            services: exports.iter().filter_map(offer).collect(),
        }
    }
}

/// Whether a value means the same in another product: it is known, and names no instance and no secret.
fn crosses(value: &Value) -> bool {
    match value {
        Value::Instance(_) | Value::Secret(_) | Value::Residual(_) => false,
        Value::List(list) => list.iter().all(crosses),
        Value::Map(map) => map.values().all(crosses),
        _ => true,
    }
}

impl Planner<'_> {
    /// Adds what other products export as instances that stand in none of this product's stacks. Nobody makes them here.
    pub(super) fn import(&mut self) {
        for (product, exports) in self.imports {
            let Some(exported) = exports.serving(&self.environment) else { continue };
            let elsewhere = Elsewhere { product: product.clone(), environment: exported.environment.clone(), ready: exported.ready };
            for offer in &exported.services {
                let id = self.push_import(&elsewhere, offer);
                let stack = self.others.entry(product.clone()).or_default().entry(offer.stack.clone()).or_default();
                stack.insert(offer.name.clone(), id);
            }
        }
    }

    fn push_import(&mut self, elsewhere: &Elsewhere, offer: &Offer) -> InstanceId {
        let name = |text: Text| Name { text, span: offer.span };
        let path = text!("{}.{}.{}", elsewhere.product, offer.stack, offer.name);
        let declaration = hir::Instance {
            keyword: "service".into(),
            definition: name(offer.definition.clone()),
            name: name(path.clone()),
            span: offer.span,
            doc: None,
            attributes: IndexMap::default(),
            overrides: Vec::new(),
            blocks: Vec::new(),
            condition: None,
            repeat: None,
        };
        let definition = self.definition("service", &offer.definition);
        let id = self.push_as(path, Text::default(), None, definition, Arc::new(declaration));
        let node = &mut self.nodes[id.0 as usize];
        node.elsewhere = Some(elsewhere.clone());
        for (field, value) in &offer.fields {
            node.know(field, value.clone());
        }
        id
    }

    /// What another product exports, as a value: its services by stack and name.
    pub(super) fn other(&self, product: &Text) -> Option<Value> {
        let services = |of: &BTreeMap<Text, InstanceId>| Value::map(of.iter().map(|(name, id)| (name.clone(), Value::Instance(*id))));
        let stacks = self.others.get(product)?;
        Some(Value::map(stacks.iter().map(|(stack, of)| (stack.clone(), services(of)))))
    }

    /// Says that something of a service does not cross the border between products.
    pub(super) fn stays_there(&mut self, id: InstanceId, field: &str, asked: Span) {
        let node = self.node(id);
        let message = format!("`{field}` of `{}` does not leave its product", node.name);
        let declared = node.declaration.name.span;
        self.report(
            Diagnostic::error(Code::UnknownField, asked, message)
                .related(declared, "the service stands in this stack")
                .help("what crosses is what a service can do for others: its `state_store`, `lock`, `secret_store` and the like"),
        );
    }
}

impl Node {
    /// Sets a field to what is known of it.
    fn know(&mut self, field: &str, value: Value) {
        if let Some(id) = self.fields.find(field, None) {
            self.set(id, State::Done(Ok(value)));
        }
    }
}

impl Instance {
    /// Whether it stands in another product.
    pub fn is_elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }
}

impl Plan {
    /// The environments of other products that this one stands on.
    pub fn stands_on(&self) -> BTreeSet<(&Text, &Text)> {
        let elsewhere = self.instances.iter().filter_map(|instance| instance.elsewhere.as_ref());
        elsewhere.map(|of| (&of.product, &of.environment)).collect()
    }
}

/// Gives each environment of a product its rank: behind the one before it, and behind those of other products that it stands on.
pub fn rank(plans: &mut [Plan], imports: &Imports) {
    let mut least = 0;
    for plan in plans {
        let behind = imports.values().filter_map(|exports| exports.serving(&plan.environment)).map(|exported| exported.rank + 1);
        plan.rank = behind.fold(least, usize::max);
        least = plan.rank + 1;
    }
}
