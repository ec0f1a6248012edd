//! Scripts that are told to stop: in every shell, by every signal, at the moment when a secret lies on the disk. Nothing may be left,
//! nothing may go on without them, and the exit status is 128 and the number of the signal.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What stands for every secret.
const SECRET: &str = "hunter2";

/// How a stand-in says that the moment has come, and waits for its end.
const MOMENT: &str =
    "trap 'echo ended >> \"$LAB/ended\"; exit 1' TERM\n: > \"$LAB/moment\"\nuntil [ -e \"$LAB/go\" ]; do sleep 0.02; done\n";

/// A script with the moment at which it is told to stop.
struct Case {
    name: &'static str,
    /// Below the generated tree.
    script: &'static str,
    arguments: &'static [&'static str],
    /// The stand-ins, by name; `@MOMENT@` in one is the moment.
    tools: &'static [(&'static str, &'static str)],
    /// Files that are there, and what stands in them.
    files: &'static [(&'static str, &'static str)],
    /// Whether something secret lies on the disk then.
    secret: bool,
    /// Whether the signal reaches what the script runs, though it was sent to the script alone.
    passes_on: bool,
}

const BAO: &str = "#!/bin/sh\ncase \"$*\" in *field=access_key*) @MOMENT@ ;; esac\ncat > /dev/null\necho hunter2\n";
const BAO_AT_ONCE: &str = "#!/bin/sh\ncat > /dev/null\necho hunter2\n";
const PLAN: &str = "#!/bin/sh\nmkdir -p out/json/mgmt\nprintf '{\"resource_changes\":[],\"a\":\"hunter2\"}' > out/json/mgmt/tfplan.json\n";

