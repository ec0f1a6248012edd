//! Evaluation of one product in one environment: by attribute, on demand, once.
//!
//! The planner holds the instances (first stratum) and what has been evaluated of them. `frame` says what a name means where an
//! expression stands, `field` evaluates one field of one instance, `functions` are those that know the whole program.

use super::allocate::Allocator;
use super::lock::Lock;
use crate::base::{Span, Text, text};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{Evaluated, Stop, Work};
use crate::hir::{self, Definition, Implementation, Program};
use crate::shape::Shapes;
use crate::value::{InstanceId, Value};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The product itself, as an instance: its attributes are fields like those of everything else.
pub(super) const PRODUCT: InstanceId = InstanceId(0);

/// An instance while the plan is made.
#[derive(Debug)]
pub(super) struct Node {
    pub keyword: Text,
    pub name: Text,
    pub stack: Option<InstanceId>,
    pub definition: Option<Arc<Definition>>,
    pub declaration: Arc<hir::Instance>,
    /// The instances in a stack by name.
    pub children: IndexMap<Text, InstanceId>,
}

/// A machine that a unit makes.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub unit: InstanceId,
    pub record: Value,
}

enum State {
    Open(Span),
    Done(Evaluated),
}

pub(super) struct Planner<'a> {
    pub program: &'a Program,
    pub types: &'a Types,
    pub shapes: &'a Shapes,
    pub product: &'a Arc<hir::Product>,
    pub environment: Text,
    pub nodes: Vec<Node>,
    pub allocator: Allocator<'a>,
    pub machines: IndexMap<Text, Machine>,
    pub diagnostics: Diagnostics,
    /// The waivers that waived something: policy and thing.
    pub used_waivers: BTreeSet<(Text, Text)>,
    /// Whether the inputs of a module keep its rules, as far as that was asked.
    pub held: BTreeMap<InstanceId, Result<(), Stop>>,
    /// The places that say what a rule refused: one finding for each.
    pub blamed: BTreeSet<Span>,
    /// What evaluation has taken so far.
    pub work: Work,
    fields: BTreeMap<(InstanceId, Text), State>,
    /// What is being evaluated, the innermost last: for the message of a cycle, and for the keys of allocations.
    pub open: Vec<(InstanceId, Text, u32)>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        program: &'a Program,
        types: &'a Types,
        shapes: &'a Shapes,
        product: &'a Arc<hir::Product>,
        environment: &Text,
        lock: &'a Lock,
    ) -> Self {
        let written: Vec<_> = product.instances.iter().flat_map(|instance| written_ranges(instance, environment)).collect();
        let mut planner = Planner {
            program,
            types,
            shapes,
            product,
            environment: environment.clone(),
            nodes: Vec::new(),
            allocator: Allocator::new(lock, environment, &written),
            machines: IndexMap::new(),
            diagnostics: Diagnostics::default(),
            used_waivers: BTreeSet::new(),
            held: BTreeMap::new(),
            blamed: BTreeSet::new(),
            work: Work::default(),
            fields: BTreeMap::new(),
            open: Vec::new(),
        };
        planner.instances();
        planner
    }

    /// First stratum: which instances there are.
    fn instances(&mut self) {
        let product = product_instance(self.product);
        self.push("product".into(), None, None, Arc::new(product));
        for instance in &self.product.instances {
            if !self.exists(instance) {
                continue;
            }
            let definition = self.definition(&instance.keyword, &instance.definition.text);
            let id = self.push(instance.keyword.clone(), None, definition.clone(), instance.clone());
            self.nodes[PRODUCT.0 as usize].children.insert(instance.name.text.clone(), id);
        }
        let stacks: Vec<InstanceId> = self.nodes[PRODUCT.0 as usize].children.values().copied().collect();
        for stack in stacks {
            let Some(definition) = self.node(stack).definition.clone() else { continue };
            for inner in &definition.instances {
                let of = self.definition(&inner.keyword, &inner.definition.text);
                let id = self.push(inner.keyword.clone(), Some(stack), of, inner.clone());
                self.nodes[stack.0 as usize].children.insert(inner.name.text.clone(), id);
            }
        }
        // A condition may ask for inputs of the stack, so all names must be known first.
        let conditional: Vec<InstanceId> = self.ids().filter(|id| self.node(*id).declaration.condition.is_some()).collect();
        for id in conditional {
            if let Ok(false) = self.condition(id) {
                let (parent, name) = (self.node(id).stack.unwrap_or(PRODUCT), self.node(id).name.clone());
                self.nodes[parent.0 as usize].children.shift_remove(&name);
                self.nodes[id.0 as usize].keyword = Text::default();
            }
        }
    }

    fn condition(&mut self, id: InstanceId) -> Result<bool, Stop> {
        let declaration = self.node(id).declaration.clone();
        let Some(condition) = &declaration.condition else { return Ok(true) };
        let frame = self.node(id).stack.unwrap_or(PRODUCT);
        self.is_there(condition, frame)
    }

    fn push(
        &mut self,
        keyword: Text,
        stack: Option<InstanceId>,
        definition: Option<Arc<Definition>>,
        declaration: Arc<hir::Instance>,
    ) -> InstanceId {
        let id = InstanceId(self.nodes.len() as u32);
        let name = declaration.name.text.clone();
        self.nodes.push(Node { keyword, name, stack, definition, declaration, children: IndexMap::new() });
        id
    }

    /// Whether an instance is there in this environment: `only = [prod]`.
    fn exists(&self, instance: &hir::Instance) -> bool {
        let Some(only) = instance.attributes.get("only") else { return true };
        match &only.value.kind {
            hir::ExprKind::List(names) => names.iter().any(|name| name.as_name() == Some(&self.environment)),
            _ => true,
        }
    }

    pub(super) fn definition(&self, keyword: &str, name: &str) -> Option<Arc<Definition>> {
        self.program.definitions.get(&(keyword.into(), name.into())).cloned()
    }

    pub(super) fn node(&self, id: InstanceId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Every instance that is there, in the order they were declared.
    pub(super) fn ids(&self) -> impl Iterator<Item = InstanceId> + use<> {
        let ids: Vec<InstanceId> =
            self.nodes.iter().enumerate().filter(|(_, node)| !node.keyword.is_empty()).map(|(index, _)| InstanceId(index as u32)).collect();
        ids.into_iter()
    }

    /// The instances of a keyword.
    pub(super) fn of(&self, keyword: &str) -> Vec<InstanceId> {
        self.ids().filter(|id| self.node(*id).keyword == keyword).collect()
    }

    /// `mgmt.nodes`
    pub(super) fn path(&self, id: InstanceId) -> Text {
        let node = self.node(id);
        match node.stack {
            Some(stack) => text!("{}.{}", self.node(stack).name, node.name),
            None => node.name.clone(),
        }
    }

    /// The provider instance that an instance runs on: its own `on`, or its stack's.
    pub(super) fn provider(&mut self, id: InstanceId) -> Option<InstanceId> {
        if self.node(id).keyword == "provider" {
            return Some(id);
        }
        match self.field(id, &"on".into(), self.node(id).declaration.name.span) {
            Ok(Value::Instance(provider)) => Some(provider),
            Ok(_) => self.node(id).stack.and_then(|stack| self.provider(stack)),
            Err(Stop) => None,
        }
    }

    /// How a module is made on the provider that an instance of it runs on.
    pub(super) fn implementation(&mut self, id: InstanceId) -> Option<Arc<Implementation>> {
        if self.node(id).keyword != "module" {
            return None;
        }
        let provider = self.provider(id)?;
        let key = (self.node(id).declaration.definition.text.clone(), self.node(provider).declaration.definition.text.clone());
        self.program.implementations.get(&key).cloned()
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A field of an instance, evaluated at most once.
    pub(super) fn field(&mut self, id: InstanceId, name: &Text, asked: Span) -> Evaluated {
        let key = (id, name.clone());
        match self.fields.get(&key) {
            Some(State::Done(done)) => return done.clone(),
            Some(State::Open(_)) => {
                self.cycle(id, name, asked);
                return Err(Stop);
            }
            None => {}
        }
        self.fields.insert(key.clone(), State::Open(asked));
        self.open.push((id, name.clone(), 0));
        let value = self.compute(id, name, asked).and_then(|value| self.hold(value, asked));
        self.open.pop();
        self.fields.insert(key, State::Done(value.clone()));
        value
    }

    /// What was evaluated of a field.
    pub(super) fn evaluated_field(&self, id: InstanceId, name: &str) -> Option<&Value> {
        match self.fields.get(&(id, name.into())) {
            Some(State::Done(Ok(value))) => Some(value),
            _ => None,
        }
    }

    /// What was evaluated of an instance.
    pub(super) fn evaluated(&self, id: InstanceId) -> BTreeMap<Text, Value> {
        let of = self.fields.range((id, Text::default())..).take_while(|((of, _), _)| *of == id);
        of.filter_map(|((_, name), state)| match state {
            State::Done(Ok(value)) => Some((name.clone(), value.clone())),
            _ => None,
        })
        .collect()
    }

    fn cycle(&mut self, id: InstanceId, name: &Text, asked: Span) {
        let start = self.open.iter().position(|(of, field, _)| *of == id && field == name).unwrap_or(0);
        let loop_: Vec<String> = self.open[start..].iter().map(|(of, field, _)| format!("`{}.{field}`", self.path(*of))).collect();
        let first = loop_.first().cloned().unwrap_or_default();
        let mut diagnostic =
            Diagnostic::error(Code::AttributeCycle, asked, format!("{} needs itself: {} → {first}", first, loop_.join(" → ")))
                .help("give one of them a value that does not depend on the others");
        for (of, field, _) in &self.open[start..] {
            if let Some(State::Open(span)) = self.fields.get(&(*of, field.clone())) {
                diagnostic = diagnostic.related(*span, format!("`{}.{field}` is needed here", self.path(*of)));
            }
        }
        self.report(diagnostic);
    }
}

/// The `product` block as an instance of itself.
fn product_instance(product: &hir::Product) -> hir::Instance {
    let mut attributes = IndexMap::new();
    let mut overrides = Vec::new();
    let mut blocks = Vec::new();
    for item in &product.block.body.items {
        match item {
            hir::Item::Attribute(attribute) => {
                attributes.entry(attribute.name.text.clone()).or_insert_with(|| attribute.clone());
            }
            hir::Item::Block(block) if block.keyword.text == "in" => {
                if let Some(hir::Label { value: hir::LabelValue::Word(text), span }) = block.labels.first() {
                    overrides.push((hir::Name { text: text.clone(), span: *span }, block.body.attributes().cloned().collect()));
                }
            }
            hir::Item::Block(block) => blocks.push(block.clone()),
            _ => {}
        }
    }
    hir::Instance {
        keyword: "product".into(),
        definition: hir::Name { text: "product".into(), span: product.name.span },
        name: product.name.clone(),
        span: product.block.span,
        doc: product.block.doc.clone(),
        attributes,
        overrides,
        blocks,
        condition: None,
    }
}

/// The ranges that an instance says itself, so that nothing is allocated over them.
fn written_ranges(instance: &hir::Instance, environment: &str) -> Vec<ipnet::IpNet> {
    let own = instance.attributes.values();
    let overridden = instance.overrides.iter().filter(|(of, _)| of.text == environment).flat_map(|(_, attributes)| attributes);
    own.chain(overridden)
        .filter_map(|attribute| match &attribute.value.kind {
            hir::ExprKind::Literal(hir::Literal::Cidr(cidr)) => Some(*cidr),
            _ => None,
        })
        .collect()
}
