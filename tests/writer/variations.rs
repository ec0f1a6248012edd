//! One tree: whatever the machine, the shell and the checkout are like, the files and the messages are the same bytes.

use super::program::{Answer, INFRAC, Node, Program, Snapshot, copy, differences, each, lasting};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// A way to run the command that may change nothing.
struct Variation {
    name: &'static str,
    /// Builds the project below a folder with this name.
    below: &'static str,
    /// Changes how the project lies on the disk.
    disk: fn(&Program),
    /// Changes how the command is started.
    start: fn(&Program, &mut Command),
    /// The shell that starts the command, which is `"$@"` there.
    shell: &'static str,
    arguments: &'static [&'static str],
    /// Whether what it says can be read at all.
    says: bool,
}

const PLAIN: Variation =
    Variation { name: "plain", below: "project", disk: |_| (), start: |_, _| (), shell: "", arguments: &[], says: true };

const fn jobs(name: &'static str, arguments: &'static [&'static str]) -> Variation {
    Variation { name, arguments, ..PLAIN }
}

const fn shell(name: &'static str, shell: &'static str) -> Variation {
    Variation { name, shell, ..PLAIN }
}

const fn mute(name: &'static str, shell: &'static str) -> Variation {
    Variation { name, shell, says: false, ..PLAIN }
}

const fn below(name: &'static str, below: &'static str) -> Variation {
    Variation { name, below, ..PLAIN }
}

const fn start(name: &'static str, start: fn(&Program, &mut Command)) -> Variation {
    Variation { name, start, ..PLAIN }
}

const fn disk(name: &'static str, disk: fn(&Program)) -> Variation {
    Variation { name, disk, ..PLAIN }
}

/// Writes the sources anew, in another order, so that the folders list them in another.
fn in_order(project: &Program, order: impl Fn(&mut Vec<PathBuf>)) {
    let aside = Program::empty();
    copy(&project.root, &aside.root);
    let entries = walkdir::WalkDir::new(&aside.root).into_iter().map(Result::unwrap);
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&aside.root).unwrap().to_owned())
        .collect();
    files.sort();
    order(&mut files);
    fs::remove_dir_all(&project.root).unwrap();
    for file in files {
        project.put(file.to_str().unwrap(), &aside.read(file.to_str().unwrap()));
    }
}

fn set_times(project: &Program, time: SystemTime) {
    for entry in walkdir::WalkDir::new(&project.root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        fs::File::options().append(true).open(entry.path()).unwrap().set_modified(time).unwrap();
    }
}

