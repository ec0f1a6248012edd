//! A clone is what was committed: with git itself, whatever it does with line ends, and nothing that it brings along is believed.

use super::program::{Answer, Node, Program, Snapshot, copy, git_succeeds, lasting, repository, snapshot};

const EXAMPLE: &str = "examples/one-server-hetzner";

/// Commits everything with some settings, and clones it with others.
fn cloned(project: &Program, commits: &[&str], clones: &[&str]) -> Program {
    git_succeeds(&project.root, &["init", "-q"]);
    git_succeeds(&project.root, &[commits, &["add", "-A"]].concat());
    git_succeeds(&project.root, &["commit", "-q", "-m", "everything"]);
    let clone = Program::empty();
    let from = project.root.to_str().unwrap();
    let settings: Vec<&str> = clones.iter().map(|word| if *word == "-c" { "--config" } else { word }).collect();
    git_succeeds(clone.root.parent().unwrap(), &[&["clone", "-q"], settings.as_slice(), &[from, "project"]].concat());
    clone
}

fn generated(program: &Program) -> Snapshot {
    lasting(program.snapshot()).into_iter().filter(|(path, _)| path.starts_with("generated/")).collect()
}

/// Whether a file of a clone has the line ends of Windows.
fn has_carriage_returns(node: &Node) -> bool {
    matches!(node, Node::File { bytes, .. } if bytes.contains(&b'\r'))
}

#[test]
fn a_clone_passes_whatever_git_does_with_line_ends() {
    for commits in
        [&[][..], &["-c", "core.autocrlf=true", "-c", "core.safecrlf=warn"], &["-c", "core.autocrlf=input", "-c", "core.safecrlf=true"]]
    {
        let project = Program::of(EXAMPLE);
        project.build();
        for clones in [&["-c", "core.autocrlf=true"][..], &["-c", "core.autocrlf=input"], &["-c", "core.eol=crlf"]] {
            let _ = std::fs::remove_dir_all(project.path(".git"));
            let clone = cloned(&project, commits, clones);
            let source = &clone.snapshot()["inventory/shop/product.infra"];
            assert_eq!(has_carriage_returns(source), clones.contains(&"core.autocrlf=true"), "{clones:?}");
            assert_eq!(generated(&clone), generated(&project), "{commits:?} {clones:?}");
            let check = clone.run(&["build", "--check"]);
            assert_eq!(check.code, Some(0), "{commits:?} {clones:?}: {check:?}");
            assert_eq!(clone.build().err, project.run(&["build"]).err);
        }
    }
}

/// What `infrac init` starts has the same bytes everywhere, sources too.
#[test]
fn a_project_that_was_begun_here_is_the_same_in_every_clone() {
    let project = Program::empty();
    assert_eq!(project.run(&["init", "acme"]).code, Some(0));
    project.build();
    let clone = cloned(&project, &[], &["-c", "core.autocrlf=true"]);
    for (path, node) in clone.snapshot().iter().filter(|(path, _)| !path.starts_with(".git/") && *path != ".gitattributes") {
        assert!(!has_carriage_returns(node), "{path}");
    }
    assert_eq!(clone.run(&["build", "--check"]).code, Some(0));
}

