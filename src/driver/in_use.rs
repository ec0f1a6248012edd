//! What products use of what they share, counted: a product that changes adds and takes away its own part alone.

use super::product::Uses;
use crate::base::Text;
use crate::plan::Image;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is used.
#[derive(Clone, Debug, Default)]
pub(super) struct InUse {
    /// How many products use a module, by contract and provider.
    modules: BTreeMap<(Text, Text), usize>,
    /// How many products use a service.
    roles: BTreeMap<Text, usize>,
    /// The images by name and provider, as the products of these folders describe them.
    images: BTreeMap<(Text, Text), BTreeMap<Text, Image>>,
}

impl InUse {
    /// What the product in a folder uses now, in the place of what it used before.
    pub(super) fn change(&mut self, folder: &Text, before: Option<&Uses>, now: Option<&Uses>) {
        if before == now {
            return;
        }
        if let Some(before) = before {
            before.modules.iter().for_each(|module| less(&mut self.modules, module));
            before.roles.iter().for_each(|role| less(&mut self.roles, role));
            for key in before.images.keys() {
                if let Some(described) = self.images.get_mut(key) {
                    described.remove(folder);
                    if described.is_empty() {
                        self.images.remove(key);
                    }
                }
            }
        }
        if let Some(now) = now {
            now.modules.iter().for_each(|module| *self.modules.entry(module.clone()).or_default() += 1);
            now.roles.iter().for_each(|role| *self.roles.entry(role.clone()).or_default() += 1);
            for (key, image) in &now.images {
                self.images.entry(key.clone()).or_default().insert(folder.clone(), image.clone());
            }
        }
    }

    /// All of it; an image as the first product describes it.
    pub(super) fn uses(&self) -> Uses {
        let first = |(key, described): (&(Text, Text), &BTreeMap<Text, Image>)| Some((key.clone(), described.values().next()?.clone()));
        Uses {
            modules: self.modules.keys().cloned().collect(),
            roles: self.roles.keys().cloned().collect(),
            images: self.images.iter().filter_map(first).collect(),
        }
    }
}

fn less<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// What a product uses, where it could be evaluated.
pub(super) fn of(evaluated: Option<&Arc<Uses>>) -> Option<&Uses> {
    evaluated.map(AsRef::as_ref)
}
