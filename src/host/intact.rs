//! The files of products as they lie on the disk, one digest for each product: what is as it was left needs no second look.

use super::disk::{Disk, Place};
use super::layout::Owner;
use super::manifest::{Manifest, SIZE_LIMIT};
use super::ownership::OURS_LIMIT;
use super::pending::Pending;
use crate::artifact::tree::{digest, sha256};
use crate::base::Text;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The digests of the files of those among `products` whose manifest can be read and whose files are all regular ones. Behind
/// an interrupted build there are none: everything is looked at again.
pub fn digests(disk: &Disk, products: &[Text]) -> BTreeMap<Text, Text> {
    if !Pending::read(disk).is_empty() {
        return BTreeMap::new();
    }
    let found = products.par_iter().filter_map(|product| Some((product.clone(), of_product(disk.clone(), product)?)));
    found.collect()
}

fn of_product(mut disk: Disk, product: &Text) -> Option<Text> {
    let owner = Owner::Product(product.clone());
    let manifest = owner.manifest();
    let (bytes, _) = read(&mut disk, &manifest, SIZE_LIMIT)?;
    let files = Manifest::read_written(&bytes, &owner).ok()?.files;
    let mut found = Vec::with_capacity(files.len());
    for path in files.keys() {
        let (contents, executable) = read(&mut disk, path, OURS_LIMIT)?;
        found.push((path.as_str(), executable, sha256(&contents)));
    }
    Some(digest(found).into())
}

/// The contents of a regular file, and whether its owner may run it.
fn read(disk: &mut Disk, path: &str, limit: u64) -> Option<(Vec<u8>, bool)> {
    disk.learn(path);
    let Ok(Place::File { executable, .. }) = disk.place(path) else { return None };
    Some((disk.read(path, limit).ok()??, executable))
}
