//! Whether the generated tests of modules notice when a module changes: `tofu test` on every module of the library with one
//! change in it. A part of the changes is tried by `cargo test`, all of them by `cargo test --test modules -- --ignored`.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod mutate;
mod named;
mod own;
mod scale;
mod tools;

use infrac::artifact::Tree;
use infrac::{check, resolve, schema, shape, syntax, target};
use mutate::{Mutation, mutations};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// The files that are changed.
const FILES: [&str; 3] = ["main.tf", "outputs.tf", "variables.tf"];

/// How many changes of each module `cargo test` tries.
const SAMPLE: usize = 4;

/// At least so many of a hundred are noticed.
const NOTICED: usize = 90;

/// Every module of the library, by its folder, each with its files.
fn modules() -> BTreeMap<String, BTreeMap<String, String>> {
    let project = infrac::host::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let workspace = &project.workspace;
    let parsed = workspace.files().filter(|(_, file)| file.path.ends_with(".infra"));
    let sources: Vec<_> =
        parsed.map(|(file, source)| resolve::Source { file, tree: Arc::new(syntax::parse(file, &source.text).0) }).collect();
    let (schemas, _) = schema::read(workspace);
    let (program, _) = resolve::resolve(workspace, &sources, &|file, ty, argument| schemas.takes(file, ty, argument));
    let (types, _) = check::check(&program, &schemas);
    let (shared, _) = shape::shared(&program, &types, workspace);
    let (shapes, found) = shape::shape(&program, &schemas, &types, workspace, shared.unwrap(), &infrac::eval::Run::new(1));
    assert!(!found.has_errors());
    let mut tree = Tree::new();
    shapes.modules.values().for_each(|module| target::opentofu::emit(module, &mut tree).unwrap());
    let mut modules: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, entry) in tree.iter() {
        let mut parts = path.splitn(5, '/');
        let folder = parts.by_ref().take(4).collect::<Vec<_>>().join("/");
        modules.entry(folder).or_default().insert(parts.next().unwrap().to_owned(), entry.text().to_string());
    }
    assert_eq!(modules.len(), program.implementations.len());
    modules
}

/// A module that `tofu init` has run in.
struct Ready {
    folder: TempDir,
    files: BTreeMap<String, String>,
}

impl Ready {
    fn new(files: &BTreeMap<String, String>) -> Ready {
        let folder = TempDir::new().unwrap();
        write(folder.path(), files);
        let init = tools::command("tofu").current_dir(folder.path()).args(["init", "-backend=false", "-input=false", "-no-color"]).output();
        let init = init.unwrap();
        assert!(init.status.success(), "{}{}", String::from_utf8_lossy(&init.stdout), String::from_utf8_lossy(&init.stderr));
        Ready { folder, files: files.clone() }
    }

    /// What `tofu test` says of the module with one file in place of another.
    fn test(&self, file: &str, text: &str) -> Said {
        let folder = TempDir::new().unwrap();
        let mut files = self.files.clone();
        files.insert(file.to_owned(), text.to_owned());
        write(folder.path(), &files);
        for name in [".terraform", ".terraform.lock.hcl"] {
            std::os::unix::fs::symlink(self.folder.path().join(name), folder.path().join(name)).unwrap();
        }
        let test = tools::command("tofu").current_dir(folder.path()).args(["test", "-no-color"]).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&test.stdout), String::from_utf8_lossy(&test.stderr));
        // What a test refuses has its place in the test; everything else OpenTofu says of the module alone.
        let by_test = text.contains("on tests/") || text.contains("Missing expected failure");
        match (test.status.success(), by_test) {
            (true, _) => Said::Passed,
            (false, true) => Said::Noticed,
            (false, false) => Said::Refused(text),
        }
    }
}

fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// What came of a change.
#[derive(Clone, Debug)]
enum Said {
    /// Every test passes: nobody notices.
    Passed,
    /// A test fails.
    Noticed,
    /// OpenTofu refuses the module, whatever its tests are; in its words.
    Refused(#[allow(dead_code, reason = "shown where a test fails")] String),
}

struct Tried {
    module: String,
    file: &'static str,
    mutation: Mutation,
    shown: String,
    said: Said,
}

/// Tries changes on two cores.
fn try_all(modules: &BTreeMap<String, BTreeMap<String, String>>, wanted: Vec<(String, &'static str, Mutation)>) -> Vec<Tried> {
    let ready: BTreeMap<&String, Ready> = {
        let mut ready = BTreeMap::new();
        for (module, _, _) in &wanted {
            if !ready.contains_key(module) {
                ready.insert(module, Ready::new(&modules[module]));
            }
        }
        ready
    };
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((module, file, mutation)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let text = &modules[module][*file];
                    let said = ready[module].test(file, &mutation.apply(text));
                    let tried = Tried { module: module.clone(), file, mutation: mutation.clone(), shown: mutation.show(text), said };
                    done.lock().unwrap().push(tried);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// Every change of every module.
fn every(modules: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<(String, &'static str, Mutation)> {
    let only = std::env::var("INFRAC_MODULE").unwrap_or_default();
    let mut found = Vec::new();
    for (module, files) in modules.iter().filter(|(module, _)| module.contains(&only)) {
        for file in FILES {
            found.extend(mutations(&files[file], &files["variables.tf"]).into_iter().map(|mutation| (module.clone(), file, mutation)));
        }
    }
    found
}

/// Counts by module, by kind, and what nobody notices.
fn report(tried: &[Tried]) -> (String, bool) {
    let mut by_module: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut unnoticed = Vec::new();
    for one in tried {
        let at = match &one.said {
            Said::Noticed => 0,
            Said::Passed => 1,
            Said::Refused(_) => 2,
        };
        by_module.entry(&one.module).or_default()[at] += 1;
        by_kind.entry(one.mutation.kind).or_default()[at] += 1;
        if at == 1 {
            unnoticed.push(format!("{}/{}:{}", one.module, one.file, one.shown));
        }
    }
    unnoticed.sort();
    let mut text = String::from("noticed, not noticed, refused by OpenTofu itself\n");
    let mut enough = true;
    for (name, [noticed, passed, refused]) in by_module.iter().chain(&by_kind) {
        writeln!(text, "{noticed:5} {passed:5} {refused:5}  {name}").unwrap();
    }
    for [noticed, passed, _] in by_module.values() {
        enough &= noticed * 100 >= NOTICED * (noticed + passed);
    }
    writeln!(text, "{}", unnoticed.join("\n")).unwrap();
    (text, enough)
}

/// Every change leaves a text that can be read, and is a change.
#[test]
fn changes_are_changes() {
    let modules = modules();
    let all = every(&modules);
    for (module, file, mutation) in &all {
        let text = &modules[module][*file];
        let changed = mutation.apply(text);
        assert!(changed != *text && changed.parse::<hcl_edit::structure::Body>().is_ok(), "{module}/{file}:{}", mutation.show(text));
    }
    let of = |module: &String| all.iter().filter(|(of, _, _)| of == module).count();
    for (module, files) in &modules {
        println!("{:5} {module}", of(module));
        // What makes no resource passes on what it is given, and there is less to change.
        let least = if files["main.tf"].contains("resource \"") { 10 } else { 5 };
        assert!(of(module) >= least, "{module}");
    }
}

/// The modules as they are pass their tests, or nothing that follows says anything.
#[test]
fn modules_as_they_are_pass() {
    for (module, files) in modules() {
        let said = Ready::new(&files).test("main.tf", &files["main.tf"]);
        assert!(matches!(said, Said::Passed), "{module}: {said:?}");
    }
}

/// A part of the changes, spread over each module, so that a test file that asserts nothing is seen at once.
#[test]
fn a_part_of_the_changes_is_noticed() {
    let modules = modules();
    let mut part = Vec::new();
    for module in modules.keys() {
        let every: Vec<_> = every(&modules).into_iter().filter(|(of, _, _)| of == module).collect();
        let step = every.len().div_ceil(SAMPLE).max(1);
        part.extend(every.into_iter().skip(step / 2).step_by(step));
    }
    let tried = try_all(&modules, part);
    let (noticed, passed) = (count(&tried, |said| matches!(said, Said::Noticed)), count(&tried, |said| matches!(said, Said::Passed)));
    assert!(noticed * 100 >= NOTICED * (noticed + passed), "{}", report(&tried).0);
}

fn count(tried: &[Tried], of: impl Fn(&Said) -> bool) -> usize {
    tried.iter().filter(|one| of(&one.said)).count()
}

/// Every change of every module; `INFRAC_MODULE=compute/aws` takes those of one.
#[test]
#[ignore = "takes a quarter of an hour"]
fn nine_of_ten_changes_are_noticed_in_every_module() {
    let modules = modules();
    let tried = try_all(&modules, every(&modules));
    let (text, enough) = report(&tried);
    println!("{text}");
    for one in tried.iter().filter(|one| std::env::var_os("INFRAC_SHOW").is_some_and(|shown| one.shown.contains(&*shown.to_string_lossy())))
    {
        println!("{}/{}:{}: {:?}", one.module, one.file, one.shown, one.said);
    }
    assert!(enough, "{text}");
}

/// Changes that somebody would make who means harm, or is tired: each is noticed wherever it can be made.
#[test]
fn changes_that_would_do_harm_are_noticed() {
    let modules = modules();
    let mut unnoticed = Vec::new();
    let mut wanted = Vec::new();
    for (what, from, to) in named::HARMFUL {
        let places: Vec<_> = modules.iter().filter(|(_, files)| files["main.tf"].contains(from)).collect();
        assert!(!places.is_empty(), "{what}: `{from}` stands nowhere");
        for (module, files) in places {
            for (at, _) in files["main.tf"].match_indices(from) {
                wanted.push((module.clone(), "main.tf", Mutation::of(what, module, at..at + from.len(), to)));
            }
        }
    }
    for one in try_all(&modules, wanted) {
        if matches!(one.said, Said::Passed) {
            unnoticed.push(format!("{}: {}", one.module, one.shown));
        }
    }
    assert_eq!(unnoticed, [] as [String; 0]);
}

/// Types of resources that keep what nobody can make again: data, addresses that others know, names that others resolve.
const KEEPING: &[&str] = &["_instance", "_network", "_server", "_volume", "_vpc", "_zone", "_bucket", "_database"];

/// Types that end like those above, and only join two things that are kept.
const JOINING: &[&str] = &["hcloud_load_balancer_network"];

/// Where an environment is protected, what keeps data cannot be destroyed: OpenTofu refuses it, and so does the provider where it can.
#[test]
fn what_keeps_data_is_protected() {
    let mut kept = 0;
    for (module, files) in modules() {
        let body: hcl_edit::structure::Body = files["main.tf"].parse().unwrap();
        for resource in body.get_blocks("resource") {
            let ty = resource.labels[0].as_str();
            if !KEEPING.iter().any(|ending| ty.ends_with(ending)) || JOINING.contains(&ty) {
                continue;
            }
            kept += 1;
            let said = |body: &hcl_edit::structure::Body, name: &str| {
                body.get_attribute(name).map(|attribute| attribute.value.to_string().trim().to_owned())
            };
            let lifecycle = resource.body.get_blocks("lifecycle").next().unwrap_or_else(|| panic!("{module}: {ty} has no lifecycle"));
            assert_eq!(said(&lifecycle.body, "prevent_destroy").as_deref(), Some("var.protected"), "{module}: {ty}");
            for name in ["delete_protection", "rebuild_protection", "disable_api_termination", "deletion_protection"] {
                assert!(said(&resource.body, name).is_none_or(|value| value == "var.protected"), "{module}: {name} of {ty}");
            }
        }
    }
    assert!(kept >= 8, "{kept}");
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
