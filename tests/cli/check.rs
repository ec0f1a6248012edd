//! Checks of single files, and of what an editor has not saved.

use super::{Answer, Session, answer, empty};
use std::io::Write;
use std::process::Stdio;

/// Two products with a mistake each.
fn two() -> Session {
    let session = empty();
    session.run(&["init", "acme"]).ends(0);
    let right = session.read("inventory/acme/product.infra");
    session.put("inventory/shop/product.infra", &right.replace("product acme", "product shop").replace("10.", "172."));
    for product in ["acme", "shop"] {
        let path = format!("inventory/{product}/product.infra");
        session.put(&path, &session.read(&path).replace("owner ", "ownre "));
    }
    session
}

fn with_stdin(session: &Session, folder: &str, arguments: &[&str], text: &str) -> Answer {
    let mut command = session.command(arguments);
    command.current_dir(session.folder.path().join(folder));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    // A command that refuses its arguments reads nothing.
    running.stdin.take().unwrap().write_all(text.as_bytes()).ok();
    answer(running.wait_with_output().unwrap())
}

#[test]
fn only_the_findings_of_a_file_are_shown() {
    let session = two();
    let (acme, shop) = ("inventory/acme/product.infra", "inventory/shop/product.infra");
    let concise = |files: &[&str]| session.run(&[&["check", "-o", "concise"], files].concat());
    let all = concise(&[]);
    assert!(all.ends(1).out.contains(acme) && all.out.contains(shop), "{}", all.out);
    let one = concise(&[acme]);
    assert!(one.ends(1).out.contains(acme) && !one.out.contains(shop), "{}", one.out);
    assert!(one.err.contains(" in other files"), "{}", one.err);
    assert_eq!(concise(&["inventory"]).out, all.out);
    assert_eq!(concise(&[shop, acme]).out, all.out);
    // From wherever it is asked.
    assert!(
        session
            .run_in("inventory/shop", &["check", "-o", "concise", "product.infra"])
            .ends(1)
            .out
            .contains("inventory/shop/product.infra:")
    );
    session.put("inventory/acme/more.infra", "# Nothing.\n");
    concise(&["inventory/acme/more.infra"]).ends(0).says("no problems in 1 file; ");
}

#[test]
fn only_the_chosen_files_are_repaired() {
    let session = two();
    session.run(&["check", "--fix", "inventory/acme/product.infra"]).ends(0).says("fixed 1 problem\n");
    assert!(
        session.read("inventory/acme/product.infra").contains("owner ") && session.read("inventory/shop/product.infra").contains("ownre ")
    );
}

#[test]
fn standard_input_takes_the_place_of_a_file() {
    let session = two();
    let path = "inventory/acme/product.infra";
    let right = session.read(path).replace("ownre ", "owner ");
    let name = &["check", "-", "-o", "concise", "--stdin-filename"];
    with_stdin(&session, ".", &[&name[..], &[path]].concat(), &right).ends(0).says("no problems in 1 file");
    let wrong = with_stdin(&session, ".", &[&name[..], &[path]].concat(), &right.replace("domain ", "domian "));
    assert!(wrong.ends(1).out.contains("inventory/acme/product.infra:4:3: error[IC0103]"), "{}", wrong.out);
    // A file that is not there yet, from a folder of the project and from outside.
    let new = with_stdin(&session, "inventory", &[&name[..], &["acme/new.infra"]].concat(), "stack nothing x {}\n");
    assert!(new.ends(1).out.starts_with("../inventory/acme/new.infra:1:7: error[IC0104]"), "{}", new.out);
    assert!(!session.exists("inventory/acme/new.infra"));
    // The settings are no source, and have mistakes of their own.
    let settings = with_stdin(&session, ".", &[&name[..], &["infra.toml"]].concat(), "name = \"acme\"\nedition = \"1\"\nx = 1\n");
    assert_eq!(settings.ends(1).out.matches("infra.toml:").count(), 2, "{}", settings.out);
    let outside = with_stdin(&session, ".", &[&name[..], &["elsewhere/new.infra"]].concat(), "");
    outside.ends(2).says("`elsewhere/new.infra` is no source of the project").says("the `.infra` files below `inventory`");
}

