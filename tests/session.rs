//! A session says what a compilation says, after every edit: of a product, of the library, of a lock, of files that come and go.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use infrac::base::{Text, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::{Extent, Files, Options, Session, compile};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const PRODUCT: &str = "inventory/acme/product.infra";

fn project() -> Workspace {
    let acme = infrac::host::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap().workspace;
    let text = acme.find(PRODUCT).unwrap().1.text.clone();
    // A second product, of which no other one knows.
    let other = text.replace("acme", "other").replace("10.20.0.0/16", "10.21.0.0/16");
    let files = acme.files().map(|(_, file)| (file.path.clone(), file.text.clone()));
    Workspace::new(files.chain([("inventory/other/product.infra".into(), other.as_str().into())]))
}

/// Findings with paths in place of numbers, which a workspace gives anew.
fn shown(workspace: &Workspace, found: &[Diagnostic]) -> Vec<String> {
    let place = |span: infrac::base::Span| format!("{}:{}..{}", workspace.file(span.file).path, span.start, span.end);
    let mut shown: Vec<String> = found
        .iter()
        .map(|found| {
            let related: Vec<String> = found.related.iter().map(|label| format!("{} {}", place(label.span), label.text)).collect();
            format!("{} {} {} {related:?} {:?}", found.code.id(), place(found.primary.span), found.message, found.help)
        })
        .collect();
    shown.sort();
    shown
}

fn agree(session: &mut Session, what: &str) {
    let found = session.diagnostics();
    let files = session.workspace().files().map(|(_, file)| (file.path.clone(), file.text.clone()));
    let fresh = Workspace::new(files);
    let options = Options { files: Files::LetGo, ..Options::default() };
    let wanted = compile(&fresh, &options).diagnostics;
    assert_eq!(shown(session.workspace(), &found), shown(&fresh, &wanted), "{what}");
}

/// The text with something done to a line of it.
fn edit(text: &str, number: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let at = (number * 7919) % lines.len();
    let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    match number % 5 {
        0 => drop(changed.remove(at)),
        1 => changed.insert(at, lines[at].to_owned()),
        2 => changed[at] = lines[at].replace('=', "=="),
        3 => changed[at] = lines[at].replace("true", "false").replace('2', "3").replace("eu", "ue"),
        _ => changed[at].push_str(" }"),
    }
    changed.join("\n") + "\n"
}

#[test]
fn every_edit_of_a_product_is_judged_as_by_a_compilation() {
    let workspace = project();
    let text = workspace.find(PRODUCT).unwrap().1.text.clone();
    let mut session = Session::new(workspace, Options::default());
    agree(&mut session, "as it is");
    for number in 0..25 {
        let changed = edit(&text, number);
        session.set(PRODUCT, Some(changed.as_str().into()));
        agree(&mut session, &format!("edit {number}"));
    }
    session.set(PRODUCT, Some(text));
    agree(&mut session, "as it was");
}

#[test]
fn an_edit_of_the_library_reaches_every_product() {
    let workspace = project();
    let mut session = Session::new(workspace.clone(), Options::default());
    session.diagnostics();
    for (path, number) in [("stacks/compute.infra", 3), ("modules/network.infra", 8), ("services/consul.infra", 10), ("core.infra", 14)] {
        let path = format!("{}{path}", infrac::host::library::PREFIX);
        let text = workspace.find(&path).unwrap().1.text.clone();
        session.set(&path, Some(edit(&text, number).as_str().into()));
        agree(&mut session, &path);
        session.set(&path, Some(text));
        agree(&mut session, &format!("{path} as it was"));
    }
}

