//! Every write-type system call of a build, stopped before it happens and made to fail: no file is torn or lost, nobody
//! else's is touched, and the next build goes on to the same tree.

use super::program::{Answer, Node, Program, Snapshot, copy, differences, each, lasting};
use super::strace::{calls, under};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The calls that change a disk. A name that a processor does not have is passed over.
const WRITES: &[&str] = &[
    "open",
    "openat",
    "creat",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "copy_file_range",
    "sendfile",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "fchown",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "truncate",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "syncfs",
    "sync",
    "utimensat",
    "flock",
];

const ERRORS: &[&str] = &["ENOSPC", "EIO", "EACCES"];

/// One call of a build: its name, the path that it works on, and which of those it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    name: String,
    path: String,
    which: usize,
}

/// A project with its sources changed since it was built, and what must come of it.
struct Change {
    before: Program,
    old: Snapshot,
    new: Snapshot,
    points: Vec<Point>,
    trials: AtomicUsize,
}

impl Change {
    /// `before` was built, and then its sources were changed.
    fn new(before: Program) -> Change {
        let old = lasting(before.snapshot());
        let project = Program::empty();
        copy(&before.root, &project.root);
        let points = points(&project);
        let new = lasting(project.snapshot());
        let check = project.run(&["build", "--check"]);
        assert_eq!(check.code, Some(0), "{check:?}");
        Change { before, old, new, points, trials: AtomicUsize::new(0) }
    }

    /// Builds a copy of the project, with `inject` at the point, which has to be met.
    fn inject(&self, project: &Program, point: &Point, inject: &str) -> (Option<i32>, Answer) {
        let log = project.root.with_extension("trace");
        let options = [
            "-P".to_owned(),
            project.path(&point.path).to_str().unwrap().to_owned(),
            format!("--trace={}", point.name),
            format!("--inject={}:{inject}:when={}", point.name, point.which),
        ];
        // With the filter only the traced calls are slow, but it delivers no signal.
        let filter = inject.starts_with("error=").then(|| "--seccomp-bpf".to_owned());
        let options: Vec<String> = options.into_iter().chain(filter).collect();
        let output = under(&options, &log, &project.command(&["build"])).output().unwrap();
        let signal = output.status.signal();
        let hit = signal == Some(9) || fs::read_to_string(&log).unwrap().contains("(INJECTED)");
        assert!(hit, "{point:?} did not happen: {output:?}");
        self.trials.fetch_add(1, Ordering::Relaxed);
        (signal, output.into())
    }

    fn copy(&self) -> Program {
        let project = Program::empty();
        copy(&self.before.root, &project.root);
        project
    }

    /// Nothing is torn, lost or touched, at whatever moment the build ended.
    fn is_whole(&self, project: &Program, context: &str) {
        let now = lasting(project.snapshot());
        for (path, node) in &now {
            let (old, new) = (self.old.get(path), self.new.get(path));
            let is_temporary = path
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with(".infrac-") && (name.ends_with(".tmp") || name.ends_with(".swap")));
            let whole = Some(node) == old || Some(node) == new || is_temporary || matches!(node, Node::Folder { .. });
            assert!(whole, "{context}: {path} is torn: {node:?}");
        }
        for (path, old) in &self.old {
            let stays = self.new.contains_key(path);
            assert!(!stays || now.contains_key(path), "{context}: {path} is lost");
            let untouched = self.new.get(path) != Some(old) || now.get(path) == Some(old);
            assert!(untouched, "{context}: {path} was touched");
        }
    }

    /// The next build completes, gives what an undisturbed one gives and leaves nothing behind.
    fn goes_on(&self, project: &Program, context: &str) {
        let answer = project.run(&["build"]);
        assert_eq!(answer.code, Some(0), "{context}: {answer:?}");
        self.is_done(project, context);
    }

    fn is_done(&self, project: &Program, context: &str) {
        let now = lasting(project.snapshot());
        assert!(now == self.new, "{context}: {:?}", differences(&self.new, &now));
        let cache = project.snapshot().into_keys().filter_map(|path| Some(path.split_once(".infrac/cache/")?.1.to_owned()));
        let left: Vec<String> = cache.filter(|name| !["lock", ".gitignore", "holder"].contains(&name.as_str())).collect();
        assert!(left.is_empty(), "{context}: {left:?} stays");
    }

    fn stop(&self, point: &Point) {
        let project = self.copy();
        let context = format!("stopped before {point:?}");
        let (signal, _) = self.inject(&project, point, "signal=KILL");
        assert_eq!(signal, Some(9), "{context}");
        self.is_whole(&project, &context);
        self.goes_on(&project, &context);
    }

    fn fail(&self, point: &Point, error: &str) {
        let project = self.copy();
        let context = format!("{error} of {point:?}");
        let (signal, answer) = self.inject(&project, point, &format!("error={error}"));
        assert_eq!(signal, None, "{context}: {answer:?}");
        assert!(!answer.err.contains("panicked"), "{context}: {}", answer.err);
        self.is_whole(&project, &context);
        match answer.code {
            // The name of the holder is only for the eyes of others, and what is open for reading only need not be locked.
            Some(0) => self.is_done(&project, &context),
            Some(2) => {
                assert!(answer.err.starts_with("error: cannot "), "{context}: {}", answer.err);
                let reason = match error {
                    "ENOSPC" => "the disk is full",
                    "EACCES" => "permission denied",
                    _ => "Input/output error",
                };
                assert!(answer.err.contains(reason), "{context}: {}", answer.err);
            }
            _ => panic!("{context}: {answer:?}"),
        }
        self.goes_on(&project, &context);
    }
}

