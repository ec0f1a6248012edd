//! What may be overwritten or removed: the one place that decides it.
//!
//! A file is ours when the manifest (or the note of an interrupted build, in the user's cache) has the hash of exactly these bytes and the
//! file itself says that infrac made it. Everything else belongs to a person.

use super::layout::{Owner, has_header, part};
use crate::artifact::Entry;
use crate::artifact::tree::sha256;
use crate::base::Text;
use crate::base::merge::has_conflict;
use std::collections::BTreeSet;

/// What a person allowed beyond what is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// Files to overwrite or remove whatever they hold, relative to the output folder.
    pub force: BTreeSet<Text>,
    /// Whether to take over files that say infrac made them though no manifest lists them.
    pub adopt: bool,
    /// Whether to make anew what git made of two builds.
    pub merged: bool,
}

/// Files beyond this size are not ours: no generated file is nearly as large.
pub const OURS_LIMIT: u64 = 64 << 20;

/// Which manifests the tree is the whole of: only of those is what is no longer in the tree removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    asked: Asked,
    fresh: BTreeSet<Text>,
}

/// What was to be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Everything,
    Products(BTreeSet<Text>),
    /// Some environments of some products; what these call their other environments is left alone.
    Environments {
        products: BTreeSet<Text>,
        chosen: BTreeSet<Text>,
        others: BTreeSet<Text>,
    },
    /// Parts of products.
    Nothing,
}

impl Scope {
    /// All manifests: everything was compiled.
    pub fn everything() -> Scope {
        Scope { asked: Asked::Everything, fresh: BTreeSet::new() }
    }

    /// Those of some products.
    pub fn products(products: BTreeSet<Text>) -> Scope {
        Scope { asked: Asked::Products(products), fresh: BTreeSet::new() }
    }

    /// None: only parts of products were compiled.
    pub fn nothing() -> Scope {
        Scope { asked: Asked::Nothing, fresh: BTreeSet::new() }
    }

    /// Those of some environments of some products, which have `others` besides: files of those are as they are, and what all environments
    /// share is written and not cleared.
    pub fn environments(products: BTreeSet<Text>, chosen: BTreeSet<Text>, others: BTreeSet<Text>) -> Scope {
        Scope { asked: Asked::Environments { products, chosen, others }, fresh: BTreeSet::new() }
    }

    /// Without products that did not have to be compiled, because their files are as they should be.
    pub fn without(self, fresh: BTreeSet<Text>) -> Scope {
        Scope { fresh, ..self }
    }

    /// Whether the tree has every file of this owner.
    pub fn is_complete(&self, owner: &Owner) -> bool {
        match (&self.asked, owner) {
            _ if self.is_fresh(owner) => false,
            (Asked::Everything, _) => true,
            (Asked::Products(products), Owner::Product(product)) => products.contains(product),
            (Asked::Products(_), Owner::Shared) | (Asked::Environments { .. } | Asked::Nothing, _) => false,
        }
    }

    /// Whether the tree has this file of an owner, or nobody wants it.
    pub fn clears(&self, owner: &Owner, path: &str) -> bool {
        let is_chosen = match (&self.asked, owner) {
            (Asked::Environments { products, chosen, .. }, Owner::Product(product)) => {
                products.contains(product) && part(path).is_some_and(|part| chosen.contains(part))
            }
            _ => false,
        };
        self.is_complete(owner) || is_chosen
    }

    /// Whether a file of the tree is looked at: it is none of an environment that was not asked for.
    pub fn wants(&self, path: &str) -> bool {
        match &self.asked {
            Asked::Environments { others, .. } => part(path).is_none_or(|part| !others.contains(part)),
            _ => true,
        }
    }

    /// Whether the files of this owner are as they should be, though the tree does not have them.
    pub fn is_fresh(&self, owner: &Owner) -> bool {
        matches!(owner, Owner::Product(product) if self.fresh.contains(product))
    }
}

/// What stands where a file should be, or should no longer be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Missing,
    /// A regular file.
    File {
        /// Its contents; nothing where it is far too large to be ours.
        contents: Option<Vec<u8>>,
        /// Whether its owner may run it.
        executable: bool,
    },
    /// A link.
    Link,
    /// A folder.
    Folder,
    /// A device, a socket, a pipe.
    Special,
    /// It lies below something that is not a folder.
    Blocked(Text),
}

/// What is to be done with one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Equal,
    /// Write it: nothing is there, or what is there is ours.
    Write,
    /// Remove it: it is ours and no longer wanted.
    Remove,
    /// It is no longer wanted, and what we wrote is no longer there.
    Gone,
    /// It belongs to a person, and infrac does without its own.
    Leave,
    /// It belongs to a person.
    Refuse(Reason),
}