const CASES: &[Case] = &[
    Case {
        name: "credentials, while the command runs",
        script: "ci/with-credentials.sh",
        arguments: &["acme", "prod", "apply", "work"],
        tools: &[("bao", BAO_AT_ONCE), ("openssl", "#!/bin/sh\n"), ("ssh-keygen", "#!/bin/sh\n"), ("work", "#!/bin/sh\n@MOMENT@")],
        files: &[],
        secret: true,
        passes_on: true,
    },
    Case {
        name: "credentials, while they are read",
        script: "ci/with-credentials.sh",
        arguments: &["acme", "prod", "apply", "work"],
        tools: &[("bao", BAO), ("openssl", "#!/bin/sh\n"), ("ssh-keygen", "#!/bin/sh\n"), ("work", "#!/bin/sh\n: > \"$LAB/wrong\"\n")],
        files: &[],
        secret: true,
        passes_on: false,
    },
    Case {
        name: "an apply behind credentials",
        script: "ci/with-credentials.sh",
        arguments: &["acme", "prod", "apply", "./ci/apply.sh", "acme", "prod"],
        tools: &[
            ("bao", BAO_AT_ONCE),
            ("openssl", "#!/bin/sh\n"),
            ("ssh-keygen", "#!/bin/sh\n"),
            ("terragrunt", "#!/bin/sh\n@MOMENT@"),
            ("ansible-galaxy", "#!/bin/sh\n"),
        ],
        files: &[],
        secret: true,
        passes_on: true,
    },
    Case {
        name: "a plan",
        script: "ci/plan.sh",
        arguments: &["acme", "prod", "out"],
        tools: &[("terragrunt", "@PLAN@@MOMENT@")],
        files: &[],
        secret: true,
        passes_on: true,
    },
    Case {
        name: "a plan that is priced",
        script: "ci/plan.sh",
        arguments: &["acme", "prod", "out", "./ci/cost.sh"],
        tools: &[("terragrunt", "@PLAN@"), ("infracost", "#!/bin/sh\n@MOMENT@")],
        files: &[],
        secret: true,
        // The script that asks for prices keeps nothing, and is gone at once.
        passes_on: false,
    },
    Case {
        name: "a look for drift",
        script: "ci/drift.sh",
        arguments: &["acme", "prod", "out"],
        tools: &[("terragrunt", "@PLAN@"), ("ansible-galaxy", "#!/bin/sh\n"), ("ansible-playbook", "#!/bin/sh\n@MOMENT@")],
        files: &[],
        secret: false,
        passes_on: true,
    },
    Case {
        name: "the first secrets, while they are made",
        script: "live/acme/first-secrets",
        arguments: &["prod"],
        tools: &[
            ("op", "#!/bin/sh\necho '[]'\n"),
            ("openssl", "#!/bin/sh\nif [ -e \"$LAB/second\" ]; then @MOMENT@ fi\n: > \"$LAB/second\"\necho hunter2\n"),
        ],
        files: &[],
        secret: true,
        passes_on: false,
    },
    Case {
        name: "the first secrets, while they are kept",
        script: "live/acme/first-secrets",
        arguments: &["prod"],
        tools: &[
            ("op", "#!/bin/sh\n[ \"$2\" = list ] || { cat > /dev/null; @MOMENT@ }\necho '[]'\n"),
            (
                "openssl",
                "#!/bin/sh\nwhile [ $# -gt 1 ]; do case \"$1\" in -keyout) echo hunter2 > \"$2\" ;; -out) echo public > \"$2\" ;; esac; shift; done\necho hunter2\n",
            ),
        ],
        files: &[],
        secret: true,
        passes_on: false,
    },
    Case {
        name: "states that move",
        script: "live/acme/migrate-state",
        arguments: &["prod"],
        tools: &[("terragrunt", "#!/bin/sh\n[ \"$1\" != state ] || { echo hunter2; @MOMENT@ }\n")],
        files: &[("live/acme/.bootstrap/prod/mgmt/net/tofu.tfstate", "encrypted")],
        secret: true,
        passes_on: false,
    },
    Case {
        name: "a lock",
        script: "live/acme/tofu-locked",
        arguments: &["-chdir=.", "apply"],
        tools: &[("consul", "#!/bin/sh\nuntil [ \"$1\" = env ]; do shift; done\nexec \"$@\"\n"), ("tofu", "#!/bin/sh\n@MOMENT@")],
        files: &[],
        secret: false,
        passes_on: true,
    },
    Case {
        name: "the members of the object store",
        script: "ansible/roles/garage/files/garage-cluster",
        arguments: &[],
        tools: &[("curl", "#!/bin/sh\n@MOMENT@")],
        files: &[("etc/garage/admin-token", SECRET), ("etc/garage/members.json", r#"{"members":[{"address":"a"}]}"#)],
        secret: true,
        passes_on: false,
    },
];

/// A generated tree in which one case runs.
struct Lab {
    case: &'static str,
    folder: TempDir,
}

impl Lab {
    fn new(case: &Case) -> Lab {
        let lab = Lab { case: case.name, folder: tempfile::tempdir().unwrap() };
        let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/inventory");
        for part in ["ci", "live/acme", "ansible/roles/garage/files"] {
            for entry in walkdir::WalkDir::new(snapshot.join(part)) {
                let entry = entry.unwrap();
                if entry.file_type().is_file() {
                    let name = entry.path().strip_prefix(&snapshot).unwrap();
                    fs::create_dir_all(lab.tree().join(name).parent().unwrap()).unwrap();
                    fs::copy(entry.path(), lab.tree().join(name)).unwrap();
                }
            }
        }
        for folder in ["tmp", "tools"] {
            fs::create_dir_all(lab.path(folder)).unwrap();
        }
        for (name, text) in case.files {
            let path = lab.tree().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for (name, text) in case.tools {
            let text = text.replace("@PLAN@", PLAN).replace("@MOMENT@", MOMENT);
            let path = lab.path("tools").join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // The one path that belongs to a machine.
        let script = lab.tree().join(case.script);
        let text = fs::read_to_string(&script).unwrap().replace("/etc/garage", &lab.tree().join("etc/garage").display().to_string());
        fs::write(&script, text).unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tree(&self) -> PathBuf {
        self.path("tree")
    }

    fn start(&self, case: &Case, shell: &[&str]) -> Child {
        let path = format!("{}:{}", self.path("tools").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP,INT,TERM"]).args(shell).arg(self.tree().join(case.script)).args(case.arguments);
        command.current_dir(self.tree()).process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("PATH", path).env("TMPDIR", self.path("tmp")).env("LAB", self.folder.path());
        command
            .env("CI_IDENTITY_TOKEN", "me")
            .env("CI_IDENTITY_TOKEN_US", "me")
            .env("INFRACOST_API_KEY", "key")
            .env("INFRAC_LOCK_KEY", "a/key")
            .env("AUTHORITY", "a certificate");
        command.env_remove("ACTIONS_ID_TOKEN_REQUEST_URL").env_remove("INFRAC_BOOTSTRAP_STATE").env_remove("INFRAC_TOFU");
        command.spawn().unwrap()
    }

    fn wait_for(&self, name: &str) {
        let began = Instant::now();
        while !self.path(name).exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "{}: {name} never came", self.case);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The files that hold a secret, and whatever is left in the folder for temporary files.
    fn left(&self, given: &[(&str, &str)]) -> Vec<String> {
        let mut found = Vec::new();
        for (folder, all) in [("tmp", true), ("tree", false)] {
            for entry in walkdir::WalkDir::new(self.path(folder)).min_depth(1) {
                let Ok(entry) = entry else { continue };
                let name = entry.path().strip_prefix(self.path(folder)).unwrap().display().to_string();
                let secret = fs::read(entry.path()).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(SECRET));
                if all || (secret && !given.iter().any(|(given, _)| *given == name)) {
                    found.push(name);
                }
            }
        }
        found
    }
}

/// Every POSIX shell that is on this machine.
fn shells() -> Vec<Vec<&'static str>> {
    let mut known = vec![vec!["dash"], vec!["bash"], vec!["busybox", "sh"]];
    let sh = fs::canonicalize("/bin/sh").unwrap();
    if !["dash", "bash", "busybox"].contains(&sh.file_name().unwrap().to_str().unwrap()) {
        known.push(vec!["sh"]);
    }
    let there = |shell: &Vec<&str>| Command::new(shell[0]).args(&shell[1..]).args(["-c", ":"]).status().is_ok_and(|done| done.success());
    known.into_iter().filter(there).collect()
}

fn told_to_stop(case: &Case, shell: &[&str], signal: (&str, i32), everybody: bool) {
    let what = format!("{}: {} to {} in {}", case.name, signal.0, if everybody { "all" } else { "the script" }, shell.join(" "));
    let lab = Lab::new(case);
    let script = lab.start(case, shell);
    lab.wait_for("moment");
    assert!(!case.secret || !lab.left(case.files).is_empty(), "{what}: nothing lies on the disk, so nothing is shown");
    let target = if everybody { format!("-{}", script.id()) } else { script.id().to_string() };
    let sent = Command::new("kill").args(["-s", signal.0, "--", &target]).status().unwrap();
    assert!(sent.success(), "{what}");
    if case.passes_on && !everybody {
        lab.wait_for("ended");
    }
    std::thread::sleep(Duration::from_millis(30));
    fs::write(lab.path("go"), "").unwrap();
    let done = script.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(128 + signal.1), "{what}: {said}");
    assert_eq!(lab.left(case.files), [""; 0], "{what}: {said}");
    assert!(!lab.path("wrong").exists(), "{what}: it went on");
}

#[test]
fn nothing_is_left_of_what_is_told_to_stop() {
    let shells = shells();
    std::thread::scope(|scope| {
        for case in CASES {
            let shells = &shells;
            scope.spawn(move || {
                for shell in shells {
                    for signal in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
                        told_to_stop(case, shell, signal, false);
                    }
                    // A terminal tells everybody, and so does a runner.
                    for signal in [("INT", 2), ("TERM", 15)] {
                        told_to_stop(case, shell, signal, true);
                    }
                }
            });
        }
    });
}

/// The kind: whatever makes a place of its own says what becomes of it when a signal comes.
#[test]
fn every_script_that_keeps_something_to_itself_knows_every_signal() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(root.join("snapshots/inventory")).into_iter().chain(walkdir::WalkDir::new(root.join("examples"))) {
        let entry = entry.unwrap();
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        if !text.starts_with("#!/bin/sh") || !(text.contains("mktemp") || text.contains(" EXIT\n")) {
            continue;
        }
        seen += 1;
        let told = |signal: &str| text.contains(&format!("' {signal}\n"));
        let all = ["HUP", "INT", "TERM"].iter().all(|signal| told(signal)) || text.contains(". ./ci/signals.sh\n");
        assert!(all, "{}", entry.path().display());
    }
    assert!(seen >= 6, "{seen}");
}
