//! Makes the disk as a comparison says, so that whatever interrupts it, every file is whole and the next build goes on.
//!
//! The note of what will be written → room for what becomes a folder → temporary files beside their places → locks → renames →
//! removals → manifests → the note goes. A file of the output is never open for writing.

use super::Failure;
use super::disk::{Disk, parent};
use super::exact::Before;
use super::layout::{MANIFESTS, Owner};
use super::pending::Pending;
use super::status::{Comparison, Kind, State, folders};
use crate::artifact::tree::sha256;
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

/// Writes what `comparison` found; refuses as a whole where anything stands in the way, or is no longer what was compared. `disk` is
/// the output folder, `project` the folder of the sources, whose lock files are written once every other file can be.
pub fn write(comparison: &Comparison<'_>, disk: &mut Disk, project: &mut Disk) -> Result<Written, Failure> {
    if !comparison.is_allowed() {
        return Err(Failure::new("something stands in the way of writing"));
    }
    let writes = comparison.paths(Kind::Generated, &[State::Changed, State::Missing]);
    let removals = comparison.paths(Kind::Generated, &[State::Orphaned]);
    let locks = comparison.paths(Kind::Lock, &[State::Changed, State::Missing]);
    clean_up(comparison, disk, project, &[writes.as_slice(), &removals].concat())?;
    look_again(comparison, disk, project, &locks)?;
    let about = writes.iter().filter_map(|path| Some((*path, comparison.tree.get(path)?.hash().as_str())));
    let stand = comparison.before_locks.iter().filter(|(path, _)| locks.contains(path)).chain(&comparison.before);
    let replaced = stand.filter_map(|(path, before)| match before {
        Before::File(hash) if Owner::of(path).is_none() => Some((path, hash.as_str())),
        _ => None,
    });
    comparison.pending.write(disk, about, replaced)?;
    remove(comparison, disk, comparison.room.files.iter())?;
    comparison.room.clear_folders(disk)?;
    let manifests: Vec<&Text> = comparison.manifests.keys().collect();
    let places: Vec<&Text> = writes.iter().chain(&manifests).copied().collect();
    for folder in folders(places.iter().copied()) {
        disk.make_folder(&folder)?;
    }
    let written = stage(comparison, disk, &writes).and_then(|()| {
        // Only now is there room for everything. The locks come before the files that say what is in them: a build that is stopped
        // here goes on with what was allocated, and never allocates it to somebody else.
        replace_locks(comparison, project, &locks)?;
        writes.par_iter().try_for_each(|path| disk.commit(path, before(&comparison.before, path)))?;
        remove(comparison, disk, removals.iter().copied().filter(|path| !comparison.room.files.contains(*path)))
    });
    if let Err(failure) = written {
        // The disk may be full, or somebody may have saved a file: what lies beside its place is of no use to anybody.
        for path in &places {
            disk.unstage(path, |hash| comparison.knows(path, hash)).ok();
        }
        return Err(failure);
    }
    for folder in folders(&comparison.gone) {
        disk.prune(&folder)?;
    }
    // A manifest that forgets a file must not be on the disk before the file is gone from it.
    let changed = disk.folders_above(writes.iter().chain(&removals).copied().chain(&comparison.gone));
    disk.sync_folders(&changed)?;

    for (path, manifest) in &comparison.manifests {
        match manifest {
            Some(_) => disk.commit(path, before(&comparison.before, path))?,
            None => {
                disk.remove_exactly(path, before(&comparison.before, path))?;
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

/// Writes the locks that changed, each only while it is what was compared.
fn replace_locks(comparison: &Comparison<'_>, project: &mut Disk, changed: &[&Text]) -> Result<(), Failure> {
    let texts: BTreeMap<&Text, &str> = comparison.locks.iter().map(|(path, text)| (path, text.as_str())).collect();
    changed.iter().try_for_each(|path| match texts.get(path) {
        Some(text) => project.replace_exactly(path, text, before(&comparison.before_locks, path)),
        None => Ok(()),
    })
}

/// What stood at a path when it was compared.
fn before<'b>(all: &'b BTreeMap<Text, Before>, path: &Text) -> &'b Before {
    all.get(path).unwrap_or(&Before::Missing)
}

/// Removes the temporary files that an interrupted build may have left.
fn clean_up(comparison: &Comparison<'_>, disk: &mut Disk, project: &mut Disk, touched: &[&Text]) -> Result<(), Failure> {
    let pending = &comparison.pending;
    let noted: BTreeSet<Text> = pending.files.keys().filter_map(|path| Owner::of(path)).map(|owner| owner.manifest()).collect();
    let replaced = pending.replaced.keys().filter(|path| is_manifest(path));
    let kept = comparison.manifests.keys();
    let paths: Vec<&Text> =
        pending.files.keys().chain(&comparison.gone).chain(touched.iter().copied()).chain(kept).chain(&noted).chain(replaced).collect();
    let mut left = BTreeSet::new();
    for folder in folders(paths.iter().copied()) {
        if disk.has_temporary(&folder)? {
            left.insert(folder);
        }
    }
    for path in paths.into_iter().filter(|path| left.contains(parent(path))) {
        disk.unstage(path, |hash| comparison.knows(path, hash))?;
    }
    let locks = comparison.locks.iter().map(|(path, _)| path).filter(|path| pending.replaced.contains_key(*path));
    for path in locks {
        let wanted = |hash: &str| comparison.locks.iter().any(|(lock, text)| lock == path && sha256(text.as_bytes()) == hash);
        project.unstage(path, |hash| comparison.knows(path, hash) || wanted(hash))?;
    }
    Ok(())
}

fn is_manifest(path: &str) -> bool {
    path.strip_prefix(MANIFESTS).and_then(|name| name.strip_prefix('/')).is_some_and(|name| Owner::of_manifest(name).is_some())
}

/// Looks at everything once more before anything is touched: compiling and comparing took their time, and somebody may have saved a file.
fn look_again(comparison: &Comparison<'_>, disk: &Disk, project: &Disk, locks: &[&Text]) -> Result<(), Failure> {
    locks.iter().try_for_each(|path| project.expect(path, before(&comparison.before_locks, path)))?;
    // What lies where room is to be made is looked at when that is made.
    let makes_room = |path: &Text| {
        let room = &comparison.room;
        let is_below = |outer: &Text| path.strip_prefix(outer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        room.files.iter().chain(&room.folders).any(is_below)
    };
    let touched = comparison.findings.iter().filter(|finding| finding.kind != Kind::Lock).map(|finding| &finding.path);
    let stand: Vec<&Text> = touched.filter(|path| !makes_room(path)).collect();
    stand.par_iter().try_for_each(|path| disk.expect(path, before(&comparison.before, path)))
}

/// Writes every new content beside its place, and waits until it is on the disk.
fn stage(comparison: &Comparison<'_>, disk: &Disk, writes: &[&Text]) -> Result<(), Failure> {
    writes.par_iter().try_for_each(|path| match comparison.tree.get(path) {
        Some(entry) => disk.stage(path, entry.text().as_bytes(), entry.executable),
        None => Ok(()),
    })?;
    let mut staged = writes.to_vec();
    let manifests: Vec<_> = comparison.manifests.iter().filter_map(|(path, manifest)| Some((path, manifest.as_ref()?))).collect();
    manifests.par_iter().try_for_each(|(path, manifest)| disk.stage(path, manifest.print().as_bytes(), false))?;
    staged.extend(manifests.into_iter().map(|(path, _)| path));
    disk.sync_staged(&staged)
}

/// Removes files, and the folders that become empty by it.
fn remove<'p>(comparison: &Comparison<'_>, disk: &mut Disk, paths: impl Iterator<Item = &'p Text> + Clone) -> Result<(), Failure> {
    for path in paths.clone() {
        disk.remove_exactly(path, before(&comparison.before, path))?;
        disk.forget(path);
    }
    folders(paths).iter().try_for_each(|folder| disk.prune(folder))
}
