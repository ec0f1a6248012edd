//! One build of a project at a time: a lock that the kernel keeps and gives back when its holder dies.

use super::Failure;
use super::disk::{Disk, Place};
use super::layout::CACHE;
use crate::base::{Text, text};
use std::fs::{File, OpenOptions, TryLockError};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    disk: Disk,
    _file: File,
}

fn lock() -> Text {
    text!("{CACHE}/lock")
}

/// Who holds the lock, in words. A file of its own: the lock file may be a hard link to anything, so nothing is ever
/// written into it.
fn holder() -> Text {
    text!("{CACHE}/holder")
}

/// Whether a file of this name in the folder of the lock is one of those that it needs.
pub(super) fn is_of_the_lock(name: &str) -> bool {
    matches!(name, "lock" | "holder" | ".gitignore") || name.starts_with(".infrac-")
}

impl Lock {
    /// Takes the lock of an output folder, which is made if it is not there. Where another build has it, `wait` is told
    /// who, and then it waits.
    pub fn acquire(disk: &Disk, wait: impl FnOnce(&str)) -> Result<Lock, Failure> {
        let mut disk = disk.clone();
        disk.make_folder(CACHE)?;
        let file = open(&mut disk)?;
        let path = disk.absolute(&lock());
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                wait(&read_holder(&mut disk));
                file.lock().map_err(|error| Failure::disk("lock", &path, &error))?;
            }
            Err(TryLockError::Error(error)) => return Err(Failure::disk("lock", &path, &error)),
        }
        // Only now is nobody else about to write the same files.
        let ignore = text!("{CACHE}/.gitignore");
        disk.learn(&ignore);
        if disk.place(&ignore)? == Place::Missing {
            disk.replace(&ignore, "# This folder is of this machine alone.\n*\n")?;
        }
        disk.replace(&holder(), &format!("process {}\n", std::process::id()))?;
        Ok(Lock { disk, _file: file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Another build that waits must not read the name of one that is done.
        self.disk.remove(&holder()).ok();
    }
}

fn open(disk: &mut Disk) -> Result<File, Failure> {
    let path = disk.absolute(&lock());
    disk.learn(&lock());
    let file = match disk.place(&lock())? {
        Place::File { .. } => File::open(&path),
        Place::Missing => OpenOptions::new().write(true).create_new(true).open(&path).or_else(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => File::open(&path),
            _ => Err(error),
        }),
        _ => {
            let path = disk.from_project(&lock());
            return Err(Failure::new(format!("`{path}` is not a regular file")).help("remove it"));
        }
    };
    file.map_err(|error| Failure::disk("open", &path, &error))
}

/// The words of the holder, of which nothing is believed: short, and one plain line.
fn read_holder(disk: &mut Disk) -> String {
    let text = disk.file(&holder(), 256).ok().flatten().unwrap_or_default();
    let text = String::from_utf8(text).unwrap_or_default();
    let plain = text.lines().next().filter(|line| !line.is_empty() && line.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    plain.unwrap_or("another process").to_owned()
}
