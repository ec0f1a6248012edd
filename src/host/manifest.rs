//! The list of the files that infrac made, with the hash of each. It lies among the generated files and anybody can
//! change it, so reading it believes nothing: it is bounded, strict, and no path in it leaves the layout.

use super::Failure;
use super::layout::Owner;
use crate::base::Text;
use crate::base::merge::both_sides;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use serde::{Deserialize as DeriveDeserialize, Serialize as DeriveSerialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version of the format that is written, and the only one that is read: there is no older one to bring up to it.
///
/// Whatever a later format is, it keeps `format` and says in `needs` which release of infrac reads it first.
const FORMAT: u32 = 1;

/// Largest manifest, and most files in one.
pub const SIZE_LIMIT: u64 = 64 << 20;
const COUNT_LIMIT: usize = 500_000;

/// What each line that lists a file begins with.
const ENTRY: &str = "    \"";

/// The files of one owner: path → SHA-256 of the contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Paths relative to the output folder.
    pub files: BTreeMap<Text, Text>,
    /// Where git put two lists together: the further hashes of files that both list with other contents. Such a list is read and
    /// never written.
    pub merged: BTreeMap<Text, BTreeSet<Text>>,
}

/// A manifest as it is written.
#[derive(DeriveSerialize)]
struct Written<'m> {
    #[serde(rename = "//")]
    comment: &'static str,
    format: u32,
    files: &'m BTreeMap<Text, Text>,
}

/// A manifest as it is read.
#[derive(DeriveDeserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "//", default)]
    #[allow(dead_code, reason = "it may stand there, and says nothing")]
    comment: String,
    format: u32,
    files: Files,
}

struct Files(BTreeMap<Text, Text>);

/// Why a manifest is not believed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// One sentence in lower case.
    pub reason: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What to do.
    pub help: &'static str,
}

impl Unreadable {
    /// The whole file is not believed.
    pub fn whole(reason: String) -> Unreadable {
        Unreadable { reason, line: 0, help: "restore it from version control, or make it anew with `infrac build --adopt`" }
    }

    /// What git made of two manifests says more than one manifest can, unless all of its files are built.
    pub fn in_part() -> Unreadable {
        let reason = "git made it of two, and only some of its files are being built".to_owned();
        Unreadable { help: "run `infrac build` without a selection", ..Unreadable::whole(reason) }
    }
}

/// A manifest that a later infrac wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// The version of its format.
    pub format: u32,
    /// The first release that reads it, where it says so.
    pub needs: Option<String>,
}

impl Newer {
    /// Whether these bytes are such a manifest. What else it holds is its own business.
    pub fn read(bytes: &[u8]) -> Option<Newer> {
        #[derive(DeriveDeserialize)]
        struct Envelope {
            format: u32,
            needs: Option<String>,
        }
        let Envelope { format, needs } = serde_json::from_slice(bytes).ok()?;
        let is_version = |text: &String| text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        (format > FORMAT).then(|| Newer { format, needs: needs.filter(is_version) })
    }

    /// Why the manifest at `path` stops everything: what this infrac does not know, it would take for orphans.
    pub fn failure(&self, path: &str) -> Failure {
        let own = env!("CARGO_PKG_VERSION");
        let message = format!("`{path}` was written by a newer infrac: it has format {}, and infrac {own} reads {FORMAT}", self.format);
        Failure::new(message).help(match &self.needs {
            Some(needs) => format!("use infrac {needs} or newer"),
            None => "use the infrac that wrote it, or a newer one".to_owned(),
        })
    }
}

impl Manifest {
    /// Reads the manifest of `owner`, also one that git made of two.
    pub fn read(bytes: &[u8], owner: &Owner) -> Result<Manifest, Unreadable> {
        Manifest::read_written(bytes, owner).or_else(|unreadable| Manifest::read_merged(bytes, owner).ok_or(unreadable))
    }

