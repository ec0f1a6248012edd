//! In which order products are evaluated: each behind those that it refers to. It is kept until a product has another name or refers to
//! another one, so that an edit of one of many costs the others nothing.

use super::super::between;
use super::Held;
use crate::base::Text;
use crate::hir::Product;
use std::collections::{BTreeMap, BTreeSet};

/// Products in groups, each group behind those that it refers to.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) waves: Vec<Wave>,
}

/// Products that refer to none of each other, by folder.
#[derive(Debug, Default)]
pub(super) struct Wave {
    pub(super) turns: BTreeMap<Text, Turn>,
    /// Those that refer to others.
    pub(super) referring: Vec<Text>,
    /// Those that others refer to.
    pub(super) referred: Vec<Text>,
}

/// A product whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) name: Text,
    /// Whether it is to be compiled.
    pub(super) is_wanted: bool,
    /// Whether one that is wanted asks for what it exports.
    pub(super) is_asked: bool,
}

impl Order {
    pub(super) fn new(products: &BTreeMap<Text, Held>, wants: impl Fn(&Product) -> bool) -> Order {
        let by_name = between::by_name(products.values().map(|held| &held.linked));
        let is_wanted = |name: &Text| by_name.get(name).and_then(|linked| linked.product.as_ref()).is_some_and(|product| wants(product));
        let wanted = by_name.keys().filter(|name| is_wanted(name)).map(|name| (*name).clone());
        let asked = between::behind(&by_name, wanted);
        let referred: BTreeSet<&Text> = by_name.values().flat_map(|linked| linked.refers.keys()).collect();
        let mut folders: BTreeMap<&Text, &Text> = BTreeMap::new();
        for (folder, held) in products {
            if let Some(product) = &held.linked.product {
                folders.entry(&product.name.text).or_insert(folder);
            }
        }
        let mut waves = Vec::new();
        for names in between::waves(&by_name) {
            let mut wave = Wave::default();
            for name in names {
                let Some(folder) = folders.get(&name) else { continue };
                if by_name.get(&name).is_some_and(|linked| !linked.refers.is_empty()) {
                    wave.referring.push((*folder).clone());
                }
                if referred.contains(&name) {
                    wave.referred.push((*folder).clone());
                }
                let turn = Turn { is_wanted: is_wanted(&name), is_asked: asked.contains(&name), name };
                wave.turns.insert((*folder).clone(), turn);
            }
            waves.push(wave);
        }
        Order { waves }
    }
}
