//! What is ours and what belongs to a person: edited files, foreign files, manifests that are lost or lie.

use super::support::*;
use infrac::host::ownership::Reason;
use infrac::host::{Permission, Scope, State};
use std::fs;

#[test]
fn an_edited_file_stays_until_it_is_forced() {
    let project = project();
    project.build(&usual()).unwrap();
    let edited = format!("{HEADER}a\nand more\n");
    project.put(ROOT, &edited);
    assert!(project.build(&usual()).is_err());
    let adopt = Permission { adopt: true, ..Permission::default() };
    assert!(project.build_with(&usual(), &Scope::everything(), &adopt).is_err());
    assert_eq!(project.read(ROOT), edited);
    project.force(&usual(), ROOT).unwrap();
    assert_eq!(project.read(ROOT), format!("{HEADER}a\n"));
}

#[test]
fn an_edited_file_that_is_no_longer_produced_stays_until_it_is_forced() {
    let project = project();
    project.build(&usual()).unwrap();
    project.put(UNIT, &format!("{HEADER}kept\n"));
    let next = tree(&[(ROOT, "a")]);
    assert!(project.build(&next).is_err());
    assert!(project.exists(UNIT));
    project.force(&next, UNIT).unwrap();
    assert!(!project.exists(UNIT));
}

#[test]
fn only_a_file_of_ours_can_be_forced() {
    let project = project();
    project.put("notes.txt", "mine");
    let failure = project.force(&usual(), "notes.txt").unwrap_err();
    assert_eq!(failure.message, "`notes.txt` is not a file that infrac writes");
    assert_eq!(project.read("notes.txt"), "mine");
}

#[test]
fn a_foreign_file_in_the_way_stays() {
    let project = project();
    project.put(ROOT, "mine");
    assert_eq!(project.status(&usual())[ROOT], State::HandEdited(Reason::Foreign));
    assert!(project.build(&usual()).is_err());
    assert_eq!(project.read(ROOT), "mine");
    assert!(!project.exists(UNIT), "a refused build writes nothing");
    project.force(&usual(), ROOT).unwrap();
    assert_eq!(project.read(ROOT), format!("{HEADER}a\n"));
}

#[test]
fn a_foreign_file_that_is_equal_becomes_ours() {
    let project = project();
    project.put(ROOT, &format!("{HEADER}a\n"));
    project.build(&tree(&[(ROOT, "a")])).unwrap();
    project.build(&tree(&[(ROOT, "b")])).unwrap();
    assert_eq!(project.read(ROOT), format!("{HEADER}b\n"));
}

#[test]
fn a_foreign_folder_in_the_way_stays() {
    let project = project();
    project.put(&format!("{ROOT}/mine"), "mine");
    assert_eq!(project.status(&usual())[ROOT], State::HandEdited(Reason::Folder));
    assert!(project.build(&usual()).is_err());
    assert!(project.force(&usual(), ROOT).is_err());
    assert_eq!(project.read(&format!("{ROOT}/mine")), "mine");
}

#[test]
fn a_foreign_file_in_place_of_a_folder_stays() {
    let project = project();
    project.put("live", "mine");
    let state = project.status(&usual())[ROOT].clone();
    assert_eq!(state, State::HandEdited(Reason::Blocked("live".into())));
    assert!(project.build(&usual()).is_err());
    assert_eq!(project.read("live"), "mine");
}

#[test]
fn a_file_of_ours_may_become_a_folder_and_back() {
    let project = project();
    let as_file = tree(&[("live/acme/prod", "a")]);
    let as_folder = tree(&[("live/acme/prod/one/a.hcl", "a"), ("live/acme/prod/two/b.hcl", "b")]);
    for next in [&as_file, &as_folder, &as_file] {
        project.build(next).unwrap();
        assert!(project.status(next).is_empty());
    }
    project.build(&as_folder).unwrap();
    project.put("live/acme/prod/one/mine", "mine");
    assert!(project.build(&as_file).is_err());
    assert_eq!(project.read("live/acme/prod/one/mine"), "mine");
}

#[test]
fn a_lost_manifest_is_made_again() {
    let project = project();
    project.build(&usual()).unwrap();
    let manifest = project.read(".infrac/acme.json");
    fs::remove_file(project.path(".infrac/acme.json")).unwrap();
    project.build(&usual()).unwrap();
    assert_eq!(project.read(".infrac/acme.json"), manifest);
}

