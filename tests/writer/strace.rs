//! strace: which system calls a command makes, and the same command with one of them stopped or failing.

use super::program::repository;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// One system call of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) process: String,
    pub(crate) name: String,
    /// Everything behind the opening bracket.
    pub(crate) rest: String,
}

/// A command under strace with these options. The trace goes to `log`.
pub(crate) fn under(options: &[String], log: &Path, command: &Command) -> Command {
    let mut strace = Command::new(strace());
    strace.args(["-f", "-qq", "-y", "-s", "4096", "-o"]).arg(log).args(options).arg("--").arg(command.get_program());
    strace.args(command.get_args()).env_clear().stdin(Stdio::null());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        strace.current_dir(folder);
    }
    // What strace itself finds programs by is nothing that the command may depend on.
    strace.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    strace
}

/// The strace of the machine, else the one that `tests/tools/install` brought; fails where neither works.
fn strace() -> &'static Path {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let mut reason = "strace is missing: run `tests/tools/install`, or install the Debian package strace".to_owned();
        for program in [PathBuf::from("strace"), repository().join(".tools/bin/strace")] {
            match Command::new(&program).args(["-f", "-o", "/dev/null", "true"]).output() {
                Ok(output) if output.status.success() => return Ok(program),
                Ok(output) => reason = format!("strace may trace nothing here: {}", String::from_utf8_lossy(&output.stderr)),
                Err(_) => {}
            }
        }
        Err(reason)
    });
    match found {
        Ok(program) => program,
        Err(reason) => panic!("{reason}"),
    }
}

/// The calls of a trace, in the order in which they began.
pub(crate) fn calls(log: &Path) -> Vec<Call> {
    let text = std::fs::read(log).unwrap();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| {
            let (process, call) = line.split_once(' ')?;
            let (name, rest) = call.trim_start().split_once('(')?;
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            is_name.then(|| Call { process: process.to_owned(), name: name.to_owned(), rest: rest.to_owned() })
        })
        .collect()
}

impl Call {
    /// The path that it works on: the first one that is written out, else that of the open file.
    pub(crate) fn path(&self) -> Option<&str> {
        let quoted = || self.rest.split('"').nth(1);
        match self.name.as_str() {
            "write" | "writev" | "pwrite64" | "fchmod" | "fsync" | "fdatasync" | "syncfs" | "ftruncate" | "fallocate" | "flock"
            | "getdents64" | "read" => self.rest.split_once('<')?.1.split_once('>').map(|(path, _)| path),
            _ => quoted(),
        }
    }
}
