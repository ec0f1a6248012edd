//! Evaluation of one product in one environment: by attribute, on demand, once.
//!
//! The planner holds the instances (first stratum) and what has been evaluated of them. `frame` says what a name means where an
//! expression stands, `field` evaluates one field of one instance, `functions` are those that know the whole program.

use super::Beside;
use super::allocate::Allocator;
use super::ground::Ground;
use super::imports::{Elsewhere, Imports};
use crate::base::IndexMap;
use crate::base::{Span, Text, text};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{Evaluated, Locals, Stop, Work};
use crate::hir::{self, Definition, Field, FieldId, Implementation, Program};
use crate::shape::Shapes;
use crate::value::{InstanceId, Value};
use ipnet::IpNet;
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
    /// The instances in a stack by name; of one that is repeated, by its name and key.
    pub children: IndexMap<Text, InstanceId>,
    /// The instances of what is repeated in a stack, by its name and then by their keys; nothing while that is not known.
    pub repeated: BTreeMap<Text, Option<Value>>,
    /// What the head of a repeated instance binds, in what the instance says.
    pub bound: Vec<Value>,
    /// Where it stands, if not in this product.
    pub elsewhere: Option<Elsewhere>,
    /// What it has.
    pub(super) fields: Arc<hir::Fields>,
    /// The provider instance that it runs on, once that is known.
    provider: Option<InstanceId>,
    /// How a module is made, once that is known.
    implementation: Option<Arc<Implementation>>,
    /// What has been evaluated of each field.
    states: Vec<State>,
}

impl Node {
    fn state(&self, field: FieldId) -> &State {
        self.states.get(field.0 as usize).unwrap_or(&State::Unasked)
    }

    pub(super) fn set(&mut self, field: FieldId, state: State) {
        let at = field.0 as usize;
        if self.states.len() <= at {
            self.states.resize_with(at + 1, || State::Unasked);
        }
        self.states[at] = state;
    }

    /// The provider instance that it runs on, where somebody has asked for that.
    pub(super) fn provider(&self) -> Option<InstanceId> {
        self.provider
    }

    /// The name of a field.
    fn name_of(&self, field: FieldId) -> Text {
        let of_implementation =
            || self.implementation.as_ref()?.lets.get_index(self.fields.in_implementation(field)?).map(|(name, _)| name);
        self.fields.get(field).map(|(name, _)| name).or_else(of_implementation).cloned().unwrap_or_default()
    }

    /// What was evaluated, by field.
    pub(super) fn evaluated(&self) -> impl Iterator<Item = (FieldId, &Value)> {
        self.states.iter().enumerate().filter_map(|(at, state)| match state {
            State::Done(Ok(value)) => Some((FieldId(at as u32), value)),
            _ => None,
        })
    }
}

/// A machine that a unit makes.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub unit: InstanceId,
    pub record: Value,
}

#[derive(Debug)]
pub(super) enum State {
    Unasked,
    Open(Span),
    Done(Evaluated),
}

