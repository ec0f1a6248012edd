//! The manifests of the output folder: what they list now, and what they will.

use super::Failure;
use super::disk::{Disk, Place};
use super::exact::Before;
use super::layout::{MANIFESTS, Owner};
use super::manifest::{Manifest, Newer, SIZE_LIMIT, Unreadable};
use super::ownership::{Permission, Scope};
use crate::base::Text;
use std::collections::BTreeMap;

/// The manifests on the disk, each with what stands there.
pub(super) type Listed = BTreeMap<Owner, (Manifest, Before)>;

/// Reads them, with those that cannot be believed.
pub(super) fn read_manifests(disk: &mut Disk, permission: &Permission) -> Result<(Listed, Vec<(Text, Unreadable)>), Failure> {
    let mut listed = Listed::new();
    let mut unreadable = Vec::new();
    for name in disk.names(MANIFESTS)? {
        let Some(owner) = Owner::of_manifest(&name) else {
            continue;
        };
        let path = owner.manifest();
        let read = match disk.place(&path)? {
            Place::Missing => continue,
            Place::File { .. } => disk.read(&path, SIZE_LIMIT)?.ok_or("it is too large"),
            _ => Err("it is not a regular file"),
        };
        let read = read.map_err(|reason| Unreadable::whole(reason.to_owned()));
        let manifest = match read {
            Ok(bytes) => match Manifest::read(&bytes, &owner) {
                Ok(manifest) => Ok((manifest, Before::contents(&bytes))),
                Err(unreadable) => match Newer::read(&bytes) {
                    Some(newer) => return Err(newer.failure(&disk.from_project(&path))),
                    None => Err(unreadable),
                },
            },
            Err(unreadable) => Err(unreadable),
        };
        match manifest {
            Ok(manifest) => {
                listed.insert(owner, manifest);
            }
            // A manifest that was merged badly is no list at all: the headers of the files tell what is ours.
            Err(_) if permission.adopt => {
                listed.insert(owner, (Manifest::default(), disk.before(&path)?));
            }
            Err(error) => unreadable.push((path, error)),
        }
    }
    Ok((listed, unreadable))
}

/// Each manifest that changes, as it will be; nothing for one that goes. One of which no file was looked at stays as it is, also where git joined it.
pub(super) fn changed_manifests(listed: &Listed, kept: BTreeMap<Owner, Manifest>, scope: &Scope) -> BTreeMap<Text, Option<Manifest>> {
    let mut changed = BTreeMap::new();
    for owner in listed.keys() {
        if kept.get(owner).is_none_or(|manifest| manifest.files.is_empty()) {
            changed.insert(owner.manifest(), None);
        }
    }
    for (owner, manifest) in kept {
        let found = listed.get(&owner);
        if !scope.is_complete(&owner) && found.is_some_and(|(found, _)| *found == manifest) {
            continue;
        }
        let same = found.is_some_and(|(_, found)| *found == Before::contents(manifest.print().as_bytes()));
        if !same && !manifest.files.is_empty() {
            changed.insert(owner.manifest(), Some(manifest));
        }
    }
    changed
}
