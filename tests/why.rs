//! Why a line is as it is: for every line of what acme compiles to, and for every line that an edit of acme changes.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use infrac::artifact::{Format, Tree, lines};
use infrac::base::{Key, Text, Workspace};
use infrac::diag::Severity;
use infrac::driver::{Answer, How, Options, Question, Reason, Renumber, compile, why};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PRODUCT: &str = "inventory/acme/product.infra";

fn acme() -> Workspace {
    infrac::host::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap().workspace
}

/// The project with one place of its product changed, and where the new text begins and ends.
fn edited(workspace: &Workspace, old: &str, new: &str) -> (Workspace, std::ops::Range<u32>) {
    let text = &workspace.find(PRODUCT).unwrap().1.text;
    assert_eq!(text.matches(old).count(), 1, "{old}");
    let at = text.find(old).unwrap();
    // What both have in common is not what was changed.
    let before = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let changed = text.replacen(old, new, 1);
    let files = workspace.files().map(|(_, file)| match file.path.as_str() {
        PRODUCT => (file.path.clone(), changed.as_str().into()),
        _ => (file.path.clone(), file.text.clone()),
    });
    let place = (at + before) as u32..(at + new.len()) as u32;
    (Workspace::new(files), place)
}

/// An edit may move what the lock holds.
fn options() -> Options {
    Options { renumber: Renumber::new(vec!["acme".into()]), ..Options::default() }
}

fn tree(workspace: &Workspace) -> Tree {
    let outcome = compile(workspace, &options());
    let wrong: Vec<_> = outcome.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    outcome.tree
}

fn question(path: &Text, contents: &str, line: usize) -> Question {
    Question::Line { file: path.clone(), text: contents.to_owned(), line }
}

fn each<'o>(reasons: &'o [Reason], visit: &mut dyn FnMut(&'o Reason)) {
    for reason in reasons {
        visit(reason);
        each(&reason.from, visit);
    }
}

/// The lines of a file that say something, by the part that each says.
fn said(format: Format, contents: &str) -> Vec<(usize, Vec<Key>, String)> {
    let paths = lines::paths(format, contents);
    // How values are aligned is not what a line says.
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = contents.lines().zip(paths).enumerate().map(|(at, (line, path))| (at + 1, path, words(line)));
    all.filter(|(_, _, line)| !line.is_empty() && !line.starts_with('#') && line.chars().any(char::is_alphanumeric)).collect()
}

/// What every project has the same: constants of the writers, in which nothing of a source stands.
const CONSTANT: &[&str] = &[
    ".gitattributes",
    "ci/yamllint.yaml",
    ".yamllint",
    ".ansible-lint",
    "ansible.cfg",
    "actionlint.yaml",
    "pre-commit-config.yaml",
    "requirements.yml",
    "ansible/molecule/",
    "tests/terratest/",
    ".config/mise/",
    "packer/",
];

#[test]
fn every_line_has_a_reason() {
    let workspace = acme();
    let tree = tree(&workspace);
    let mut questions = Vec::new();
    for (path, entry) in tree.iter().filter(|(path, _)| !path.starts_with(".infrac")) {
        questions.extend(said(entry.format, &entry.text()).into_iter().map(|(line, ..)| question(path, &entry.text(), line)));
    }
    let answers = why(&workspace, &options(), &questions).unwrap();
    let mut without = BTreeSet::new();
    for (question, answer) in questions.iter().zip(&answers) {
        let Question::Line { file, line, .. } = question else { continue };
        let answers = answer.as_ref().unwrap_or_else(|why| panic!("{file}:{line}: {why:?}"));
        if !answers.iter().any(|answer| !answer.reasons.is_empty()) && !CONSTANT.iter().any(|constant| file.contains(constant)) {
            without.insert(format!("{file}:{line}"));
        }
    }
    assert_eq!(without, BTreeSet::new());
}

/// Edits of the product: what was, what is.
const EDITS: &[(&str, &str)] = &[
    ("domain       = \"acme.example.com\"", "domain       = \"acme.example.org\""),
    ("domain = \"staging.acme.example.com\"", "domain = \"test.acme.example.com\""),
    ("\"ops@acme.example.com\"", "\"root@acme.example.com\""),
    ("protected    = [prod]", "protected    = [staging, prod]"),
    ("name   = \"ada\"", "name   = \"eve\""),
    ("ada@acme.example.com\"", "ada@laptop\""),
    ("acme/infrastructure\", gitlab", "acme/infra\", gitlab"),
    ("gitlab = \"acme/infrastructure\"", "gitlab = \"acme/infra\""),
    ("account = \"111122223333\"", "account = \"211122223333\""),
    ("account = \"444455556666\"", "account = \"544455556666\""),
    ("account = \"0123456789abcdef0123456789abcdef\"", "account = \"1123456789abcdef0123456789abcdef\""),
    ("size    = medium\n", "size    = large\n"),
    ("servers = 1, size = small", "servers = 1, size = medium"),
    ("ports   = [443/tcp]\n  from    = cf.ranges\n  keys", "ports   = [443/tcp, 8443/tcp]\n  from    = cf.ranges\n  keys"),
    ("zones   = 2", "zones   = 1"),
    ("servers = 3", "servers = 5"),
    ("region  = us-east-1", "region  = us-west-2"),
];

