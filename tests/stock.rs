//! The stock tools judge every generated tree: acme, acme with a stack moved to the other cloud, and each example.
//! `tests/judge/<tool>` says how; `tests/run` installs the tools.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

#[allow(dead_code, reason = "the fences of a page are enough here")]
#[path = "codes/page.rs"]
mod page;

use infrac::driver;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Project folders with the tree that each one gives.
fn trees() -> Vec<(PathBuf, PathBuf)> {
    let mut trees = vec![(root().to_path_buf(), root().join("snapshots/inventory"))];
    let mut examples: Vec<PathBuf> = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    examples.sort();
    trees.extend(examples.into_iter().map(|example| (example.clone(), example.join("generated"))));
    trees.extend(moved().iter().map(|project| (project.clone(), project.join("snapshots/inventory"))));
    trees
}

/// Projects that differ from acme in one word, built once: a stack stands on the other cloud.
fn moved() -> &'static [PathBuf] {
    static PROJECTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    PROJECTS.get_or_init(|| {
        ["compute web_eu {\n  on     ", "management mgmt {\n  on     "]
            .iter()
            .enumerate()
            .map(|(number, stack)| build_moved(number, stack))
            .collect()
    })
}

fn build_moved(number: usize, stack: &str) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("moved{number}"));
    let _ = fs::remove_dir_all(&project);
    let product = "inventory/acme/product.infra";
    let text = fs::read_to_string(root().join(product)).unwrap();
    let (from, to) = (format!("stack {stack} = eu"), format!("stack {stack} = us"));
    assert_eq!(text.matches(&from).count(), 1, "`{from}` stands once in {product}");
    fs::create_dir_all(project.join("inventory/acme")).unwrap();
    fs::write(project.join(product), text.replace(&from, &to)).unwrap();
    for file in ["infra.toml", "inventory/acme/infra.lock"] {
        fs::copy(root().join(file), project.join(file)).unwrap();
    }
    let mut build = Command::new(env!("CARGO_BIN_EXE_infrac"));
    // What moves gives its places up, in production too.
    let build = build.args(["build", "--renumber", "acme", "--project"]).arg(&project).env("XDG_CACHE_HOME", &project).output().unwrap();
    assert!(build.status.success(), "{}{}", String::from_utf8_lossy(&build.stdout), String::from_utf8_lossy(&build.stderr));
    project
}

/// Runs a judge over a tree and gives what it printed; its findings fail the test.
fn judge(tool: &str, tree: &Path) -> String {
    judged(tool, tree, Command::new(root().join("tests/judge").join(tool)).arg(tree))
}

fn judged(tool: &str, tree: &Path, command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let tail: Vec<&str> = said.lines().rev().take(60).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    assert!(output.status.success(), "{tool} on {}:\n{}", tree.display(), tail.join("\n"));
    let verdict = said.lines().rev().find(|line| line.starts_with(&format!("{tool}: ok"))).unwrap_or_default().to_owned();
    assert!(!verdict.is_empty() && !verdict.starts_with(&format!("{tool}: ok, 0 ")), "{tool} judged nothing: {verdict}");
    said
}

fn compiled(project: &Path) -> driver::Outcome {
    let project = infrac::host::load(project).unwrap();
    let outcome = driver::compile(&project.workspace, &driver::Options::default());
    assert_eq!(outcome.diagnostics, []);
    outcome
}

#[test]
fn opentofu() {
    for (_, tree) in trees() {
        judge("opentofu", &tree);
    }
}

