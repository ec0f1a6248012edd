//! The names of what may be renumbered, against what there is: in the sources, and in the locks, which remember what is gone.

use crate::base::{FileId, Text, Workspace, similar, text};
use crate::hir::Product;
use crate::plan::lock::{self, Key, Renumber};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The lock files with their folders and texts.
pub(super) fn locks(workspace: &Workspace) -> impl Iterator<Item = (FileId, &str, &str)> {
    workspace.files().filter_map(|(file, source)| {
        let folder = source.path.strip_suffix(lock::FILE)?.strip_suffix('/')?;
        Some((file, folder, &*source.text))
    })
}

/// The first name that nothing has, with the one that may be meant.
pub(super) fn unknown(
    workspace: &Workspace,
    products: &[Arc<Product>],
    built: &BTreeSet<Text>,
    renumber: &Renumber,
) -> Option<(Text, Option<Text>)> {
    if renumber.is_empty() {
        return None;
    }
    // A product that is gone left its files.
    let mut known = built.clone();
    for product in products {
        let name = &product.name.text;
        known.insert(name.clone());
        for environment in &product.environments {
            known.insert(text!("{name}/{}", environment.text));
            known.insert(text!("{name}/{}/state", environment.text));
            known.extend(product.instances.iter().map(|instance| text!("{name}/{}/{}", environment.text, instance.name.text)));
        }
        let Some((file, source)) = workspace.find(&lock::path(&product.folder)) else { continue };
        let (lock, _) = lock::read(file, &source.text);
        let remembered = lock.facts().map(|(key, _)| key);
        for key in lock.entries().map(|(key, _)| key).chain(remembered).filter_map(|key| Key::read(key)) {
            known.insert(text!("{name}/{}", key.environment));
            known.insert(text!("{name}/{}/{}", key.environment, key.stack()));
        }
    }
    let unknown = renumber.names().find(|name| !known.contains(*name))?;
    // What is nearest has as many parts.
    let parts = unknown.split('/').count();
    let alike = known.iter().map(Text::as_str).filter(|name| name.split('/').count() == parts);
    let nearest = similar::nearest(unknown, alike).or_else(|| similar::nearest(unknown, known.iter().map(Text::as_str)));
    Some((unknown.clone(), nearest.map(Text::new)))
}
