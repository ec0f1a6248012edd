//! Makes the disk as a comparison says, so that whatever interrupts it, every file is whole and the next build goes on.
//!
//! The note of what will be written → room for what becomes a folder → temporary files beside their places → locks → renames →
//! removals → manifests → the note goes. A file of the output is never open for writing.

use super::Failure;
use super::disk::{Disk, parent};
use super::layout::{MANIFESTS, Owner};
use super::pending::Pending;
use super::status::{Comparison, Kind, State, folders};
use crate::base::Text;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a build did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files of the tree that are new or have other contents now.
    pub written: usize,
    /// Files that were removed.
    pub removed: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
}

/// Writes what `comparison` found; refuses as a whole where anything stands in the way. `disk` is the output folder,
/// `project` the folder of the sources, whose lock files are written once every other file can be.
pub fn write(comparison: &Comparison<'_>, disk: &mut Disk, project: &mut Disk) -> Result<Written, Failure> {
    if !comparison.is_allowed() {
        return Err(Failure::new("something stands in the way of writing"));
    }
    clean_up(&comparison.pending, disk)?;
    let writes = comparison.paths(Kind::Generated, &[State::Changed, State::Missing]);
    let removals = comparison.paths(Kind::Generated, &[State::Orphaned]);
    let mut pending = comparison.pending.clone();
    for path in &writes {
        if let Some(hash) = comparison.hashes.get(*path) {
            pending.add((*path).clone(), hash.clone());
        }
    }
    if !writes.is_empty() {
        pending.write(disk)?;
    }
    remove(disk, comparison.room.files.iter())?;
    comparison.room.clear_folders(disk)?;
    let manifests: Vec<&Text> = comparison.manifests.keys().collect();
    let places: Vec<&Text> = writes.iter().chain(&manifests).copied().collect();
    for folder in folders(places.iter().copied()) {
        disk.make_folder(&folder)?;
    }
    for path in &manifests {
        disk.unstage(path)?;
    }
    if let Err(failure) = stage(comparison, disk, &writes) {
        // The disk may be full: what was written so far is of no use to anybody.
        for path in &places {
            disk.unstage(path).ok();
        }
        return Err(failure);
    }
    // Only now is there room for everything. The locks come before the files that say what is in them: a build that is stopped
    // here goes on with what was allocated, and never allocates it to somebody else.
    let locks: BTreeMap<&Text, &str> = comparison.locks.iter().map(|(path, text)| (path, text.as_str())).collect();
    for path in comparison.paths(Kind::Lock, &[State::Changed, State::Missing]) {
        if let Some(text) = locks.get(path) {
            project.replace(path, text)?;
        }
    }
    writes.par_iter().try_for_each(|path| disk.commit(path))?;
    remove(disk, removals.iter().copied().filter(|path| !comparison.room.files.contains(*path)))?;
    for folder in folders(&comparison.gone) {
        disk.prune(&folder)?;
    }
    // A manifest that forgets a file must not be on the disk before the file is gone from it.
    let changed = disk.folders_above(writes.iter().chain(&removals).copied().chain(&comparison.gone));
    disk.sync_folders(&changed)?;

    for (path, text) in &comparison.manifests {
        match text {
            Some(_) => disk.commit(path)?,
            None => {
                disk.remove(path)?;
                disk.prune(parent(path))?;
            }
        }
    }
    if comparison.manifests.values().any(Option::is_some) {
        disk.sync_folders(&[MANIFESTS.into()])?;
    }
    Pending::clear(disk)?;
    Ok(Written { written: writes.len(), removed: removals.len(), unchanged: comparison.unchanged })
}

/// Removes the temporary files that an interrupted build may have left.
fn clean_up(pending: &Pending, disk: &mut Disk) -> Result<(), Failure> {
    let mut manifests = BTreeSet::new();
    for path in pending.files.keys() {
        disk.unstage(path)?;
        manifests.extend(Owner::of(path).map(|owner| owner.manifest()));
    }
    manifests.iter().try_for_each(|path| disk.unstage(path))
}

/// Writes every new content beside its place, and waits until it is on the disk.
fn stage(comparison: &Comparison<'_>, disk: &Disk, writes: &[&Text]) -> Result<(), Failure> {
    writes.par_iter().try_for_each(|path| match comparison.tree.get(path) {
        Some(entry) => disk.stage(path, entry.contents.as_bytes(), entry.executable),
        None => Ok(()),
    })?;
    let mut staged = writes.to_vec();
    for (path, text) in &comparison.manifests {
        if let Some(text) = text {
            disk.stage(path, text.as_bytes(), false)?;
            staged.push(path);
        }
    }
    disk.sync_staged(&staged)
}

/// Removes files, and the folders that become empty by it.
fn remove<'p>(disk: &mut Disk, paths: impl Iterator<Item = &'p Text> + Clone) -> Result<(), Failure> {
    for path in paths.clone() {
        disk.remove(path)?;
        disk.forget(path);
    }
    folders(paths).iter().try_for_each(|folder| disk.prune(folder))
}