#[test]
fn without_a_manifest_changed_files_have_to_be_adopted() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::remove_file(project.path(".infrac/acme.json")).unwrap();
    let next = tree(&[(ROOT, "new"), (UNIT, "b"), (MODULE, "c"), (SCRIPT, "d")]);
    assert_eq!(project.status(&next)[ROOT], State::HandEdited(Reason::Unlisted));
    assert!(project.build(&next).is_err());
    let adopt = Permission { adopt: true, ..Permission::default() };
    project.build_with(&next, &Scope::everything(), &adopt).unwrap();
    assert_eq!(project.read(ROOT), format!("{HEADER}new\n"));
}

#[test]
fn a_broken_manifest_stops_the_build_until_it_is_adopted() {
    let hash = "0".repeat(64);
    let forged = [
        String::new(),
        "{\"format\": 1, \"files\": {".to_owned(),
        "<<<<<<< HEAD\n{}\n".to_owned(),
        format!("{{\"format\": 1, \"files\": {{\"../outside\": \"{hash}\"}}}}"),
        format!("{{\"format\": 1, \"files\": {{\"infra.toml\": \"{hash}\"}}}}"),
        format!("{{\"format\": 1, \"files\": {{\"modules/a/b.tf\": \"{hash}\"}}}}"),
    ];
    for text in forged {
        let project = project();
        project.build(&usual()).unwrap();
        project.put(".infrac/acme.json", &text);
        let unreadable = project
            .compared(&usual(), &Scope::everything(), &Permission::default(), |found, _, _| {
                assert!(!found.is_allowed());
                found.unreadable
            })
            .unwrap();
        assert_eq!(unreadable[0].0, ".infrac/acme.json");
        assert!(project.build(&usual()).is_err());
        assert_eq!(project.read(".infrac/acme.json"), text);
        let adopt = Permission { adopt: true, ..Permission::default() };
        project.build_with(&usual(), &Scope::everything(), &adopt).unwrap();
        assert!(project.read(".infrac/acme.json").contains(ROOT));
    }
}

#[test]
fn a_manifest_that_lies_about_a_foreign_file_costs_it_nothing() {
    use infrac::artifact::tree::sha256;
    let project = project();
    let entries: Vec<String> = ["live/acme/mine.hcl", ROOT]
        .into_iter()
        .map(|path| {
            project.put(path, "written by hand\n");
            format!("\"{path}\": \"{}\"", sha256(b"written by hand\n"))
        })
        .collect();
    let text = format!("{{\"format\": 1, \"files\": {{{}}}}}", entries.join(", "));
    project.put(".infrac/acme.json", &text);
    let states = project.status(&usual());
    assert_eq!(states["live/acme/mine.hcl"], State::HandEdited(Reason::Edited));
    assert_eq!(states[ROOT], State::HandEdited(Reason::Edited));
    assert!(project.build(&usual()).is_err());
    assert_eq!(project.read("live/acme/mine.hcl"), "written by hand\n");
    assert_eq!(project.read(ROOT), "written by hand\n");
}

#[test]
fn a_note_that_lies_about_a_foreign_file_costs_it_nothing() {
    use infrac::artifact::tree::sha256;
    let project = project();
    project.put(ROOT, "mine\n");
    project.note(&format!("{} {ROOT}\n", sha256(b"mine\n")));
    assert!(project.build(&usual()).is_err());
    assert_eq!(project.read(ROOT), "mine\n");
}

/// Whoever may push can commit a note; only the user's own cache is believed.
#[test]
fn a_note_in_the_working_tree_is_not_believed() {
    use infrac::artifact::tree::sha256;
    let project = project();
    project.build(&usual()).unwrap();
    // Of a format that has no room for the header, and one that was copied from a generated file.
    let mine = [("tests/mine.json", "{\"mine\": 1}\n".to_owned()), ("live/acme/mine.hcl", format!("{HEADER}mine\n"))];
    let edited = format!("{HEADER}edited\n");
    project.put(ROOT, &edited);
    let mut note = format!("{} {ROOT}\n", sha256(edited.as_bytes()));
    for (path, text) in &mine {
        project.put(path, text);
        note.push_str(&format!("{} {path}\n", sha256(text.as_bytes())));
    }
    for place in [".infrac/cache/pending", ".infrac/pending", "pending"] {
        project.put(place, &note);
    }
    assert!(project.build(&tree(&[(ROOT, "new"), (UNIT, "b"), (MODULE, "c"), (SCRIPT, "d")])).is_err());
    assert_eq!(project.read(ROOT), edited);
    project.put(ROOT, &format!("{HEADER}a\n"));
    project.build(&tree(&[])).unwrap();
    for (path, text) in &mine {
        assert_eq!(project.read(path), *text);
    }
}
