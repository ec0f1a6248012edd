//! Compares a tree with the disk: what a build would do, file by file, and what stands in its way.

use super::Failure;
use super::disk::{Disk, Place, parent};
use super::layout::{MANIFESTS, Owner};
use super::manifest::{Manifest, SIZE_LIMIT, Unreadable};
use super::ownership::{Permission, Reason, Scope, Seen, Verdict, judge};
use super::pending::Pending;
use crate::artifact::{Entry, Tree};
use crate::base::{Text, text};
use rayon::prelude::*;
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
    /// The future text of each manifest that changes; nothing for one that goes.
    pub(super) manifests: BTreeMap<Text, Option<String>>,
    /// The hash of each file that will be written.
    pub(super) hashes: BTreeMap<Text, Text>,
    /// Files whose removal makes room for others.
    pub(super) first: BTreeSet<Text>,
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

    /// The paths of one kind whose state is one of `states`.
    pub(super) fn paths(&self, kind: Kind, states: &[State]) -> Vec<&Text> {
        self.findings
            .iter()
            .filter(|finding| finding.kind == kind && states.contains(&finding.state))
            .map(|finding| &finding.path)
            .collect()
    }

    /// What the file of a finding should hold; nothing where it should not be.
    pub fn wanted(&self, finding: &Finding) -> Option<&str> {
        match finding.kind {
            Kind::Generated => self.tree.get(&finding.path).map(|entry| entry.contents.as_ref()),
            Kind::Manifest => self.manifests.get(&finding.path)?.as_deref(),
            Kind::Lock => self.locks.iter().find(|(path, _)| *path == finding.path).map(|(_, text)| text.as_str()),
        }
    }
}

/// Compares `tree` and `locks` (paths relative to the project) with what is on the disk. Changes nothing.
pub fn compare<'t>(
    disk: &mut Disk,
    project: &mut Disk,
    tree: &'t Tree,
    locks: &'t [(Text, String)],
    scope: &Scope,
    permission: &Permission,
) -> Result<Comparison<'t>, Failure> {
    let (listed, unreadable) = read_manifests(disk, permission)?;
    let pending = Pending::read(disk)?;
    check_force(permission, tree, &listed)?;

    let orphans: Vec<&Text> = listed
        .iter()
        .filter(|(owner, _)| scope.is_complete(owner))
        .flat_map(|(_, (manifest, _))| manifest.files.keys())
        .filter(|path| tree.get(path).is_none())
        .collect();
    for path in orphans.iter().copied().chain(tree.iter().map(|(path, _)| path)) {
        disk.learn(path);
    }
    let ours = Ours { listed: &listed, pending: &pending, permission };

    let mut findings = Vec::new();
    let mut removals = BTreeSet::new();
    let judged: Vec<Verdict> =
        orphans.par_iter().map(|path| ours.judge(path, None, &see(disk, path, None)?)).collect::<Result<_, Failure>>()?;
    for (path, verdict) in orphans.into_iter().zip(judged) {
        let state = match verdict {
            Verdict::Remove => {
                removals.insert(path.clone());
                State::Orphaned
            }
            Verdict::Refuse(reason) => State::HandEdited(reason),
            Verdict::Equal | Verdict::Write | Verdict::Gone => continue,
        };
        findings.push(generated(path, state));
    }

    let mut first = BTreeSet::new();
    let mut hashes = BTreeMap::new();
    let mut unchanged = 0;
    let mut kept = BTreeMap::<Owner, Manifest>::new();
    for (owner, (manifest, _)) in listed.iter().filter(|(owner, _)| !scope.is_complete(owner)) {
        kept.insert(owner.clone(), manifest.clone());
    }
    let wanted: Vec<(&Text, &Entry)> = tree.iter().collect();
    let judged: Vec<(Seen, Verdict, String)> = wanted
        .par_iter()
        .map(|(path, entry)| {
            let seen = see(disk, path, Some(entry))?;
            let verdict = ours.judge(path, Some(entry), &seen)?;
            Ok((without_contents(seen), verdict, entry.hash()))
        })
        .collect::<Result<_, Failure>>()?;
    for ((path, entry), (mut seen, mut verdict, hash)) in wanted.into_iter().zip(judged) {
        let owner = Owner::of(path).ok_or_else(|| Failure::new(format!("the compiler made `{path}`, where no generated file may lie")))?;
        let room = makes_room(disk, &seen, path, &removals)?;
        if !room.is_empty() {
            first.extend(room);
            seen = Seen::Missing;
            verdict = ours.judge(path, Some(entry), &seen)?;
        }
        let hash = Text::new(hash);
        match verdict {
            Verdict::Write => {
                let state = match seen {
                    Seen::Missing => State::Missing,
                    _ => State::Changed,
                };
                findings.push(generated(path, state));
                hashes.insert(path.clone(), hash.clone());
            }
            Verdict::Refuse(reason) => findings.push(generated(path, State::HandEdited(reason))),
            Verdict::Equal | Verdict::Remove | Verdict::Gone => unchanged += 1,
        }
        kept.entry(owner).or_default().files.insert(path.clone(), hash);
    }

    let manifests = changed_manifests(&listed, &kept);
    for (path, text) in &manifests {
        let is_there = listed.keys().any(|owner| owner.manifest() == *path);
        findings.push(Finding {
            path: path.clone(),
            kind: Kind::Manifest,
            state: match (text, is_there) {
                (None, _) => State::Orphaned,
                (Some(_), true) => State::Changed,
                (Some(_), false) => State::Missing,
            },
        });
    }
    findings.extend(changed_locks(project, locks)?);
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Comparison { findings, unchanged, unreadable, tree, locks, manifests, hashes, first, pending })
}