/// Why a path is not ours to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// We wrote it, and a person changed it.
    Edited,
    /// Two builds wrote it, and git made one file of both.
    Merged,
    /// It says that we wrote it, but no manifest lists it.
    Unlisted,
    /// Somebody else wrote it.
    Foreign,
    /// It is a link.
    Link,
    /// It is a folder.
    Folder,
    /// It is a device, a socket, a pipe.
    Special,
    /// This path above it is not a folder.
    Blocked(Text),
}

/// What we know of our own work at one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The hashes of what we wrote there.
    pub hashes: &'a [&'a str],
    /// Whether two builds wrote something there, and git put their lists together.
    pub merged: bool,
    /// Whether the format has room for the header.
    pub room: bool,
}

/// What a person allowed at one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// To overwrite or remove it, whatever it holds.
    pub forced: bool,
    /// To take it over where it says that we made it.
    pub adopt: bool,
    /// To make it anew where git made it of two builds.
    pub merged: bool,
}

/// Judges one path: what the tree wants there, what is there, what we know of it, and what a person allowed.
pub fn judge(wanted: Option<&Entry>, seen: &Seen, claim: Claim<'_>, allowed: Allowed) -> Verdict {
    match (wanted, seen) {
        (Some(entry), Seen::File { contents, executable }) => {
            let found = contents.as_deref();
            if found == Some(entry.text().as_bytes()) {
                let same_mode = *executable == entry.executable || cfg!(not(unix));
                return if same_mode { Verdict::Equal } else { Verdict::Write };
            }
            let marked = found.is_some_and(has_header);
            // A format without room for the header is trusted by its hash alone.
            let may_be_ours = marked || !has_header(entry.text().as_bytes());
            let is_merge = may_be_ours && is_merge(found, claim);
            if allowed.forced || (may_be_ours && is_ours(found, claim.hashes)) || (is_merge && allowed.merged) {
                Verdict::Write
            } else if is_merge {
                Verdict::Refuse(Reason::Merged)
            } else if !claim.hashes.is_empty() {
                Verdict::Refuse(Reason::Edited)
            } else if !marked {
                Verdict::Refuse(Reason::Foreign)
            } else if allowed.adopt {
                Verdict::Write
            } else {
                Verdict::Refuse(Reason::Unlisted)
            }
        }
        (Some(_), Seen::Missing) => Verdict::Write,
        (Some(_), Seen::Link) if allowed.forced => Verdict::Write,
        (Some(_), Seen::Link) => Verdict::Refuse(Reason::Link),
        (Some(_), Seen::Folder) => Verdict::Refuse(Reason::Folder),
        (Some(_), Seen::Special) => Verdict::Refuse(Reason::Special),
        (Some(_), Seen::Blocked(by)) => Verdict::Refuse(Reason::Blocked(by.clone())),
        (None, Seen::File { contents, .. }) => {
            let found = contents.as_deref();
            let may_be_ours = found.is_some_and(has_header) || !claim.room;
            let is_merge = may_be_ours && is_merge(found, claim);
            if allowed.forced || (may_be_ours && is_ours(found, claim.hashes)) || (is_merge && allowed.merged) {
                Verdict::Remove
            } else if is_merge {
                Verdict::Refuse(Reason::Merged)
            } else {
                Verdict::Refuse(Reason::Edited)
            }
        }
        (None, Seen::Link) if allowed.forced => Verdict::Remove,
        (None, _) => Verdict::Gone,
    }
}

/// Whether git made these bytes of what two builds wrote: it left the marks of a conflict in a file that is listed, or the file is listed
/// with what both wrote.
fn is_merge(contents: Option<&[u8]>, claim: Claim<'_>) -> bool {
    let in_conflict = |contents: &[u8]| std::str::from_utf8(contents).is_ok_and(has_conflict);
    !claim.hashes.is_empty() && contents.is_some_and(|contents| claim.merged || in_conflict(contents))
}

