//! What has not changed is not compiled again, and nobody can tell: with and without the cache, a build does and says the same.

use super::program::{Program, Snapshot, differences, lasting, sources};
use infrac::base::Text;
use infrac::driver::{Memory, Options, compile};
use infrac::host::{digests, load, recall};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const NAMES: [&str; 3] = ["market", "office", "shop"];
const UNIT: &str = "generated/live/office/prod/web/nodes/terragrunt.hcl";
const CACHE: &str = "products.json";

fn product(name: &str) -> String {
    format!("inventory/{name}/product.infra")
}

/// Three products that differ in their names.
fn three() -> Program {
    let program = Program::empty();
    for (path, text) in sources("examples/one-server-hetzner") {
        if path == "infra.toml" {
            program.put(&path, &format!("{text}library = [\"library\"]\n"));
        } else if path.ends_with(".infra") {
            NAMES.iter().for_each(|name| program.put(&product(name), &text.replace("shop", name)));
        }
    }
    program.put("library/README.md", "");
    program
}

/// The products that a build would not compile again.
fn fresh(program: &Program) -> BTreeSet<Text> {
    let disk = program.disk();
    let mut memory = Memory::read(&recall(&disk));
    let products: Vec<Text> = memory.products().cloned().collect();
    memory.keep(&digests(&disk, &products));
    compile(&load(&program.root).unwrap().workspace, &Options { memory, ..Options::default() }).fresh
}

fn names(names: &[&str]) -> BTreeSet<Text> {
    names.iter().map(Text::new).collect()
}

#[test]
fn only_what_changed_is_compiled_again() {
    let program = three();
    program.build();
    // The first product describes the image for all.
    assert_eq!(fresh(&program), names(&["office", "shop"]));

    program.edit(&product("shop"), "servers = 1", "servers = 2");
    assert_eq!(fresh(&program), names(&["office"]));
    program.build();
    assert_eq!(fresh(&program), names(&["office", "shop"]));

    program.put("library/more.infra", "enum unused { one, two }\n");
    assert_eq!(fresh(&program), names(&[]));
    program.build();
    program.put("inventory/shop/more.infra", "enum used_by_anybody { one, two }\n");
    assert_eq!(fresh(&program), names(&[]));
    program.build();
    assert_eq!(fresh(&program), names(&["office", "shop"]));

    program.put(UNIT, "edited");
    assert_eq!(fresh(&program), names(&["shop"]));
}

