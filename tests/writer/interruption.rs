//! A build that is stopped at any moment, and the next one, which goes on.

use super::support::*;
use infrac::artifact::Tree;
use infrac::base::Workspace;
use infrac::host::{Disk, Permission, Scope, compare, write};
use std::fs;
use std::path::{Path, PathBuf};

/// Stops a build after each of its steps, as far as the disk can show it, and lets the next one go on.
#[test]
fn an_interrupted_build_rolls_forward() {
    use infrac::artifact::tree::sha256;
    let next = tree(&[(ROOT, "new"), (UNIT, "new"), (MODULE, "c")]);
    for done in 0..4 {
        let project = project();
        project.build(&usual()).unwrap();
        let note: Vec<String> = [ROOT, UNIT].into_iter().map(|path| format!("{} {path}\n", next.get(path).unwrap().hash())).collect();
        project.note(&note.concat());
        let staged = format!("live/acme/.infrac-{}.tmp", &sha256(ROOT.as_bytes())[..16]);
        match done {
            0 => project.put(&staged, "half wri"),
            1 => project.put(ROOT, &next.get(ROOT).unwrap().text()),
            2 | 3 => {
                project.put(ROOT, &next.get(ROOT).unwrap().text());
                project.put(UNIT, &next.get(UNIT).unwrap().text());
                fs::remove_file(project.path(SCRIPT)).unwrap();
            }
            _ => unreachable!(),
        }
        // The sources may have changed in between, or not.
        let then = if done == 3 { usual() } else { next.clone() };
        project.build(&then).unwrap();
        assert!(project.status(&then).is_empty(), "after step {done}");
        assert!(!project.exists(&staged));
        assert_eq!(project.noted(), None);
    }
}

/// Builds one tree and then another until somebody ends it; only the test below starts it, in a process of its own.
#[test]
#[ignore = "it never ends"]
fn victim() {
    let folder = PathBuf::from(std::env::var("INFRAC_VICTIM").unwrap());
    let caches = PathBuf::from(std::env::var("INFRAC_CACHES").unwrap());
    for round in 0.. {
        let mut disk = disk(&folder, &caches, ".");
        let mut project = Disk::new(&folder, ".");
        let tree = round_tree(round % 3);
        let found =
            compare(&mut disk, &mut project, &Workspace::default(), &tree, &[], &Scope::everything(), &Permission::default()).unwrap();
        write(&found, &mut disk, &mut project).unwrap();
    }
}

/// Files that change, come and go, and one that is a file in one round and a folder in the next.
fn round_tree(round: usize) -> Tree {
    let mut files: Vec<(String, String)> = (0..60)
        .filter(|file| !(file + round).is_multiple_of(3))
        .map(|file| (format!("live/acme/prod/s{}/u{file}.hcl", file % 7), format!("{round}\n").repeat(500)))
        .collect();
    let turn = if round == 0 { "modules/infra/turn" } else { "modules/infra/turn/main.tf" };
    files.push((turn.to_owned(), round.to_string()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, contents)| (path.as_str(), contents.as_str())).collect();
    tree(&files)
}

#[test]
fn whenever_it_is_killed_every_file_is_whole_and_the_next_build_goes_on() {
    let rounds: Vec<Tree> = (0..3).map(round_tree).collect();
    for attempt in 0..20u64 {
        let project = project();
        project.put("live/acme/prod/mine.txt", "mine");
        let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--ignored"])
            .env("INFRAC_VICTIM", project.folder.path())
            .env("INFRAC_CACHES", project.caches.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(10 + attempt * attempt));
        victim.kill().unwrap();
        victim.wait().unwrap();
        for (path, found) in project.snapshot() {
            let path = Path::new(&path).strip_prefix(project.folder.path()).unwrap().to_str().unwrap().to_owned();
            let is_temporary = path.contains("/.infrac-");
            if found == "folder" || is_temporary || path.starts_with(".infrac") || path.ends_with("mine.txt") {
                continue;
            }
            let whole = rounds.iter().any(|tree| tree.get(&path).is_some_and(|entry| *entry.text() == found));
            assert!(whole, "{path} is torn: {found:?}");
        }
        let next = &rounds[attempt as usize % 3];
        project.build(next).unwrap();
        assert!(project.status(next).is_empty());
        let left: Vec<String> = project.snapshot().into_keys().filter(|path| path.contains("/.infrac-")).collect();
        assert!(left.is_empty(), "{left:?}");
        for entry in walkdir::WalkDir::new(project.folder.path()).into_iter().map(Result::unwrap) {
            let is_empty = entry.file_type().is_dir() && fs::read_dir(entry.path()).unwrap().next().is_none();
            assert!(!is_empty, "{} is empty", entry.path().display());
        }
        assert_eq!(project.read("live/acme/prod/mine.txt"), "mine");
    }
}