    /// Reads the manifest of `owner` as a build writes it.
    pub fn read_written(bytes: &[u8], owner: &Owner) -> Result<Manifest, Unreadable> {
        let whole = Unreadable::whole;
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| Unreadable { line: error.line(), ..whole(reason(&error)) })?;
        if document.format != FORMAT {
            return Err(whole(format!("it has format {}, this infrac reads {FORMAT}", document.format)));
        }
        let files = document.files.0;
        files.iter().try_for_each(|(path, hash)| believe(path, hash, owner)).map_err(whole)?;
        let manifest = Manifest { files, merged: BTreeMap::new() };
        manifest.believe_paths().map_err(whole)?;
        Ok(manifest)
    }

    /// Reads what git made of two manifests, with conflict markers or, as their attributes ask for, without: the lines of both. Nothing
    /// where it is anything else.
    fn read_merged(bytes: &[u8], owner: &Owner) -> Option<Manifest> {
        // With a file in it, the list does not end in its line.
        let any = Manifest { files: BTreeMap::from([(Text::default(), Text::default())]), ..Manifest::default() }.print();
        let frame: BTreeSet<&str> = any.lines().filter(|line| !line.starts_with(ENTRY)).collect();
        let mut found = BTreeSet::new();
        let mut manifest = Manifest::default();
        for (_, line) in both_sides(std::str::from_utf8(bytes).ok()?) {
            if frame.contains(line) {
                found.insert(line);
                continue;
            }
            let entry = line.strip_prefix(ENTRY)?;
            let (path, hash) = entry.strip_suffix(',').unwrap_or(entry).strip_suffix('"')?.split_once("\": \"")?;
            believe(path, hash, owner).ok()?;
            manifest.add(path.into(), hash.into());
            if manifest.files.len() > COUNT_LIMIT {
                return None;
            }
        }
        manifest.believe_paths().ok()?;
        // What was cut off is no merge.
        (found == frame).then_some(manifest)
    }

    fn add(&mut self, path: Text, hash: Text) {
        match self.files.get(&path) {
            Some(known) if *known == hash => (),
            Some(_) => _ = self.merged.entry(path).or_default().insert(hash),
            None => _ = self.files.insert(path, hash),
        }
    }

    /// On some systems two paths are one file, and removing the one would remove the other.
    fn believe_paths(&self) -> Result<(), String> {
        let mut folded = BTreeMap::new();
        for path in self.files.keys() {
            if let Some(other) = folded.insert(path.to_lowercase(), path) {
                return Err(format!("it lists `{other}` and `{path}`, which are one file on some systems"));
            }
        }
        Ok(())
    }

    /// The hashes that a file is listed with: none, one, or several where git put two lists together.
    pub fn hashes(&self, path: &Text) -> impl Iterator<Item = &Text> {
        self.files.get(path).into_iter().chain(self.merged.get(path).into_iter().flatten())
    }

    /// The text of the manifest.
    pub fn print(&self) -> String {
        let document = Written { comment: "Generated by infrac. DO NOT EDIT.", format: FORMAT, files: &self.files };
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Whether a manifest of `owner` can list a path with a hash, or why not.
fn believe(path: &str, hash: &str, owner: &Owner) -> Result<(), String> {
    match () {
        () if !is_plain(path) || Owner::of(path).as_ref() != Some(owner) => {
            Err(format!("it lists `{path}`, which cannot be one of its files"))
        }
        () if !is_hash(hash) => Err(format!("the hash of `{path}` is not a SHA-256")),
        () => Ok(()),
    }
}

/// The message of a JSON error without its place, which is told apart.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_lowercase(),
        None => text.to_lowercase(),
    }
}

/// Whether a path is relative and has only characters that generated paths have.
pub fn is_plain(path: &str) -> bool {
    path.len() <= 1024
        && path.split('/').all(|part| {
            !matches!(part, "" | "." | "..") && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+@".contains(&byte))
        })
}

