//! What a provider stands on that the product makes itself: the services and modules that it refers to.

use super::planner::{PRODUCT, Planner};
use super::{Plan, Unit};
use crate::base::{Span, Text};
use crate::hir::items::{Plugin, View};
use crate::hir::{self, ExprKind, Meaning, Place};
use crate::value::{InstanceId, Residual, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a provider instance stands on; most stand on nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The services, modules and stacks that it refers to, itself or by another provider, each with the place that says so.
    pub on: BTreeMap<InstanceId, Span>,
    /// The modules among them whose outputs the arguments of its plugins hold.
    pub read: BTreeSet<InstanceId>,
}

impl Planner<'_> {
    /// What each provider instance stands on, where it stands on anything.
    pub(super) fn find_grounds(&self) -> BTreeMap<InstanceId, Ground> {
        let of = |provider: InstanceId| {
            let ground = self.ground(provider);
            (!ground.on.is_empty()).then_some((provider, ground))
        };
        self.of("provider").into_iter().filter_map(of).collect()
    }

    fn ground(&self, provider: InstanceId) -> Ground {
        let mut ground = Ground::default();
        let (mut open, mut seen) = (vec![provider], BTreeSet::from([provider]));
        while let Some(of) = open.pop() {
            for (id, span) in self.names(of) {
                match self.node(id).keyword.as_str() {
                    "provider" if seen.insert(id) => open.push(id),
                    "service" | "module" | "stack" => {
                        ground.on.entry(id).or_insert(span);
                    }
                    _ => {}
                }
            }
        }
        let plugins = self.evaluated_field(provider, Plugin::NAME);
        plugins.into_iter().for_each(|plugins| outputs(plugins, &mut |unit, _| _ = ground.read.insert(unit)));
        ground
    }

    /// The instances that a provider instance names, with the place that says so: as a value, by an output, or where the value is a text
    /// that one of them says, as it is written.
    fn names(&self, provider: InstanceId) -> BTreeMap<InstanceId, Span> {
        let declaration = &self.node(provider).declaration;
        let here = declaration.overrides.iter().filter(|(environment, _)| environment.text == self.environment);
        let here: Vec<_> = here.flat_map(|(_, attributes)| attributes).collect();
        let replaced = |name: &Text| here.iter().any(|of| of.name.text == *name && of.operator == hir::Assign::Set);
        let general = declaration.attributes.values().filter(|of| !replaced(&of.name.text));
        let mut found = BTreeMap::new();
        for attribute in here.iter().copied().chain(general) {
            let value = self.evaluated_field(provider, &attribute.name.text);
            let mut named = value.map(named_by).unwrap_or_default();
            if named.is_empty() {
                self.instances_in(&attribute.value, &mut named);
            }
            named.into_iter().for_each(|id| {
                found.entry(id).or_insert(attribute.value.span);
            });
        }
        for id in self.node(provider).evaluated().flat_map(|(_, value)| named_by(value)) {
            found.entry(id).or_insert(declaration.name.span);
        }
        found
    }

    /// The instances that an expression of the inventory names: of `mgmt.nomad.address` the service, not the stack too.
    fn instances_in(&self, expr: &hir::Expr, found: &mut BTreeSet<InstanceId>) {
        let (mut named, mut inner) = (Vec::new(), BTreeSet::new());
        expr.walk(&mut |expr| {
            let instances = self.instances_of(expr);
            if instances.is_empty() {
                return;
            }
            if let ExprKind::Member(base, _) = &expr.kind {
                inner.insert(base.span);
            }
            named.push((expr.span, instances));
        });
        found.extend(named.into_iter().filter(|(span, _)| !inner.contains(span)).flat_map(|(_, instances)| instances));
    }

    /// The instances that a name of the inventory, or a name behind it, means; all of one that is repeated.
    fn instances_of(&self, expr: &hir::Expr) -> Vec<InstanceId> {
        match &expr.kind {
            ExprKind::Name(name) if self.types.meaning(name) == Meaning::Place(Place::Instance) => {
                self.node(PRODUCT).children.get(&name.text).copied().into_iter().collect()
            }
            ExprKind::Member(base, field) => {
                let within = |of: InstanceId| {
                    let mut found = BTreeSet::new();
                    found.extend(self.node(of).children.get(&field.text));
                    self.node(of).repeated.get(&field.text).into_iter().flatten().for_each(|all| all.instances(&mut found));
                    found
                };
                self.instances_of(base).into_iter().flat_map(within).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The instances that a value names, and those whose outputs it needs.
pub(super) fn named_by(value: &Value) -> BTreeSet<InstanceId> {
    let mut named = BTreeSet::new();
    value.instances(&mut named);
    outputs(value, &mut |unit, _| _ = named.insert(unit));
    named
}

/// Calls `see` with every output of a unit that a value needs.
pub(super) fn outputs(value: &Value, see: &mut dyn FnMut(InstanceId, &Text)) {
    value.walk(&mut |residual| {
        if let Residual::Output(unit, name) = residual {
            see(*unit, name);
        }
    });
}

impl Plan {
    /// The provider instances that stand on something, each with that.
    pub fn grounds(&self) -> impl Iterator<Item = (InstanceId, &Ground)> {
        self.grounds.iter().map(|(provider, ground)| (*provider, ground))
    }

    /// What a provider instance stands on, where that is anything.
    pub fn ground(&self, provider: InstanceId) -> Option<&Ground> {
        self.grounds.get(&provider)
    }

    /// What the provider of a unit stands on.
    pub fn ground_of(&self, unit: &Unit) -> Option<&Ground> {
        self.ground(self.instance(unit.instance)?.provider?)
    }

    /// The service, or the stack with services, that a provider instance stands on: it is there once that is configured.
    pub fn serving(&self, provider: InstanceId) -> Option<InstanceId> {
        let on = self.ground(provider).into_iter().flat_map(|ground| ground.on.keys());
        on.copied().find(|id| self.configured_in(*id).is_some())
    }

    /// The stack that has to be configured before an instance is there, by the number of that stack.
    pub fn configured_in(&self, id: InstanceId) -> Option<InstanceId> {
        let of = self.instance(id)?;
        let has_services = || self.services.iter().any(|service| service.stack == of.name);
        match of.keyword.as_str() {
            "service" => of.stack,
            "stack" => has_services().then_some(id),
            _ => None,
        }
    }

    /// The outputs of other units that a unit needs, for itself or for its provider, by these units.
    pub fn outputs_read(&self, unit: &Unit) -> BTreeMap<InstanceId, BTreeSet<Text>> {
        let mut read: BTreeMap<InstanceId, BTreeSet<Text>> = BTreeMap::new();
        let mut see = |of: InstanceId, name: &Text| _ = read.entry(of).or_default().insert(name.clone());
        unit.inputs.iter().for_each(|(_, value)| outputs(value, &mut see));
        let provider = self.instance(unit.instance).and_then(|instance| self.instance(instance.provider?));
        let plugins = provider.and_then(|provider| provider.fields.get(Plugin::NAME));
        plugins.into_iter().for_each(|value| outputs(value, &mut see));
        read
    }
}
