//! A tree of files as a value: path → contents, mode and what the contents mean.

use super::contents::{Contents, Slice};
use super::{Error, Problem, hcl, json, meeting, verify, yaml};
use crate::base::Text;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Files by relative path. Paths use `/`, are portable, and no two of them meet on any file system.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    entries: BTreeMap<Text, Entry>,
    /// Lower-case path → path, and every folder of a file → that file: what a further path may not meet. Nothing where it is to be made
    /// anew of the files before another one is added.
    taken: BTreeMap<Text, Text>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) contents: Contents,
    /// Mode 0755 and not 0644.
    pub executable: bool,
    /// The format, which says how the contents can be read again.
    pub format: Format,
    /// What the contents were printed from; nothing once they have been read back (see [`Tree::settle`]).
    pub document: Option<Arc<Document>>,
    hash: OnceLock<Text>,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// OpenTofu, Terragrunt.
    Hcl,
    /// Ansible, pipelines.
    Yaml,
    /// Packer, data.
    Json,
    /// Anything else: scripts, templates, notes.
    Text,
}

/// What a file is printed from.
#[derive(Clone, Debug)]
pub enum Document {
    /// HCL.
    Hcl(hcl::Body),
    /// YAML.
    Yaml(yaml::Document),
    /// JSON.
    Json(json::Value),
    /// Text that a writer of this folder has made, or a constant file.
    Text(Arc<str>),
}

