//! `infra.lock`: what was allocated, so that adding or removing one thing renumbers nothing else.
//!
//! One line for each allocation, sorted, so that two branches that add different things merge. The key names the environment, the
//! thing and the provider instance, so moving a thing to another provider allocates it anew. A line that is an environment's name
//! alone says which ranges its networks were taken from, by which a damaged line is told from a source that changed. Further lines
//! remember what nobody allocates and nothing can change under what runs: where a provider makes things (`prod@eu`), where the states
//! are (`prod.state`), how large volumes are (`prod/mgmt.disks@eu = 100GiB`), which module made what a unit of an environment holds that is ready
//! (`prod/front.zone@cf = dns`). The file is written beside the product's sources and
//! committed.

mod fact;
mod key;
mod owners;
mod read;
mod renumber;

use crate::base::{Span, Text, text};
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;

pub use fact::{Fact, of_provider, of_state, size};
pub use key::{Key, is_name, is_word};
pub use read::read;
pub use renumber::Renumber;

/// What one product was given, by key; [`Key`] says what is in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<Text, Entry>,
    pools: BTreeMap<Text, Pools>,
    facts: BTreeMap<Text, Fact>,
    /// The keys of lines that were left out because another owner keeps their place.
    moved: BTreeSet<Text>,
}

/// One line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the line says.
    pub value: Held,
    /// Where its value stands.
    pub span: Span,
}

/// The ranges that the networks of an environment were taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pools {
    /// Sorted, each once; one may lie in another.
    pub ranges: Vec<Ipv4Net>,
    /// Where its value stands.
    pub span: Span,
}

/// What was allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// A network, without host bits.
    Range(Ipv4Net),
    /// An address.
    Address(Ipv4Addr),
    /// A number.
    Number(i64),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Range(range) => range.fmt(f),
            Held::Address(address) => address.fmt(f),
            Held::Number(number) => number.fmt(f),
        }
    }
}

/// The name of the file, beside the sources of its product.
pub const FILE: &str = "infra.lock";

/// Where the lock of the product in a folder is.
pub fn path(folder: &str) -> Text {
    text!("{folder}/{FILE}")
}

/// The first line of a lock file; a later format has another number.
const HEAD: &str = "# What infrac allocated, so that nothing is renumbered. Keep it in version control; format 1.";

impl Lock {
    /// What a key got.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Whether a line of that key was left out because another owner keeps its place.
    pub fn has_moved(&self, key: &str) -> bool {
        self.moved.contains(key)
    }

    /// Every line, in the order of keys.
    pub fn entries(&self) -> impl Iterator<Item = (&Text, &Entry)> {
        self.entries.iter()
    }

    /// The lines of an environment, in the order of keys.
    pub fn of<'a>(&'a self, environment: &'a str) -> impl Iterator<Item = (&'a Text, &'a Entry)> {
        let below = move |key: &str| key.strip_prefix(environment).is_some_and(|rest| rest.starts_with('/'));
        let first = crate::base::text!("{environment}/");
        self.entries.range(first..).take_while(move |(key, _)| below(key))
    }

    /// Whether something is allocated in an environment of that name.
    pub fn has_environment(&self, name: &str) -> bool {
        self.pools.contains_key(name) || self.of(name).next().is_some()
    }

    /// Whether something is allocated for an instance of that name, in some environment: a stack, a part of one, a provider.
    pub fn has_instance(&self, name: &str) -> bool {
        let is_it = |key: Key<'_>| key.provider == name || key.path.split(['.', '[']).any(|part| part == name);
        self.entries.keys().filter_map(|key| Key::read(key)).any(is_it)
    }

    /// What the networks of an environment were taken from, where the lock says so.
    pub fn pools(&self, environment: &str) -> Option<&Pools> {
        self.pools.get(environment)
    }

    /// What every line remembers that holds no allocation, in the order of keys.
    pub fn facts(&self) -> impl Iterator<Item = (&Text, &Fact)> {
        self.facts.iter()
    }

    /// What is remembered of the units of an environment, in the order of keys.
    pub fn units<'a>(&'a self, environment: &'a str) -> impl Iterator<Item = (&'a Text, &'a Fact)> {
        let first = text!("{environment}/");
        let below = move |key: &str| key.strip_prefix(environment).is_some_and(|rest| rest.starts_with('/'));
        self.facts.range(first..).take_while(move |(key, _)| below(key))
    }

    /// What a line remembers that holds no allocation.
    pub fn fact(&self, key: &str) -> Option<&Fact> {
        self.facts.get(key)
    }
}

/// The environment that a line is about: what its key begins with.
fn environment_of(key: &str) -> &str {
    key.split(['/', '@', '.']).next().unwrap_or_default()
}

/// What a lock file is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// What was allocated, by key.
    pub values: BTreeMap<Text, Held>,
    /// The ranges of each environment that its networks were taken from.
    pub pools: BTreeMap<Text, Vec<Ipv4Net>>,
    /// What else is remembered, by key.
    pub facts: BTreeMap<Text, Text>,
}

impl Lines {
    /// Adds what a lock holds of the environments of which something holds.
    pub fn keep(&mut self, lock: &Lock, holds: impl Fn(&str) -> bool) {
        let is_of = |key: &Text| holds(environment_of(key));
        self.values.extend(lock.entries.iter().filter(|(key, _)| is_of(key)).map(|(key, entry)| (key.clone(), entry.value)));
        self.pools.extend(lock.pools.iter().filter(|(key, _)| is_of(key)).map(|(key, pools)| (key.clone(), pools.ranges.clone())));
        self.facts.extend(lock.facts.iter().filter(|(key, _)| is_of(key)).map(|(key, fact)| (key.clone(), fact.says.clone())));
    }
}

/// The text of a lock file with these values, the ranges of each environment that they were taken from, and what else is remembered.
pub fn print(values: &BTreeMap<Text, Held>, pools: &BTreeMap<Text, Vec<Ipv4Net>>, facts: &BTreeMap<Text, Text>) -> String {
    let mut lines: BTreeMap<&str, String> = values.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect();
    lines.extend(facts.iter().map(|(key, says)| (key.as_str(), says.to_string())));
    for (environment, ranges) in pools.iter().filter(|(_, ranges)| !ranges.is_empty()) {
        let ranges: Vec<String> = ranges.iter().map(Ipv4Net::to_string).collect();
        lines.insert(environment, ranges.join(", "));
    }
    let mut text = format!("{HEAD}\n");
    for (key, value) in lines {
        text.push_str(key);
        text.push_str(" = ");
        text.push_str(&value);
        text.push('\n');
    }
    text
}
