//! What holds of the whole repository: generated files are up to date, folders know only what lies below them, knowledge of
//! providers is data, and a product can move, be copied and be multiplied.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use infrac::base::{Text, Workspace};
use infrac::diag::{Code, Severity};
use infrac::driver::{Options, Outcome, Renumber, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

type Files = BTreeMap<Text, Arc<str>>;

/// The sources of this repository's own project.
fn sources() -> Files {
    let project = infrac::host::load(root()).unwrap();
    project.workspace.files().map(|(_, file)| (file.path.clone(), file.text.clone())).collect()
}

fn built(files: Files) -> Outcome {
    compile(&Workspace::new(files), &Options::default())
}

fn tree(outcome: &Outcome) -> BTreeMap<Text, String> {
    assert_eq!(outcome.diagnostics, []);
    outcome.tree.iter().map(|(path, entry)| (path.clone(), entry.text().to_string())).collect()
}

const ACME: &str = "inventory/acme/product.infra";

fn replaced(from: &str, to: &str) -> Files {
    let mut files = sources();
    let text = files[ACME].to_string();
    assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in {ACME}");
    files.insert(ACME.into(), text.replace(from, to).into());
    files
}

fn lock(outcome: &Outcome) -> BTreeMap<String, String> {
    let (_, text) = outcome.locks.first().unwrap();
    text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn generated_files_are_up_to_date() {
    let mut projects = vec![root().to_path_buf()];
    projects.extend(std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()));
    for project in projects {
        let output = Command::new(env!("CARGO_BIN_EXE_infrac"))
            .args(["build", "--check", "--no-cache", "--project"])
            .arg(&project)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: run `infrac build`\n{said}{}", project.display(), String::from_utf8_lossy(&output.stderr));
    }
}

/// By its header a file is known to be generated: without one it could never be removed again.
#[test]
fn every_generated_file_has_a_header_or_no_room_for_one() {
    use infrac::host::layout::{Owner, has_header, has_room};
    let mut projects = vec![root().to_path_buf()];
    projects.extend(std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()));
    for project in projects {
        let outcome = compile(&infrac::host::load(&project).unwrap().workspace, &Options::default());
        assert!(outcome.tree.len() > 50, "{}", project.display());
        for (path, entry) in outcome.tree.iter() {
            assert!(has_header(entry.text().as_bytes()) || !has_room(path), "{path} has no header");
            assert!(Owner::of(path).is_some(), "{path} has no owner");
            assert!(!entry.text().contains('\r'), "{path} has line ends that git would change");
        }
    }
}

/// A branch that nobody has reviewed may name its files as it likes.
#[test]
fn the_name_of_a_source_ends_no_comment() {
    let mut files = sources();
    let text = files.remove(ACME).unwrap();
    files.insert("inventory/acme/a\nplanted -->\rplanted.infra".into(), text);
    for (path, contents) in tree(&built(files)) {
        assert!(!contents.split(['\n', '\r']).any(|line| line.trim_start().starts_with("planted")), "{path}");
    }
}

