//! What a build writes, what it removes, and which parts of the output it leaves to others.

use super::support::*;
use infrac::artifact::{Document, Entry, Format, Tree};
use infrac::host::ownership::Reason;
use infrac::host::{Permission, Scope, State, Written};
use std::collections::BTreeMap;
use std::fs;

#[test]
fn a_first_build_writes_everything_and_a_second_nothing() {
    let project = project();
    let written = project.build(&usual()).unwrap();
    assert_eq!(written, Written { written: 4, removed: 0, unchanged: 0 });
    assert_eq!(project.read(ROOT), format!("{HEADER}a\n"));
    let manifest = project.read(".infrac/acme.json");
    assert!(manifest.contains(ROOT) && manifest.contains(UNIT) && !manifest.contains(MODULE));
    let shared = project.read(".infrac/shared.json");
    assert!(shared.contains(MODULE) && shared.contains(SCRIPT) && !shared.contains(ROOT));

    let before = fs::metadata(project.path(ROOT)).unwrap().modified().unwrap();
    let snapshot = project.snapshot();
    let written = project.build(&usual()).unwrap();
    assert_eq!(written, Written { written: 0, removed: 0, unchanged: 4 });
    assert_eq!(fs::metadata(project.path(ROOT)).unwrap().modified().unwrap(), before);
    assert_eq!(project.snapshot(), snapshot);
    assert!(project.status(&usual()).is_empty());
}

#[test]
fn nothing_is_left_over() {
    let project = project();
    project.build(&usual()).unwrap();
    project.build(&tree(&[(ROOT, "changed")])).unwrap();
    let files: Vec<String> = project
        .snapshot()
        .into_iter()
        .filter(|(_, contents)| contents != "folder")
        .map(|(path, _)| path.rsplit_once('/').unwrap().1.to_owned())
        .collect();
    assert_eq!(files, ["acme.json", "root.hcl"]);
}

#[test]
fn the_output_may_be_a_folder_of_its_own() {
    let project = Project { output: "generated/here", ..project() };
    project.build(&usual()).unwrap();
    assert!(project.folder.path().join("generated/here/live/acme/root.hcl").is_file());
    assert!(project.folder.path().join("generated/here/.infrac/acme.json").is_file());
    project.build(&tree(&[])).unwrap();
    assert!(project.folder.path().join("generated/here").is_dir());
    assert!(!project.exists("live") && !project.exists(".infrac/acme.json"));
}

#[test]
fn four_states_are_told_apart() {
    let project = project();
    project.build(&usual()).unwrap();
    fs::remove_file(project.path(UNIT)).unwrap();
    project.put(MODULE, &format!("{HEADER}c, by hand\n"));
    let next = tree(&[(ROOT, "changed"), (UNIT, "b"), (MODULE, "c")]);
    let expected = [(ROOT, State::Changed), (UNIT, State::Missing), (MODULE, State::HandEdited(Reason::Edited)), (SCRIPT, State::Orphaned)];
    let expected: BTreeMap<String, State> = expected.into_iter().map(|(path, state)| (path.to_owned(), state)).collect();
    let snapshot = project.snapshot();
    assert_eq!(project.status(&next), expected);
    assert!(project.build(&next).is_err());
    assert_eq!(project.snapshot(), snapshot, "a refused build changes nothing");
}

#[test]
fn what_is_no_longer_produced_goes_with_its_folders() {
    let project = project();
    project.build(&usual()).unwrap();
    project.put("live/acme/prod/notes.txt", "mine");
    let written = project.build(&tree(&[(ROOT, "a")])).unwrap();
    assert_eq!(written, Written { written: 0, removed: 3, unchanged: 1 });
    assert!(!project.exists("modules") && !project.exists("ci"));
    assert!(!project.exists("live/acme/prod/mgmt"));
    assert_eq!(project.read("live/acme/prod/notes.txt"), "mine");
    assert!(!project.exists(".infrac/shared.json"));
}

