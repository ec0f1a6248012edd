//! How answers look: colours, links, width, quiet.

use super::{SETTINGS, Session, answer, empty, project};

/// A project with a mistake.
fn mistaken() -> Session {
    let session = project();
    session.put("infra.toml", &format!("{SETTINGS}otuput = \"x\"\n"));
    session
}

#[test]
fn colours_follow_the_standards_and_the_arguments_win() {
    let session = mistaken();
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = session.command(arguments);
        command.envs(environment.iter().copied());
        answer(command.output().unwrap()).out.contains('\u{1b}')
    };
    // Standard output is no terminal here.
    assert!(!coloured(&["check"], &[]));
    for variable in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
        assert!(coloured(&["check"], &[(variable, "1")]), "{variable}");
        assert!(!coloured(&["check"], &[(variable, "1"), ("NO_COLOR", "1")]), "{variable}");
        assert!(coloured(&["check"], &[(variable, "1"), ("NO_COLOR", "")]), "{variable}");
        assert!(!coloured(&["check", "--color", "never"], &[(variable, "1")]), "{variable}");
        assert!(coloured(&["--help"], &[(variable, "1")]), "{variable}");
    }
    assert!(!coloured(&["check"], &[("CLICOLOR", "1")]));
    assert!(!coloured(&["check"], &[("CLICOLOR_FORCE", "0")]));
    assert!(coloured(&["check", "--color=always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&["--color=always", "--help"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color=never", "--help"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn codes_are_links_where_the_terminal_has_them() {
    let session = mistaken();
    let url = format!("{}/blob/main/docs/codes/IC0501.md", env!("CARGO_PKG_REPOSITORY"));
    let link = format!("\u{1b}]8;;{url}\u{1b}\\IC0501\u{1b}]8;;\u{1b}\\");
    let run = |variable: &str, color: &str| {
        answer(session.command(&["check", "--color", color]).env("FORCE_HYPERLINK", variable).output().unwrap()).out
    };
    assert!(run("1", "always").contains(&link), "{:?}", run("1", "always"));
    assert!(!run("0", "always").contains("]8;;"));
    assert!(!run("1", "never").contains("]8;;"));
    // A file has neither colours nor links.
    let mut command = session.command(&["check", "--color", "always", "-o", "text=report.txt", "-o", "sarif"]);
    let sarif = answer(command.env("FORCE_HYPERLINK", "1").output().unwrap()).out;
    assert!(session.read("report.txt").starts_with("error[IC0501]: "));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&sarif).unwrap()["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"],
        url.as_str()
    );
}

#[test]
fn sentences_fill_the_width_and_code_is_never_parted() {
    let session = project();
    session.put("inventory/acme/a.infra", &format!("fn f() -> int = {}\n", "nobody_has_such_a_name".repeat(6)));
    let run = |columns: &str| answer(session.command(&["explain"]).env("COLUMNS", columns).output().unwrap()).out;
    for (columns, longest) in [("50", 50), ("140", 140)] {
        assert!(run(columns).lines().all(|line| line.chars().count() <= longest), "{columns}");
    }
    assert!(run("140").lines().count() < run("50").lines().count());
    assert_eq!(run("0"), run("100"));
    let narrow = answer(session.command(&["check"]).env("COLUMNS", "40").output().unwrap()).out;
    assert!(narrow.contains(&"nobody_has_such_a_name".repeat(6)), "{narrow}");
}

#[test]
fn the_quiet_command_says_findings_and_failures_only() {
    let session = mistaken();
    let findings = session.run(&["check", "-q"]);
    assert!(findings.ends(1).out.starts_with("error[IC0501]: ") && findings.err.is_empty(), "{}", findings.err);
    empty().run(&["check", "--quiet"]).ends(2).says("error: no `infra.toml`");
    project().run(&["check", "-q"]).is(0, "", "");
    project().run(&["build", "-q"]).is(0, "", "");
    project().run(&["check", "-q", "-v"]).ends(2).says("cannot be used with");
    project().run(&["check", "-v"]).ends(0).says("note: ");
    // What is beside an answer is said too.
    let graph = session.run(&["graph", "-q"]);
    assert!(graph.ends(1).err.starts_with("error[IC0501]: "), "{}", graph.err);
}

#[test]
fn there_is_a_help_command() {
    empty().run(&["help"]).ends(0).says("Usage: infrac");
    empty().run(&["help", "build"]).ends(0).says("Usage: infrac build");
    empty().run(&["help", "biuld"]).ends(2).says("unrecognized subcommand");
}

#[cfg(unix)]
#[test]
fn a_pipe_of_the_shell_takes_findings() {
    let session = mistaken();
    let own = env!("CARGO_BIN_EXE_infrac");
    let script = format!("\"{own}\" check -o text -o json=>(cat > found.json); sleep 0.2; \"{own}\" check -o json=-");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &script]).current_dir(session.folder.path()).env("XDG_CACHE_HOME", session.caches.path());
    let said = answer(command.output().unwrap());
    let lines = |text: &str| text.lines().filter(|line| line.starts_with('{')).count();
    assert!(lines(&session.read("found.json")) == 1 && lines(&said.out) == 1, "{}{}", said.out, said.err);
    assert!(!session.exists("-"));
}