#[test]
fn sources_are_in_their_canonical_layout() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_infrac")).current_dir(root()).args(["fmt", "--check", "stdlib", "inventory", "examples"]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "run `infrac fmt stdlib inventory examples`\n{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn two_builds_give_the_same_bytes() {
    let one = compile(&Workspace::new(sources()), &Options { jobs: Some(1), ..Options::default() });
    let many = compile(&Workspace::new(sources().into_iter().rev()), &Options { jobs: Some(8), ..Options::default() });
    assert_eq!(tree(&one), tree(&many));
    assert_eq!(one.locks, many.locks);
}

/// One word of acme moves a stack: what moved is made by the module of the other provider, and nothing else is renumbered.
fn moves(from: &str, to: &str, stacks: &[&str], unit: &str) {
    let before = built(sources());
    let moved = Workspace::new(replaced(from, to));
    // Production is protected: whose places are given up has to be said.
    let refused = compile(&moved, &Options::default()).diagnostics;
    assert!(refused.iter().any(|found| found.code == Code::Renumbered && found.severity == Severity::Error), "{refused:#?}");
    let renumber = Renumber::new(stacks.iter().map(|stack| format!("acme/prod/{stack}").into()));
    let after = compile(&moved, &Options { renumber, ..Options::default() });
    assert!(after.diagnostics.iter().all(|found| found.code == Code::Renumbered), "{:#?}", after.diagnostics);
    let contents = |outcome: &Outcome| outcome.tree.get(&format!("live/acme/prod/{unit}/terragrunt.hcl")).unwrap().text().to_string();
    assert!(contents(&before).contains("/infra/compute/hetzner"));
    assert!(contents(&after).contains("/infra/compute/aws"));
    let (before, after) = (lock(&before), lock(&after));
    // The names that take over for the edge are where its first origin is.
    let follows = |key: &str| key.contains("/front.spare@");
    let stands = |key: &str| !follows(key) && !stacks.iter().any(|stack| key.contains(&format!("/{stack}.")));
    for (key, value) in before.iter().filter(|(key, _)| stands(key)) {
        assert_eq!(after.get(key), Some(value), "{key} was renumbered");
    }
}

#[test]
fn a_stack_moves_to_another_provider_by_one_word() {
    moves("stack compute web_eu {\n  on      = eu", "stack compute web_eu {\n  on      = us", &["web_eu"], "web_eu/nodes");
}

/// The way in stands where management does: `on = mgmt.provider`.
#[test]
fn management_moves_to_another_provider_by_one_word() {
    moves("stack management mgmt {\n  on      = eu", "stack management mgmt {\n  on      = us", &["mgmt", "access"], "mgmt/nodes");
}

#[test]
fn without_an_implementation_each_use_is_one_clear_error() {
    let mut files = sources();
    let gone = files.keys().find(|path| path.ends_with("providers/aws/compute.infra")).unwrap().clone();
    files.remove(&gone);
    let outcome = built(files);
    assert!(!outcome.diagnostics.is_empty());
    for diagnostic in &outcome.diagnostics {
        assert_eq!(diagnostic.code, Code::NotImplemented, "{}", diagnostic.message);
        assert!(diagnostic.help.is_some());
    }
    let places: BTreeSet<_> = outcome.diagnostics.iter().map(|diagnostic| (diagnostic.primary.span, diagnostic.message.clone())).collect();
    assert_eq!(places.len(), outcome.diagnostics.len());
}

/// acme under other names and ranges.
fn copy(files: &mut Files, number: usize) {
    let text = files[ACME].to_string();
    let name = format!("copy{number}");
    let text = text.replace("product acme", &format!("product {name}")).replace("acme.example.com", &format!("{name}.example.com"));
    let text = text
        .replace("10.100.0.0/16", &format!("10.{}.0.0/16", 101 + number % 100))
        .replace("10.20.0.0/16", &format!("10.{}.0.0/16", 21 + number % 79));
    files.insert(format!("inventory/{name}/product.infra").into(), text.into());
}

#[test]
fn another_product_adds_only_what_is_its_own() {
    let one = tree(&built(sources()));
    let mut files = sources();
    copy(&mut files, 1);
    let two = tree(&built(files));
    for (path, contents) in &one {
        assert_eq!(two.get(path), Some(contents), "{path} changed");
    }
    let own = ["live/copy1/", "ansible/inventory/copy1/", "ansible/playbooks/copy1/"];
    for path in two.keys().filter(|path| !one.contains_key(*path)) {
        assert!(own.iter().any(|folder| path.starts_with(folder)), "{path} is no file of the product alone");
    }
}

#[test]
fn fifty_products_build_in_one_run() {
    let mut files = sources();
    (0..50).for_each(|number| copy(&mut files, number));
    let outcome = built(files);
    assert_eq!(outcome.diagnostics, []);
    assert_eq!(outcome.products.len(), 51);
}

/// What each folder of `src/` may name: the rows above its own, as ARCHITECTURE.md draws them.
const FOLDERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diag", &["base"]),
    ("artifact", &["base"]),
    ("syntax", &["base", "diag"]),
    ("fmt", &["base", "diag", "syntax"]),
    ("ty", &["base"]),
    ("value", &["base", "ty"]),
    ("hir", &["base", "syntax", "ty", "value"]),
    ("resolve", &["base", "diag", "hir", "syntax", "ty"]),
    ("schema", &["base", "diag", "ty"]),
    ("eval", &["base", "diag", "hir", "ty", "value"]),
    ("check", &["base", "diag", "eval", "hir", "schema", "syntax", "ty", "value"]),
    ("shape", &["base", "check", "diag", "eval", "hir", "schema", "ty", "value"]),
    ("plan", &["base", "check", "diag", "eval", "hir", "schema", "shape", "ty", "value"]),
    ("analysis", &["base", "diag", "eval", "hir", "plan", "shape", "ty", "value"]),
    ("target", &["artifact", "base", "diag", "eval", "plan", "schema", "shape", "ty", "value", "hir"]),
    ("view", &["base", "hir", "plan", "shape", "target", "value"]),
    (
        "driver",
        &[
            "analysis", "artifact", "base", "check", "diag", "eval", "fmt", "hir", "plan", "resolve", "schema", "shape", "syntax",
            "target", "ty", "value", "view",
        ],
    ),
    ("reference", &["base", "eval", "schema", "syntax"]),
    ("render", &["base", "diag"]),
    ("host", &["artifact", "base", "diag"]),
    (
        "ide",
        &["base", "check", "diag", "driver", "eval", "fmt", "hir", "host", "plan", "resolve", "schema", "shape", "syntax", "ty", "value"],
    ),
    ("lsp", &["base", "diag", "driver", "host", "ide", "render", "syntax"]),
    ("cli", &["artifact", "base", "diag", "driver", "fmt", "host", "lsp", "reference", "render", "schema", "syntax", "view"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text of a file without its unit tests.
fn shipped(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn folders_know_only_what_lies_below_them() {
    let name = regex::Regex::new(r"crate::(?:\{([^}]*)\}|(\w+))").unwrap();
    let known: BTreeMap<&str, &[&str]> = FOLDERS.iter().copied().collect();
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let own = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let below = known.get(own.as_str()).unwrap_or_else(|| panic!("src/{own} is not in the table"));
        for path in rust_files(&folder).into_iter().filter(|path| !is_test(path)) {
            for found in name.captures_iter(&shipped(&path)) {
                let words = found.get(1).or(found.get(2)).unwrap().as_str();
                for word in words.split(',').map(|word| word.trim().split("::").next().unwrap_or_default()) {
                    let is_folder = known.contains_key(word);
                    assert!(!is_folder || word == own || below.contains(&word), "{} names `{word}`", path.display());
                }
            }
        }
    }
}

#[test]
fn targets_never_name_each_other() {
    let targets: Vec<PathBuf> =
        std::fs::read_dir(root().join("src/target")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    for target in &targets {
        for path in rust_files(target) {
            for other in targets.iter().filter(|other| *other != target && !other.ends_with("common")) {
                let other = other.file_name().unwrap().to_str().unwrap();
                assert!(!shipped(&path).contains(&format!("target::{other}::")), "{} names the target {other}", path.display());
            }
        }
    }
}

/// Where a word of the library may stand in `src/`, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("site", "src/target/ansible/playbooks.rs", "the usual name of the playbook of all machines"),
    ("gateway", "src/plan/ways.rs", "the machine by which a network is left, as what translates its addresses calls it"),
    ("vault", "src/eval/functions/program.rs", "the schemes of references to secrets, in the function's own documentation"),
    ("vault", "src/target/ansible/secret.rs", "what 1Password calls a folder of items"),
    ("vault", "src/target/common/secrets.rs", "what 1Password calls a folder of items"),
    ("vault", "src/plan/functions.rs", "what 1Password calls a folder of items"),
    ("vault", "src/target/terragrunt/guide.rs", "what 1Password calls a folder of items"),
    ("vault", "src/target/terragrunt/machines.rs", "what 1Password calls a folder of items"),
    ("vault", "src/value/secret.rs", "the schemes of references to secrets"),
];

#[test]
fn knowledge_of_providers_and_services_is_data() {
    let mut words = BTreeSet::new();
    for path in sources().keys() {
        let stem = path.rsplit('/').next().unwrap().trim_end_matches(".infra").to_owned();
        if path.starts_with("<stdlib>/services/") {
            words.insert(stem);
        } else if let Some(rest) = path.strip_prefix("<stdlib>/providers/") {
            words.insert(rest.split('/').next().unwrap().to_owned());
        }
    }
    // A word of every language.
    words.remove("base");
    assert!(words.len() >= 7, "{words:?}");
    for path in rust_files(&root().join("src")).into_iter().filter(|path| !is_test(path)) {
        let relative = path.strip_prefix(root()).unwrap().to_str().unwrap();
        let code: String = shipped(&path).lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for word in &words {
            let found = regex::Regex::new(&format!(r#"\b{word}\b"#)).unwrap().is_match(&code);
            let allowed = EXCEPTIONS.iter().any(|(excepted, file, _)| excepted == word && *file == relative);
            assert!(!found || allowed, "{relative} names `{word}`");
        }
    }
}

/// Pipelines install the release that wrote them.
#[test]
fn pipelines_install_this_release() {
    let tools = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/pipelines/tools.infra")).unwrap();
    let own = tools.lines().find(|line| line.starts_with("define tool infrac ")).unwrap();
    assert!(own.contains(&format!("version = \"{}\"", env!("CARGO_PKG_VERSION"))), "{own}");
}

/// Outputs of the library's modules that no unit of any product here reads, with what they are for.
const INTERFACE: &[(&str, &str, &str)] = &[
    ("app", "id", "a project's own module gives it what the library does not know of"),
    ("bucket", "id", "a project's own module gives somebody rights to it"),
    ("dns", "name_servers", "the registrar is told them by hand"),
    ("edge", "id", "a stack that comes after the edge can name it"),
    ("nat", "id", "a stack that comes after the way out can name it"),
    ("storage", "devices", "an operator tells the volumes of a provider apart by them"),
];

/// What a module gives is read by another unit, or stands above with the reason why it is there.
#[test]
fn every_output_of_a_module_is_read_or_has_a_reason() {
    let source = regex::Regex::new(r#"source = "[^"]*/(\w+)/(\w+)/(\w+)""#).unwrap();
    let dependency = regex::Regex::new(r#"dependency "(\w+)" \{\n  config_path = "([^"]+)""#).unwrap();
    let read = regex::Regex::new(r"dependency\.(\w+)\.outputs\.(\w+)").unwrap();
    let output = regex::Regex::new(r#"(?m)^output "(\w+)""#).unwrap();
    let mut projects = vec![root().to_path_buf()];
    projects.extend(std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()));
    let (mut given, mut taken) = (BTreeSet::new(), BTreeSet::new());
    let mut outcomes: Vec<Outcome> =
        projects.iter().map(|project| compile(&infrac::host::load(project).unwrap().workspace, &Options::default())).collect();
    // Another product begins on the other provider: nothing of it is allocated yet.
    let mut elsewhere = replaced("stack management mgmt {\n  on      = eu", "stack management mgmt {\n  on      = us");
    elsewhere.remove("inventory/acme/infra.lock");
    outcomes.push(built(elsewhere));
    for files in outcomes.iter().map(tree) {
        let module = |unit: &str| source.captures(&files[unit]).map(|found| found[2].to_owned()).unwrap();
        for (path, text) in &files {
            if path.starts_with("modules/") && path.ends_with("/outputs.tf") {
                let module = path.split('/').nth(2).unwrap();
                given.extend(output.captures_iter(text).map(|found| (module.to_owned(), found[1].to_owned())));
            }
            if !path.starts_with("live/") || !path.ends_with("/terragrunt.hcl") {
                continue;
            }
            let folder = path.trim_end_matches("/terragrunt.hcl");
            let units: BTreeMap<String, String> = dependency
                .captures_iter(text)
                .map(|found| {
                    let mut to: Vec<&str> = folder.split('/').collect();
                    for part in found[2].split('/') {
                        if part == ".." { to.truncate(to.len() - 1) } else { to.push(part) }
                    }
                    (found[1].to_owned(), module(&format!("{}/terragrunt.hcl", to.join("/"))))
                })
                .collect();
            taken.extend(read.captures_iter(text).map(|found| (units[&found[1]].clone(), found[2].to_owned())));
        }
    }
    let unread: Vec<(&str, &str)> = given.difference(&taken).map(|(module, output)| (module.as_str(), output.as_str())).collect();
    let known: Vec<(&str, &str)> = INTERFACE.iter().map(|(module, output, _)| (*module, *output)).collect();
    assert_eq!(unread, known);
}

/// The pages of `docs/reference` are those of the library. `INFRAC_WRITE=1` writes them.
#[test]
fn the_reference_is_that_of_the_library() {
    let library = infrac::host::library::files().into_iter().map(|(path, text)| (format!("<stdlib>/{path}").into(), text.into()));
    let book = infrac::reference::book(&infrac::reference::entries(&Workspace::new(library)));
    let folder = root().join("docs/reference");
    if std::env::var_os("INFRAC_WRITE").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        book.iter().for_each(|(file, text)| std::fs::write(folder.join(file), text).unwrap());
    }
    let meant: BTreeMap<String, String> = book.into_iter().collect();
    let found = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let found: BTreeMap<String, String> =
        found.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())).collect();
    let stale: Vec<_> = meant.keys().chain(found.keys()).filter(|file| meant.get(*file) != found.get(*file)).collect();
    assert!(stale.is_empty(), "{stale:?}: run `INFRAC_WRITE=1 cargo test --test repository -- the_reference`");
    assert!(meant.len() > 10 && meant.values().all(|text| text.lines().count() > 5), "a page is empty");
}
