//! An answer that could not be written is a failure in every command; a reader that leaves is none.

use super::{Session, empty};
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

/// Each command with arguments that make it answer on standard output.
const ANSWERS: &[(&str, &[&str])] = &[
    ("build", &["build", "--check"]),
    ("check", &["check"]),
    ("fmt", &["fmt", "--check"]),
    ("explain", &["explain"]),
    ("doc", &["doc"]),
    ("init", &["init", "--help"]),
    ("settings", &["settings"]),
    ("schema", &["schema", "--help"]),
    ("graph", &["graph"]),
    ("reach", &["reach"]),
    ("list", &["list", "hosts"]),
    ("why", &["why", "acme.web.servers"]),
    ("completions", &["completions", "bash"]),
    ("man", &["man"]),
    ("test", &["test", "--format", "junit"]),
    ("debug", &["debug", "dump", "types"]),
    ("help", &["help"]),
];

/// More ways to ask them.
const MORE: &[&[&str]] = &[
    &["explain", "IC0401"],
    &["explain", "firewall"],
    &["doc", "compute"],
    &["doc", "--format", "json"],
    &["doc", "--source", "core.infra"],
    &["settings", "--schema"],
    &["graph", "--format", "dot"],
    &["check", "-o", "sarif"],
    &["check", "--fix", "--diff"],
    &["fmt", "--diff"],
    &["build", "--check", "--explain-changes"],
    &["--version"],
    &["--help"],
];

/// A project in which every command has something to say.
fn project() -> Session {
    let session = empty();
    session.run(&["init", "acme", "--template", "server"]).ends(0);
    session
}

/// What `check` and `fmt` complain about.
fn mistaken() -> Session {
    let session = project();
    let path = "inventory/acme/product.infra";
    let text = session.read(path).replace("owner        =", "ownre =");
    session.put(path, &text);
    session
}

#[test]
fn a_full_disk_is_told_by_every_command() {
    let right = project();
    let wrong = mistaken();
    let help = right.run(&["--help"]).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|word| word.chars().all(char::is_lowercase)) {
        let is_command = right.run(&["help", command]).code == 0;
        // The server of editors speaks when it is spoken to.
        assert!(!is_command || command == "lsp" || ANSWERS.iter().any(|(known, _)| *known == command), "no answer of `{command}` is tried");
    }
    for arguments in ANSWERS.iter().map(|(_, arguments)| *arguments).chain(MORE.iter().copied()) {
        let complains = matches!(arguments[0], "check" | "fmt");
        let session = if complains { &wrong } else { &right };
        let spoken = session.run(arguments);
        assert!(!spoken.out.is_empty(), "{arguments:?} says nothing: {}", spoken.err);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = session.command(arguments).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("error: cannot write `standard output`"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure_of_any_command() {
    let right = project();
    let wrong = mistaken();
    for arguments in ANSWERS.iter().map(|(_, arguments)| *arguments).chain(MORE.iter().copied()) {
        let session = if matches!(arguments[0], "check" | "fmt") { &wrong } else { &right };
        let expected = session.run(arguments);
        // A pipe whose other end is closed before anything is written.
        let mut closed = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = closed.stdin.take().unwrap();
        closed.wait().unwrap();
        let output = session.command(arguments).stdout(pipe).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.as_str()), (Some(expected.code), expected.err.as_str()), "{arguments:?}");
    }
}