/// The lines of units and inventories that are other ones after an edit, each with what it says.
fn changed(before: &Tree, after: &Tree) -> Vec<Question> {
    let mut questions = Vec::new();
    for (path, entry) in after.iter().filter(|(path, _)| path.ends_with("terragrunt.hcl") || path.contains("_vars/")) {
        let old: BTreeMap<Vec<Key>, BTreeSet<String>> = before.get(path).map_or_else(BTreeMap::new, |entry| {
            said(entry.format, &entry.text()).into_iter().fold(BTreeMap::new(), |mut all, (_, path, line)| {
                all.entry(path).or_insert_with(BTreeSet::new).insert(line);
                all
            })
        });
        for (line, keys, text) in said(entry.format, &entry.text()) {
            if old.get(&keys).is_none_or(|lines| !lines.contains(&text)) {
                questions.push(question(path, &entry.text(), line));
            }
        }
    }
    questions
}

/// What a line has from a place that no answer names yet, and which that is.
const NOT_FOLLOWED: &[(&str, &str)] =
    &[("url='https://vault.", "the address of the store, in the look-up of a secret that a product hands over")];

#[test]
fn what_an_edit_changes_names_the_edit() {
    let workspace = acme();
    let before = tree(&workspace);
    let mut missed = Vec::new();
    let mut asked = 0;
    for (old, new) in EDITS {
        let (workspace, place) = edited(&workspace, old, new);
        let file = workspace.find(PRODUCT).unwrap().0;
        let questions = changed(&before, &tree(&workspace));
        asked += questions.len();
        let answers = why(&workspace, &options(), &questions).unwrap();
        for (question, answer) in questions.iter().zip(answers) {
            let mut named = false;
            for Answer { reasons, .. } in answer.as_ref().unwrap() {
                each(reasons, &mut |reason| {
                    let said = reason.place;
                    named |= said.file == file && said.start < place.end && place.start < said.end && !matches!(reason.how, How::Lock(_));
                });
            }
            if let (false, Question::Line { file, line, text }) = (named, question)
                && !NOT_FOLLOWED.iter().any(|(words, _)| text.lines().nth(line - 1).unwrap().contains(words))
            {
                missed.push(format!("{new:?}: {file}:{line}: {}", text.lines().nth(line - 1).unwrap()));
            }
        }
    }
    assert!(asked > 100, "{asked}");
    assert!(missed.is_empty(), "{} of {asked}\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn what_is_not_there_has_no_reason() {
    let workspace = acme();
    let ask = |path: &[Key]| why(&workspace, &options(), &[Question::Value(path.to_vec())]).unwrap().remove(0);
    let name = |name: &str| Key::Name(name.into());
    let ports = |rest: &[Key]| [&[name("acme"), name("web_eu"), name("ports")], rest].concat();
    assert_eq!(ask(&ports(&[Key::At(0)])).unwrap().len(), 1);
    assert!(matches!(ask(&ports(&[Key::At(9)])), Err(infrac::driver::Unanswered::Unknown(..))));
    // In staging there is one machine, in prod there are three.
    let second = [name("acme"), name("mgmt"), name("nodes"), name("hosts"), Key::At(1)];
    let answers = ask(&second).unwrap();
    let environments: Vec<&str> = answers.iter().flat_map(|answer| &answer.environments).map(Text::as_str).collect();
    assert_eq!(environments, ["prod"]);
}

/// Two products, of which one gives the other a value that a definition makes of what the product says.
const PLATFORM: &str = r#"product platform {
  domain       = "platform.example.com"
  owner        = "ops@example.com"
  environments = [prod]
  ranges       = { prod = 10.20.0.0/16 }
  exports      = [corp.label]
}
provider hetzner eu { region = fsn1 }
stack facts corp { on = eu, zone = "corp.example.com" }
"#;
const SHOP: &str = r#"product shop {
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = { prod = 10.0.0.0/16 }
}
provider hetzner eu { region = fsn1 }
stack client c { on = eu, label = platform.corp.label }
"#;
const LIBRARY: &str = r#"define stack facts {
  input zone: fqdn
  output label: string = "in ${zone}"
}
define stack client { input label: string }
"#;

#[test]
fn what_another_product_exports_leads_to_what_decides_it_there() {
    let own = [("inventory/platform/product.infra", PLATFORM), ("inventory/shop/product.infra", SHOP), ("library/own.infra", LIBRARY)];
    let library = acme();
    let library = library.files().filter(|(_, file)| file.path.starts_with('<')).map(|(_, file)| (file.path.clone(), file.text.clone()));
    let workspace = Workspace::new(library.chain(own.map(|(path, text)| (path.into(), text.into()))));
    let path = ["shop", "c", "label"].map(|part| Key::Name(part.into())).to_vec();
    let answers = why(&workspace, &Options::default(), &[Question::Value(path)]).unwrap().remove(0).unwrap();
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    let mut told = Vec::new();
    each(&answer.reasons, &mut |reason| told.push((reason.what.to_string(), workspace.text(reason.place).to_owned())));
    let told: Vec<(&str, &str)> = told.iter().map(|(what, text)| (what.as_str(), text.as_str())).collect();
    assert_eq!(
        told,
        [("c.label", "platform.corp.label"), ("platform.corp.label", "\"in ${zone}\""), ("platform.corp.zone", "\"corp.example.com\""),]
    );
}