/// What is on the disk against what should be there, as a unified diff; empty where either is not text.
pub fn difference(path: &str, found: &[u8], wanted: &str) -> String {
    let Ok(found) = std::str::from_utf8(found) else {
        return String::new();
    };
    TextDiff::from_lines(found, wanted).unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

fn generated(path: &Text, state: State) -> Finding {
    Finding { path: path.clone(), kind: Kind::Generated, state }
}

/// The manifests on the disk: each with its text, or why it cannot be believed.
type Listed = BTreeMap<Owner, (Manifest, String)>;

fn read_manifests(disk: &mut Disk, permission: &Permission) -> Result<(Listed, Vec<(Text, Unreadable)>), Failure> {
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
        let read = read.map_err(|reason| Unreadable { reason: reason.to_owned(), line: 0 });
        let manifest = read.and_then(|bytes| {
            let manifest = Manifest::read(&bytes, &owner)?;
            Ok((manifest, String::from_utf8_lossy(&bytes).into_owned()))
        });
        match manifest {
            Ok(manifest) => {
                listed.insert(owner, manifest);
            }
            // A manifest that was merged badly is no list at all: the headers of the files tell what is ours.
            Err(_) if permission.adopt => {
                listed.insert(owner, (Manifest::default(), String::new()));
            }
            Err(error) => unreadable.push((path, error)),
        }
    }
    Ok((listed, unreadable))
}

fn check_force(permission: &Permission, tree: &Tree, listed: &Listed) -> Result<(), Failure> {
    let unknown = permission
        .force
        .iter()
        .find(|path| tree.get(path).is_none() && !listed.values().any(|(manifest, _)| manifest.files.contains_key(*path)));
    match unknown {
        None => Ok(()),
        Some(path) => {
            Err(Failure::new(format!("`{path}` is not a file that infrac writes")).help("`--force` takes a file that a message has named"))
        }
    }
}

struct Ours<'a> {
    listed: &'a Listed,
    pending: &'a Pending,
    permission: &'a Permission,
}

impl Ours<'_> {
    fn judge(&self, path: &Text, wanted: Option<&Entry>, seen: &Seen) -> Result<Verdict, Failure> {
        let listed = Owner::of(path).and_then(|owner| self.listed.get(&owner)).and_then(|(manifest, _)| manifest.files.get(path));
        let pending = self.pending.files.get(path);
        let hashes: Vec<&str> = listed.into_iter().chain(pending.into_iter().flatten()).map(Text::as_str).collect();
        let forced = self.permission.force.contains(path);
        Ok(judge(wanted, seen, &hashes, forced, self.permission.adopt))
    }
}