#[test]
fn what_cannot_be_checked_alone_is_refused() {
    let session = two();
    session.put("README.md", "");
    session.run(&["check", "README.md"]).ends(2).says("`README.md` is no source of the project");
    session.run(&["check", "nothing.infra"]).is(2, "", "error: cannot read `nothing.infra`: it does not exist\n");
    session.run(&["check", "--stdin-filename", "x.infra"]).ends(2).says("add the argument `-`");
    with_stdin(&session, ".", &["check", "-"], "").ends(2).says("standard input has no name");
    let fixed = with_stdin(&session, ".", &["check", "-", "--fix", "--stdin-filename", "inventory/acme/product.infra"], "");
    fixed.ends(2).says("standard input cannot be repaired");
    // Nothing is looked at where the settings cannot be read, so that nothing can be called right.
    session.put("infra.toml", "nmae = 1\n");
    session.run(&["check", "inventory/acme/product.infra"]).ends(1).says("unknown key `nmae`");
}

#[test]
fn formatted_standard_input_has_a_name() {
    let session = empty();
    let broken = with_stdin(&session, ".", &["fmt", "-", "--stdin-filename", "inventory/a.infra"], "product {{\n");
    broken.ends(1).says("─ inventory/a.infra:1:");
    with_stdin(&session, ".", &["fmt", "-", "--stdin-filename", "a.infra"], "product  acme{a=1}").is(0, "product acme { a = 1 }\n", "");
    session.run(&["fmt", "--stdin-filename", "a.infra"]).ends(2).says("add the argument `-`");
}

#[test]
fn a_folder_without_sources_is_no_answer() {
    let session = two();
    session.put("examples/other/a.infra", "type x = int\n");
    session.run(&["check", "examples"]).ends(2).says("`examples` has no source of the project");
    // One that sources may come into has none yet.
    session.put("inventory/empty/README.md", "");
    session.run(&["check", "inventory/empty"]).ends(0).says("no problems in 0 files; ");
    session.run(&["check", "."]).ends(1);
}

#[test]
fn a_forgotten_assignment_is_one_finding_with_its_repair() {
    let session = empty();
    session.run(&["init", "acme"]).ends(0);
    let path = "inventory/acme/product.infra";
    let right = session.read(path);
    let line = |name: &str| {
        let line =
            right.lines().find(|line| line.trim_start().split(' ').next() == Some(name)).unwrap_or_else(|| panic!("{name}: {right}"));
        line.to_owned()
    };
    for name in ["domain", "owner"] {
        let said = line(name);
        let (key, value) = said.split_once('=').unwrap();
        let (key, value) = (key.trim(), value.trim());
        session.put(path, &right.replace(&said, &format!("  {key} {value}")));
        let answer = session.run(&["check", "-o", "concise"]);
        assert_eq!(answer.ends(1).out.lines().count(), 1, "{}", answer.out);
        assert!(answer.out.contains(&format!("IC0002]: `{key}` is an attribute: write `{key} = {value}`")), "{}", answer.out);
        session.run(&["check", "--fix"]).ends(0).says("fixed 1 problem\n");
        assert_eq!(session.read(path), right);
    }
    let more = format!("{right}provider hetzner other {{ region fsn1 }}\n");
    session.put(path, &more);
    let answer = session.run(&["check", "-o", "concise"]);
    assert_eq!(answer.ends(1).out.lines().count(), 1, "{}", answer.out);
    session.run(&["check", "--fix"]).ends(0).says("fixed 1 problem\n");
    assert_eq!(session.read(path), more.replace("region fsn1", "region = fsn1"));
    session.put(path, &more.replace("region fsn1", "region { x = 1 }"));
    let answer = session.run(&["check", "-o", "concise"]);
    assert_eq!(answer.ends(1).out.lines().count(), 1, "{}", answer.out);
    assert!(answer.out.contains("`region` is an attribute, and no block"), "{}", answer.out);
}

#[test]
fn a_name_that_is_misspelt_where_it_is_declared_is_said_there_and_not_repaired() {
    let session = empty();
    session.run(&["init", "acme", "--template", "server"]).ends(0);
    let path = "inventory/acme/product.infra";
    let right = session.read(path);
    // The lock holds the name.
    session.run(&["build"]).ends(0);
    let wrong = right.replace("environments = [prod]", "environments = [prdo]");
    assert!(wrong != right, "{right}");
    session.put(path, &wrong);
    let answer = session.run(&["check", "-o", "concise"]);
    let declared: Vec<&str> = answer.ends(1).out.lines().filter(|line| line.contains("`prdo` is declared, and")).collect();
    assert_eq!(declared.len(), 1, "{}", answer.out);
    session.run(&["check", "--fix"]).ends(1);
    assert_eq!(session.read(path), wrong);
}
