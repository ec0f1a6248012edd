//! The command itself, on a project in a folder of its own.

use infrac::host::{Cache, Disk};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

pub(crate) const INFRAC: &str = env!("CARGO_BIN_EXE_infrac");

/// The folder of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One path as it lies on the disk: everything of it that could change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    File { bytes: Vec<u8>, mode: u32 },
    Folder { mode: u32 },
    Link(PathBuf),
    Special,
}

/// Every path below a folder, relative to it.
pub(crate) type Snapshot = BTreeMap<String, Node>;

pub(crate) fn snapshot(folder: &Path) -> Snapshot {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    entries
        .map(|entry| {
            let kind = entry.file_type();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            let node = if kind.is_dir() {
                Node::Folder { mode }
            } else if kind.is_file() {
                Node::File { bytes: fs::read(entry.path()).unwrap(), mode }
            } else if kind.is_symlink() {
                Node::Link(fs::read_link(entry.path()).unwrap())
            } else {
                Node::Special
            };
            (entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), node)
        })
        .collect()
}

/// Without what is of this machine alone, such as the lock.
pub(crate) fn lasting(snapshot: Snapshot) -> Snapshot {
    snapshot.into_iter().filter(|(path, _)| !path.contains(".infrac/cache")).collect()
}

/// The paths that differ, each with what is said of it, for a failure that can be read.
pub(crate) fn differences(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths
        .into_iter()
        .filter_map(|path| match (before.get(path), after.get(path)) {
            (Some(a), Some(b)) if a == b => None,
            (Some(_), Some(_)) => Some(format!("{path} changed")),
            (Some(_), None) => Some(format!("{path} is gone")),
            (None, _) => Some(format!("{path} is new")),
        })
        .collect()
}

/// How a command ended, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// What was said, with lines that were broken joined again.
    pub(crate) fn words(&self) -> String {
        let words = self.out.split_whitespace().chain(self.err.split_whitespace());
        words.filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
    }
}

/// Runs git, without the settings of whoever runs the tests.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main", "-c", "merge.conflictstyle=diff3"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    git.current_dir(folder).output().unwrap()
}

/// Runs git, which has to succeed.
#[track_caller]
pub(crate) fn git_succeeds(folder: &Path, arguments: &[&str]) {
    let output = git(folder, arguments);
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl From<Output> for Answer {
    fn from(output: Output) -> Answer {
        Answer {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A project that the command works on.
pub(crate) struct Program {
    _folder: TempDir,
    pub(crate) caches: TempDir,
    pub(crate) root: PathBuf,
}

/// The sources of a project of this repository, its lock files among them.
pub(crate) fn sources(project: &str) -> Vec<(String, String)> {
    let from = repository().join(project);
    let inventory = walkdir::WalkDir::new(from.join("inventory")).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = inventory.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    std::iter::once(from.join("infra.toml"))
        .chain(files)
        .map(|path| (path.strip_prefix(&from).unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

impl Program {
    pub(crate) fn empty() -> Program {
        Program::below("project")
    }

    /// In a folder of this name.
    pub(crate) fn below(name: &str) -> Program {
        let folder = TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap().join(name);
        fs::create_dir_all(&root).unwrap();
        Program { _folder: folder, caches: TempDir::new().unwrap(), root }
    }

    /// With the sources of a project of this repository, not built yet.
    pub(crate) fn of(project: &str) -> Program {
        let program = Program::empty();
        program.put_all(&sources(project));
        program
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        put(&self.root, path, text);
    }

    pub(crate) fn put_all(&self, files: &[(String, String)]) {
        files.iter().for_each(|(path, text)| self.put(path, text));
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// Replaces a text that stands once.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in {path}");
        self.put(path, &text.replace(from, to));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(INFRAC);
        command.args(arguments).current_dir(&self.root).env_clear().env("XDG_CACHE_HOME", self.caches.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.command(arguments).output().unwrap().into()
    }

    /// Builds, which has to succeed.
    pub(crate) fn build(&self) -> Answer {
        let answer = self.run(&["build"]);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        answer
    }

    /// The output folder `generated`, with the user's cache of it.
    pub(crate) fn disk(&self) -> Disk {
        Disk::new(&self.root, "generated").with_cache(Some(Cache::below(self.caches.path(), &self.root, "generated").unwrap()))
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        snapshot(&self.root)
    }
}

pub(crate) fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Copies a folder with its modes and links.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place).unwrap();
        } else if entry.file_type().is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), &place).unwrap();
        } else {
            fs::copy(entry.path(), &place).unwrap();
        }
    }
}

/// Does the same with each item, a few at once, because a trial mostly waits.
pub(crate) fn each<T: Sync>(items: &[T], then: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    then(index, item);
                }
            });
        }
    });
}