/// Whether these are bytes that we wrote. A checkout may have given them the line ends of its system, which is nobody's work.
fn is_ours(contents: Option<&[u8]>, ours: &[&str]) -> bool {
    let is_one = |contents: &[u8]| ours.contains(&sha256(contents).as_str());
    let plain = |contents: &[u8]| Some(std::str::from_utf8(contents).ok()?.replace("\r\n", "\n"));
    !ours.is_empty() && contents.is_some_and(|contents| is_one(contents) || plain(contents).is_some_and(|plain| is_one(plain.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Document, Format};

    const OLD: &str = "# Generated by infrac. DO NOT EDIT.\nold\n";
    const NEW: &str = "# Generated by infrac. DO NOT EDIT.\nnew\n";
    const EDITED: &str = "# Generated by infrac. DO NOT EDIT.\nold, and more\n";
    const IN_CONFLICT: &str = "# Generated by infrac. DO NOT EDIT.\n<<<<<<< HEAD\nold\n=======\nnew\n>>>>>>> other\n";
    const BY_HAND: &str = "by hand\n";
    const OLD_OF_WINDOWS: &str = "# Generated by infrac. DO NOT EDIT.\r\nold\r\n";

    fn entry(contents: &str) -> Entry {
        Entry::printed(contents, Format::Text, Document::Text(contents.into()))
    }

    fn file(contents: &str) -> Seen {
        Seen::File { contents: Some(contents.into()), executable: false }
    }

    #[test]
    fn the_matrix() {
        use Reason::*;
        use Verdict::*;
        let new = entry(NEW);
        let bare = entry("new, without a header\n");
        let (old, stranger) = (sha256(OLD.as_bytes()), sha256(BY_HAND.as_bytes()));
        let listed: &[&str] = &[&old];
        let forged: &[&str] = &[&stranger];
        let cases = [
            // wanted, seen, hashes, plain, with --adopt, with --force
            (Some(&new), file(IN_CONFLICT), listed, Refuse(Merged), Refuse(Merged), Write),
            (Some(&new), file(IN_CONFLICT), &[], Refuse(Unlisted), Write, Write),
            (None, file(IN_CONFLICT), listed, Refuse(Merged), Refuse(Merged), Remove),
            (Some(&new), Seen::Missing, &[][..], Write, Write, Write),
            (Some(&new), file(NEW), &[], Equal, Equal, Equal),
            (Some(&new), file(NEW), listed, Equal, Equal, Equal),
            (Some(&new), file(OLD), listed, Write, Write, Write),
            (Some(&new), file(OLD_OF_WINDOWS), listed, Write, Write, Write),
            (None, file(OLD_OF_WINDOWS), listed, Remove, Remove, Remove),
            (Some(&new), file(OLD), &[], Refuse(Unlisted), Write, Write),
            (Some(&new), file(EDITED), listed, Refuse(Edited), Refuse(Edited), Write),
            (Some(&new), file(BY_HAND), &[], Refuse(Foreign), Refuse(Foreign), Write),
            (Some(&new), file(BY_HAND), forged, Refuse(Edited), Refuse(Edited), Write),
            (Some(&bare), file(BY_HAND), forged, Write, Write, Write),
            (Some(&new), Seen::Link, listed, Refuse(Link), Refuse(Link), Write),
            (Some(&new), Seen::Folder, listed, Refuse(Folder), Refuse(Folder), Refuse(Folder)),
            (Some(&new), Seen::Special, &[], Refuse(Special), Refuse(Special), Refuse(Special)),
            (None, file(OLD), listed, Remove, Remove, Remove),
            (None, file(EDITED), listed, Refuse(Edited), Refuse(Edited), Remove),
            (None, file(BY_HAND), forged, Refuse(Edited), Refuse(Edited), Remove),
            (None, Seen::Missing, listed, Gone, Gone, Gone),
            (None, Seen::Link, listed, Gone, Gone, Remove),
            (None, Seen::Folder, listed, Gone, Gone, Gone),
            (None, Seen::Blocked("live".into()), listed, Gone, Gone, Gone),
        ];
        for (wanted, seen, ours, plain, adopted, forced) in cases {
            let case = format!("{:?} {seen:?} {ours:?}", wanted.map(|entry| entry.text()));
            let claim = Claim { hashes: ours, merged: false, room: true };
            let judge = |allowed| judge(wanted, &seen, claim, allowed);
            assert_eq!(judge(Allowed::default()), plain, "{case}");
            assert_eq!(judge(Allowed { adopt: true, ..Allowed::default() }), adopted, "--adopt {case}");
            assert_eq!(judge(Allowed { forced: true, ..Allowed::default() }), forced, "--force {case}");
            let merged = match plain {
                Refuse(Merged) => {
                    if wanted.is_some() {
                        Write
                    } else {
                        Remove
                    }
                }
                _ => plain,
            };
            assert_eq!(judge(Allowed { merged: true, ..Allowed::default() }), merged, "--merged {case}");
        }
    }

    /// Two lists say what two builds wrote. What is neither, and says that we made it, git made of both; what a person wrote stays theirs.
    #[test]
    fn what_two_builds_wrote_is_a_merge_of_both() {
        use Reason::*;
        use Verdict::*;
        let new = entry(NEW);
        let (one, other) = (sha256(OLD.as_bytes()), sha256(b"other"));
        let claim = Claim { hashes: &[&one, &other], merged: true, room: true };
        for (contents, plain, merged) in [(OLD, Write, Write), (EDITED, Refuse(Merged), Write), (BY_HAND, Refuse(Edited), Refuse(Edited))] {
            let seen = file(contents);
            assert_eq!(judge(Some(&new), &seen, claim, Allowed::default()), plain, "{contents}");
            assert_eq!(judge(Some(&new), &seen, claim, Allowed { merged: true, ..Allowed::default() }), merged, "{contents}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn another_mode_is_written_again() {
        let script = entry(NEW).executable();
        let claim = Claim { hashes: &[], merged: false, room: true };
        assert_eq!(judge(Some(&script), &file(NEW), claim, Allowed::default()), Verdict::Write);
    }
}