fn set_modes(project: &Program, folder: u32, file: u32) {
    for entry in walkdir::WalkDir::new(project.path("inventory")).contents_first(true).into_iter().map(Result::unwrap) {
        let mode = if entry.file_type().is_dir() { folder } else { file };
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// The folder of the project is a link to where it lies.
fn behind_a_link(project: &Program) {
    let real = project.root.with_file_name("real");
    fs::rename(&project.root, &real).unwrap();
    symlink(&real, &project.root).unwrap();
}

fn from(command: &mut Command, folder: &Path, project: &Path) {
    command.current_dir(folder).arg("--project").arg(project);
}

#[rustfmt::skip]
const VARIATIONS: &[Variation] = &[
    jobs("one thread", &["--jobs", "1"]),
    jobs("two threads", &["--jobs", "2"]),
    jobs("three threads", &["--jobs", "3"]),
    jobs("eight threads", &["--jobs", "8"]),
    jobs("64 threads", &["--jobs", "64"]),
    start("the number of threads in the environment", |_, command| { command.env("RAYON_NUM_THREADS", "5"); }),
    shell("one processor", "exec taskset -c 0 \"$@\""),
    disk("sources written in the order of their names", |project| in_order(project, |_| ())),
    disk("sources written backwards", |project| in_order(project, |files| files.reverse())),
    disk("sources written in halves", |project| in_order(project, |files| { let half = files.len() / 2; files.rotate_left(half); })),
    start("LANG=C", |_, command| { command.env("LANG", "C"); }),
    start("LC_ALL=C.UTF-8", |_, command| { command.env("LC_ALL", "C.UTF-8"); }),
    start("LC_ALL=de_DE.UTF-8", |_, command| { command.env("LC_ALL", "de_DE.UTF-8").env("LANGUAGE", "de:fr"); }),
    start("LC_ALL=tr_TR.UTF-8", |_, command| { command.env("LC_ALL", "tr_TR.UTF-8"); }),
    start("LC_ALL=ja_JP.SJIS", |_, command| { command.env("LC_ALL", "ja_JP.SJIS"); }),
    start("LC_NUMERIC, LC_COLLATE and LC_TIME", |_, command| { command.env("LC_NUMERIC", "fr_FR").env("LC_COLLATE", "cs_CZ").env("LC_TIME", "ar_SA"); }),
    start("TZ=UTC", |_, command| { command.env("TZ", "UTC"); }),
    start("TZ=Pacific/Kiritimati", |_, command| { command.env("TZ", "Pacific/Kiritimati"); }),
    start("TZ=:/nowhere", |_, command| { command.env("TZ", ":/nowhere"); }),
    start("SOURCE_DATE_EPOCH", |_, command| { command.env("SOURCE_DATE_EPOCH", "1"); }),
    disk("sources from 1970", |project| set_times(project, SystemTime::UNIX_EPOCH)),
    disk("sources from 2106", |project| set_times(project, SystemTime::UNIX_EPOCH + Duration::from_secs(0xffff_ffff))),
    shell("umask 0", "umask 0; exec \"$@\""),
    shell("umask 077", "umask 077; exec \"$@\""),
    shell("umask 277", "umask 277; exec \"$@\""),
    Variation { name: "started in the inventory", start: |project, command| { command.current_dir(project.path("inventory")); }, ..PLAIN },
    Variation { name: "started in the folder of the product", start: |project, command| { command.current_dir(project.path("inventory/shop")); }, ..PLAIN },
    Variation { name: "started above", start: |project, command| from(command, project.root.parent().unwrap(), Path::new("project")), ..PLAIN },
    Variation { name: "started elsewhere, with an absolute path", start: |project, command| from(command, Path::new("/"), &project.root), ..PLAIN },
    Variation { name: "started here, with a path", start: |project, command| from(command, &project.root, Path::new("./inventory/..")), ..PLAIN },
    start("no HOME and no PATH", |_, command| { command.env_remove("HOME").env_remove("PATH"); }),
    start("a HOME with settings", |project, command| { project.put("../home/.config/infrac/infra.toml", "name = \"other\"\n"); command.env("HOME", project.path("../home")).env("XDG_CONFIG_HOME", project.path("../home/.config")); }),
    start("noise in the environment", |_, command| { command.envs((0..200).map(|n| (format!("TF_VAR_noise_{n}"), "x".repeat(n)))).env("INFRAC_STATE", "bootstrap").env("CI", "true").env("GITHUB_ACTIONS", "true").env("USER", "eve").env("HOSTNAME", "evil"); }),
    start("variables that are not UTF-8", |_, command| { use std::os::unix::ffi::OsStrExt; command.env(std::ffi::OsStr::from_bytes(b"\xff\xfe"), std::ffi::OsStr::from_bytes(b"\x80")); }),
    start("RUST_BACKTRACE=full", |_, command| { command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace"); }),
    start("MALLOC_PERTURB_", |_, command| { command.env("MALLOC_PERTURB_", "165").env("MALLOC_ARENA_MAX", "1"); }),
    start("TMPDIR that is not there", |_, command| { command.env("TMPDIR", "/nowhere"); }),
    start("TERM=dumb", |_, command| { command.env("TERM", "dumb"); }),
    start("TERM=xterm-256color", |_, command| { command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor"); }),
    start("COLUMNS=20", |_, command| { command.env("COLUMNS", "20").env("LINES", "5"); }),
    start("COLUMNS=500", |_, command| { command.env("COLUMNS", "500"); }),
    start("NO_COLOR", |_, command| { command.env("NO_COLOR", "1"); }),
    start("NO_GRAPHICS", |_, command| { command.env("NO_GRAPHICS", "1"); }),
    below("a path with spaces", "a project  with spaces "),
    below("a path in Unicode", "Projekt Größe 日本語 🌍 e\u{301}"),
    below("a path of signs", "a'b\"c$d;e&f(g)%h{i}[j]*k"),
    below("a deep path", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/project"),
    below("a folder that is called generated", "generated/inventory/live"),
    disk("sources that cannot be written", |project| set_modes(project, 0o755, 0o444)),
    disk("sources for everybody", |project| set_modes(project, 0o777, 0o666)),
    disk("a checkout behind a link", behind_a_link),
    disk("files that are no sources", |project| { for path in [".git/config", ".env", "inventory/README.md", "inventory/shop/x.infra~", "inventory/.x.infra", "target/x.infra"] { project.put(path, "x {"); } }),
    shell("stdin closed", "exec \"$@\" <&-"),
    shell("stdin that never ends", "exec \"$@\" < /dev/zero"),
    mute("stdout closed", "exec \"$@\" >&-"),
    mute("stderr closed", "exec \"$@\" 2>&-"),
    mute("all closed", "exec \"$@\" <&- >&- 2>&-"),
    mute("stdout full", "exec \"$@\" > /dev/full 2> /dev/full"),
    mute("a reader that has gone", "{ \"$@\" 2>&1; echo $? > ../code; } | true; exit $(cat ../code)"),
    shell("few open files", "ulimit -n 64; exec \"$@\""),
    shell("a small stack", "ulimit -s 2048; exec \"$@\""),
    shell("no priority", "exec nice -n 19 \"$@\""),
];

/// A project whose sources lie in several files.
fn project(below: &str, broken: bool) -> Program {
    let project = Program::below(below);
    project.put_all(&super::program::sources("examples/two-clouds"));
    let text = project.read("inventory/shop/product.infra");
    let (product, rest) = text.split_once("\nprovider ").unwrap();
    let (providers, stacks) = rest.split_once("\nstack ").unwrap();
    let (first, second) = stacks.split_once("\nstack ").unwrap();
    project.put("inventory/shop/product.infra", product);
    project.put("inventory/shop/providers.infra", &format!("provider {providers}"));
    project.put("inventory/shop/stacks/north.infra", &format!("stack {first}"));
    project.put("inventory/shop/stacks/a/west.infra", &format!("stack {second}"));
    if broken {
        project.edit("inventory/shop/providers.infra", "region = hel1", "region = hel9");
        project.edit("inventory/shop/stacks/north.infra", "size = small", "size = smol, colour = 1");
        project.edit("inventory/shop/stacks/a/west.infra", "ports   = [443/tcp]", "ports   = [443/tcp");
    }
    project
}

/// How the command ended, what it said where the project stands for the way to it, and what it left.
fn run(variation: &Variation, broken: bool) -> (Answer, Snapshot) {
    let project = project(variation.below, broken);
    (variation.disk)(&project);
    let mut command = match variation.shell {
        "" => Command::new(INFRAC),
        shell => {
            let mut command = Command::new("sh");
            command.args(["-c", shell, "sh", INFRAC]);
            command
        }
    };
    command.args(["build"]).args(variation.arguments).current_dir(&project.root).env_clear().stdin(Stdio::null());
    command.env("PATH", "/usr/bin:/bin");
    (variation.start)(&project, &mut command);
    let folder = command.get_current_dir().unwrap().to_owned();
    let output = command.output().unwrap();
    let mut answer = Answer::from(output);
    // Messages name files from where the reader stands, which is the one thing that has to vary.
    let way = way(&folder.canonicalize().unwrap(), &project.root.canonicalize().unwrap());
    if !way.is_empty() {
        answer.out = answer.out.replace(&way, "");
        answer.err = answer.err.replace(&way, "");
    }
    let root = project.root.canonicalize().unwrap();
    let mut tree = lasting(super::program::snapshot(&root));
    tree.retain(|path, _| path.starts_with("generated/") || path.ends_with("infra.lock"));
    // A lock file that is as it should be keeps the mode that a checkout gave it.
    if let Some(Node::File { mode, .. }) = tree.get_mut("inventory/shop/infra.lock") {
        *mode = 0o644;
    }
    (answer, tree)
}

fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "../".to_owned());
    let down = to.components().skip(shared).map(|part| format!("{}/", part.as_os_str().to_str().unwrap()));
    up.chain(down).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn all_give_the_same(broken: bool) {
    let (plain, tree) = run(&PLAIN, broken);
    assert_eq!(plain.code, Some(i32::from(broken)), "{plain:?}");
    assert_eq!(tree.contains_key("generated/.config/mise/conf.d/infrac.toml"), !broken);
    assert_eq!(plain.out.is_empty(), !broken);
    assert!(VARIATIONS.len() >= 40);
    let different = Mutex::new(Vec::new());
    each(VARIATIONS, |_, variation| {
        let (answer, found) = run(variation, broken);
        let mut wrong = differences(&tree, &found);
        // Findings that reach nobody are an answer that could not be written.
        let is_lost = broken && variation.name == "stdout full";
        let code = if is_lost { Some(2) } else { plain.code };
        // Sentences fill the width that a reader has: there the words are the same.
        let is_same = match variation.name.starts_with("COLUMNS") {
            true => words(&answer.out) == words(&plain.out) && answer.err == plain.err,
            false => answer == plain,
        };
        if answer.code != code || variation.says && !is_same {
            wrong.push(format!("it said {answer:?}"));
        }
        if !wrong.is_empty() {
            different.lock().unwrap().push(format!("{}: {}", variation.name, wrong.join(", ")));
        }
    });
    let different = different.into_inner().unwrap();
    assert!(different.is_empty(), "plainly it said {plain:?}\n{}", different.join("\n"));
}

#[test]
fn one_tree_under_every_variation() {
    all_give_the_same(false);
}

#[test]
fn the_same_messages_under_every_variation() {
    all_give_the_same(true);
}