/// Whether a text is a SHA-256 in lower-case hexadecimal.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Files, D::Error> {
        struct Strict;

        impl<'de> Visitor<'de> for Strict {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of paths and hashes")
            }

            /// A key that stands twice would mean one thing here and another elsewhere.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Files, A::Error> {
                let mut files = BTreeMap::new();
                while let Some((path, hash)) = map.next_entry::<String, String>()? {
                    if files.len() == COUNT_LIMIT {
                        return Err(A::Error::custom("it lists too many files"));
                    }
                    if files.insert(Text::new(&path), Text::new(hash)).is_some() {
                        return Err(A::Error::custom(format!("`{path}` stands twice")));
                    }
                }
                Ok(Files(files))
            }
        }

        deserializer.deserialize_map(Strict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Owner {
        Owner::Product("acme".into())
    }

    fn forged(files: &str) -> String {
        let text = format!("{{\"format\": 1, \"files\": {{{files}}}}}");
        Manifest::read(text.as_bytes(), &acme()).unwrap_err().reason
    }

    #[test]
    fn reads_what_it_prints() {
        let hash = Text::new("0123456789abcdef".repeat(4));
        let files = BTreeMap::from([("live/acme/root.hcl".into(), hash.clone()), ("ansible/inventory/acme/prod/hosts.yml".into(), hash)]);
        let manifest = Manifest { files, ..Manifest::default() };
        let text = manifest.print();
        assert_eq!(Manifest::read(text.as_bytes(), &acme()), Ok(manifest));
        assert!(text.starts_with("{\n  \"//\": \"Generated by infrac. DO NOT EDIT.\",\n"));
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn believes_nothing() {
        let hash = "0123456789abcdef".repeat(4);
        for path in [
            "/etc/passwd",
            "../x",
            "live/acme/../../x",
            "live/other/root.hcl",
            "modules/a/b.tf",
            "infra.toml",
            "live/acme/a\\\\b",
            "live/acme/a\\u0000b",
            "live/acme//b",
            ".git/config",
        ] {
            let reason = forged(&format!("\"{path}\": \"{hash}\""));
            assert!(reason.contains("cannot be one of its files"), "{path}: {reason}");
        }
        assert!(forged("\"live/acme/x\": \"abc\"").contains("not a SHA-256"));
        let twice = format!("\"live/acme/x\": \"{hash}\", \"live/acme/x\": \"{hash}\"");
        assert!(forged(&twice).contains("stands twice"));
        let colliding = format!("\"live/acme/x\": \"{hash}\", \"live/acme/X\": \"{hash}\"");
        assert!(forged(&colliding).contains("one file on some systems"));
    }

    #[test]
    fn knows_a_later_format_whatever_is_in_it() {
        let newer = |needs: &str| Some(Newer { format: 7, needs: (!needs.is_empty()).then(|| needs.to_owned()) });
        assert_eq!(Newer::read(b"{\"format\": 7, \"needs\": \"2.10.0\", \"trees\": [[1]]}"), newer("2.10.0"));
        assert_eq!(Newer::read(b"{\"format\": 7}"), newer(""));
        assert_eq!(Newer::read(b"{\"format\": 7, \"needs\": \"\\u001b[31m; rm -r\"}"), newer(""));
        assert_eq!(Newer::read(b"{\"format\": 1, \"files\": {}}"), None);
        assert_eq!(Newer::read(b"{\"format\": 0, \"needs\": \"9.0.0\"}"), None);
        assert_eq!(Newer::read(b"<<<<<<< HEAD"), None);
    }

    /// Two lists, as git puts them together.
    #[test]
    fn reads_both_sides_of_a_merge() {
        let hash = |digit: &str| Text::new(digit.repeat(64));
        let manifest = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, digit)| ((*path).into(), hash(digit))).collect();
            Manifest { files, ..Manifest::default() }.print()
        };
        let ours = manifest(&[("live/acme/a", "1"), ("live/acme/b", "2")]);
        let theirs = manifest(&[("live/acme/b", "3"), ("live/acme/c", "4")]);
        let lines = |text: &str| text.lines().map(|line| format!("{line}\n")).collect::<Vec<_>>();
        let (ours, theirs) = (lines(&ours), lines(&theirs));
        let join = |between: [&str; 3]| {
            let [begin, middle, end] = between;
            [&ours[..4].concat(), begin, &ours[4..6].concat(), middle, &theirs[4..6].concat(), end, &ours[6..].concat()].concat()
        };
        let with_marks = join(["<<<<<<< HEAD\n", "||||||| base\n    \"live/acme/a\": \"x\"\n=======\n", ">>>>>>> theirs\n"]);
        for text in [join(["", "", ""]), with_marks] {
            let read = Manifest::read(text.as_bytes(), &acme()).unwrap();
            let found = |path: &str| read.hashes(&path.into()).cloned().collect::<Vec<_>>();
            assert_eq!(
                [found("live/acme/a"), found("live/acme/b"), found("live/acme/c")],
                [vec![hash("1")], vec![hash("2"), hash("3")], vec![hash("4")]],
                "{text}"
            );
            assert!(Manifest::read_written(text.as_bytes(), &acme()).is_err());
            let forged = text.replace("live/acme/c", "live/other/c");
            assert!(Manifest::read(forged.as_bytes(), &acme()).is_err());
            let cut = &text[..text.len() - 2];
            assert!(Manifest::read(cut.as_bytes(), &acme()).is_err(), "{cut}");
            let newer = text.replacen("\"format\": 1", "\"format\": 2", 1);
            assert!(Manifest::read(newer.as_bytes(), &acme()).is_err());
        }
    }

    #[test]
    fn tells_where_it_is_broken() {
        let broken = Manifest::read(b"{\n  \"format\": 1,\n<<<<<<< HEAD\n", &acme()).unwrap_err();
        assert_eq!(broken.line, 3);
        let older = Manifest::read(b"{\"format\": 0, \"files\": {}}", &acme()).unwrap_err();
        assert_eq!(older.reason, "it has format 0, this infrac reads 1");
        assert!(Manifest::read(b"", &acme()).is_err());
        assert!(Manifest::read(b"{\"format\": 1, \"files\": {}, \"more\": 1}", &acme()).is_err());
    }
}
