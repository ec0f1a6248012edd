//! Where a value comes from: from a field of an instance back through the library and the product to the places that decide it.
//!
//! Nothing is kept for it while a plan is made. Who asks gets a plan of their own, and the bodies are followed backwards along the
//! part of the value that is asked for: which entry of a map, which turn of a comprehension, which branch of a condition.

mod follow;

use super::Beside;
use super::planner::Planner;
use crate::base::{Key, Span, Text};
use crate::check::Types;
use crate::eval::Work;
use crate::hir;
use crate::shape::Shapes;
use crate::value::{InstanceId, Value};
use follow::Follower;
use std::fmt;
use std::sync::Arc;

/// One place that takes part in a value, with what it takes the value from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// What has the value: `web_eu.nodes.servers`.
    pub what: Text,
    /// How it got it.
    pub how: How,
    /// The expression that says it, as near to the asked part as can be told.
    pub place: Span,
    /// What it is; absent where it could not be evaluated.
    pub value: Option<Value>,
    /// What the expression reads, in the order of the text; what was said before is not repeated.
    pub from: Vec<Origin>,
}

/// How a thing got its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// An instance or the product says it.
    Said,
    /// It is said for this environment.
    InEnvironment(Text),
    /// Nothing is said: the default of the declaration.
    Default,
    /// A `let`.
    Let,
    /// An output.
    Output,
    /// An output that only the tool will know.
    Deferred,
    /// An attribute or block of a definition.
    Attribute,
    /// The name of a thing that is declared here.
    Name,
    /// It is allocated, and kept in the lock under this key.
    Lock(Text),
    /// Another product exports it, as it is in this environment of that one.
    Exported(Text),
}

/// A plan that is asked for the origins of its values.
pub struct Origins<'a> {
    planner: Planner<'a>,
}

impl fmt::Debug for Origins<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origins").field("environment", &self.planner.environment).finish_non_exhaustive()
    }
}

impl<'a> Origins<'a> {
    /// Plans a product in one environment to be asked. What is wrong with it is not said again.
    pub fn new(
        program: &'a hir::Program,
        types: &'a Types,
        shapes: &'a Shapes,
        product: &'a Arc<hir::Product>,
        environment: &Text,
        beside: Beside<'a>,
        work: Work,
    ) -> Origins<'a> {
        let mut planner = Planner::new(program, types, shapes, product, environment, beside, work);
        planner.everything();
        Origins { planner }
    }

    /// The instance at a path of names: none is the product, `web_eu` a stack, `web_eu` `nodes` an instance in it.
    pub fn instance(&self, path: &[Text]) -> Option<InstanceId> {
        path.iter().try_fold(super::planner::PRODUCT, |id, name| self.planner.node(id).children.get(name).copied())
    }

    /// What an instance is called: the names that lead to it.
    pub fn called(&self, id: InstanceId) -> Text {
        self.planner.path(id)
    }

    /// The instances in one, by name.
    pub fn children(&self, id: InstanceId) -> Vec<Text> {
        self.planner.node(id).children.keys().cloned().collect()
    }

    /// The fields of an instance that have a value, sorted.
    pub fn fields(&self, id: InstanceId) -> Vec<(Text, Value)> {
        self.planner.evaluated(id).into_iter().collect()
    }

    /// Every field of every instance that has a value.
    pub fn all(&self) -> Vec<(InstanceId, Text, Value)> {
        let of = |id: InstanceId| self.planner.evaluated(id).into_iter().map(move |(field, value)| (id, field, value));
        self.planner.ids().flat_map(of).collect()
    }

    /// Where a part of a field comes from; absent where the instance has no such field.
    pub fn field(&mut self, id: InstanceId, field: &Text, path: &[Key]) -> Option<Origin> {
        self.quietly(None, |follower| follower.field(id, field, path))
    }

    /// Where a part of a field of a service comes from on one machine.
    pub fn field_on(&mut self, id: InstanceId, field: &Text, host: &Text, path: &[Key]) -> Option<Origin> {
        let record = self.planner.machines.get(host)?.record.clone();
        self.quietly(Some(record), |follower| follower.field(id, field, path))
    }

    /// Where a part of the record of a machine comes from.
    pub fn machine(&mut self, host: &Text, path: &[Key]) -> Option<Origin> {
        self.quietly(None, |follower| follower.machine(host, path))
    }

    /// Follows a value, on a machine where one is given, without saying again what is wrong on the way.
    fn quietly<T>(&mut self, host: Option<Value>, follow: impl FnOnce(&mut Follower<'_, 'a>) -> T) -> T {
        let known = self.planner.diagnostics.0.len();
        let found = follow(&mut Follower::new(&mut self.planner, host));
        self.planner.diagnostics.0.truncate(known);
        found
    }
}
