//! A product in one environment, evaluated: instances, units with their inputs, hosts with their variables.

mod accounts;
mod allocate;
mod changed;
mod checks;
pub mod expected;
mod field;
mod first;
mod frame;
mod functions;
mod ground;
pub mod image;
mod imports;
mod judged;
pub mod lock;
pub mod names;
pub mod origin;
mod phases;
mod planner;
mod reach;
mod refined;
mod remembered;
mod repeat;
mod rules;
mod said;
mod services;
mod stacks;
mod units;
mod ways;
mod written;

use crate::base::{Span, Text};
use crate::check::Types;
use crate::diag::Diagnostics;
use crate::eval::Work;
use crate::hir;
use crate::shape::Shapes;
use crate::ty::Ty;
use crate::value::{Entries, InstanceId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use accounts::{CredentialVariable, JobVariable};
pub use allocate::{Allocation, Misfit};
pub use first::First;
pub use ground::Ground;
pub use image::Image;
pub use imports::{Elsewhere, Exported, Exports, Imports, NO_IMPORTS, Offer, Offered, rank};
pub use lock::Lock;
pub use phases::{Phase, Tool};
pub use reach::Standing;
pub use remembered::{Remembered, What};
pub use ways::Gate;

/// What a product is planned with beside the program.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// What was allocated before.
    pub lock: &'a Lock,
    /// What the products that it refers to export.
    pub imports: &'a Imports,
}

impl<'a> From<&'a Lock> for Beside<'a> {
    fn from(lock: &'a Lock) -> Beside<'a> {
        Beside { lock, imports: &NO_IMPORTS }
    }
}

/// Evaluates a product in one environment; `work` is what the product has taken in the others. There is no plan where something that it is made of could not be evaluated.
pub fn plan(
    program: &hir::Program,
    types: &Types,
    shapes: &Shapes,
    product: &Arc<hir::Product>,
    environment: &Text,
    beside: Beside<'_>,
    work: &mut Work,
) -> (Option<Plan>, Diagnostics) {
    let mut planner = planner::Planner::new(program, types, shapes, product, environment, beside, std::mem::take(work));
    planner.everything();
    planner.grounds = planner.find_grounds();
    let mut units = planner.units();
    let services = planner.services();
    planner.stand(&mut units, &services);
    let hosts = planner.hosts(&services);
    planner.checks();
    let stacks = planner.stacks(&units, &services);
    let images = planner.images();
    let (settings, instances) = planner.instances_of_plan();
    *work = std::mem::take(&mut planner.work);
    let mut diagnostics = std::mem::take(&mut planner.diagnostics);
    let allocations = std::mem::take(&mut planner.allocator.made);
    let used_waivers = std::mem::take(&mut planner.used_waivers);
    let grounds = std::mem::take(&mut planner.grounds);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let (product, environment) = (product.clone(), environment.clone());
    let mut plan = Plan {
        product,
        environment,
        rank: 0,
        settings,
        instances,
        units,
        hosts,
        services,
        stacks,
        configured: Vec::new(),
        phases: Vec::new(),
        grounds,
        images,
        allocations,
        used_waivers,
        ways: ways::Ways::default(),
    };
    match plan.configuration().and_then(|configured| plan.order(configured)) {
        Ok((configured, phases)) => (plan.configured, plan.phases) = (configured, phases),
        Err(circle) => {
            diagnostics.push(*circle);
            return (None, diagnostics);
        }
    }
    (Some(plan), diagnostics)
}

/// One product in one environment.
#[derive(Debug)]
pub struct Plan {
    /// The product.
    pub product: Arc<hir::Product>,
    /// The environment's name.
    pub environment: Text,
    /// How many environments pipelines change before this one at the least: see [`rank`].
    pub rank: usize,
    /// The attributes of the `product` block in this environment, each evaluated; its blocks (`state`, `secrets` …) are records.
    pub settings: Entries,
    /// Every instance, indexed by `InstanceId`: providers, stacks, and the modules and services in them.
    pub instances: Vec<Instance>,
    /// One for each module instance, in the order of their paths.
    pub units: Vec<Unit>,
    /// Every machine, in the order of their names.
    pub hosts: Vec<Host>,
    /// One for each service instance, in the order of stacks, then as declared in the stack.
    pub services: Vec<Service>,
    /// The stacks in an order in which each stands behind what it needs, with what it needs.
    pub stacks: Vec<Stack>,
    /// The same stacks in the order in which their machines are configured: each behind the ways into and out of its machines.
    pub configured: Vec<Text>,
    /// What is done with the stacks, in order: their units are made and their machines configured.
    pub phases: Vec<Phase>,
    /// What the provider instances stand on that the product makes itself; most stand on nothing.
    grounds: BTreeMap<InstanceId, Ground>,
    /// What Packer builds on the providers of this environment, in the order of images and providers.
    pub images: Vec<Image>,
    /// What was allocated, by the key in the lock file.
    pub allocations: BTreeMap<Text, Allocation>,
    /// The waivers that waived something: policy and thing.
    pub used_waivers: BTreeSet<(Text, Text)>,
    /// What is asked of every machine, once somebody asks.
    ways: ways::Ways,
}

