//! Two people change one product, each in a branch of their own, and build. Git itself merges the branches; a build makes of the result
//! what it makes of the merged sources.

use super::program::{Program, Snapshot, differences, git, git_succeeds, lasting};

const EXAMPLE: &str = "examples/one-server-hetzner";
const PRODUCT: &str = "inventory/shop/product.infra";

/// A built project under version control.
fn built() -> Program {
    let program = Program::of(EXAMPLE);
    program.build();
    git_succeeds(&program.root, &["init", "--quiet", "--initial-branch", "main"]);
    committed(&program);
    program
}

fn committed(program: &Program) {
    git_succeeds(&program.root, &["add", "--all"]);
    git_succeeds(&program.root, &["commit", "--quiet", "--message", "built"]);
}

/// A branch in which somebody adds a source and builds.
fn branch(program: &Program, name: &str, source: &str) {
    git_succeeds(&program.root, &["checkout", "--quiet", "-b", name, "main"]);
    program.put(&format!("inventory/shop/{name}.infra"), source);
    program.build();
    committed(program);
}

fn operator(name: &str) -> String {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8";
    format!("    {{ name = \"{name}\", key = \"{key} {name}\" }},\n")
}

/// A branch in which an operator joins, and one in which a stack does: both reach the inventory, the pipelines and the guide.
fn two_branches() -> Program {
    let program = built();
    branch(&program, "alpha", "stack compute alpha { on = eu, public = true, keys = [web.operator_keys] }\n");
    branch(&program, "zeta", "stack compute zeta { on = eu, public = true, keys = [web.operator_keys] }\n");
    program
}

/// Everything generated, as a clone without any history makes it of the same sources.
fn anew(program: &Program) -> Snapshot {
    let other = Program::of(EXAMPLE);
    for (path, node) in program.snapshot() {
        if let super::program::Node::File { bytes, .. } = node
            && path.starts_with("inventory/")
        {
            other.put(&path, std::str::from_utf8(&bytes).unwrap());
        }
    }
    other.build();
    generated(&other)
}

fn generated(program: &Program) -> Snapshot {
    lasting(program.snapshot()).into_iter().filter(|(path, _)| path.starts_with("generated/")).collect()
}

/// The paths that git says are in conflict.
fn in_conflict(program: &Program) -> Vec<String> {
    let output = git(&program.root, &["diff", "--name-only", "--diff-filter=U"]);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_build_finishes_the_merge_of_two_branches() {
    let program = two_branches();
    assert_eq!(git(&program.root, &["merge", "--quiet", "--no-edit", "alpha"]).status.code(), Some(1));
    let conflicts = in_conflict(&program);
    assert!(!conflicts.is_empty());
    for path in &conflicts {
        assert!(path.starts_with("generated/") && !path.contains("/.infrac/"), "{conflicts:?}");
        assert!(!program.read(path).contains("<<<<<<<"), "{path}");
    }
    let check = program.run(&["build", "--check", "--no-cache"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(!check.words().contains("by hand"), "{check:?}");
    program.build();
    assert_eq!(differences(&anew(&program), &generated(&program)), Vec::<String>::new());
    assert_eq!(program.run(&["build", "--check", "--no-cache"]).code, Some(0));
    committed(&program);
}

/// Where nobody gave git the attributes, it merges line by line; some files are in conflict, others a mixture that nobody built.
#[test]
fn what_git_mixed_is_made_anew_when_asked() {
    let program = built();
    git_succeeds(&program.root, &["rm", "--quiet", "--cached", "-r", "generated"]);
    // A person's own attributes stay, and here they ask for nothing.
    for folder in [
        "",
        "ansible/",
        "ansible/inventory/shop/",
        "ansible/playbooks/shop/",
        "ci/",
        "live/shop/",
        "modules/",
        "packer/",
        ".github/",
        ".infrac/",
        "tests/terratest/",
    ] {
        program.put(&format!("generated/{folder}.gitattributes"), "# nothing\n");
    }
    program.build();
    committed(&program);
    branch(&program, "alpha", "stack compute alpha { on = eu, public = true, keys = [web.operator_keys] }\n");
    branch(&program, "zeta", "stack compute zeta { on = eu, public = true, keys = [web.operator_keys] }\n");
    assert_eq!(git(&program.root, &["merge", "--quiet", "--no-edit", "alpha"]).status.code(), Some(1));
    let conflicts = in_conflict(&program);
    assert!(conflicts.iter().any(|path| path == "generated/.infrac/shop.json"), "{conflicts:?}");
    assert!(conflicts.len() > 1, "{conflicts:?}");
    let before = program.snapshot();
    let refused = program.run(&["build"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for word in ["holds what git made of two builds", "infrac build --merged", "nothing was written"] {
        assert!(refused.words().contains(word), "{refused:?}");
    }
    assert_eq!(differences(&lasting(before), &lasting(program.snapshot())), Vec::<String>::new());
    assert_eq!(program.run(&["build", "--merged"]).code, Some(0));
    let check = program.run(&["build", "--check", "--no-cache"]);
    assert_eq!(check.code, Some(0), "{check:?}");
}

/// What a person edited in a merge is theirs, and not what git made.
#[test]
fn a_hand_edit_is_no_merge() {
    let program = two_branches();
    git(&program.root, &["merge", "--quiet", "--no-edit", "alpha"]);
    program.build();
    let root = "generated/live/shop/root.hcl";
    program.put(root, &format!("{}# mine\n", program.read(root)));
    let refused = program.run(&["build", "--merged"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.words().contains("was edited by hand"), "{refused:?}");
}

/// A part of a product cannot say what becomes of the rest.
#[test]
fn a_merge_is_not_finished_in_part() {
    let program = two_branches();
    git(&program.root, &["merge", "--quiet", "--no-edit", "alpha"]);
    let refused = program.run(&["build", "--env", "prod"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.words().contains("only some of its files are being built"), "{refused:?}");
    program.build();
}

/// Operators are one list in one file: the sources are in conflict, and nothing is built before a person says what is meant.
#[test]
fn sources_in_conflict_come_first() {
    let program = built();
    for name in ["grace", "edsger"] {
        git_succeeds(&program.root, &["checkout", "--quiet", "-b", name, "main"]);
        let source = program.read(PRODUCT);
        let at = source.find("operators").and_then(|at| source[at..].find("[\n").map(|open| at + open + 2)).unwrap();
        program.put(PRODUCT, &format!("{}{}{}", &source[..at], operator(name), &source[at..]));
        program.build();
        committed(&program);
    }
    assert_eq!(git(&program.root, &["merge", "--quiet", "--no-edit", "grace"]).status.code(), Some(1));
    let refused = program.run(&["build", "--merged"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.words().contains(PRODUCT), "{refused:?}");
    let lines = program.read(PRODUCT);
    let finished: Vec<&str> = infrac::base::merge::both_sides(&lines).map(|(_, line)| line).collect();
    program.put(PRODUCT, &(finished.join("\n") + "\n"));
    program.build();
    assert_eq!(differences(&anew(&program), &generated(&program)), Vec::<String>::new());
}
