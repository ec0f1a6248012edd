//! Compares a tree with the disk, and changes nothing.

use super::Failure;
use super::disk::{Disk, Place};
use super::exact::Before;
use super::layout::{Owner, has_header, has_room, yields};
use super::listed::{Listed, changed_manifests, read_manifests};
use super::manifest::{Manifest, SIZE_LIMIT, Unreadable};
use super::ownership::{Allowed, Claim, OURS_LIMIT, Permission, Reason, Scope, Seen, Verdict, judge};
use super::pending::Pending;
use super::room::{Leaving, Room};
use super::status::{Comparison, Finding, Kind, State};
use crate::artifact::verify::verify;
use crate::artifact::{Entry, Tree};
use crate::base::{Text, Workspace};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Compares `tree` and `locks` (paths relative to the project) with what is on the disk. Changes nothing. `sources` is what they were
/// compiled from: a lock file that is no longer the one there is not replaced.
pub fn compare<'t>(
    disk: &mut Disk,
    project: &mut Disk,
    sources: &Workspace,
    tree: &'t Tree,
    locks: &'t [(Text, String)],
    scope: &Scope,
    permission: &Permission,
) -> Result<Comparison<'t>, Failure> {
    let (listed, mut unreadable) = read_manifests(disk, permission)?;
    let pending = Pending::read(disk);
    check_force(permission, tree, &listed)?;

    // What an interrupted build has written is in no manifest yet, and goes like the rest if nothing wants it now.
    let listed_files = listed.iter().flat_map(|(owner, (manifest, _))| manifest.files.keys().map(move |path| (owner.clone(), path)));
    let pending_files = pending.files.keys().filter_map(|path| Some((Owner::of(path)?, path)));
    let orphans: BTreeSet<&Text> = listed_files
        .chain(pending_files)
        .filter(|(owner, path)| scope.clears(owner, path) && tree.get(path).is_none())
        .map(|(_, path)| path)
        .collect();
    let orphans: Vec<&Text> = orphans.into_iter().collect();
    for path in orphans.iter().copied().chain(tree.iter().map(|(path, _)| path)) {
        disk.learn(path);
    }
    let ours = Ours { listed: &listed, pending: &pending, permission };

    let mut findings = Vec::new();
    let mut removals = BTreeSet::new();
    let mut gone = Vec::new();
    let mut before = BTreeMap::new();
    let judged: Vec<(Verdict, Before)> = orphans
        .par_iter()
        .map(|path| {
            let seen = see(disk, path, None)?;
            let verdict = ours.judge(path, None, &seen)?;
            let stands = if verdict == Verdict::Remove { stands(disk, path, &seen)? } else { Before::Missing };
            Ok((verdict, stands))
        })
        .collect::<Result<_, Failure>>()?;
    for (path, (verdict, stands)) in orphans.into_iter().zip(judged) {
        let state = match verdict {
            Verdict::Remove => {
                removals.insert(path.clone());
                before.insert(path.clone(), stands);
                State::Orphaned
            }
            Verdict::Refuse(reason) if ours.lists(path) => State::HandEdited(reason),
            Verdict::Gone => {
                gone.push(path.clone());
                continue;
            }
            Verdict::Refuse(_) | Verdict::Leave | Verdict::Equal | Verdict::Write => continue,
        };
        findings.push(generated(path, state));
    }

    let leaving = Leaving::new(&removals, &pending);
    let mut room = Room::default();
    let mut unchanged = 0;
    let mut left = Vec::new();
    let mut kept = BTreeMap::<Owner, Manifest>::new();
    for (owner, (manifest, _)) in listed.iter().filter(|(owner, _)| !scope.is_complete(owner)) {
        if scope.is_fresh(owner) {
            unchanged += manifest.files.len();
        }
        kept.insert(owner.clone(), manifest.clone());
    }
    // What is no longer there is forgotten, also where the rest of its manifest stays.
    for path in removals.iter().chain(&gone) {
        kept.values_mut().for_each(|manifest| drop(manifest.files.remove(path)));
    }
    let wanted: Vec<(&Text, &Entry)> = tree.iter().filter(|(path, _)| scope.wants(path)).collect();
    let mut written = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        for ((path, entry), judged) in some.iter().copied().zip(look_at(disk, &ours, some)) {
            let (mut seen, mut verdict, stands) = judged?;
            let owner =
                Owner::of(path).ok_or_else(|| Failure::new(format!("the compiler made `{path}`, where no generated file may lie")))?;
            if leaving.make(disk, &seen, path, &mut room)? {
                seen = Seen::Missing;
                verdict = ours.judge(path, Some(entry), &seen)?;
            }
            let hash = entry.hash().clone();
            match verdict {
                Verdict::Write => {
                    let state = match seen {
                        Seen::Missing => State::Missing,
                        _ => State::Changed,
                    };
                    findings.push(generated(path, state));
                    written.push((path, entry));
                    if stands != Before::Missing {
                        before.insert(path.clone(), stands);
                    }
                }
                Verdict::Refuse(reason) => findings.push(generated(path, State::HandEdited(reason))),
                Verdict::Leave => {
                    left.push(path.clone());
                    continue;
                }
                Verdict::Equal | Verdict::Remove | Verdict::Gone => unchanged += 1,
            }
            kept.entry(owner).or_default().files.insert(path.clone(), hash);
        }
    }

    read_back(&written)?;
    let in_part = |(owner, manifest): &(&Owner, &Manifest)| !scope.is_complete(owner) && !manifest.merged.is_empty();
    let in_part: Vec<Text> = kept.iter().filter(in_part).map(|(owner, _)| owner.manifest()).collect();
    let manifests = changed_manifests(&listed, kept, scope);
    let in_part = in_part.into_iter().filter(|path| manifests.contains_key(path));
    unreadable.extend(in_part.map(|path| (path, Unreadable::in_part())));
    let stand = listed.iter().map(|(owner, (_, before))| (owner.manifest(), before));
    before.extend(stand.filter(|(path, _)| manifests.contains_key(path)).map(|(path, before)| (path, before.clone())));
    for (path, manifest) in &manifests {
        let state = match (manifest, before.contains_key(path)) {
            (None, _) => State::Orphaned,
            (Some(_), true) => State::Changed,
            (Some(_), false) => State::Missing,
        };
        findings.push(Finding { path: path.clone(), kind: Kind::Manifest, state });
    }
    findings.extend(changed_locks(project, locks)?);
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    let before_locks = locks.iter().map(|(path, _)| (path.clone(), read_as(sources, path))).collect();
    let listed = listed.into_values().flat_map(|(manifest, _)| manifest.files).collect();
    Ok(Comparison { findings, unchanged, unreadable, tree, locks, manifests, before, before_locks, listed, room, left, gone, pending })
}