/// An instance of a definition.
#[derive(Debug)]
pub struct Instance {
    /// `module`
    pub keyword: Text,
    /// `compute`
    pub definition: Text,
    /// The name within its stack or product: `nodes`.
    pub name: Text,
    /// The stack it stands in.
    pub stack: Option<InstanceId>,
    /// The provider instance that it runs on.
    pub provider: Option<InstanceId>,
    /// Every input, `let` and known output that was needed, evaluated.
    pub fields: BTreeMap<Text, Value>,
    /// As declared.
    pub declaration: Arc<hir::Instance>,
    /// Where it stands, if not in this product. Such an instance has no keyword: nothing is made for it here.
    pub elsewhere: Option<Elsewhere>,
}

/// A deployable unit: one module instance.
#[derive(Debug)]
pub struct Unit {
    /// The instance.
    pub instance: InstanceId,
    /// `mgmt/nodes`: the folder below the environment.
    pub path: Text,
    /// The stack's name.
    pub stack: Text,
    /// The unit's own name.
    pub name: Text,
    /// The module.
    pub module: Text,
    /// The module's group.
    pub group: Text,
    /// The provider's name.
    pub provider: Text,
    /// The provider instance's name.
    pub provider_instance: Text,
    /// The inputs by the name of the module's hole; `Residual::Output` in them is another unit's output. `labels` is not among them: root.hcl gives it.
    pub inputs: Vec<(Text, Value)>,
    /// The units whose outputs it needs, itself or for the arguments of its provider.
    pub dependencies: Vec<Dependency>,
    /// The other units that have to be there, because its provider stands on them.
    pub behind: Vec<Dependency>,
    /// Where it is declared.
    pub span: Span,
}

impl Unit {
    /// Every unit that has to be there before it.
    pub fn needs(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().chain(&self.behind)
    }
}

/// A unit that another one needs.
#[derive(Debug)]
pub struct Dependency {
    /// The unit that is needed.
    pub instance: InstanceId,
    /// Its path.
    pub path: Text,
    /// A name for it that is unique in the unit that needs it: `network`.
    pub name: Text,
    /// Every output of it with a value of the exact type that stands for it until there is one.
    pub mocks: Vec<(Text, Value)>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its name, unique in the product and environment and everywhere else the inventory is used: `acme-prod-mgmt-nodes-0`.
    pub name: Text,
    /// Its stack.
    pub stack: Text,
    /// The unit that creates it.
    pub unit: Text,
    /// The record that the library made: `address`, `subnet`, `arch` …
    pub record: Value,
    /// The services on it, in the order they are configured.
    pub services: Vec<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// A service on the machines of a stack.
#[derive(Debug)]
pub struct Service {
    /// The instance.
    pub instance: InstanceId,
    /// The service's definition.
    pub service: Text,
    /// The stack.
    pub stack: Text,
    /// The group of machines that its values are for: the stack, or where that has the service more than once, the stack and the instance.
    pub group: Text,
    /// The hosts, by name.
    pub hosts: Vec<Text>,
    /// Values of the role's holes that are the same on every host, by the hole's name.
    pub group_vars: Vec<(Text, Value)>,
    /// Values of the role's holes that differ by host: by host, then by the hole's name.
    pub host_vars: BTreeMap<Text, Vec<(Text, Value)>>,
    /// Where it is declared.
    pub span: Span,
}

/// A stack as a phase: its units, then its services.
#[derive(Debug)]
pub struct Stack {
    /// The instance.
    pub instance: InstanceId,
    /// Its name.
    pub name: Text,
    /// The stacks that must be there before.
    pub needs: BTreeSet<Text>,
    /// Those among them that its services refer to.
    pub refers: BTreeSet<Text>,
}

/// A value of the given type that stands for an output until there is one.
pub fn mock(ty: &Ty) -> Value {
    match ty.plain() {
        Ty::Bool => Value::Bool(false),
        Ty::Int | Ty::Port | Ty::Bytes | Ty::Duration | Ty::Money => Value::Int(1),
        Ty::Float => Value::Float(1.0),
        Ty::List(ty) => Value::list([mock(ty)]),
        Ty::Record(record) => Value::map(record.fields.iter().map(|field| (field.name.clone(), mock(&field.ty)))),
        Ty::Map(_) => Value::map::<Text>([]),
        Ty::Optional(ty) | Ty::Secret(ty) => mock(ty),
        Ty::Ip => Value::text("192.0.2.1"),
        Ty::Cidr => Value::text("192.0.2.0/24"),
        // What configures a plugin is looked at when it is.
        Ty::Url => Value::text("https://192.0.2.1"),
        Ty::Fqdn => Value::text("mock.example.com"),
        _ => Value::text("1"),
    }
}
