//! Links, modes and special files, as Unix has them: nothing is reached through a link.

use super::support::*;
use infrac::host::ownership::Reason;
use infrac::host::{Disk, Lock, State};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use tempfile::TempDir;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn modes_are_set() {
    let project = project();
    project.build(&usual()).unwrap();
    assert_eq!(mode(&project.path(ROOT)), 0o644);
    assert_eq!(mode(&project.path(SCRIPT)), 0o755);
    assert_eq!(mode(&project.path("live/acme")), 0o755);
    assert_eq!(mode(&project.path(".infrac/acme.json")), 0o644);
    fs::set_permissions(project.path(SCRIPT), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(project.status(&usual())[SCRIPT], State::Changed);
    project.build(&usual()).unwrap();
    assert_eq!(mode(&project.path(SCRIPT)), 0o755);
}

#[test]
fn what_the_umask_of_a_checkout_did_is_no_difference() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::set_permissions(project.path(ROOT), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(project.path(SCRIPT), fs::Permissions::from_mode(0o775)).unwrap();
    assert!(project.status(&usual()).is_empty());
}

#[test]
fn a_read_only_file_of_ours_is_replaced() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::set_permissions(project.path(ROOT), fs::Permissions::from_mode(0o444)).unwrap();
    project.build(&tree(&[(ROOT, "new")])).unwrap();
    assert_eq!(project.read(ROOT), format!("{HEADER}new\n"));
    assert_eq!(mode(&project.path(ROOT)), 0o644);
}

#[test]
fn a_link_in_the_way_is_never_followed() {
    for target in ["outside", "inventory/inside", "nowhere"] {
        let project = project();
        let outside = TempDir::new().unwrap();
        let target = match target {
            "outside" => outside.path().join("victim"),
            other => project.path(other),
        };
        if !target.ends_with("nowhere") {
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(&target, "mine").unwrap();
        }
        fs::create_dir_all(project.path("live/acme")).unwrap();
        symlink(&target, project.path(ROOT)).unwrap();
        assert_eq!(project.status(&usual())[ROOT], State::HandEdited(Reason::Link));
        assert!(project.build(&usual()).is_err());
        project.force(&usual(), ROOT).unwrap();
        assert!(!project.path(ROOT).is_symlink());
        assert_eq!(project.read(ROOT), format!("{HEADER}a\n"));
        if target.ends_with("nowhere") {
            assert!(!target.exists());
        } else {
            assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
        }
    }
}

#[test]
fn a_folder_that_is_a_link_is_never_entered() {
    for first_build in [false, true] {
        let project = project();
        let outside = TempDir::new().unwrap();
        if first_build {
            project.build(&usual()).unwrap();
            fs::rename(project.path("live/acme"), outside.path().join("acme")).unwrap();
        } else {
            fs::create_dir_all(outside.path().join("acme")).unwrap();
            fs::create_dir_all(project.path("live")).unwrap();
        }
        let names = || walkdir::WalkDir::new(outside.path()).into_iter().map(|e| e.unwrap().into_path());
        let before: Vec<_> = names().collect();
        symlink(outside.path().join("acme"), project.path("live/acme")).unwrap();
        let state = project.status(&usual())[ROOT].clone();
        assert_eq!(state, State::HandEdited(Reason::Blocked("live/acme".into())));
        assert!(project.build(&usual()).is_err());
        // What is no longer produced is not removed through the link either.
        project.build(&tree(&[(MODULE, "c")])).unwrap();
        assert_eq!(names().collect::<Vec<_>>(), before);
        assert!(project.path("live/acme").is_symlink());
    }
}

#[test]
fn an_output_folder_that_is_a_link_is_refused() {
    let outside = TempDir::new().unwrap();
    let project = Project { output: "generated", ..project() };
    symlink(outside.path(), project.folder.path().join("generated")).unwrap();
    assert!(project.build(&usual()).is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_manifest_folder_that_is_a_link_is_refused() {
    let outside = TempDir::new().unwrap();
    let project = project();
    symlink(outside.path(), project.path(".infrac")).unwrap();
    let failure = project.build(&usual()).unwrap_err();
    assert_eq!(failure.message, "`.infrac` is in the way: it is not a folder");
    assert!(Lock::acquire(&Disk::new(project.folder.path(), "."), |_| ()).is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_manifest_that_is_a_link_is_not_believed() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::rename(project.path(".infrac/acme.json"), project.path("elsewhere.json")).unwrap();
    symlink(project.path("elsewhere.json"), project.path(".infrac/acme.json")).unwrap();
    assert!(project.build(&tree(&[])).is_err());
    assert!(project.exists(ROOT));
}

#[test]
fn a_hard_link_keeps_its_bytes() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::hard_link(project.path(ROOT), project.path("other.hcl")).unwrap();
    project.build(&tree(&[(ROOT, "new")])).unwrap();
    assert_eq!(project.read("other.hcl"), format!("{HEADER}a\n"));
    assert_eq!(project.read(ROOT), format!("{HEADER}new\n"));
    assert_eq!(fs::metadata(project.path(ROOT)).unwrap().nlink(), 1);
}

#[test]
fn the_files_of_the_lock_reach_no_other_file() {
    let project = project();
    project.put("victim", "mine");
    project.put(".infrac/cache/x", "");
    for name in ["lock", "holder", "pending"] {
        fs::hard_link(project.path("victim"), project.path(&format!(".infrac/cache/{name}"))).unwrap();
    }
    let disk = Disk::new(project.folder.path(), ".");
    drop(Lock::acquire(&disk, |_| ()).unwrap());
    project.build(&usual()).unwrap();
    assert_eq!(project.read("victim"), "mine");
}

#[test]
fn a_lock_file_that_is_a_link_is_refused() {
    let mut project = project();
    project.locks = vec![("inventory/acme/infra.lock".into(), "one\n".into())];
    project.put("victim", "mine");
    fs::create_dir_all(project.path("inventory/acme")).unwrap();
    symlink(project.path("victim"), project.path("inventory/acme/infra.lock")).unwrap();
    assert!(project.build(&usual()).is_err());
    assert_eq!(project.read("victim"), "mine");
}

#[test]
fn a_pipe_in_the_way_hangs_nobody() {
    let project = project();
    fs::create_dir_all(project.path("live/acme")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(project.path(ROOT)).status().unwrap();
    assert!(made.success());
    assert_eq!(project.status(&usual())[ROOT], State::HandEdited(Reason::Special));
    assert!(project.build(&usual()).is_err());
}