#[test]
fn files_come_and_go() {
    let mut session = Session::new(project(), Options::default());
    session.diagnostics();
    let steps: [(&str, Option<&str>); 8] = [
        ("inventory/acme/more.infra", Some("stack compute more { on = eu, servers = 1, public = true }\n")),
        ("inventory/acme/more.infra", Some("stack compute web_eu { on = eu }\n")),
        ("inventory/acme/more.infra", Some("define stack own { input x: int }\n")),
        ("inventory/acme/more.infra", None),
        ("inventory/other/product.infra", None),
        ("inventory/lost/stray.infra", Some("stack compute lost { on = eu }\n")),
        ("inventory/lost/stray.infra", None),
        ("inventory/acme/infra.lock", None),
    ];
    for (path, text) in steps {
        session.set(path, text.map(Arc::from));
        agree(&mut session, &format!("{path}: {text:?}"));
    }
    let path: Text = "inventory/acme/infra.lock".into();
    session.set(&path, Some("nonsense\n".into()));
    agree(&mut session, "a damaged lock");
}

/// A product with many names that are nearly known.
fn misspelt(text: &str) -> String {
    let wrong: String =
        (0..8).map(|number| format!("stack compute more{number} {{ on = eu, serverz = 1, publik = true, gatez = [access] }}\n")).collect();
    format!("{text}{wrong}")
}

#[test]
fn what_is_suggested_depends_on_no_thread_and_no_earlier_question() {
    let mut session = Session::new(project(), Options::default());
    for path in [PRODUCT, "inventory/other/product.infra"] {
        let text = session.workspace().find(path).unwrap().1.text.clone();
        session.set(path, Some(misspelt(&text).as_str().into()));
    }
    let workspace = session.workspace().clone();
    let first = shown(&workspace, &session.diagnostics());
    assert!(first.iter().filter(|found| found.contains("did you mean")).count() > 40, "{first:#?}");
    for jobs in [1, 2] {
        let options = Options { files: Files::LetGo, jobs: Some(jobs), ..Options::default() };
        assert_eq!(shown(&workspace, &compile(&workspace, &options).diagnostics), first, "{jobs}");
    }
    for _ in 0..3 {
        // A space at the end changes nothing that is said.
        let text = format!("{} \n", session.workspace().find(PRODUCT).unwrap().1.text);
        session.set(PRODUCT, Some(text.as_str().into()));
        let found = session.diagnostics();
        assert_eq!(shown(session.workspace(), &found), first);
    }
}

#[test]
fn an_edit_says_anew_only_what_it_changes() {
    let mut session = Session::new(project(), Options::default());
    let other = "inventory/other/product.infra";
    let text = session.workspace().find(other).unwrap().1.text.clone();
    session.set(other, Some(misspelt(&text).as_str().into()));
    let at = |session: &Session, path: &str| session.workspace().find(path).unwrap().0;
    let told = session.update();
    assert!(told.contains(&at(&session, other)) && !told.contains(&at(&session, PRODUCT)), "{told:?}");
    assert!(session.update().is_empty());
    // A mistake in one product is told of its file, and taken back.
    let own = session.workspace().find(PRODUCT).unwrap().1.text.clone();
    for text in [misspelt(&own), own.to_string()] {
        session.set(PRODUCT, Some(text.as_str().into()));
        assert_eq!(session.update().into_iter().collect::<Vec<_>>(), [at(&session, PRODUCT)]);
    }
    assert!(session.found_in(at(&session, PRODUCT)).is_empty() && session.found_in(at(&session, other)).len() > 8);
    // What is found by file is what is found.
    let all = session.diagnostics();
    let by_file: usize = session.files_with_findings().map(|file| session.found_in(file).len()).sum();
    assert_eq!(all.len(), by_file);
}

/// Two products, one of which has its states and secrets in the other.
fn with_platform() -> Workspace {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let from = page.split("# file: inventory/platform/product.infra\n").nth(1).unwrap();
    let (platform, rest) = from.split_once("# file: inventory/shop/product.infra\n").unwrap();
    let shop = rest.split("```").next().unwrap();
    let library = infrac::host::library::files().into_iter();
    let library = library.map(|(path, text)| (format!("{}{path}", infrac::host::library::PREFIX).into(), text.into()));
    let own: [(Text, Arc<str>); 2] =
        [("inventory/platform/product.infra".into(), platform.into()), ("inventory/shop/product.infra".into(), shop.into())];
    Workspace::new(own.into_iter().chain(library))
}

