//! What a person saves while a build runs is not lost, whatever moment it is saved in.

use super::program::{Answer, Program, differences, lasting};
use super::strace::under;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PRODUCT: &str = "inventory/shop/product.infra";
const LOCK: &str = "inventory/shop/infra.lock";
/// A file that the second build changes, one that it makes, and one that it removes.
const CHANGED: &str = "generated/live/shop/prod/web/nodes/terragrunt.hcl";
const NEW: &str = "generated/ansible/inventory/shop/prod/host_vars/shop-prod-web-nodes-1.yml";
const REMOVED: &str = "generated/live/shop/prod/old/nodes/terragrunt.hcl";

/// A project that was built, with a stack less and a machine more in its sources since.
fn changed() -> Program {
    let project = Program::of("examples/one-server-hetzner");
    project.edit(
        PRODUCT,
        "\nstack compute web {",
        "\nstack compute old { on = eu, servers = 1, keys = [web.operator_keys] }\n\nstack compute web {",
    );
    project.build();
    project.edit(PRODUCT, "\nstack compute old { on = eu, servers = 1, keys = [web.operator_keys] }\n", "");
    project.edit(PRODUCT, "servers = 1", "servers = 2");
    project
}

/// Saves a file as most editors do: another file takes its place.
fn save(path: &Path, text: &str) {
    let new = path.with_extension("saving");
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

/// Saves a file in place; whether it was still the file at that path when it was closed.
fn save_in_place(path: &Path, text: &str) -> bool {
    let Ok(mut file) = fs::OpenOptions::new().write(true).truncate(true).open(path) else { return false };
    file.write_all(text.as_bytes()).unwrap();
    fs::metadata(path).is_ok_and(|found| found.ino() == file.metadata().unwrap().ino())
}

/// The temporary file into which `path` is about to be swapped is there; where nothing stands yet, the one that is about to be it; where it
/// is removed, everything else is done.
fn is_about_to_be_touched(project: &Program, path: &str) -> bool {
    let folder = project.path(path);
    let names = fs::read_dir(folder.parent().unwrap()).into_iter().flatten().map(|entry| entry.unwrap().file_name());
    let ending = if path == NEW { ".tmp" } else { ".swap" };
    names.into_iter().any(|name| name.to_string_lossy().ends_with(ending))
        || path == REMOVED && project.read(CHANGED).contains("web-nodes-1")
}

/// The build has looked at the file for the last time, and the system call that replaces or removes it is held up: what is saved now is
/// put back.
#[test]
fn what_is_saved_between_the_look_and_the_rename_stays() {
    for path in [CHANGED, NEW, REMOVED, LOCK] {
        let project = changed();
        let log = project.root.with_extension("trace");
        let target = project.path(path).to_str().unwrap().to_owned();
        let options = ["-P", &target, "--trace=renameat2", "--inject=renameat2:delay_enter=1500000:when=1"].map(str::to_owned);
        let mut build = under(&options, &log, &project.command(&["build"]));
        let build = build.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begin = Instant::now();
        while !is_about_to_be_touched(&project, path) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{path} is never touched");
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(300));
        save(&project.path(path), "# mine\n");
        let answer = Answer::from(build.wait_with_output().unwrap());
        assert!(fs::read_to_string(&log).unwrap().contains("(DELAYED)"), "{path} was not held up");
        assert_eq!(project.read(path), "# mine\n", "{path}: {answer:?}");
        assert_eq!(answer.code, Some(2), "{path}: {answer:?}");
        let said = format!(
            "error: `{path}` was changed by somebody else in the meantime\n\n  help: nothing of it was lost: run the command again\n"
        );
        assert_eq!(answer.err, said);
        let left: Vec<String> = project.snapshot().into_keys().filter(|path| path.contains("/.infrac-")).collect();
        assert!(left.is_empty(), "{path}: {left:?}");
        // The next build knows what the stopped one wrote, and what is a person's.
        let next = project.run(&["build"]);
        assert_eq!((next.code, project.read(path).as_str()), (Some(1), "# mine\n"), "{path}: {next:?}");
    }
}

/// Some file systems exchange nothing, and some have no second names either.
#[test]
fn where_nothing_can_be_exchanged_a_build_does_the_same() {
    let exact = changed();
    exact.build();
    for injected in ["renameat2:error=EINVAL", "renameat2:error=ENOSYS", "renameat2,linkat,link:error=EOPNOTSUPP"] {
        let project = changed();
        let log = project.root.with_extension("trace");
        let options = ["--seccomp-bpf".to_owned(), "--trace=renameat2,linkat,link".to_owned(), format!("--inject={injected}")];
        let answer = Answer::from(under(&options, &log, &project.command(&["build"])).output().unwrap());
        assert_eq!(answer.code, Some(0), "{injected}: {answer:?}");
        assert!(fs::read_to_string(&log).unwrap().contains("(INJECTED)"), "{injected}");
        assert_eq!(differences(&lasting(exact.snapshot()), &lasting(project.snapshot())), Vec::<String>::new(), "{injected}");
    }
}

/// Each file is saved once while a build runs, each time at another moment: spread over the whole build, or when it begins to write.
#[test]
fn nothing_that_was_saved_while_builds_ran_is_lost() {
    let project = Program::of("examples/one-server-hetzner");
    project.build();
    let before = project.snapshot();
    project.edit(PRODUCT, "servers = 1", "servers = 2");
    let begin = Instant::now();
    project.build();
    let takes = begin.elapsed();
    let after = project.snapshot();
    let is_changed = |path: &&String| before.get(*path).is_some_and(|old| after.get(*path) != Some(old));
    let files: Vec<&String> =
        after.keys().filter(|path| path.starts_with("generated/") && !path.contains(".infrac")).filter(is_changed).collect();
    assert!(files.len() >= 2, "{files:?}");
    let writes = || {
        let folder = project.path(CHANGED).with_file_name("");
        fs::read_dir(folder).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(".infrac-"))
    };

    let rounds = 30;
    let (mut saved, mut lost) = (0, Vec::new());
    for round in 0..rounds {
        let (from, to) = if round % 2 == 0 { ("servers = 2", "servers = 1") } else { ("servers = 1", "servers = 2") };
        project.edit(PRODUCT, from, to);
        let mut build = project.command(&["build"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if round % 3 == 0 {
            sleep(takes * round / rounds);
        } else {
            while build.try_wait().unwrap().is_none() && !writes() {}
            sleep(Duration::from_micros(500) * (round / 3));
        }
        let mut mine = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let (path, text) = (project.path(file), format!("# mine {round}\n"));
            match (number as u32 + round) % 2 {
                0 => save(&path, &text),
                // What was open before the rename and is written behind it was not saved before it.
                _ if !save_in_place(&path, &text) => continue,
                _ => {}
            }
            mine.push((*file, text));
        }
        build.wait().unwrap();
        saved += mine.len();
        for (file, text) in mine.iter().filter(|(file, text)| project.read(file) != *text) {
            lost.push(format!("round {round}: {file} does not hold {text:?}"));
        }
        let forced: Vec<&str> = files.iter().flat_map(|file| ["--force", file.as_str()]).collect();
        let answer = project.run(&[&["build"], forced.as_slice()].concat());
        assert_eq!(answer.code, Some(0), "{answer:?}");
    }
    assert!(saved >= 30, "only {saved} times something was saved");
    assert!(lost.is_empty(), "{} of {saved} are lost: {lost:#?}", lost.len());
}
