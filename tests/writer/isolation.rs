//! A build does nothing else: no socket, no process, nothing read beyond the project, the user's cache and what the loader needs,
//! nothing written beyond the output folder, the lock file and that cache.

use super::program::{INFRAC, Program, sources};
use super::strace::{Call, calls, under};
use std::collections::BTreeSet;
use std::path::Path;

/// What the loader, the runtime of the language and the allocator read, on any machine: the libraries, the memory map of the process,
/// how many processors it may use, and how the kernel hands out memory.
const SYSTEM: &[&str] = &[
    "/etc/ld.so.",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/proc/self/maps",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/node/",
    "/sys/fs/cgroup/",
    "/sys/kernel/mm/transparent_hugepage/",
];

/// A system call by which a path is looked at, but not what lies there.
fn only_looks(call: &Call) -> bool {
    matches!(
        call.name.as_str(),
        "readlink" | "readlinkat" | "stat" | "lstat" | "statx" | "newfstatat" | "access" | "faccessat" | "faccessat2" | "getcwd"
    )
}

fn writes(call: &Call) -> bool {
    let opens = call.name.starts_with("open") || call.name == "creat";
    match opens {
        true => ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| call.rest.contains(flag)),
        false => [
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
            "lchown",
            "fchownat",
            "link",
            "linkat",
            "symlink",
            "symlinkat",
            "truncate",
            "mknod",
            "mknodat",
            "utimensat",
            "setxattr",
            "removexattr",
        ]
        .contains(&call.name.as_str()),
    }
}

/// The calls of a command that touch the network, processes or files; every path in them absolute.
fn traced(project: &Program, arguments: &[&str], code: i32) -> Vec<Call> {
    let log = project.root.with_extension("trace");
    let trace = ["--seccomp-bpf".to_owned(), "--trace=%network,%process,%file,fchmod,fsetxattr".to_owned()];
    let output = under(&trace, &log, &project.command(arguments)).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let calls = calls(&log);
    assert!(calls.len() > 50, "only {} calls were traced", calls.len());
    calls
}

/// What is wrong with the calls of a command that may write into `written` alone.
fn findings(project: &Program, calls: &[Call], written: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let root = project.root.as_path();
    let caches = project.caches.path().canonicalize().unwrap();
    for (index, call) in calls.iter().enumerate() {
        let Call { name, rest, .. } = call;
        let shown = format!("{name}({}", rest.chars().take(160).collect::<String>());
        match name.as_str() {
            "execve" if index == 0 && rest.starts_with(&format!("\"{INFRAC}\"")) => continue,
            "clone" | "clone3" if rest.contains("CLONE_THREAD") => continue,
            "exit" | "exit_group" | "arch_prctl" | "getcwd" => continue,
            _ => {}
        }
        let Some(path) = call.path().map(|path| if path.is_empty() { Path::new("/dev/null") } else { Path::new(path) }) else {
            found.insert(shown);
            continue;
        };
        // A path that is empty is an open file, which was judged when it was opened.
        let of_open_file = rest.contains("AT_EMPTY_PATH") && rest.contains("\"\"");
        let path = root.join(path);
        let is_inside = path.starts_with(root) && !path.components().any(|part| part.as_os_str() == "..");
        let is_above = root.starts_with(&path) || caches.starts_with(&path);
        let is_cached = path.starts_with(&caches);
        // Whether the cache lies in the same repository as the project.
        let asks_for_repository = path.ends_with(".git") && path.parent().is_some_and(|folder| root.starts_with(folder));
        let allowed = if writes(call) {
            is_cached && !written.is_empty() || is_inside && written.iter().any(|place| path.starts_with(root.join(place)))
        } else {
            let system = SYSTEM.iter().any(|prefix| path.to_str().is_some_and(|path| path.starts_with(prefix)));
            let looks = only_looks(call);
            // On the way to the project every folder is asked whether it is a link.
            is_inside || is_cached || system || of_open_file || (looks && (is_above || asks_for_repository))
        };
        if !allowed {
            found.insert(shown);
        }
    }
    found
}

fn product() -> Program {
    let project = Program::of("examples/two-clouds");
    // What lies beside a project is nobody's business.
    for file in ["../.env", "../infra.toml.bak", "../id_ed25519", "../neighbour/infra.toml", "../neighbour/inventory/shop/product.infra"] {
        project.put(file, "no source");
    }
    project
}

/// Where a build may write: the lock file beside the sources is replaced through a temporary file.
const WRITTEN: &[&str] = &["generated", "inventory/shop"];

#[test]
fn a_build_touches_the_project_alone() {
    let project = product();
    for (arguments, written) in [(&["build"][..], WRITTEN), (&["build"], WRITTEN), (&["build", "--check"], &[]), (&["check"], &[])] {
        let calls = traced(&project, arguments, 0);
        let found = findings(&project, &calls, written);
        assert!(found.is_empty(), "infrac {arguments:?} does more than it may: {found:#?}");
    }
}

#[test]
fn a_build_of_wrong_sources_writes_nothing_but_its_lock() {
    let project = product();
    project.edit("inventory/shop/product.infra", "region = hel1", "region = hell1");
    for (arguments, written) in [(&["build"][..], &["generated/.infrac", "generated"][..]), (&["check"], &[])] {
        let calls = traced(&project, arguments, 1);
        let found = findings(&project, &calls, written);
        assert!(found.is_empty(), "infrac {arguments:?} does more than it may: {found:#?}");
    }
    let left: Vec<String> = project.snapshot().into_keys().filter(|path| path.starts_with("generated/")).collect();
    assert!(left.iter().all(|path| path.starts_with("generated/.infrac")), "{left:?}");
}

/// In the sources, only the sources are opened: not what else lies beside them.
#[test]
fn only_sources_are_read_from_the_inventory() {
    let project = product();
    for file in
        ["inventory/.env", "inventory/shop/notes.md", "inventory/shop/.hidden.infra", "inventory/shop/id_rsa", "inventory/.git/x.infra"]
    {
        project.put(file, "no source");
    }
    let opened: BTreeSet<String> = traced(&project, &["build"], 0)
        .iter()
        .filter(|call| call.name.starts_with("open") && !writes(call) && !call.rest.contains("O_DIRECTORY"))
        .filter_map(|call| Some(Path::new(call.path()?).strip_prefix(&project.root).ok()?.to_str()?.to_owned()))
        .filter(|path| !path.starts_with("generated") && !path.ends_with(".tmp") && !project.path(path).is_dir())
        .collect();
    let expected: BTreeSet<String> = sources("examples/two-clouds").into_iter().map(|(path, _)| path).collect();
    assert_eq!(opened, expected);
}