#[test]
fn a_part_of_the_program_removes_nothing_of_the_rest() {
    let project = project();
    let all = Tree::join(vec![usual(), tree(&[("live/other/root.hcl", "o"), ("live/other/old.hcl", "o")])]).unwrap();
    project.build(&all).unwrap();
    let part = tree(&[("live/other/root.hcl", "new"), (MODULE, "new")]);
    let scope = Scope::products(["other".into()].into());
    let written = project.build_with(&part, &scope, &Permission::default()).unwrap();
    assert_eq!(written, Written { written: 2, removed: 1, unchanged: 0 });
    assert!(project.exists(ROOT) && project.exists(SCRIPT) && !project.exists("live/other/old.hcl"));
    let next = tree(&[(ROOT, "a"), (UNIT, "b"), (MODULE, "new"), (SCRIPT, "d"), ("live/other/root.hcl", "new")]);
    assert!(project.status(&next).is_empty(), "{:?}", project.status(&next));
    project.build_with(&tree(&[(ROOT, "z")]), &Scope::nothing(), &Permission::default()).unwrap();
    assert!(project.exists(UNIT));
}

#[test]
fn lock_files_are_kept_beside_the_sources() {
    let mut project = project();
    project.locks = vec![("inventory/acme/infra.lock".into(), "one\n".into())];
    project.build(&usual()).unwrap();
    assert_eq!(project.read("inventory/acme/infra.lock"), "one\n");
    project.locks[0].1 = "two\n".into();
    assert_eq!(project.status(&usual())["inventory/acme/infra.lock"], State::Changed);
    project.build(&usual()).unwrap();
    assert_eq!(project.read("inventory/acme/infra.lock"), "two\n");
    assert!(!project.read(".infrac/acme.json").contains("infra.lock"));
}

#[test]
fn no_generated_file_may_lie_elsewhere() {
    let project = project();
    let failure = project.build(&tree(&[("infra.toml", "x")])).unwrap_err();
    assert!(failure.message.contains("where no generated file may lie"), "{failure}");
    assert!(!project.exists("infra.toml"));
}

#[test]
fn what_does_not_read_back_is_not_written() {
    let project = project();
    let mut tree = usual();
    let entry = Entry::printed(format!("{HEADER}one\n"), Format::Text, Document::Text("another".into()));
    tree.insert_entry("live/acme/wrong.txt", entry).unwrap();
    let failure = project.build(&tree).unwrap_err();
    assert!(failure.message.contains("`live/acme/wrong.txt` does not read back as what was meant"), "{failure}");
    assert!(!project.exists("live"));
}

/// A printer that is wrong in one value of one format: the build names the value, and writes nothing of anything.
#[test]
fn the_value_that_does_not_read_back_is_named() {
    use infrac::artifact::{hcl, json, yaml};
    let inner = |text: &str| json::Value::object().with("outer", vec![json::Value::object().with("inner", text)]);
    let of = |text: &str| -> [(&str, Document); 3] {
        [
            ("live/acme/x.hcl", hcl::Body::new().attribute("root", hcl::Expr::from(inner(text))).into()),
            ("live/acme/x.yml", yaml::Document::new(yaml::Node::from(inner(text))).header("Generated by infrac. DO NOT EDIT.").into()),
            ("live/acme/x.json", inner(text).into()),
        ]
    };
    for ((path, meant), (_, printed)) in of("meant").into_iter().zip(of("printed")) {
        let project = project();
        let mut tree = usual();
        let printed = Entry::new(printed).unwrap();
        tree.insert_entry(path, Entry::printed(&*printed.text(), printed.format, meant)).unwrap();
        let failure = project.build(&tree).unwrap_err();
        for part in [path, "outer › 0 › inner", "\"meant\"", "\"printed\""] {
            assert!(failure.message.contains(part), "{failure} does not name {part}");
        }
        assert!(!project.exists("live") && !project.exists("modules") && !project.exists("ci"));
    }
}