/// How a file of one tree differs from another tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the other tree has it.
    Added(&'a Entry),
    /// Only this tree has it.
    Removed(&'a Entry),
    /// Both have it, with other contents or another mode: this one, the other one.
    Changed(&'a Entry, &'a Entry),
}

impl From<hcl::Body> for Document {
    fn from(body: hcl::Body) -> Document {
        Document::Hcl(body)
    }
}

impl From<yaml::Document> for Document {
    fn from(document: yaml::Document) -> Document {
        Document::Yaml(document)
    }
}

impl From<json::Value> for Document {
    fn from(value: json::Value) -> Document {
        Document::Json(value)
    }
}

impl From<String> for Document {
    fn from(text: String) -> Document {
        Document::Text(text.into())
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Document {
        Document::Text(text.into())
    }
}

impl Entry {
    /// Prints a file.
    pub fn new(document: impl Into<Document>) -> Result<Entry, Error> {
        let document = document.into();
        let (contents, format) = match &document {
            Document::Hcl(body) => (hcl::print(body)?.into(), Format::Hcl),
            Document::Yaml(document) => (yaml::print(document)?.into(), Format::Yaml),
            Document::Json(value) => (json::print(value)?.into(), Format::Json),
            Document::Text(text) => (Arc::clone(text), Format::Text),
        };
        Ok(Entry::printed(contents, format, document))
    }

    /// A file with these contents, which were printed from that document.
    pub fn printed(contents: impl Into<Arc<str>>, format: Format, document: Document) -> Entry {
        Entry {
            contents: Contents::Whole(contents.into()),
            executable: false,
            format,
            document: Some(Arc::new(document)),
            hash: OnceLock::new(),
        }
    }

    /// What the file holds.
    pub fn text(&self) -> Slice {
        self.contents.text()
    }

    /// How many bytes the file has.
    pub fn size(&self) -> u64 {
        self.contents.len() as u64
    }

    /// Makes the file executable.
    pub fn executable(mut self) -> Entry {
        self.executable = true;
        self
    }

    /// Whether the file on disk would be the same.
    pub fn same(&self, other: &Entry) -> bool {
        self.size() == other.size() && *self.text() == *other.text() && self.executable == other.executable
    }

    /// The hash of the contents: SHA-256 in lower-case hexadecimal.
    pub fn hash(&self) -> &Text {
        self.hash.get_or_init(|| sha256(self.text().as_bytes()).into())
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.same(other)
    }
}

impl Eq for Entry {}

impl Tree {
    /// A tree without files.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Adds a file. Refuses a path that is not portable, that is there, or that meets another one where case does not
    /// count or where a file would have to be a folder.
    pub fn insert_entry(&mut self, path: impl Into<Text>, entry: Entry) -> Result<(), Error> {
        let path = path.into();
        check_path(&path)?;
        if self.taken.is_empty() {
            let entries = std::mem::take(&mut self.entries);
            for (path, entry) in entries {
                self.put(path, entry)?;
            }
        }
        self.put(path, entry)
    }

    fn put(&mut self, path: Text, entry: Entry) -> Result<(), Error> {
        let folded = if path.bytes().any(|byte| byte.is_ascii_uppercase()) { path.to_ascii_lowercase().into() } else { path.clone() };
        if let Some(other) = self.taken.get(&folded) {
            return Err(Problem::Collision(path, other.clone()).into());
        }
        let mut folders = Vec::new();
        // From the deepest folder up: above one that is there, all are.
        for (at, _) in folded.rmatch_indices('/') {
            let folder = &folded[..at];
            match self.taken.get(folder) {
                Some(file) if file.len() == folder.len() => return Err(Problem::Collision(path, file.clone()).into()),
                Some(file) if file[..at] != path[..at] => return Err(Problem::Collision(path, file.clone()).into()),
                Some(_) => break,
                None => folders.push(Text::new(folder)),
            }
        }
        for folder in folders {
            self.taken.insert(folder, path.clone());
        }
        self.taken.insert(folded, path.clone());
        self.entries.insert(path, entry);
        Ok(())
    }

    /// Prints a file and adds it; the path stands first in an error.
    pub fn insert(&mut self, path: impl Into<Text>, document: impl Into<Document>) -> Result<(), Error> {
        let path = path.into();
        let entry = Entry::new(document).map_err(|error| error.within(path.clone()))?;
        self.insert_entry(path, entry)
    }

    /// One tree of several, each of which is sound in itself; or what meets a file of another one, at most once for each tree: its number
    /// and why.
    pub fn join(trees: Vec<Tree>) -> Result<Tree, Vec<(usize, Error)>> {
        let met = meeting::among(&trees.iter().map(|tree| tree.files().collect()).collect::<Vec<_>>());
        match met.is_empty() {
            true => Ok(Tree { entries: trees.into_iter().flat_map(|tree| tree.entries).collect(), taken: BTreeMap::new() }),
            false => Err(met.into_iter().map(|(tree, one, other)| (tree, Problem::Collision(one, other).into())).collect()),
        }
    }

    /// The paths of the files, also of those that were let go.
    fn files(&self) -> impl Iterator<Item = &Text> {
        let left = self.taken.iter().filter(|_| self.entries.is_empty());
        self.entries.keys().chain(left.filter(|(folded, path)| folded.len() == path.len()).map(|(_, path)| path))
    }

    /// Reads every file back, lets go of what those were printed from that read as they were meant, and packs the files of a folder
    /// together: for who holds many trees before one of them is written.
    pub fn settle(&mut self) {
        // What is added one after the other leaves half of each node free. Which places are taken is known from the files again.
        self.entries = std::mem::take(&mut self.entries).into_iter().collect();
        self.taken = BTreeMap::new();
        for entry in self.entries.values_mut() {
            if verify(entry).is_ok() {
                entry.document = None;
            }
            entry.hash();
        }
        let mut entries: Vec<(&Text, &mut Entry)> = self.entries.iter_mut().collect();
        for together in entries.chunk_by_mut(|(one, _), (other, _)| folder(one) == folder(other)) {
            Contents::pack(together.iter_mut().map(|(_, entry)| &mut entry.contents));
        }
    }

    /// Lets go of the files; their places stay taken.
    pub fn let_go(&mut self) {
        self.entries.clear();
        self.taken = std::mem::take(&mut self.taken).into_iter().filter(|(folded, path)| folded.len() == path.len()).collect();
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Entry)> {
        self.entries.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One hash of every path, mode and file.
    pub fn digest(&self) -> String {
        digest(self.iter().map(|(path, entry)| (path.as_str(), entry.executable, entry.hash().as_str())))
    }

    /// What has to happen for this tree to become `other`, in the order of the paths.
    pub fn diff<'a>(&'a self, other: &'a Tree) -> BTreeMap<&'a str, Change<'a>> {
        let mut changes = BTreeMap::new();
        for (path, entry) in &self.entries {
            match other.entries.get(path) {
                None => changes.insert(path.as_str(), Change::Removed(entry)),
                Some(new) if !entry.same(new) => changes.insert(path.as_str(), Change::Changed(entry, new)),
                Some(_) => None,
            };
        }
        let added = other.entries.iter().filter(|(path, _)| !self.entries.contains_key(*path));
        changes.extend(added.map(|(path, entry)| (path.as_str(), Change::Added(entry))));
        changes
    }
}

/// The folder of a path at the second level, or above: what one product has there stands together in the order of the paths.
fn folder(path: &str) -> &str {
    path.match_indices('/').nth(1).or(path.match_indices('/').next()).map_or("", |(at, _)| &path[..at])
}

/// One hash of files, each by its path, whether it is executable (which counts only where files have such a mode), and the hash
/// of its contents; in the order of the paths.
pub fn digest<'f, H: AsRef<str>>(files: impl IntoIterator<Item = (&'f str, bool, H)>) -> String {
    let mut lines = String::new();
    for (path, executable, hash) in files {
        let mode = if executable && cfg!(unix) { " x " } else { " - " };
        [hash.as_ref(), mode, path, "\n"].into_iter().for_each(|part| lines.push_str(part));
    }
    sha256(lines.as_bytes())
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(Sha256::digest(bytes)) {
        pair.copy_from_slice(&[byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
    }
    str::from_utf8(&text).map(str::to_owned).unwrap_or_default()
}

/// Names that Windows keeps for devices, with every extension.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// Longest path, far below the limit of every file system together with the folder it is written into.
const LONGEST_PATH: usize = 1024;

/// Longest part of a path on common file systems.
const LONGEST_PART: usize = 255;

fn check_path(path: &Text) -> Result<(), Error> {
    if path.len() <= LONGEST_PATH && path.split('/').all(portable) { Ok(()) } else { Err(Problem::Path(path.clone()).into()) }
}

fn portable(part: &str) -> bool {
    let characters = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+' | b'@'));
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered =
        stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem.bytes().skip(3).all(|byte| byte.is_ascii_digit());
    characters
        && !part.is_empty()
        && part.len() <= LONGEST_PART
        && !part.ends_with('.')
        && !part.starts_with('-')
        && !numbered
        && !DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Change, Entry, Tree, sha256};
    use crate::artifact::Problem;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::new();
        files.iter().for_each(|(path, text)| tree.insert(*path, *text).unwrap());
        tree
    }

    #[test]
    fn refuses_paths_that_are_not_portable_or_meet() {
        for path in ["", "/a", "a/", "../a", "a/../b", "./a", "a//b", "a b", "a\\b", "a:b", "é", "con", "Aux.tf", "com1", "a.", "-a"] {
            let refused = Tree::new().insert(path, "").unwrap_err().problem;
            assert_eq!(refused, Problem::Path(path.into()), "{path}");
        }
        for (one, other) in [("a", "a"), ("a", "A"), ("a", "a/b"), ("a/b", "a"), ("a/b", "A/c"), ("x/a/b", "x/A/c")] {
            let refused = tree(&[(one, "")]).insert(other, "").unwrap_err().problem;
            assert!(matches!(refused, Problem::Collision(..)), "{one} {other}");
        }
        assert_eq!(tree(&[("a/b", ""), ("a/c", ""), (".github/x.yml", "")]).len(), 3);
    }

    #[test]
    fn diff_tells_what_happened() {
        let mut new = tree(&[("a", "1"), ("b", "2"), ("d", "4")]);
        new.insert_entry("e", Entry::new("5").unwrap().executable()).unwrap();
        let old = tree(&[("a", "1"), ("b", "3"), ("c", "3"), ("e", "5")]);
        let changes = old.diff(&new);
        assert_eq!(changes.keys().copied().collect::<Vec<_>>(), ["b", "c", "d", "e"]);
        assert!(matches!(changes["b"], Change::Changed(..)));
        assert!(matches!(changes["c"], Change::Removed(_)));
        assert!(matches!(changes["d"], Change::Added(_)));
        assert!(matches!(changes["e"], Change::Changed(..)));
    }

    #[test]
    fn hashes_are_hexadecimal() {
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Entry::new("abc").unwrap().hash(), hash);
    }

    #[test]
    fn names_like_those_of_devices_are_portable() {
        for path in ["abcd", "com", "lpt", "com10", "comma", "a/.con", "b1", "x.nul"] {
            assert!(Tree::new().insert(path, "").is_ok(), "{path}");
        }
        for path in ["com1.txt", "LPT9", "a/lpt0", "nul.x"] {
            assert!(Tree::new().insert(path, "").is_err(), "{path}");
        }
    }

    #[test]
    fn paths_end_where_a_file_system_ends_them() {
        let part = |length: usize| Tree::new().insert("a".repeat(length), "");
        assert!(part(255).is_ok() && part(256).is_err());
        let whole = |length: usize| Tree::new().insert("ab/".repeat(length / 3) + &"a".repeat(length % 3), "");
        assert!(whole(1024).is_ok() && whole(1025).is_err());
    }

    #[test]
    fn a_tree_takes_the_files_of_another() {
        let whole = tree(&[("b", "2")]);
        let mut whole = Tree::join(vec![whole, tree(&[("a", "1"), ("c", "3")])]).unwrap();
        let files: Vec<_> = whole.iter().map(|(path, entry)| (path.as_str(), entry.text())).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        assert_eq!(files, [("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(whole.get("c"), Some(&Entry::new("3").unwrap()));
        assert_ne!(whole.get("c"), whole.get("b"));
        assert_ne!(whole.get("c"), Some(&Entry::new("3").unwrap().executable()));
        assert_eq!(whole.get("d"), None);
        let refused = whole.insert("A", "").unwrap_err();
        assert_eq!(refused.problem, Problem::Collision("A".into(), "a".into()));
        let refused = Tree::join(vec![tree(&[("x", "")]), whole.clone(), tree(&[("A", ""), ("B", "")])]).unwrap_err();
        assert_eq!(refused, [(2, Problem::Collision("A".into(), "a".into()).into())]);
        let mut gone = tree(&[("b/c", "")]);
        gone.let_go();
        let refused = Tree::join(vec![gone, whole.clone()]).unwrap_err();
        assert_eq!(refused, [(1, Problem::Collision("b".into(), "b/c".into()).into())]);
        assert!(!whole.is_empty() && Tree::new().is_empty());
    }

    #[test]
    fn a_digest_is_that_of_a_line_for_each_file() {
        let mut files = tree(&[("b", "2")]);
        files.insert_entry("a", Entry::new("1").unwrap().executable()).unwrap();
        let [one, two] = ["1", "2"].map(|text| sha256(text.as_bytes()));
        let mode = if cfg!(unix) { 'x' } else { '-' };
        assert_eq!(files.digest(), sha256(format!("{one} {mode} a\n{two} - b\n").as_bytes()));
    }
}
