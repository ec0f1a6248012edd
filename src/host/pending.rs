//! The note of a build that is under way: which bytes it is about to write where. A build that is interrupted leaves
//! the note behind, and the next one knows by it what is half done: it owns those files too, and goes on.
//!
//! One line a file, hash and path. The note lies in the cache, is read like a manifest (nothing in it is believed
//! beyond the layout), and a line that makes no sense is left out, because the note itself may have been cut off.

use super::Failure;
use super::disk::{Disk, Place};
use super::layout::{CACHE, Owner};
use super::manifest::{SIZE_LIMIT, is_hash, is_plain};
use crate::base::{Text, text};
use std::collections::{BTreeMap, BTreeSet};

/// Path → the hashes of what interrupted builds may have written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Paths relative to the output folder.
    pub files: BTreeMap<Text, BTreeSet<Text>>,
}

fn note() -> Text {
    text!("{CACHE}/pending")
}

impl Pending {
    /// Reads the note, if there is one.
    pub fn read(disk: &mut Disk) -> Result<Pending, Failure> {
        let text = disk.file(&note(), SIZE_LIMIT)?.unwrap_or_default();
        Ok(Pending::parse(&String::from_utf8_lossy(&text)))
    }

    fn parse(text: &str) -> Pending {
        let mut pending = Pending::default();
        for (hash, path) in text.lines().filter_map(|line| line.split_once(' ')) {
            if is_hash(hash) && is_plain(path) && Owner::of(path).is_some() {
                pending.add(path.into(), hash.into());
            }
        }
        pending
    }

    /// Adds what is about to be written.
    pub fn add(&mut self, path: Text, hash: Text) {
        self.files.entry(path).or_default().insert(hash);
    }

    /// Writes the note; only then may a file of it be touched.
    pub fn write(&self, disk: &mut Disk) -> Result<(), Failure> {
        let mut text = String::new();
        for (path, hashes) in &self.files {
            for hash in hashes {
                text.push_str(hash);
                text.push(' ');
                text.push_str(path);
                text.push('\n');
            }
        }
        disk.replace(&note(), &text)
    }

    /// Removes the note: everything in it is done.
    pub fn clear(disk: &mut Disk) -> Result<(), Failure> {
        disk.unstage(&note())?;
        disk.learn(&note());
        match disk.place(&note())? {
            Place::File { .. } => disk.remove(&note()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pending;

    #[test]
    fn keeps_only_lines_that_make_sense() {
        let hash = "0123456789abcdef".repeat(4);
        let text = format!("{hash} live/acme/root.hcl\n{hash} ../x\n{hash} infra.toml\nabc live/acme/a\n\n{hash} live/acme/cut");
        let pending = Pending::parse(&text);
        let paths: Vec<_> = pending.files.keys().map(|path| path.as_str()).collect();
        assert_eq!(paths, ["live/acme/cut", "live/acme/root.hcl"]);
    }
}
