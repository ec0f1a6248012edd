//! What a build would change, in words: which files, and what in them.

use super::disk::Disk;
use super::status::{Comparison, Finding, Kind, State};
use crate::artifact::explain::{self, explain};
use crate::base::Text;
use std::fmt;

/// Larger files are named, but not read.
const READ_LIMIT: u64 = 16 << 20;

/// What becomes of a file, in the order in which a reader wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is not there yet.
    New,
    /// It is no longer produced.
    Removed,
    /// A person wrote or changed it, so that nothing becomes of it.
    Edited,
    /// It may be run, or no longer.
    Mode,
    /// Something in it.
    Inside(explain::Kind),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::New => f.write_str("new file"),
            What::Removed => f.write_str("removed"),
            What::Edited => f.write_str("edited by hand"),
            What::Mode => f.write_str("mode"),
            What::Inside(kind) => kind.fmt(f),
        }
    }
}

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, from the project.
    pub path: Text,
    /// What becomes of it.
    pub what: What,
    /// Where in it; empty where the whole file is meant.
    pub place: String,
}

/// Everything that a build would change, by file. What a manifest says follows from the files.
pub fn changes(comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> Vec<Change> {
    let mut found = Vec::new();
    for finding in comparison.findings.iter().filter(|finding| finding.kind != Kind::Manifest) {
        let folder = if finding.kind == Kind::Lock { project } else { disk };
        let path = folder.from_project(&finding.path);
        let mut tell = |what, place| found.push(Change { path: path.clone(), what, place });
        match finding.state {
            State::Missing => tell(What::New, String::new()),
            State::Orphaned => tell(What::Removed, String::new()),
            State::HandEdited(_) => tell(What::Edited, String::new()),
            State::Changed => inside(comparison, finding, folder).into_iter().for_each(|(what, place)| tell(what, place)),
        }
    }
    found
}

fn inside(comparison: &Comparison<'_>, finding: &Finding, folder: &Disk) -> Vec<(What, String)> {
    let text = vec![(What::Inside(explain::Kind::Text), String::new())];
    let (Some(entry), Some(found)) = (comparison.tree.get(&finding.path), read(folder, &finding.path)) else { return text };
    let changes = explain(&found, entry);
    match changes.is_empty() {
        true => vec![(What::Mode, String::new())],
        false => changes.into_iter().map(|change| (What::Inside(change.kind), change.place)).collect(),
    }
}

fn read(folder: &Disk, path: &Text) -> Option<String> {
    String::from_utf8(folder.clone().file(path, READ_LIMIT).ok()??).ok()
}