/// What happens to a project between two builds, and the arguments of the build behind it.
type Event = (&'static str, fn(&Program), &'static [&'static str]);

const EVENTS: &[Event] = &[
    ("nothing", |_| (), &["build"]),
    ("a check", |_| (), &["build", "--check"]),
    ("a product changes", |program| program.edit(&product("office"), "servers = 1", "servers = 2"), &["build"]),
    ("it changes back", |program| program.edit(&product("office"), "servers = 2", "servers = 1"), &["check"]),
    ("nothing more", |_| (), &["build", "--check"]),
    ("another product is built", |_| (), &["build", "--product", "shop"]),
    ("one environment is built", |_| (), &["build", "--env", "prod"]),
    ("everything is built", |_| (), &["build"]),
    ("a product has a mistake", |program| program.edit(&product("office"), "servers = 1", "servers = 0"), &["build"]),
    ("it still has it", |_| (), &["check"]),
    ("it is repaired", |program| program.edit(&product("office"), "servers = 0", "servers = 1"), &["build"]),
    ("a file is edited", |program| program.edit(UNIT, "terraform {", "terraform  {"), &["build"]),
    ("it is still edited", |_| (), &["build", "--check"]),
    ("it is given up", |_| (), &["build", "--force", UNIT]),
    ("a file is lost", |program| fs::remove_file(program.path(UNIT)).unwrap(), &["build", "--check"]),
    ("it is still lost", |_| (), &["build"]),
    ("a mode changes", |program| fs::set_permissions(program.path(UNIT), PermissionsExt::from_mode(0o755)).unwrap(), &["build"]),
    ("a file becomes a folder", |program| folder(program), &["build"]),
    ("it is one no more", |program| fs::remove_dir_all(program.path(UNIT)).unwrap(), &["build"]),
    ("a manifest is lost", |program| fs::remove_file(program.path("generated/.infrac/office.json")).unwrap(), &["build"]),
    ("a manifest is forged", |program| program.put("generated/.infrac/office.json", "{}"), &["build", "--check"]),
    ("it is still forged", |_| (), &["build", "--adopt"]),
    ("a lock is lost", |program| fs::remove_file(program.path("inventory/shop/infra.lock")).unwrap(), &["build"]),
    ("it is still lost", |_| (), &["check"]),
    ("what it held is given up", |_| (), &["build", "--renumber", "shop"]),
    ("the library changes", |program| program.put("library/more.infra", "enum unused { one, two }\n"), &["build"]),
    ("it has a mistake", |program| program.put("library/more.infra", "enum unused { one, two\n"), &["build", "--check"]),
    ("it is no more", |program| fs::remove_file(program.path("library/more.infra")).unwrap(), &["build", "--check"]),
    ("the first product goes", |program| fs::remove_dir_all(program.path("inventory/market")).unwrap(), &["build"]),
    ("that is meant", |_| (), &["build", "--renumber", "market"]),
    ("a target goes", |program| program.edit("infra.toml", "output", "targets = [\"terragrunt\", \"ansible\"]\noutput"), &["build"]),
    ("it comes back", |program| program.edit("infra.toml", "targets = [\"terragrunt\", \"ansible\"]\n", ""), &["build"]),
];

/// A folder with something of somebody's in it takes the place of a file.
fn folder(program: &Program) {
    fs::remove_file(program.path(UNIT)).unwrap();
    program.put(&format!("{UNIT}/note"), "mine\n");
}

fn files(program: &Program) -> Snapshot {
    lasting(program.snapshot())
}

#[test]
fn nobody_can_tell_whether_there_is_a_cache() {
    let (with, without) = (three(), three());
    without.run(&["build", "--no-cache"]);
    with.build();
    for (name, event, arguments) in EVENTS {
        event(&with);
        event(&without);
        let plain: Vec<&str> = arguments.iter().copied().chain(["--no-cache"]).collect();
        assert_eq!(with.run(arguments), without.run(&plain), "{name}");
        assert_eq!(differences(&files(&without), &files(&with)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_cache_that_cannot_be_read_is_forgotten() {
    let program = three();
    program.build();
    let cache = program.disk().cache().unwrap().clone();
    let read = || String::from_utf8(cache.read(CACHE).unwrap()).unwrap();
    let kept = read();
    let before = files(&program);
    for broken in
        ["", "{", "null", "{\"products\": {\"office\": {}}}", "\u{0}", &kept[..kept.len() / 2], &kept.replace("fingerprint", "print")]
    {
        cache.write(CACHE, [broken]).unwrap();
        assert_eq!(fresh(&program), names(&[]), "{broken}");
        assert_eq!(program.build().out, "", "{broken}");
        assert_eq!(read(), kept, "{broken}");
        assert_eq!(differences(&before, &files(&program)), Vec::<String>::new(), "{broken}");
    }
}

/// Whoever may push can commit a cache that says that wrong files are right. Only the user's own is believed.
#[test]
fn a_forged_cache_in_the_working_tree_is_not_believed() {
    let office = product("office");
    let change = |program: &Program| program.edit(&office, "servers = 1", "servers = 2");
    let (program, other) = (three(), three());
    program.build();
    change(&other);
    other.build();
    // What the cache of a build of the changed sources says, but of the files as they were.
    let digest_of = |program: &Program| digests(&program.disk(), &["office".into()])[&Text::new("office")].to_string();
    let forged = String::from_utf8(recall(&other.disk())).unwrap().replace(&digest_of(&other), &digest_of(&program));
    change(&program);
    program.put("inventory/office/infra.lock", &other.read("inventory/office/infra.lock"));
    let own = program.disk().cache().unwrap().clone();
    own.write(CACHE, [forged.as_str()]).unwrap();
    assert_eq!(fresh(&program), names(&["office", "shop"]), "it is forged well");
    own.remove(CACHE).unwrap();

    let key = own.folder().file_name().unwrap().to_str().unwrap();
    let in_tree = format!(".cache/infrac/{key}/{CACHE}");
    for place in ["generated/.infrac/cache/products.json", "generated/.infrac/products.json", ".infrac/cache/products.json", &in_tree] {
        program.put(place, &forged);
    }
    for (_, caches) in [("the user's", program.caches.path().to_owned()), ("in the tree", program.path(".cache"))] {
        let mut check = program.command(&["build", "--check"]);
        let answer: super::program::Answer = check.env("XDG_CACHE_HOME", &caches).output().unwrap().into();
        assert_eq!(answer.code, Some(1), "{}: {answer:?}", caches.display());
        assert!(answer.out.contains("live/office/prod/web/nodes/terragrunt.hcl"), "{answer:?}");
        assert!(answer.out.contains("`generated/.infrac/cache/products.json` is not read"), "{answer:?}");
    }
}

#[test]
fn without_a_home_nothing_is_remembered_and_that_is_said() {
    let program = three();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| -> super::program::Answer {
        let mut command = program.command(arguments);
        command.env_remove("XDG_CACHE_HOME").envs(variables.iter().copied()).output().unwrap().into()
    };
    let answer = run(&["build", "--verbose"], &[]);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(answer.err.starts_with("note: nothing is remembered between builds: neither `XDG_CACHE_HOME` nor `HOME` names a folder\n"));
    assert!(!run(&["build"], &[]).err.contains("note:"));
    let home = program.caches.path().join("home");
    fs::create_dir(&home).unwrap();
    let answer = run(&["build", "-v"], &[("HOME", home.to_str().unwrap())]);
    assert!(answer.err.contains(&format!("note: the cache of this project is `{}/.cache/infrac/", home.display())), "{answer:?}");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.join(".cache/infrac")), 0o700);
    assert!(!program.exists("generated/.infrac/cache/products.json"));
}