/// Where a person has attributes of their own, infrac does without its own, and says what they lack where it matters.
#[test]
fn attributes_that_a_person_wrote_stay() {
    for place in ["generated/.gitattributes", "generated/ci/.gitattributes", "generated/live/shop/.gitattributes"] {
        for built_before in [false, true] {
            let project = Program::of(EXAMPLE);
            if built_before {
                project.build();
            }
            project.put(place, "* -text\n");
            project.build();
            assert_eq!(project.read(place), "* -text\n");
            let name = place.strip_prefix("generated/").unwrap();
            for manifest in ["generated/.infrac/shared.json", "generated/.infrac/shop.json"] {
                assert!(!project.read(manifest).contains(&format!("\"{name}\"")), "{manifest}");
            }
            let clone = cloned(&project, &[], &["-c", "core.autocrlf=true"]);
            let check = clone.run(&["build", "--check"]);
            assert_eq!(check.code, Some(0), "{place}: {check:?}");
            // They are a person's when the product goes, too.
            std::fs::remove_dir_all(project.path("inventory/shop")).unwrap();
            assert_eq!(project.run(&["build", "--renumber", "shop"]).code, Some(0));
            assert_eq!(project.read(place), "* -text\n");
        }
    }
    let project = Program::of(EXAMPLE);
    project.put("generated/.gitattributes", "# mine\n");
    project.build();
    let clone = cloned(&project, &[], &["-c", "core.autocrlf=true"]);
    let check = clone.run(&["build", "--check", "--output", "json"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.out.contains("`generated/.gitlab-ci.yml` is not what the sources give"), "{check:?}");
    assert!(check.out.contains("only its line ends differ"), "{check:?}");
    // Nobody's work is lost by writing them again.
    clone.build();
    assert_eq!(clone.run(&["build", "--check"]).code, Some(0));
}

/// Every project of this repository, as it is committed.
fn projects() -> Vec<(String, Program)> {
    let mut folders: Vec<String> = vec![".".into()];
    let examples = std::fs::read_dir(repository().join("examples")).unwrap();
    folders.extend(examples.map(|entry| format!("examples/{}", entry.unwrap().file_name().to_str().unwrap())));
    let load = |folder: &String| {
        let project = Program::of(folder);
        let output = infrac::host::load::settings(&repository().join(folder)).unwrap().unwrap().output;
        copy(&repository().join(folder).join(&output), &project.path(&output));
        project
    };
    folders.iter().map(|folder| (folder.clone(), load(folder))).collect()
}

#[test]
fn a_product_that_is_removed_leaves_nothing() {
    let mut removed = 0;
    for (name, project) in projects() {
        let products = std::fs::read_dir(project.path("inventory")).unwrap().map(|entry| entry.unwrap().file_name());
        let products: Vec<String> = products.map(|product| product.to_str().unwrap().to_owned()).collect();
        for product in products {
            let check = project.run(&["build", "--check"]);
            assert_eq!(check.code, Some(0), "{name}: {check:?}");
            std::fs::remove_dir_all(project.path("inventory").join(&product)).unwrap();
            // What it has made stays, and what knows of it would go: that has to be said.
            let (refused, before) = (project.run(&["build"]), lasting(project.snapshot()));
            assert_eq!(refused.code, Some(1), "{name} without {product}: {refused:?}");
            assert!(refused.words().contains(&format!("`{product}` is gone from the sources")), "{refused:?}");
            assert!(before.keys().any(|path| path.contains(&format!("live/{product}/"))), "{name} without {product}");
            let build = project.run(&["build", "--renumber", &product]);
            assert_eq!(build.code, Some(0), "{name} without {product}: {build:?}");
            let left: Vec<String> = lasting(project.snapshot())
                .into_keys()
                .filter(|path| path.split('/').any(|part| part == product || part.strip_suffix(".json") == Some(&product)))
                .collect();
            assert!(left.is_empty(), "{name} without {product}: {left:?}");
            let check: Answer = project.run(&["build", "--check"]);
            assert_eq!(check.code, Some(0), "{name} without {product}: {check:?}");
            removed += 1;
        }
        // Without any product there is nothing to generate, and only what this machine needs is left.
        let output = infrac::host::load::settings(&project.root).unwrap().unwrap().output;
        let left = snapshot(&project.path(&output)).into_keys().filter(|path| !path.starts_with(".infrac"));
        assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new(), "{name}");
    }
    assert!(removed >= 4, "only {removed} products were removed");
}

/// A repository has its own tools and hooks: they stay, mise reads infrac's beside them, and who has no hook for infrac is told.
#[test]
fn tools_and_hooks_of_a_repository_stay() {
    let project = Program::of(EXAMPLE);
    let (tools, hooks) = ("generated/mise.toml", "generated/.pre-commit-config.yaml");
    project.put(tools, "[tools]\nnode = \"22.1.0\"\n");
    project.put(hooks, "repos: []\n");
    let told = project.run(&["build"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    for words in ["warning[", hooks, "has no hook that calls it", "infrac build --check"] {
        assert!(told.out.contains(words), "{words}: {told:?}");
    }
    assert_eq!((project.read(tools).as_str(), project.read(hooks).as_str()), ("[tools]\nnode = \"22.1.0\"\n", "repos: []\n"));
    assert!(project.read("generated/.config/mise/conf.d/infrac.toml").contains("opentofu = "));
    project.put(hooks, "repos:\n  - repo: local\n    hooks: [{ id: mine, entry: infrac build --check }]\n");
    let silent = project.run(&["build", "--check"]);
    assert_eq!((silent.code, silent.out.as_str()), (Some(0), ""), "{silent:?}");
}

/// A repository has its own pipeline of GitLab: it stays, and who does not include infrac's jobs is told.
#[test]
fn a_pipeline_of_a_repository_stays() {
    let project = Program::of(EXAMPLE);
    let (own, jobs) = ("generated/.gitlab-ci.yml", "generated/ci/gitlab-ci.yml");
    project.put(own, "test: { script: [make test] }\n");
    let told = project.run(&["build"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    for words in ["warning[", own, "does not include its jobs", "local: ci/gitlab-ci.yml", "where it names `stages`"] {
        assert!(told.out.contains(words), "{words}: {told:?}");
    }
    assert_eq!(project.read(own), "test: { script: [make test] }\n");
    assert!(project.read(jobs).contains("infrac build --check"));
    project.put(own, "include:\n  - local: ci/gitlab-ci.yml\ntest: { script: [make test] }\n");
    let silent = project.run(&["build", "--check"]);
    assert_eq!((silent.code, silent.out.as_str()), (Some(0), ""), "{silent:?}");
    std::fs::remove_file(project.path(own)).unwrap();
    assert_eq!(project.run(&["build"]).code, Some(0));
    assert!(project.read(own).contains("local: ci/gitlab-ci.yml"), "infrac's comes where there is none");
}
