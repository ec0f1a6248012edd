//! How the disk differs from a tree: what a build would do, file by file, and what stands in its way.

use super::disk::parent;
use super::exact::Before;
use super::manifest::{Manifest, Unreadable};
use super::ownership::Reason;
use super::pending::Pending;
use super::room::Room;
use crate::artifact::tree::sha256;
use crate::artifact::{Entry, Slice, Tree};
use crate::base::Text;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};

/// How a path differs from what the sources give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is ours and has other contents or another mode.
    Changed,
    /// It is not there.
    Missing,
    /// It is ours and no longer produced.
    Orphaned,
    /// A person wrote or changed it.
    HandEdited(Reason),
}

/// One path that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Relative to the output folder; a lock file's is relative to the project.
    pub path: Text,
    /// What kind of file it is.
    pub kind: Kind,
    /// How it differs.
    pub state: State,
}

/// The kinds of files that a build writes, in the order in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A lock file beside the sources.
    Lock,
    /// A file of the tree.
    Generated,
    /// A manifest.
    Manifest,
}

/// What has to be done for the disk to be as the sources say.
#[derive(Clone, Debug)]
pub struct Comparison<'t> {
    /// What is not as it should be, sorted by path.
    pub findings: Vec<Finding>,
    /// How many files of the tree are on the disk already.
    pub unchanged: usize,
    /// The manifests that cannot be believed.
    pub unreadable: Vec<(Text, Unreadable)>,
    pub(super) tree: &'t Tree,
    pub(super) locks: &'t [(Text, String)],
    /// Each manifest that changes, as it will be; nothing for one that goes.
    pub(super) manifests: BTreeMap<Text, Option<Manifest>>,
    /// What stands at each path that is written or removed, lock files apart; nothing stands at those that are not here.
    pub(super) before: BTreeMap<Text, Before>,
    /// The same of the lock files.
    pub(super) before_locks: BTreeMap<Text, Before>,
    /// The hash of each file that a manifest lists.
    pub(super) listed: BTreeMap<Text, Text>,
    /// What goes first, because it makes room for others.
    pub(super) room: Room,
    /// Files of a person's own, to which infrac's give way.
    pub(super) left: Vec<Text>,
    /// Files that are no longer wanted and not there either: an interrupted build may have left their folders.
    pub(super) gone: Vec<Text>,
    pub(super) pending: Pending,
}

impl Comparison<'_> {
    /// Whether nothing has to be done.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.unreadable.is_empty()
    }

    /// Whether nothing stands in the way of writing.
    pub fn is_allowed(&self) -> bool {
        self.unreadable.is_empty() && !self.findings.iter().any(|finding| matches!(finding.state, State::HandEdited(_)))
    }

    /// Whether infrac wrote, or is about to write, contents of this hash at a path: they are no person's.
    pub(super) fn knows(&self, path: &Text, hash: &str) -> bool {
        let is_listed = self.listed.get(path).is_some_and(|known| known == hash);
        let is_wanted = self.tree.get(path).is_some_and(|entry| entry.hash() == hash);
        let noted = [&self.pending.files, &self.pending.replaced];
        let is_pending = noted.iter().filter_map(|files| files.get(path)).flatten().any(|known| known == hash);
        let stood = matches!(self.before.get(path), Some(Before::File(known)) if known == hash);
        let is_manifest =
            self.manifests.get(path).and_then(Option::as_ref).is_some_and(|manifest| sha256(manifest.print().as_bytes()) == hash);
        is_listed || is_wanted || is_pending || stood || is_manifest
    }

    /// The paths of one kind whose state is one of `states`.
    pub(super) fn paths(&self, kind: Kind, states: &[State]) -> Vec<&Text> {
        self.findings
            .iter()
            .filter(|finding| finding.kind == kind && states.contains(&finding.state))
            .map(|finding| &finding.path)
            .collect()
    }

    /// What the file of a finding should hold; nothing where it should not be.
    pub fn wanted(&self, finding: &Finding) -> Option<Slice> {
        match finding.kind {
            Kind::Generated => self.tree.get(&finding.path).map(Entry::text),
            Kind::Manifest => self.manifests.get(&finding.path)?.as_ref().map(|manifest| manifest.print().as_str().into()),
            Kind::Lock => self.locks.iter().find(|(path, _)| *path == finding.path).map(|(_, text)| text.as_str().into()),
        }
    }
}

/// What is on the disk against what should be there, as a unified diff; empty where either is not text.
pub fn difference(path: &str, found: &[u8], wanted: &str) -> String {
    let Ok(found) = std::str::from_utf8(found) else {
        return String::new();
    };
    TextDiff::from_lines(found, wanted).unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// The folders of paths, each once, the deepest first.
pub(super) fn folders<'p>(paths: impl IntoIterator<Item = &'p Text>) -> Vec<Text> {
    let folders: BTreeSet<&str> = paths.into_iter().map(|path| parent(path)).collect();
    folders.into_iter().rev().map(Text::new).collect()
}