pub(super) struct Planner<'a> {
    pub program: &'a Program,
    pub types: &'a Types,
    pub shapes: &'a Shapes,
    pub product: &'a Arc<hir::Product>,
    pub environment: Text,
    /// What the products that it refers to export.
    pub imports: &'a Imports,
    /// That as values, by product and by how it is named there, each with the place of its stack or store.
    pub others: BTreeMap<Text, BTreeMap<hir::Path, (Value, Span)>>,
    pub nodes: Vec<Node>,
    pub allocator: Allocator<'a>,
    pub machines: IndexMap<Text, Machine>,
    pub diagnostics: Diagnostics,
    /// The waivers that waived something: policy and thing.
    pub used_waivers: BTreeSet<(Text, Text)>,
    /// The policy that judges, with what was evaluated of it.
    pub judging: Option<(Arc<Definition>, BTreeMap<FieldId, Evaluated>)>,
    /// Whether the inputs of a module keep its rules, as far as that was asked.
    pub held: BTreeMap<InstanceId, Result<(), Stop>>,
    /// The places that say what a rule refused: one finding for each.
    pub blamed: BTreeSet<Span>,
    /// What evaluation has taken so far.
    pub work: Work,
    /// How often something was asked of the product, an instance, or the program as a whole: what was evaluated without that is the same
    /// in every product.
    pub asked: u64,
    /// The fields that were asked for and that nothing has: each was told.
    unknown: BTreeSet<(InstanceId, Text)>,
    /// The addresses of the machines that refer to a service, by the service.
    pub clients: BTreeMap<InstanceId, Arc<BTreeSet<IpNet>>>,
    /// The instances that a service names in what it is given, by the service.
    pub referred: BTreeMap<InstanceId, Arc<BTreeSet<InstanceId>>>,
    /// What the provider instances stand on, those that stand on something.
    pub grounds: BTreeMap<InstanceId, Ground>,
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
        beside: Beside<'a>,
        work: Work,
    ) -> Self {
        let written: Vec<_> = product.instances.iter().flat_map(|instance| written_ranges(instance, environment)).collect();
        let mut planner = Planner {
            program,
            types,
            shapes,
            product,
            environment: environment.clone(),
            imports: beside.imports,
            others: BTreeMap::new(),
            nodes: Vec::new(),
            allocator: Allocator::new(beside.lock, environment, &written),
            machines: IndexMap::default(),
            diagnostics: Diagnostics::default(),
            used_waivers: BTreeSet::new(),
            work,
            asked: 0,
            judging: None,
            held: BTreeMap::new(),
            blamed: BTreeSet::new(),
            unknown: BTreeSet::new(),
            clients: BTreeMap::new(),
            referred: BTreeMap::new(),
            grounds: BTreeMap::new(),
            open: Vec::new(),
        };
        planner.instances();
        planner.import();
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
                if inner.repeat.is_some() {
                    self.nodes[stack.0 as usize].repeated.insert(inner.name.text.clone(), None);
                    continue;
                }
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
        // What is repeated may ask which others there are; what is not there by its condition counts.
        for stack in self.of("stack") {
            let Some(definition) = self.node(stack).definition.clone() else { continue };
            for inner in definition.instances.iter().filter(|inner| inner.repeat.is_some()) {
                let instances = self.repeat(stack, inner).unwrap_or_default();
                let by_key = Value::map(instances.into_iter().map(|(key, id)| (key, Value::Instance(id))));
                self.nodes[stack.0 as usize].repeated.insert(inner.name.text.clone(), Some(by_key));
            }
        }
    }

    fn condition(&mut self, id: InstanceId) -> Result<bool, Stop> {
        let declaration = self.node(id).declaration.clone();
        let Some(condition) = &declaration.condition else { return Ok(true) };
        let frame = self.node(id).stack.unwrap_or(PRODUCT);
        self.is_there(condition, frame, &mut Locals::new())
    }

    fn push(
        &mut self,
        keyword: Text,
        stack: Option<InstanceId>,
        definition: Option<Arc<Definition>>,
        declaration: Arc<hir::Instance>,
    ) -> InstanceId {
        let name = declaration.name.text.clone();
        self.push_as(name, keyword, stack, definition, declaration)
    }

    pub(super) fn push_as(
        &mut self,
        name: Text,
        keyword: Text,
        stack: Option<InstanceId>,
        definition: Option<Arc<Definition>>,
        declaration: Arc<hir::Instance>,
    ) -> InstanceId {
        let id = InstanceId(self.nodes.len() as u32);
        let fields = match &definition {
            Some(of) => self.program.fields.get(&(of.keyword.clone(), of.name.text.clone())).cloned().unwrap_or_default(),
            None => self.program.product_fields.clone(),
        };
        let states = Vec::with_capacity(fields.len());
        let (children, provider, implementation) = (IndexMap::default(), None, None);
        let (repeated, bound) = (BTreeMap::new(), Vec::new());
        self.nodes.push(Node {
            keyword,
            name,
            stack,
            definition,
            declaration,
            children,
            repeated,
            bound,
            elsewhere: None,
            fields,
            provider,
            implementation,
            states,
        });
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
        let of_keyword = self.nodes.iter().enumerate().filter(|(_, node)| node.keyword == keyword);
        of_keyword.map(|(index, _)| InstanceId(index as u32)).collect()
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
        if let Some(known) = self.node(id).provider {
            return Some(known);
        }
        if self.node(id).keyword == "provider" {
            return Some(id);
        }
        // What runs nowhere says so by what its instances may set.
        self.node(id).fields.find("on", None)?;
        let found = match self.field(id, &"on".into(), self.node(id).declaration.name.span) {
            Ok(Value::Instance(provider)) => Some(provider),
            Ok(_) => self.node(id).stack.and_then(|stack| self.provider(stack)),
            Err(Stop) => None,
        };
        self.nodes[id.0 as usize].provider = found;
        found
    }

    /// How a module is made on the provider that an instance of it runs on.
    pub(super) fn implementation(&mut self, id: InstanceId) -> Option<Arc<Implementation>> {
        if let Some(known) = &self.node(id).implementation {
            return Some(known.clone());
        }
        if self.node(id).keyword != "module" {
            return None;
        }
        let provider = self.provider(id)?;
        let key = (self.node(id).declaration.definition.text.clone(), self.node(provider).declaration.definition.text.clone());
        let found = self.program.implementations.get(&key).cloned();
        self.nodes[id.0 as usize].implementation = found.clone();
        found
    }

    /// The field of that name.
    fn find(&mut self, id: InstanceId, name: &str) -> Option<FieldId> {
        let fields = self.node(id).fields.clone();
        // Asking for `on` must not ask for the provider again.
        match fields.find(name, None) {
            Some(own) if name == "on" || fields.is_declared(own) || self.node(id).keyword != "module" => Some(own),
            _ => fields.find(name, self.implementation(id).as_deref()),
        }
    }

    /// An input, `let` or output of an instance's definition.
    pub(super) fn declared(&self, id: InstanceId, name: &str) -> Option<FieldId> {
        self.node(id).fields.declared(name).filter(|_| id != PRODUCT)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A field of an instance by its name, evaluated at most once.
    pub(super) fn field(&mut self, id: InstanceId, name: &Text, asked: Span) -> Evaluated {
        match self.find(id, name) {
            Some(field) => self.field_at(id, field, asked),
            None if self.unknown.insert((id, name.clone())) => self.unknown_field(id, name, asked),
            None => Err(Stop),
        }
    }

    /// A field of an instance, evaluated at most once.
    pub(super) fn field_at(&mut self, id: InstanceId, field: FieldId, asked: Span) -> Evaluated {
        self.asked += 1;
        match self.node(id).state(field) {
            State::Done(done) => return done.clone(),
            State::Open(_) => {
                self.cycle(id, field, asked);
                return Err(Stop);
            }
            State::Unasked => {}
        }
        let name = self.node(id).name_of(field);
        if self.node(id).elsewhere.is_some() {
            self.stays_there(id, &name, asked);
            return Err(Stop);
        }
        self.nodes[id.0 as usize].set(field, State::Open(asked));
        self.open.push((id, name, 0));
        let value = self.compute(id, field).and_then(|value| self.hold(value, asked));
        self.open.pop();
        self.nodes[id.0 as usize].set(field, State::Done(value.clone()));
        value
    }

    /// What a field is, where it is one of the definition.
    pub(super) fn what(&self, id: InstanceId, field: FieldId) -> Option<Field> {
        self.node(id).fields.get(field).map(|(_, what)| what.clone())
    }

    /// The place of a field among the `let`s of the implementation.
    pub(super) fn in_implementation(&self, id: InstanceId, field: FieldId) -> Option<usize> {
        self.node(id).fields.in_implementation(field)
    }

    /// What was evaluated of a field.
    pub(super) fn evaluated_field(&self, id: InstanceId, name: &str) -> Option<&Value> {
        let node = self.node(id);
        match node.state(node.fields.find(name, node.implementation.as_deref())?) {
            State::Done(Ok(value)) => Some(value),
            _ => None,
        }
    }

    /// What was evaluated of an instance.
    pub(super) fn evaluated(&self, id: InstanceId) -> BTreeMap<Text, Value> {
        let node = self.node(id);
        node.evaluated().map(|(field, value)| (node.name_of(field), value.clone())).collect()
    }

    /// The instances that the evaluated fields of an instance name.
    pub(super) fn mentioned(&self, id: InstanceId) -> BTreeSet<InstanceId> {
        let mut found = BTreeSet::new();
        self.node(id).evaluated().for_each(|(_, value)| value.instances(&mut found));
        found
    }

    fn cycle(&mut self, id: InstanceId, field: FieldId, asked: Span) {
        let name = self.node(id).name_of(field);
        let start = self.open.iter().position(|(of, field, _)| *of == id && *field == name).unwrap_or(0);
        let loop_: Vec<String> = self.open[start..].iter().map(|(of, field, _)| format!("`{}.{field}`", self.path(*of))).collect();
        let first = loop_.first().cloned().unwrap_or_default();
        let mut diagnostic =
            Diagnostic::error(Code::AttributeCycle, asked, format!("{} needs itself: {} → {first}", first, loop_.join(" → ")))
                .help("give one of them a value that does not depend on the others");
        for (of, name, _) in &self.open[start..] {
            let node = self.node(*of);
            if let Some(State::Open(span)) = node.fields.find(name, node.implementation.as_deref()).map(|field| node.state(field)) {
                diagnostic = diagnostic.related(*span, format!("`{}.{name}` is needed here", self.path(*of)));
            }
        }
        self.report(diagnostic);
    }
}

/// The `product` block as an instance of itself.
fn product_instance(product: &hir::Product) -> hir::Instance {
    let mut attributes = IndexMap::default();
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
        repeat: None,
    }
}

/// The ranges that an instance says itself, so that nothing is allocated over them.
fn written_ranges(instance: &hir::Instance, environment: &str) -> Vec<IpNet> {
    let own = instance.attributes.values();
    let overridden = instance.overrides.iter().filter(|(of, _)| of.text == environment).flat_map(|(_, attributes)| attributes);
    own.chain(overridden)
        .filter_map(|attribute| match &attribute.value.kind {
            hir::ExprKind::Literal(hir::Literal::Cidr(cidr)) => Some(*cidr),
            _ => None,
        })
        .collect()
}
