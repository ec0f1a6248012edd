//! Makes the disk as a comparison says, so that whatever interrupts it, every file is whole and the next build goes on.
//!
//! The note of what will be written → room for what becomes a folder → temporary files beside their places → renames →
//! removals → manifests → the note goes. A file of the output is never open for writing.

use super::Failure;
use super::disk::{Disk, parent};
use super::pending::Pending;
use super::status::{Comparison, Kind, State, folders};
use crate::base::Text;
use rayon::prelude::*;

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
/// `project` the folder of the sources, whose lock files are written first.
pub fn write(comparison: &Comparison<'_>, disk: &mut Disk, project: &mut Disk) -> Result<Written, Failure> {
    if !comparison.is_allowed() {
        return Err(Failure::new("something stands in the way of writing"));
    }
    for path in comparison.pending.files.keys() {
        disk.unstage(path)?;
    }
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
    for path in comparison.paths(Kind::Lock, &[State::Changed, State::Missing]) {
        if let Some((_, text)) = comparison.locks.iter().find(|(lock, _)| lock == path) {
            project.replace(path, text)?;
        }
    }

    remove(disk, comparison.first.iter())?;
    for folder in folders(writes.iter().copied()) {
        disk.make_folder(&folder)?;
    }
    if let Err(failure) = stage(comparison, disk, &writes) {
        // The disk may be full: what was written so far is of no use to anybody.
        for path in &writes {
            disk.unstage(path).ok();
        }
        return Err(failure);
    }
    writes.par_iter().try_for_each(|path| disk.commit(path))?;
    folders(writes.iter().copied()).par_iter().try_for_each(|folder| disk.sync_folder(folder))?;
    remove(disk, removals.iter().copied().filter(|path| !comparison.first.contains(*path)))?;

    for (path, text) in &comparison.manifests {
        match text {
            Some(text) => disk.replace(path, text)?,
            None => {
                disk.remove(path)?;
                disk.prune(parent(path));
            }
        }
    }
    Pending::clear(disk)?;
    Ok(Written { written: writes.len(), removed: removals.len(), unchanged: comparison.unchanged })
}

fn stage(comparison: &Comparison<'_>, disk: &Disk, writes: &[&Text]) -> Result<(), Failure> {
    writes.par_iter().try_for_each(|path| {
        let Some(entry) = comparison.tree.get(path) else {
            return Ok(());
        };
        disk.stage(path, entry.contents.as_bytes(), entry.executable)
    })
}

/// Removes files, and the folders that become empty by it.
fn remove<'p>(disk: &mut Disk, paths: impl Iterator<Item = &'p Text> + Clone) -> Result<(), Failure> {
    for path in paths.clone() {
        disk.remove(path)?;
        disk.forget(path);
    }
    for folder in folders(paths) {
        disk.prune(&folder);
    }
    Ok(())
}
