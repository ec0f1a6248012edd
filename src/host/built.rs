//! What builds have left files of. Each of them has a lock, whatever became of it since.

use super::Failure;
use super::disk::{Disk, Place};
use super::layout::{MANIFESTS, Owner, has_header};
use super::manifest::{Manifest, SIZE_LIMIT};
use crate::base::{Text, text};
use std::collections::BTreeSet;

/// The folder that has one folder for each product.
const UNITS: &str = "live";

/// What every product has there.
const ROOT: &str = "root.hcl";

/// The largest such file that is looked at.
const ROOT_SIZE: u64 = 1 << 20;

/// The products that a manifest is of, whatever stands in it, and those with a generated file where every product has one.
pub fn built(disk: &mut Disk) -> Result<BTreeSet<Text>, Failure> {
    let mut found = BTreeSet::new();
    for name in names(disk, MANIFESTS)? {
        if let Some(Owner::Product(product)) = Owner::of_manifest(&name) {
            found.insert(product);
        }
    }
    for product in names(disk, UNITS)? {
        let product = Text::new(product);
        let path = text!("{UNITS}/{product}/{ROOT}");
        if !found.contains(&product) && disk.file(&path, ROOT_SIZE)?.is_some_and(|contents| has_header(&contents)) {
            found.insert(product);
        }
    }
    Ok(found)
}

/// Whether the manifest of a product lists one of some files; what cannot be read lists none.
pub fn has_built(disk: &mut Disk, product: &Text, paths: &[Text]) -> Result<bool, Failure> {
    let owner = Owner::Product(product.clone());
    let Some(contents) = disk.file(&owner.manifest(), SIZE_LIMIT)? else { return Ok(false) };
    Ok(Manifest::read(&contents, &owner).is_ok_and(|manifest| paths.iter().any(|path| manifest.files.contains_key(path))))
}

/// Whether a manifest lists a file; what cannot be read lists none.
pub fn is_generated(disk: &mut Disk, path: &str) -> Result<bool, Failure> {
    let Some(owner) = Owner::of(path) else { return Ok(false) };
    let Some(contents) = disk.file(&owner.manifest(), SIZE_LIMIT)? else { return Ok(false) };
    Ok(Manifest::read(&contents, &owner).is_ok_and(|manifest| manifest.files.contains_key(path)))
}

/// The names in a folder; none where it is no folder, which a comparison says.
fn names(disk: &mut Disk, folder: &str) -> Result<Vec<String>, Failure> {
    disk.learn(folder);
    match disk.place(folder)? {
        Place::Folder => disk.names(folder),
        _ => Ok(Vec::new()),
    }
}