/// Files beyond this size are not ours: no generated file is nearly as large.
const OURS_LIMIT: u64 = 64 << 20;

fn see(disk: &Disk, path: &Text, wanted: Option<&Entry>) -> Result<Seen, Failure> {
    Ok(match disk.place(path)? {
        Place::Missing => Seen::Missing,
        Place::Link => Seen::Link,
        Place::Folder => Seen::Folder,
        Place::Special => Seen::Special,
        Place::Blocked(by) => Seen::Blocked(by),
        Place::File { length, executable } => {
            let limit = OURS_LIMIT.max(wanted.map_or(0, |entry| entry.contents.len() as u64));
            let contents = match length <= limit {
                true => disk.read(path, limit)?,
                false => None,
            };
            Seen::File { contents, executable }
        }
    })
}

/// Ten thousand files need not be held at once.
fn without_contents(seen: Seen) -> Seen {
    match seen {
        Seen::File { executable, .. } => Seen::File { contents: None, executable },
        other => other,
    }
}

/// The removals that make room for `path`: a file of ours that becomes a folder, or a folder of ours that becomes a
/// file. None where something else would still stand in the way.
fn makes_room(disk: &mut Disk, seen: &Seen, path: &Text, removals: &BTreeSet<Text>) -> Result<Vec<Text>, Failure> {
    match seen {
        Seen::Blocked(by) if removals.contains(by) => Ok(vec![by.clone()]),
        Seen::Folder => {
            let mut room = Vec::new();
            let mut open = vec![path.clone()];
            while let Some(folder) = open.pop() {
                for name in disk.names(&folder)? {
                    let inner = text!("{folder}/{name}");
                    disk.learn(&inner);
                    match disk.place(&inner)? {
                        Place::Folder => open.push(inner),
                        _ if removals.contains(&inner) => room.push(inner),
                        _ => return Ok(Vec::new()),
                    }
                }
            }
            Ok(room)
        }
        _ => Ok(Vec::new()),
    }
}

fn changed_manifests(listed: &Listed, kept: &BTreeMap<Owner, Manifest>) -> BTreeMap<Text, Option<String>> {
    let mut changed = BTreeMap::new();
    for (owner, manifest) in kept {
        let text = manifest.print();
        let same = listed.get(owner).is_some_and(|(_, found)| *found == text);
        if !same && !manifest.files.is_empty() {
            changed.insert(owner.manifest(), Some(text));
        }
    }
    for owner in listed.keys() {
        if kept.get(owner).is_none_or(|manifest| manifest.files.is_empty()) {
            changed.insert(owner.manifest(), None);
        }
    }
    changed
}

fn changed_locks(project: &mut Disk, locks: &[(Text, String)]) -> Result<Vec<Finding>, Failure> {
    let mut changed = Vec::new();
    for (path, text) in locks {
        project.learn(path);
        let state = match project.place(path)? {
            Place::Missing => State::Missing,
            Place::File { .. } if project.read(path, SIZE_LIMIT)?.as_deref() == Some(text.as_bytes()) => {
                continue;
            }
            Place::File { .. } => State::Changed,
            Place::Link => State::HandEdited(Reason::Link),
            Place::Folder => State::HandEdited(Reason::Folder),
            Place::Special => State::HandEdited(Reason::Special),
            Place::Blocked(by) => State::HandEdited(Reason::Blocked(by)),
        };
        changed.push(Finding { path: path.clone(), kind: Kind::Lock, state });
    }
    Ok(changed)
}

/// The folders of paths, each once, the deepest first.
pub(super) fn folders<'p>(paths: impl IntoIterator<Item = &'p Text>) -> Vec<Text> {
    let folders: BTreeSet<&str> = paths.into_iter().map(|path| parent(path)).collect();
    folders.into_iter().rev().map(Text::new).collect()
}
