//! What a product, its services and providers say of themselves, as typed views.

use super::{Host, Instance, Plan, Service, Stack};
use crate::base::Span;
use crate::hir;
use crate::hir::items::{self, Authority, Lock, Product, Repository, SecretStore, Secrets, State, StateStore, Values, View, WayIn};
use crate::value::{InstanceId, Value};

impl Instance {
    /// What was evaluated of it, by field.
    pub fn said(&self) -> Values<'_> {
        Values::from(&self.fields)
    }

    /// What it says in a block that is there once.
    pub fn block<'v, V: View<'v>>(&'v self) -> Option<V> {
        self.said().block()
    }
}

impl Host {
    /// What the library says of it.
    pub fn said(&self) -> Option<items::Host<'_>> {
        items::Host::of(&self.record)
    }
}

impl Plan {
    /// A stack by its name.
    pub fn stack(&self, name: &str) -> Option<&Stack> {
        self.stacks.iter().find(|stack| stack.name == name)
    }

    /// The services that run on a machine.
    pub fn services_on<'p>(&'p self, host: &str) -> impl Iterator<Item = &'p Service> {
        self.ways.services(self, host).iter().map(|at| &self.services[*at])
    }

    /// A machine by its name; of several the first one.
    pub fn host(&self, name: &str) -> Option<&Host> {
        let at = self.hosts.partition_point(|host| host.name.as_str() < name);
        self.hosts.get(at).filter(|host| host.name == name)
    }

    /// What an instance is given in this environment, what holds here alone first.
    pub fn given<'p>(&'p self, declaration: &'p hir::Instance) -> impl Iterator<Item = &'p hir::Attribute> {
        let here = declaration.overrides.iter().filter(|(environment, _)| environment.text == self.environment);
        here.flat_map(|(_, attributes)| attributes).chain(declaration.attributes.values()).map(AsRef::as_ref)
    }

    /// Where an instance is given a value that fits; nothing where none of its own attributes has one.
    pub fn given_where(&self, id: InstanceId, fits: impl Fn(&Value) -> bool) -> Option<Span> {
        let instance = self.instance(id)?;
        let mut given = self.given(&instance.declaration);
        let found = given.find(|attribute| instance.fields.get(&attribute.name.text).is_some_and(&fits));
        found.map(|attribute| attribute.value.span)
    }

    /// An instance by its number.
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.instances.get(id.0 as usize)
    }

    /// What the product says.
    pub fn said(&self) -> Product<'_> {
        Product::over(Values::from(&self.settings))
    }

    /// What a block of the product says.
    fn said_in<'v, V: View<'v>>(&'v self) -> Option<V> {
        Values::from(&self.settings).block()
    }

    /// Where its state is, where it says that.
    pub fn state(&self) -> Option<State<'_>> {
        self.said_in()
    }

    /// Whether its state is where pipelines can reach it.
    pub fn is_ready(&self) -> bool {
        self.state().is_some_and(|state| state.ready().any(|name| *name == self.environment))
    }

    /// What keeps its state, the locks of that and its secrets.
    pub fn keepers(&self) -> impl Iterator<Item = InstanceId> {
        let state = self.state();
        [state.and_then(State::store), state.and_then(State::lock), self.secrets().and_then(Secrets::store)].into_iter().flatten()
    }

    /// Where its secrets are, where it says that.
    pub fn secrets(&self) -> Option<Secrets<'_>> {
        self.said_in()
    }

    /// Where its sources are, where it says that.
    pub fn repository(&self) -> Option<Repository<'_>> {
        self.said_in()
    }

    /// Who signs the certificates of its services.
    pub fn authority(&self) -> Option<Authority<'_>> {
        self.said_in()
    }

    /// What keeps the state of its units.
    pub fn state_store(&self) -> Option<StateStore<'_>> {
        self.instance(self.state()?.store()?)?.block()
    }

    /// What keeps the locks of its state.
    pub fn lock(&self) -> Option<Lock<'_>> {
        self.instance(self.state()?.lock()?)?.block()
    }

    /// What keeps its secrets.
    pub fn secret_store(&self) -> Option<SecretStore<'_>> {
        self.instance(self.secrets()?.store()?)?.block()
    }

    /// Whether units of this product make what keeps its states, their locks or its secrets.
    pub fn serves_itself(&self) -> bool {
        let (state, secrets) = (self.state(), self.secrets());
        let serving = [state.and_then(State::store), state.and_then(State::lock), secrets.and_then(Secrets::store)];
        serving.into_iter().flatten().filter_map(|id| self.instance(id)).any(|of| of.stack.is_some())
    }

    /// The services that lead into its private networks, in their order.
    pub fn ways_in(&self) -> impl Iterator<Item = (&Service, WayIn<'_>)> {
        self.services.iter().filter_map(|service| Some((service, self.instance(service.instance)?.block()?)))
    }
}