#[test]
fn terragrunt_and_its_graph() {
    for (project, tree) in trees() {
        let said = judge("terragrunt", &tree);
        let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for line in said.lines().filter_map(|line| line.strip_prefix("dag ")) {
            let (product, json) = line.split_once(' ').unwrap();
            for unit in serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap() {
                let needs = unit["dependencies"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect();
                found.insert((product.to_owned(), unit["path"].as_str().unwrap().to_owned()), needs);
            }
        }
        let mut meant: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for graph in compiled(&project).graphs {
            for (unit, needs) in graph.units {
                let path = |unit: &str| format!("{}/{unit}", graph.environment);
                meant.insert((graph.product.to_string(), path(&unit)), needs.iter().map(|needed| path(needed)).collect());
            }
        }
        assert_eq!(found, meant, "{}", tree.display());
    }
}

#[test]
fn ansible_and_its_inventories() {
    for (project, tree) in trees() {
        let said = judge("ansible", &tree);
        let mut found = BTreeMap::new();
        for line in said.lines().filter_map(|line| line.strip_prefix("inventory ")) {
            let (name, json) = line.split_once(' ').unwrap();
            found.insert(name.to_owned(), machines(&serde_json::from_str(json).unwrap()));
        }
        let meant: BTreeMap<String, Machines> = compiled(&project)
            .graphs
            .into_iter()
            .map(|graph| {
                let machines = graph
                    .machines
                    .into_iter()
                    .map(|(machine, services)| (machine.to_string(), services.iter().map(|service| service.replace('-', "_")).collect()));
                (format!("{}/{}", graph.product, graph.environment), machines.collect())
            })
            .collect();
        assert_eq!(found, meant, "{}", tree.display());
    }
}

/// The machines of an inventory, each with the services whose groups it is in.
type Machines = BTreeMap<String, BTreeSet<String>>;

/// What `ansible-inventory --list` says. A group of a service holds groups of stacks, and no machine of its own.
fn machines(inventory: &serde_json::Value) -> Machines {
    let words = |group: &serde_json::Value, key: &str| -> Vec<String> {
        group[key].as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let hosts = inventory["_meta"]["hostvars"].as_object().unwrap().keys();
    let mut machines: Machines = hosts.map(|host| (host.clone(), BTreeSet::new())).collect();
    for (service, group) in inventory.as_object().unwrap().iter().filter(|(name, _)| *name != "all") {
        for stack in words(group, "children") {
            for host in words(&inventory[&stack], "hosts") {
                machines.get_mut(&host).unwrap().insert(service.clone());
            }
        }
    }
    machines
}

#[test]
fn packer() {
    // A product without machines has no images.
    for (_, tree) in trees().into_iter().filter(|(_, tree)| tree.join("ansible/roles").is_dir()) {
        judge("packer", &tree);
    }
}

#[test]
fn pipelines_and_scripts() {
    for (_, tree) in trees() {
        judge("pipelines", &tree);
    }
}

#[test]
fn mise_knows_every_tool() {
    for (_, tree) in trees() {
        judge("mise", &tree);
    }
    judge("mise", fresh());
}

/// What `infrac init` begins, with the gates of its own pipelines.
fn fresh() -> &'static Path {
    static PROJECT: OnceLock<PathBuf> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fresh");
        let _ = fs::remove_dir_all(&project);
        fs::create_dir_all(&project).unwrap();
        for arguments in [&["init", "acme"][..], &["build"], &["build", "--check"], &["fmt", "--check"]] {
            let run = Command::new(env!("CARGO_BIN_EXE_infrac")).args(arguments).arg("--project").arg(&project).output().unwrap();
            assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        }
        project
    })
}

#[test]
fn the_gates_of_a_fresh_project_are_green() {
    let project = fresh();
    // Where GitHub and GitLab look, whose root is the project.
    assert!(project.join(".github/workflows/validate.yml").is_file() && project.join(".gitlab-ci.yml").is_file());
    judge("pipelines", project);
    let tools = fs::canonicalize(root().join(".tools/env")).unwrap();
    for gate in ["ansible", "opentofu", "packer", "terragrunt"] {
        let script = format!(". {} && cd {} && ./ci/check-{gate}.sh", tools.display(), project.display());
        let run = Command::new("sh").args(["-c", &script]).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "ci/check-{gate}.sh:\n{said}");
    }
}

#[test]
fn terratest() {
    for (_, tree) in trees() {
        judge("terratest", &tree);
    }
}

/// The sources of `docs/library.md` are a project, in their one layout; what comes of its own provider is judged like the rest.
#[test]
fn the_library_of_the_documentation() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documented");
    let _ = fs::remove_dir_all(&project);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let text = fs::read_to_string(root().join("docs/library.md")).unwrap();
    for fence in page::fences(&text).unwrap() {
        let mut path = "infra.toml".to_owned();
        match fence.language.as_str() {
            "toml" => drop(files.insert(path, fence.text)),
            "project" => {
                for line in fence.text.lines() {
                    if let Some(next) = line.strip_prefix("# file: ") {
                        path = next.to_owned();
                        files.insert(path.clone(), String::new());
                    } else {
                        *files.get_mut(&path).unwrap() += &format!("{line}\n");
                    }
                }
            }
            _ => {}
        }
    }
    for (path, text) in files {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    for arguments in [&["fmt", "--check"][..], &["build"]] {
        let run = Command::new(env!("CARGO_BIN_EXE_infrac")).args(arguments).arg("--project").arg(&project).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{arguments:?}: {said}");
    }

    // The stand-ins of the library's providers, and one of the project's.
    let (schemas, mirror, config) = (project.join("schemas"), project.join("mirror"), project.join("tofu.rc"));
    fs::create_dir(&schemas).unwrap();
    for folder in [root().join("stdlib/schemas"), project.join("library/schemas")] {
        for path in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
        {
            fs::copy(&path, schemas.join(path.file_name().unwrap())).unwrap();
        }
    }
    let mirrored = Command::new(root().join(".tools/bin/provider-stand-in")).arg("mirror").args([&schemas, &mirror]).output().unwrap();
    assert!(mirrored.status.success(), "{}", String::from_utf8_lossy(&mirrored.stderr));
    let said = format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", mirror.display());
    fs::write(&config, said).unwrap();

    let tree = project.join("generated");
    for tool in ["opentofu", "terragrunt", "ansible", "packer", "pipelines"] {
        let mut command = Command::new(root().join("tests/judge").join(tool));
        judged(tool, &tree, command.arg(&tree).env("JUDGE_TOFU_CONFIG", &config));
    }
}
