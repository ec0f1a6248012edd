//! The note of a build that is under way: which bytes it is about to write where. A build that is interrupted leaves
//! the note behind, and the next one knows by it what is half done: it owns those files too, and goes on.
//!
//! One line a file, hash and path; behind a `-` what stood there and is about to be replaced, of files that no manifest lists. The note lies in the user's cache, because it says whose a file is: in the working tree
//! anybody could write one. Nothing in it is believed beyond the layout, and a line that makes no sense is left out.

use super::Failure;
use super::disk::Disk;
use super::layout::Owner;
use super::manifest::{is_hash, is_plain};
use crate::base::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the file.
const FILE: &str = "pending";

/// What a line of something replaced begins with.
const REPLACED: &str = "- ";

/// Path → the hashes of what interrupted builds may have written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Paths relative to the output folder.
    pub files: BTreeMap<Text, BTreeSet<Text>>,
    /// Manifests, relative to the output folder, and lock files, relative to the project: the hashes of what they were. By these a
    /// temporary file is known, and nothing else.
    pub replaced: BTreeMap<Text, BTreeSet<Text>>,
}

/// Path and hash of each line.
fn lines(files: &BTreeMap<Text, BTreeSet<Text>>) -> impl Iterator<Item = (&Text, &str)> {
    files.iter().flat_map(|(path, hashes)| hashes.iter().map(move |hash| (path, hash.as_str())))
}

impl Pending {
    /// Reads the note, if there is one.
    pub fn read(disk: &Disk) -> Pending {
        let text = disk.cache().and_then(|cache| cache.read(FILE)).unwrap_or_default();
        Pending::parse(&String::from_utf8_lossy(&text))
    }

    fn parse(text: &str) -> Pending {
        let mut pending = Pending::default();
        for line in text.lines() {
            let (replaced, line) = line.strip_prefix(REPLACED).map_or((false, line), |line| (true, line));
            let Some((hash, path)) = line.split_once(' ') else { continue };
            if replaced && is_hash(hash) {
                pending.add_replaced(path.into(), hash.into());
            } else if is_hash(hash) && is_plain(path) && Owner::of(path).is_some() {
                pending.add(path.into(), hash.into());
            }
        }
        pending
    }

    /// Adds what is about to be written.
    pub fn add(&mut self, path: Text, hash: Text) {
        self.files.entry(path).or_default().insert(hash);
    }

    /// Adds what is about to be replaced.
    pub fn add_replaced(&mut self, path: Text, hash: Text) {
        self.replaced.entry(path).or_default().insert(hash);
    }

    /// Whether nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.replaced.is_empty()
    }

    /// Writes the note, with what is about to be written besides, and what it is about to replace: path and hash of each. Only then may
    /// a file of it be touched. There is none where nothing is to be done.
    pub fn write<'n>(
        &'n self,
        disk: &Disk,
        written: impl Iterator<Item = (&'n Text, &'n str)>,
        replaced: impl Iterator<Item = (&'n Text, &'n str)>,
    ) -> Result<(), Failure> {
        let Some(cache) = disk.cache() else { return Ok(()) };
        let written = lines(&self.files).chain(written).map(|line| ("", line));
        let replaced = lines(&self.replaced).chain(replaced).map(|line| (REPLACED, line));
        let mut noted = written.chain(replaced).peekable();
        if noted.peek().is_none() {
            return Ok(());
        }
        let parts = noted.flat_map(|(sign, (path, hash))| [sign, hash, " ", path.as_str(), "\n"]);
        cache.write(FILE, parts).map_err(|error| Failure::disk("write into", cache.folder(), &error))
    }

    /// Removes the note: everything in it is done.
    pub fn clear(disk: &Disk) -> Result<(), Failure> {
        let Some(cache) = disk.cache() else { return Ok(()) };
        cache.remove(FILE).map_err(|error| Failure::disk("write into", cache.folder(), &error))
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
        let replaced = Pending::parse(&format!("- {hash} inventory/a b/infra.lock\n- abc inventory/infra.lock\n"));
        assert!(replaced.files.is_empty() && !replaced.is_empty());
        assert_eq!(replaced.replaced.keys().collect::<Vec<_>>(), ["inventory/a b/infra.lock"]);
    }
}
