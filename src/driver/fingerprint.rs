//! What the files of a product depend on, as one hash: the compiler, what all products share, and the product's own sources.

use crate::artifact::tree::sha256;
use crate::base::{FileId, Text, Workspace, text};
use crate::hir::Product;
use crate::plan::lock::{self, FILE};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The compiler itself: a hash of its sources, which `build.rs` takes.
const COMPILER: &str = env!("INFRAC_COMPILER");

/// The hashes of the sources of a workspace.
pub(super) struct Fingerprints<'w> {
    workspace: &'w Workspace,
    /// Of everything that is not of one product alone.
    shared: String,
    /// The sources of each product, by its folder.
    own: BTreeMap<&'w str, Vec<FileId>>,
}

impl<'w> Fingerprints<'w> {
    /// Sorts the files of a workspace by what they are read for. `instances` are those that hold nothing but a product and its instances.
    pub(super) fn new<'p>(
        workspace: &'w Workspace,
        products: impl Iterator<Item = &'p Arc<Product>>,
        instances: &BTreeSet<FileId>,
    ) -> Fingerprints<'w> {
        let products: BTreeSet<&str> = products.map(|product| product.folder.as_str()).collect();
        let mut own = BTreeMap::<&str, Vec<FileId>>::new();
        let mut shared = String::from(COMPILER);
        for (file, source) in workspace.files() {
            let folder = above(&source.path).find(|folder| products.contains(folder));
            // The lock of a product comes to its fingerprint on its own: a build may be about to write another one.
            let is_lock =
                source.path.strip_suffix(FILE).and_then(|path| path.strip_suffix('/')).is_some_and(|folder| products.contains(folder));
            match folder {
                Some(folder) if instances.contains(&file) => own.entry(folder).or_default().push(file),
                Some(_) if is_lock => {}
                _ => add(&mut shared, workspace, file),
            }
        }
        Fingerprints { workspace, shared: sha256(shared.as_bytes()), own }
    }

    /// The text of the lock that a product has.
    pub(super) fn lock(&self, product: &Product) -> &'w str {
        self.workspace.find(&lock::path(&product.folder)).map_or("", |(_, source)| &source.text)
    }

    /// The fingerprint of a product with the given lock.
    pub(super) fn of(&self, product: &Product, lock: &str) -> Text {
        let mut parts = format!("{}\n{}\n", self.shared, sha256(lock.as_bytes()));
        for file in self.own.get(product.folder.as_str()).into_iter().flatten() {
            add(&mut parts, self.workspace, *file);
        }
        sha256(parts.as_bytes()).into()
    }
}

fn add(parts: &mut String, workspace: &Workspace, file: FileId) {
    let source = workspace.file(file);
    parts.push_str(&text!("{} {}\n", sha256(source.text.as_bytes()), source.path.escape_default()));
}

/// The folders above a file, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(folder, _)| folder)).skip(1)
}
