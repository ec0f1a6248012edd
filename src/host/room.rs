//! Room for a file: where a file of ours becomes a folder, or a folder of ours becomes a file.

use super::Failure;
use super::disk::{Disk, Place, staged, swapped};
use super::ownership::Seen;
use super::pending::Pending;
use crate::base::{Text, text};
use std::collections::BTreeSet;

/// What has to go before a file can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Files of ours that are removed anyway, but have to be the first.
    pub files: BTreeSet<Text>,
    /// Folders that hold nothing else.
    pub folders: BTreeSet<Text>,
}

/// What is removed anyway.
pub(super) struct Leaving<'a> {
    removals: &'a BTreeSet<Text>,
    temporary: BTreeSet<String>,
}

impl<'a> Leaving<'a> {
    /// The files to remove, and the temporary files that an interrupted build left.
    pub(super) fn new(removals: &'a BTreeSet<Text>, pending: &Pending) -> Leaving<'a> {
        Leaving { removals, temporary: pending.files.keys().flat_map(|path| [staged(path), swapped(path)]).collect() }
    }

    /// Adds to `room` what has to go for `path`; false where something else would still stand in the way.
    pub(super) fn make(&self, disk: &mut Disk, seen: &Seen, path: &Text, room: &mut Room) -> Result<bool, Failure> {
        match seen {
            Seen::Blocked(by) if self.removals.contains(by) => {
                room.files.insert(by.clone());
                Ok(true)
            }
            Seen::Folder => {
                let mut files = BTreeSet::new();
                let mut open = vec![path.clone()];
                while let Some(folder) = open.pop() {
                    for name in disk.names(&folder)? {
                        let inner = text!("{folder}/{name}");
                        disk.learn(&inner);
                        match disk.place(&inner)? {
                            Place::Folder => open.push(inner),
                            Place::File { .. } if self.temporary.contains(inner.as_str()) => {}
                            _ if self.removals.contains(&inner) => {
                                files.insert(inner);
                            }
                            _ => return Ok(false),
                        }
                    }
                }
                room.files.extend(files);
                room.folders.insert(path.clone());
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

impl Room {
    /// Removes the empty folders; their files are gone.
    pub(super) fn clear_folders(&self, disk: &mut Disk) -> Result<(), Failure> {
        for folder in &self.folders {
            disk.learn(folder);
            if disk.place(folder)? == Place::Folder {
                clear(disk, folder)?;
            }
        }
        Ok(())
    }
}

fn clear(disk: &mut Disk, folder: &Text) -> Result<(), Failure> {
    for name in disk.names(folder)? {
        clear(disk, &text!("{folder}/{name}"))?;
    }
    disk.remove_folder(folder)
}