/// The write-type calls of a build of `project`, which is built by this.
fn points(project: &Program) -> Vec<Point> {
    let log = project.root.with_extension("trace");
    let names: Vec<String> = WRITES.iter().map(|name| format!("?{name}")).collect();
    let output =
        under(&["--seccomp-bpf".to_owned(), format!("--trace={}", names.join(","))], &log, &project.command(&["build"])).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut seen = BTreeMap::<(String, String), usize>::new();
    let mut points = Vec::new();
    for call in calls(&log) {
        let Some(path) = call.path().and_then(|path| Path::new(path).strip_prefix(&project.root).ok()) else {
            continue;
        };
        let path = path.to_str().unwrap().to_owned();
        let which = seen.entry((call.name.clone(), path.clone())).or_default();
        *which += 1;
        if call.name.starts_with("open") && !call.rest.contains("O_CREAT") {
            continue;
        }
        points.push(Point { name: call.name, path, which: *which });
    }
    points.sort();
    points
}

const PRODUCT: &str = "inventory/shop/product.infra";

/// Files of every kind: changed, removed with their folders, new, a lock file, a script, and those of somebody else among them.
fn small() -> Change {
    let project = Program::of("examples/one-server-hetzner");
    let stack = "\nstack compute web {";
    project.edit(PRODUCT, stack, &format!("\nstack compute old {{ on = eu, servers = 1, keys = [web.operator_keys] }}\n{stack}"));
    project.build();
    project.edit(PRODUCT, "stack compute old { on", "stack compute other { on");
    project.put("generated/live/shop/prod/old/mine.txt", "mine\n");
    project.put("generated/live/shop/prod/web/mine.txt", "mine\n");
    project.put("notes.txt", "mine\n");
    Change::new(project)
}

/// The product of this repository, with one stack under another name.
fn acme() -> Change {
    let project = Program::of(".");
    project.build();
    project.edit("inventory/acme/product.infra", "stack compute web_eu {", "stack compute front_eu {");
    project.edit("inventory/acme/product.infra", "origins  = [web_eu,", "origins  = [front_eu,");
    project.put("snapshots/inventory/live/acme/prod/web_eu/mine.txt", "mine\n");
    Change::new(project)
}

#[test]
fn wherever_a_build_stops_or_fails_nothing_is_torn_or_lost() {
    let change = small();
    let names: BTreeSet<&str> = change.points.iter().map(|point| point.name.as_str()).collect();
    for name in ["openat", "write", "rename", "renameat2", "unlink", "fchmod", "fsync", "rmdir", "mkdir", "chmod", "flock"] {
        assert!(names.contains(name), "the change has no {name}: {names:?}");
    }
    each(&change.points, |index, point| match index % 8 {
        0 => change.stop(point),
        4 => change.fail(point, ERRORS[index / 8 % ERRORS.len()]),
        _ => {}
    });
}

fn everywhere(change: &Change) {
    each(&change.points, |_, point| {
        change.stop(point);
        ERRORS.iter().for_each(|error| change.fail(point, error));
    });
    println!("{} calls, {} trials", change.points.len(), change.trials.load(Ordering::Relaxed));
}

/// `cargo test --test writer -- --ignored everywhere` runs this and the next; alone on two cores they take about half an hour.
#[test]
#[ignore = "every call of a build, stopped once and failing in three ways"]
fn everywhere_in_a_small_build() {
    everywhere(&small());
}

#[test]
#[ignore = "every call of a build of the real product, stopped once and failing in three ways"]
fn everywhere_in_a_large_build() {
    everywhere(&acme());
}
