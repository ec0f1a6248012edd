//! What the files of a product depend on, as one hash: the compiler, what all products share, the product's own sources, and those of the
//! products that it refers to.

use super::between;
use super::layers::Linked;
use crate::artifact::tree::sha256;
use crate::base::{FileId, Text, Workspace, text};
use crate::hir::Product;
use crate::plan::lock::{self, FILE};
use std::collections::{BTreeMap, BTreeSet};

/// The compiler itself: a hash of its sources, which `build.rs` takes.
const COMPILER: &str = env!("INFRAC_COMPILER");

/// The hashes of the sources of a workspace.
pub(super) struct Fingerprints<'w> {
    workspace: &'w Workspace,
    /// Of everything that is not of one product alone.
    shared: String,
    /// The sources of each product, by its folder.
    own: BTreeMap<&'w str, Vec<FileId>>,
    /// The products that each one refers to, and those that they refer to in turn, by the name of each one.
    behind: BTreeMap<Text, Vec<&'w Product>>,
}

impl<'w> Fingerprints<'w> {
    /// Sorts the files of a workspace by what they are read for. `instances` are those that hold nothing but a product and its instances.
    pub(super) fn new(workspace: &'w Workspace, linked: &BTreeMap<&'w Text, &'w Linked>, instances: &BTreeSet<FileId>) -> Fingerprints<'w> {
        let product = |name: &Text| linked.get(name).and_then(|linked| linked.product.as_deref());
        let behind = |name: &Text| between::behind(linked, std::iter::once(name.clone())).iter().filter_map(product).collect();
        let behind = linked.keys().map(|name| ((*name).clone(), behind(name))).collect();
        let products: BTreeSet<&str> = linked.values().filter_map(|linked| Some(linked.product.as_ref()?.folder.as_str())).collect();
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
        Fingerprints { workspace, shared: sha256(shared.as_bytes()), own, behind }
    }

    /// The text of the lock that a product has.
    pub(super) fn lock(&self, product: &Product) -> &'w str {
        self.workspace.find(&lock::path(&product.folder)).map_or("", |(_, source)| &source.text)
    }

    /// The fingerprint of a product with the given lock. The locks of those that it refers to are the `new` ones, by their names, or as
    /// they are.
    pub(super) fn of(&self, product: &Product, lock: &str, new: &BTreeMap<Text, String>) -> Text {
        let mut parts = format!("{}\n", self.shared);
        self.add_own(product, lock, &mut parts);
        for other in self.behind.get(&product.name.text).into_iter().flatten() {
            let lock = new.get(&other.name.text).map_or_else(|| self.lock(other), String::as_str);
            self.add_own(other, lock, &mut parts);
        }
        sha256(parts.as_bytes()).into()
    }

    fn add_own(&self, product: &Product, lock: &str, parts: &mut String) {
        parts.push_str(&format!("{}\n", sha256(lock.as_bytes())));
        for file in self.own.get(product.folder.as_str()).into_iter().flatten() {
            add(parts, self.workspace, *file);
        }
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
