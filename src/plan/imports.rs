//! What crosses the border between products: the services and stores that one exports, with what they can do, and values, in the
//! environment that serves another product's.

use super::planner::{Node, Planner, State};
use super::{Instance, Plan};
use crate::base::{IndexMap, Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{StateStore, View};
use crate::hir::{self, ExprKind, Name, Path, Program};
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
    /// What there is, in the order in which it is listed.
    pub offers: Vec<Offer>,
}

/// Something of another product.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// How it is named behind its product.
    pub path: Path,
    /// Where that stack or store is declared.
    pub span: Span,
    /// What it is.
    pub what: Offered,
}

/// What crosses.
#[derive(Clone, Debug, PartialEq)]
pub enum Offered {
    /// A service or a store.
    Instance {
        /// Its keyword.
        keyword: Text,
        /// Its definition.
        definition: Text,
        /// What it says in the blocks that name what it can do, and no more: without machines, instances and secrets.
        fields: BTreeMap<Text, Value>,
    },
    /// A value.
    Value(Value),
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
    /// Whether it runs there; a store does not.
    pub runs: bool,
}

impl Exports {
    /// What a product exports by its plans, one for each environment.
    pub fn of(plans: &[Plan], program: &Program) -> Exports {
        Exports { environments: plans.iter().map(|plan| Exported::of(plan, program)).collect() }
    }

    /// What serves the environment of that name in a product that refers to this one.
    pub(super) fn serving(&self, environment: &str) -> Option<&Exported> {
        let name = hir::serving(self.environments.iter().map(|of| &of.environment), environment)?;
        self.environments.iter().find(|of| of.environment == *name)
    }
}

impl Exported {
    fn of(plan: &Plan, program: &Program) -> Exported {
        let values = plan.settings.get("exports").and_then(Value::as_list).unwrap_or_default();
        let said = plan.product.block.body.attributes().find(|attribute| attribute.name.text == "exports");
        let elements = match said.map(|said| &said.value.kind) {
            Some(ExprKind::List(elements)) => elements.iter().collect(),
            _ => Vec::new(),
        };
        let offer = |(element, value): (&hir::Expr, &Value)| {
            let path: Path = match &element.kind {
                ExprKind::Member(base, second) => (base.as_name()?.clone(), Some(second.text.clone())),
                _ => (element.as_name()?.clone(), None),
            };
            let span = plan.product.instances.iter().find(|instance| instance.name.text == path.0)?.name.span;
            let what = match value {
                Value::Instance(id) => capable(plan.instance(*id)?, program),
                value => Some(Offered::Value(value.clone())).filter(|_| crosses(value)),
            };
            Some(Offer { path, span, what: what? })
        };
        Exported {
            environment: plan.environment.clone(),
            rank: plan.rank,
            ready: plan.is_ready(),
            offers: elements.into_iter().zip(values).filter_map(offer).collect(),
        }
    }
}

/// What an instance says that it can do.
fn capable(instance: &Instance, program: &Program) -> Option<Offered> {
    let keyword = &instance.declaration.keyword;
    let kind = program.kinds.get(keyword).filter(|_| matches!(keyword.as_str(), "service" | "store" | "module"))?;
    // A module is for others where states are kept, and nothing else.
    let is_for_others = |field: &Text| keyword != "module" || field == StateStore::NAME;
    let capable = |field: &Text| {
        is_for_others(field) && kind.blocks.get(field).is_some_and(|block| block.blocks.is_empty() && !block.many && !block.open)
    };
    let fields = instance.fields.iter().filter(|(name, value)| capable(name) && crosses(value));
    let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    Some(Offered::Instance { keyword: keyword.clone(), definition: instance.definition.clone(), fields })
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
    /// Adds what other products export; services and stores as instances that stand in none of this product's stacks. Nobody makes them here.
    pub(super) fn import(&mut self) {
        for (product, exports) in self.imports {
            let Some(exported) = exports.serving(&self.environment) else { continue };
            for offer in &exported.offers {
                let value = match &offer.what {
                    Offered::Value(value) => value.clone(),
                    Offered::Instance { keyword, definition, fields } => {
                        let runs = keyword != "store";
                        let (environment, ready) = (exported.environment.clone(), exported.ready || !runs);
                        let elsewhere = Elsewhere { product: product.clone(), environment, ready, runs };
                        Value::Instance(self.push_import(elsewhere, offer, (keyword, definition), fields))
                    }
                };
                self.others.entry(product.clone()).or_default().insert(offer.path.clone(), (value, offer.span));
            }
        }
    }

    fn push_import(
        &mut self,
        elsewhere: Elsewhere,
        offer: &Offer,
        (keyword, of): (&Text, &Text),
        fields: &BTreeMap<Text, Value>,
    ) -> InstanceId {
        let name = |text: Text| Name { text, span: offer.span };
        let path = Text::new(hir::written(&elsewhere.product, &offer.path));
        let declaration = hir::Instance {
            keyword: keyword.clone(),
            definition: name(of.clone()),
            name: name(path.clone()),
            span: offer.span,
            doc: None,
            attributes: IndexMap::default(),
            overrides: Vec::new(),
            blocks: Vec::new(),
            condition: None,
            repeat: None,
        };
        let definition = self.definition(keyword, of);
        let id = self.push_as(path, Text::default(), None, definition, Arc::new(declaration));
        let node = &mut self.nodes[id.0 as usize];
        node.elsewhere = Some(elsewhere);
        for (field, value) in fields {
            node.know(field, value.clone());
        }
        id
    }

    /// What another product exports, as a value: by stack and name, and a store by its name.
    pub(super) fn other(&self, product: &Text) -> Option<Value> {
        let mut all: IndexMap<Text, Value> = IndexMap::default();
        let mut stacks: BTreeMap<&Text, IndexMap<Text, Value>> = BTreeMap::new();
        for ((first, second), (value, _)) in self.others.get(product)? {
            match second {
                Some(second) => drop(stacks.entry(first).or_default().insert(second.clone(), value.clone())),
                None => drop(all.insert(first.clone(), value.clone())),
            }
        }
        all.extend(stacks.into_iter().map(|(stack, of)| (stack.clone(), Value::map(of))));
        Some(Value::map(all))
    }

    /// Says that something of an instance does not cross the border between products.
    pub(super) fn stays_there(&mut self, id: InstanceId, field: &str, asked: Span) {
        let node = self.node(id);
        let message = format!("`{field}` of `{}` does not leave its product", node.name);
        let declared = node.declaration.name.span;
        self.report(
            Diagnostic::error(Code::UnknownField, asked, message)
                .related(declared, "it is declared here")
                .help("what crosses is what it can do for others: its `state_store`, `lock`, `secret_store` and the like"),
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
        let elsewhere = self.instances.iter().filter_map(|instance| instance.elsewhere.as_ref()).filter(|of| of.runs);
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