/// So many files are looked at before what was seen is put down: it need not be held of all of them at once.
const AT_ONCE: usize = 4096;

/// What is seen of each file, what becomes of it, and what stands there where it is written.
fn look_at(disk: &Disk, ours: &Ours<'_>, some: &[(&Text, &Entry)]) -> Vec<Result<(Seen, Verdict, Before), Failure>> {
    let judge = |(path, entry): &(&Text, &Entry)| {
        let seen = see(disk, path, Some(entry))?;
        let verdict = ours.judge(path, Some(entry), &seen)?;
        let stands = if verdict == Verdict::Write { stands(disk, path, &seen)? } else { Before::Missing };
        entry.hash();
        Ok((without_contents(seen), verdict, stands))
    };
    some.par_iter().map(judge).collect()
}

/// What a file was when the sources were read.
fn read_as(sources: &Workspace, path: &Text) -> Before {
    sources.find(path).map_or(Before::Missing, |(_, source)| Before::contents(source.text.as_bytes()))
}

/// What stands where something is to be written or removed.
fn stands(disk: &Disk, path: &Text, seen: &Seen) -> Result<Before, Failure> {
    match seen {
        Seen::File { contents: Some(contents), .. } => Ok(Before::contents(contents)),
        Seen::File { contents: None, .. } | Seen::Link => disk.before(path),
        Seen::Missing | Seen::Folder | Seen::Special | Seen::Blocked(_) => Ok(Before::Missing),
    }
}

fn generated(path: &Text, state: State) -> Finding {
    Finding { path: path.clone(), kind: Kind::Generated, state }
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
    /// Whether a manifest lists the file.
    fn lists(&self, path: &Text) -> bool {
        self.manifest(path).is_some_and(|manifest| manifest.files.contains_key(path))
    }

    fn manifest(&self, path: &Text) -> Option<&Manifest> {
        self.listed.get(&Owner::of(path)?).map(|(manifest, _)| manifest)
    }

    fn judge(&self, path: &Text, wanted: Option<&Entry>, seen: &Seen) -> Result<Verdict, Failure> {
        let pending = self.pending.files.get(path);
        let manifest = self.manifest(path);
        let listed = manifest.into_iter().flat_map(|manifest| manifest.hashes(path));
        let hashes: Vec<&str> = listed.chain(pending.into_iter().flatten()).map(Text::as_str).collect();
        let merged = manifest.is_some_and(|manifest| manifest.merged.contains_key(path));
        let claim = Claim { hashes: &hashes, merged, room: has_room(path) };
        let Permission { force, adopt, merged } = self.permission;
        let verdict = judge(wanted, seen, claim, Allowed { forced: force.contains(path), adopt: *adopt, merged: *merged });
        let is_marked = matches!(seen, Seen::File { contents: Some(contents), .. } if has_header(contents));
        Ok(if matches!(verdict, Verdict::Refuse(_)) && yields(path) && !is_marked { Verdict::Leave } else { verdict })
    }
}

fn see(disk: &Disk, path: &Text, wanted: Option<&Entry>) -> Result<Seen, Failure> {
    Ok(match disk.place(path)? {
        Place::Missing => Seen::Missing,
        Place::Link => Seen::Link,
        Place::Folder => Seen::Folder,
        Place::Special => Seen::Special,
        Place::Blocked(by) => Seen::Blocked(by),
        Place::File { length, executable } => {
            let limit = OURS_LIMIT.max(wanted.map_or(0, Entry::size));
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

/// What is about to be written is read once more, by readers that share nothing with the printers.
fn read_back(written: &[(&Text, &Entry)]) -> Result<(), Failure> {
    let misprinted = written.par_iter().find_map_first(|(path, entry)| Some((path, verify(entry).err()?)));
    let Some((path, error)) = misprinted else { return Ok(()) };
    Err(Failure::new(format!("`{path}` does not read back as what was meant: {error}"))
        .help("this is a mistake of infrac, not of the sources; nothing was written, please report it"))
}

/// Whether a file has these lines. A checkout may have given them the line ends of its system.
fn has_lines_of(found: &[u8], text: &str) -> bool {
    found == text.as_bytes() || std::str::from_utf8(found).is_ok_and(|found| found.replace("\r\n", "\n") == text)
}

fn changed_locks(project: &mut Disk, locks: &[(Text, String)]) -> Result<Vec<Finding>, Failure> {
    let mut changed = Vec::new();
    for (path, text) in locks {
        project.learn(path);
        let state = match project.place(path)? {
            Place::Missing => State::Missing,
            Place::File { .. } if project.read(path, SIZE_LIMIT)?.is_some_and(|found| has_lines_of(&found, text)) => {
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
