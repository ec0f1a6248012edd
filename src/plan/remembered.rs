//! What of a plan the lock remembers beside what was allocated: where things are made, where the states are, which units there are, how
//! large volumes are.

use super::{Instance, Plan, Unit, lock};
use crate::base::{Text, text};
use crate::eval;
use crate::hir::items::{Provider, State, StateStore, View, VolumeGroup};
use crate::value::{InstanceId, Value};
use std::collections::BTreeSet;

/// A line of the lock that remembers something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its key.
    pub key: Text,
    /// What it says.
    pub says: Text,
    /// What it is about.
    pub what: What,
}

/// What a line remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Where a provider instance makes things.
    Provider(InstanceId),
    /// Where the states are, which this keeps.
    State(InstanceId),
    /// How large the volumes are that a module makes.
    Volumes(InstanceId),
    /// Which module made what a unit holds.
    Unit(InstanceId),
}

impl Plan {
    /// What the lock remembers of this environment beside what was allocated.
    pub fn remembered(&self) -> Vec<Remembered> {
        let providers = self.sites();
        let state = self.place_of_state();
        // Before that, nobody says that they were made.
        let units = self.is_ready().then(|| self.units_that_are_there()).into_iter().flatten();
        providers.chain(state).chain(self.sizes_of_volumes()).chain(units).collect()
    }

    /// Of each provider instance that makes something.
    fn sites(&self) -> impl Iterator<Item = Remembered> {
        let used: BTreeSet<&Text> = self.units.iter().map(|unit| &unit.provider_instance).collect();
        let instances = (0..).map(InstanceId).zip(&self.instances);
        let providers = instances.filter(move |(_, instance)| instance.keyword == "provider" && used.contains(&instance.name));
        providers.map(|(id, instance)| Remembered {
            key: lock::of_provider(&self.environment, &instance.name),
            says: said(&instance.definition, Provider::over(instance.said()).place()),
            what: What::Provider(id),
        })
    }

    /// Where the environment is ready: before that, its states are beside the units.
    fn place_of_state(&self) -> Option<Remembered> {
        let state = self.state()?;
        let id = State::store(state)?;
        let (instance, store) = (self.instance(id)?, self.state_store()?);
        let name = self.name_of_store(instance);
        let says = match store.place().next() {
            Some(_) => said(&name, store.place()),
            None => said(&name, StateStore::settings(store)),
        };
        self.is_ready().then(|| Remembered { key: lock::of_state(&self.environment), says, what: What::State(id) })
    }

    /// What tells a store from others that say the same of themselves: a service runs in one stack.
    fn name_of_store(&self, store: &Instance) -> Text {
        match (&store.elsewhere, store.stack.and_then(|stack| self.instance(stack))) {
            (Some(elsewhere), _) => text!("{}.{}", elsewhere.product, store.definition),
            (None, Some(stack)) => text!("{}.{}", stack.name, store.name),
            (None, None) => store.definition.clone(),
        }
    }

    /// The lines in which units are remembered, whether the environment is ready or not.
    pub fn keys_of_units(&self) -> BTreeSet<Text> {
        self.units.iter().map(|unit| self.key_of(unit)).collect()
    }

    fn key_of(&self, unit: &Unit) -> Text {
        text!("{}/{}.{}@{}", self.environment, unit.stack, unit.name, unit.provider_instance)
    }

    fn volumes(&self, unit: &Unit) -> Option<VolumeGroup<'_>> {
        self.instance(unit.instance)?.block()
    }

    fn sizes_of_volumes(&self) -> impl Iterator<Item = Remembered> {
        self.units.iter().filter_map(|unit| {
            let of = self.volumes(unit)?;
            let size = eval::text_of(&Value::Bytes(of.size()?))?;
            let label = Text::new_static("label");
            let says = said(&size, of.label().map(|value| (&label, value)).into_iter());
            Some(Remembered { key: self.key_of(unit), says, what: What::Volumes(unit.instance) })
        })
    }

    fn units_that_are_there(&self) -> impl Iterator<Item = Remembered> {
        let units = self.units.iter().filter(|unit| self.volumes(unit).is_none());
        units.filter_map(|unit| {
            let (key, says) = (self.key_of(unit), unit.module.clone());
            lock::Key::read(&key)?;
            Some(Remembered { key, says, what: What::Unit(unit.instance) })
        })
    }
}

/// A name and what is said with it, as words: a text that could be taken for several stands in quotes.
fn said<'a>(name: &Text, words: impl Iterator<Item = (&'a Text, &'a Text)>) -> Text {
    let mut says = name.to_string();
    for (key, value) in words {
        let is_plain = !value.is_empty() && !value.contains(|letter: char| letter.is_control() || letter.is_whitespace() || letter == '"');
        let value = if is_plain { value.to_string() } else { value.escape_default().to_string().replace(' ', "\\u{20}") };
        says.push_str(&format!(" {key}={value}"));
    }
    says.into()
}