#[test]
fn a_product_that_others_refer_to_goes_and_comes_back() {
    let workspace = with_platform();
    let path = "inventory/platform/product.infra";
    let text = workspace.find(path).unwrap().1.text.clone();
    let mut session = Session::new(workspace, Options::default());
    agree(&mut session, "as it is");
    session.set(path, None);
    agree(&mut session, "without the product");
    session.set(path, Some(text.replace("mgmt.vault]", "mgmt.vault, mgmt.wireguard]").as_str().into()));
    agree(&mut session, "with more exports");
    session.set(path, Some(text.replace("exports ", "owner2 ").as_str().into()));
    agree(&mut session, "without exports");
    session.set(path, Some(text));
    agree(&mut session, "as it was");
}

/// What is in front of somebody is judged first, with what it refers to; in the end everything is as if it had been judged at once.
#[test]
fn after_a_change_of_the_library_what_is_open_comes_first() {
    let mut workspace = with_platform();
    let acme = project();
    for (_, file) in acme.files().filter(|(_, file)| file.path.starts_with("inventory/")) {
        workspace.set(&file.path, Some(file.text.clone()));
    }
    let path = "library/own.infra";
    let own = |name: &str| Some(Arc::from(format!("define stack probe {{ input {name}: int = 1, let x = {name} + 1 }}\n")));
    workspace.set(path, own("y"));
    workspace.set("inventory/shop/more.infra", Some("stack probe more { on = eu, y = 2 }\n".into()));
    let mut session = Session::new(workspace, Options::default());
    session.update();
    assert!(!session.is_waiting());
    let first = BTreeSet::from([Text::from("inventory/shop")]);
    let names = |session: &Session, files: BTreeSet<infrac::base::FileId>| -> Vec<String> {
        files.into_iter().map(|file| session.workspace().file(file).path.to_string()).collect()
    };
    // Beside the library, the product and the one that it refers to are judged: two others wait.
    session.set(path, own("z"));
    let changed = session.update_first(Extent::First(&first, 0));
    assert_eq!(session.judged(), (2, 4));
    let told = names(&session, changed);
    assert!(told.contains(&"inventory/shop/more.infra".to_owned()), "{told:?}");
    assert!(!told.iter().any(|path| path.contains("acme") || path.contains("other")), "{told:?}");
    // What is edited does not wait, and what waits has its turn.
    session.set(PRODUCT, Some(edit(&session.workspace().find(PRODUCT).unwrap().1.text.clone(), 4).as_str().into()));
    session.update_first(Extent::First(&first, 0));
    assert_eq!(session.judged(), (3, 4));
    session.update_first(Extent::First(&BTreeSet::new(), 5));
    assert!(!session.is_waiting());
    agree(&mut session, "in parts");
    session.set(path, own("y"));
    session.update_first(Extent::First(&first, 1));
    assert!(session.is_waiting());
    agree(&mut session, "in parts, then all at once");
}

/// What was evaluated of each product: another value once that was done again.
fn evaluated(session: &Session) -> Vec<(Text, *const [infrac::driver::IfBuilt])> {
    session.if_built().map(|(folder, of)| (folder.clone(), Arc::as_ptr(of))).collect()
}

fn others_are_kept(session: &mut Session, path: &str, text: &str, what: &str) {
    let own = path.rsplit_once('/').unwrap().0;
    let kept = |session: &Session| evaluated(session).into_iter().filter(|(folder, _)| folder != own).collect::<Vec<_>>();
    let before = kept(session);
    assert!(!before.is_empty(), "{what}");
    session.set(path, Some(text.into()));
    session.update();
    assert_eq!(kept(session), before, "{what}");
    agree(session, what);
}

