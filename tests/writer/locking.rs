//! Two builds at once: one works, the others wait for it, and a dead one holds up nobody.

use super::support::*;
use infrac::host::{Disk, Lock};

#[test]
fn a_second_build_waits_and_says_who_has_the_lock() {
    let project = project();
    let disk = Disk::new(project.folder.path(), ".");
    let first = Lock::acquire(&disk, |_| panic!("nobody has it")).unwrap();
    let (told, holder) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn({
        let disk = disk.clone();
        move || {
            let lock = Lock::acquire(&disk, |who| told.send(who.to_owned()).unwrap());
            lock.map(drop)
        }
    });
    let who = holder.recv().unwrap();
    assert_eq!(who, format!("process {}", std::process::id()));
    assert!(!waiting.is_finished());
    drop(first);
    waiting.join().unwrap().unwrap();
    assert!(project.exists(".infrac/cache/.gitignore"));
}

#[cfg(unix)]
mod program {
    use crate::program::{Program, lasting};
    use std::fs::{self, File};
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Stdio};

    const EXAMPLE: &str = "examples/one-server-hetzner";

    #[test]
    fn the_command_says_whom_it_waits_for_and_then_goes_on() {
        let project = Program::of(EXAMPLE);
        project.put("generated/.infrac/cache/lock", "");
        project.put("generated/.infrac/cache/holder", "process 4711\n");
        let held = File::open(project.path("generated/.infrac/cache/lock")).unwrap();
        held.lock().unwrap();
        let mut build = project.command(&["build"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(build.stderr.take().unwrap()).lines();
        assert_eq!(said.next().unwrap().unwrap(), "waiting for another build (process 4711)");
        assert!(build.try_wait().unwrap().is_none(), "it did not wait");
        assert!(!project.exists("generated/live"), "it wrote before it had the lock");
        drop(held);
        assert_eq!(said.next().unwrap().unwrap(), "wrote 120 files, removed 0, 0 unchanged");
        assert!(build.wait().unwrap().success());
    }

    /// What a process leaves that died: the files, but not the lock of the kernel.
    #[test]
    fn the_lock_of_a_dead_process_holds_up_nobody() {
        let project = Program::of(EXAMPLE);
        project.put("generated/.infrac/cache/lock", "");
        project.put("generated/.infrac/cache/holder", "process 4711\n");
        let answer = project.build();
        assert!(!answer.err.contains("waiting"), "{answer:?}");
        assert!(!project.exists("generated/.infrac/cache/holder"));
    }

    #[test]
    fn eight_builds_at_once_give_what_one_gives() {
        let alone = Program::of(EXAMPLE);
        alone.build();
        let project = Program::of(EXAMPLE);
        let start = || project.command(&["build"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let builds: Vec<Child> = (0..8).map(|_| start()).collect();
        let mut wrote = 0;
        for build in builds {
            let output = build.wait_with_output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{said}");
            wrote += usize::from(said.contains("wrote 120 files"));
            assert!(said.contains("wrote 120 files") || said.contains("up to date: 120 files"), "{said}");
        }
        assert_eq!(wrote, 1, "only the first has anything to write");
        assert_eq!(lasting(project.snapshot()), lasting(alone.snapshot()));
        assert!(fs::read_dir(project.path("generated/.infrac/cache")).unwrap().count() <= 2, "only the lock and the .gitignore stay");
    }
}