#[test]
fn an_edit_of_a_product_is_nothing_to_those_that_do_not_speak_of_it() {
    let mut session = Session::new(project(), Options::default());
    session.update();
    let text = session.workspace().find(PRODUCT).unwrap().1.text.to_string();
    // Everything moves by a line, the product gets another name, another environment, and the first one back.
    others_are_kept(&mut session, PRODUCT, &format!("# Moved.\n{text}"), "moved");
    others_are_kept(&mut session, PRODUCT, &text.replace("product acme", "product acme2"), "renamed");
    others_are_kept(&mut session, PRODUCT, &text, "as it was");
    // What it exports is said anew, and is the same.
    let mut session = Session::new(with_platform(), Options::default());
    session.update();
    let path = "inventory/shop/product.infra";
    let text = session.workspace().find(path).unwrap().1.text.to_string();
    others_are_kept(&mut session, path, &format!("# Moved.\n{text}"), "moved");
    others_are_kept(&mut session, path, &text, "as it was");
}

/// Who speaks of a product that has another name, or none, is judged anew, and so is who has a name that nobody knows.
#[test]
fn a_product_that_is_renamed_reaches_those_that_speak_of_it() {
    let workspace = with_platform();
    let path = "inventory/platform/product.infra";
    let text = workspace.find(path).unwrap().1.text.to_string();
    let mut session = Session::new(workspace, Options::default());
    for name in ["platfrom", "platform_two", "platform", "shop", "", "platform"] {
        session.set(path, Some(text.replace("product platform", &format!("product {name}")).as_str().into()));
        agree(&mut session, name);
    }
    session.set(path, Some(format!("# Moved.\n{}", text.replace("exports ", "environments ")).as_str().into()));
    agree(&mut session, "without exports");
    session.set(path, Some(format!("# Moved.\n{text}").as_str().into()));
    agree(&mut session, "moved");
}

/// A text that no file can hold: it has a letter in two parts.
fn unwritable(text: &str) -> String {
    text.replacen(" ada@acme.example.com\"", " a\\u{308}da@acme.example.com\"", 1)
}

/// What plans say is known first; what is found where files are made comes with them, or when it is asked for.
#[test]
fn files_are_made_after_what_plans_say_is_told() {
    let mut session = Session::new(project(), Options::default());
    session.update();
    let own = BTreeSet::from([Text::from("inventory/acme")]);
    let (file, source) = session.workspace().find(PRODUCT).unwrap();
    let (text, wrong) = (source.text.clone(), unwritable(&source.text));
    assert_ne!(*text, wrong);
    session.set(PRODUCT, Some(wrong.as_str().into()));
    session.update_first(Extent::First(&own, 0));
    assert!(session.is_waiting() && session.found_in(file).is_empty());
    assert_eq!(session.update_first(Extent::First(&own, 1)), BTreeSet::from([file]));
    assert!(!session.is_waiting() && session.found_in(file).len() == 1);
    agree(&mut session, "in parts");
    session.set(PRODUCT, Some(text.clone()));
    assert_eq!(session.update_first(Extent::First(&own, 0)), BTreeSet::from([file]));
    session.set(PRODUCT, Some(wrong.as_str().into()));
    assert_eq!(session.update_first(Extent::Complete(&own)), BTreeSet::from([file]));
    assert!(!session.is_waiting());
    // What was to be made of a text that is another one by now is not made.
    session.set(PRODUCT, Some(text.clone()));
    session.update_first(Extent::First(&own, 0));
    session.set(PRODUCT, Some(text.replace("servers = 2", "servers = two").as_str().into()));
    session.update_first(Extent::First(&own, 0));
    assert!(!session.is_waiting());
    agree(&mut session, "with a mistake");
}
