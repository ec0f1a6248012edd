//! Commands that stay, and do their work again after each change.

use super::{Session, empty};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A command that stays, with the lines that it says.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The same command, also where these tests run without a terminal, in whose jobs signals are ignored.
fn stopped_by_interrupts(command: &Command) -> Command {
    let mut wrapped = Command::new("env");
    wrapped.arg("--default-signal=INT").arg(command.get_program()).args(command.get_args());
    command.get_current_dir().map(|folder| wrapped.current_dir(folder));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

impl Watching {
    fn begin(session: &Session, arguments: &[&str]) -> Watching {
        let mut child = stopped_by_interrupts(&session.command(arguments)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] = [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        }
        Watching { child, lines }
    }

    /// What it says until it waits, in the order of each stream.
    #[track_caller]
    fn round(&self) -> String {
        let mut said = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("it says no more than\n{said}"));
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("waiting for changes") {
                // Standard output is another stream, and may come later.
                while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(200)) {
                    said.push_str(&line);
                    said.push('\n');
                }
                return said;
            }
        }
    }

    #[track_caller]
    fn says(&self, words: &[&str]) {
        let said = self.round();
        assert!(words.iter().all(|word| said.contains(word)), "no {words:?} in\n{said}");
    }

    /// Nothing at all is said.
    #[track_caller]
    fn is_silent(&self) {
        let said = self.lines.recv_timeout(Duration::from_secs(1));
        assert!(said.is_err(), "{said:?}");
    }
}

fn started() -> Session {
    let session = empty();
    session.run(&["init", "acme"]).ends(0);
    session
}

const PRODUCT: &str = "inventory/acme/product.infra";

#[test]
fn a_check_that_stays_follows_every_change() {
    let session = started();
    let right = session.read(PRODUCT);
    let watching = Watching::begin(&session, &["check", "--watch"]);
    watching.says(&["no problems in the project"]);
    session.put(PRODUCT, &right.replace("owner ", "ownre "));
    watching.says(&["changed inventory/acme/product.infra\n", "error[IC0103]", "1 error"]);
    // Reading, the same text again and files that are no sources are no change.
    session.read(PRODUCT);
    session.put(PRODUCT, &right.replace("owner ", "ownre "));
    session.put("notes.txt", "x");
    session.put("inventory/acme/.swp.infra", "x");
    watching.is_silent();
    session.put(PRODUCT, &right);
    watching.says(&["changed inventory/acme/product.infra\n", "no problems"]);
    // Files and folders come and go.
    session.put("inventory/acme/deep/er/more.infra", "stack nothing x {}\n");
    watching.says(&["new inventory/acme/deep/er/more.infra\n", "there is no stack `nothing`"]);
    std::fs::remove_dir_all(session.folder.path().join("inventory/acme/deep")).unwrap();
    watching.says(&["gone inventory/acme/deep/er/more.infra\n", "no problems"]);
}

#[test]
fn settings_that_break_in_the_meantime_are_survived() {
    let session = started();
    let settings = session.read("infra.toml");
    for command in ["check", "build"] {
        let watching = Watching::begin(&session, &[command, "--watch"]);
        watching.round();
        session.put("infra.toml", "nmae = [\n");
        watching.says(&["changed infra.toml\n", "error[IC0501]"]);
        std::fs::remove_file(session.folder.path().join("infra.toml")).unwrap();
        watching.says(&["error: cannot read `"]);
        session.put("infra.toml", &settings);
        watching.round();
        session.put("infra.toml", &format!("{settings}inventory = \"products\"\n"));
        watching.says(&["the folder `products` does not exist"]);
        session.put("products/acme/product.infra", &session.read(PRODUCT));
        watching.round();
        session.put("products/acme/product.infra", &session.read(PRODUCT).replace("owner ", "ownre "));
        watching.says(&["changed products/acme/product.infra\n", "error[IC0103]"]);
        std::fs::remove_dir_all(session.folder.path().join("products")).unwrap();
        watching.round();
        session.put("infra.toml", &settings);
        watching.round();
    }
}

#[test]
fn a_build_that_stays_writes_what_changed_and_nothing_else() {
    let session = started();
    let watching = Watching::begin(&session, &["build", "--watch"]);
    watching.says(&["wrote "]);
    watching.is_silent();
    let right = session.read(PRODUCT);
    session.put(PRODUCT, &right.replace("owner ", "ownre "));
    watching.says(&["error[IC0103]", "nothing was written"]);
    session.put(
        PRODUCT,
        &right
            .replace("[staging, prod]", "[staging, test, prod]")
            .replace("prod = 10.20.0.0/16", "prod = 10.20.0.0/16, test = 10.30.0.0/16")
            .replace("  in staging", "  in test { domain = \"test.acme.example.com\" }\n  in staging"),
    );
    watching.says(&["changed inventory/acme/product.infra\n", "wrote "]);
    watching.is_silent();
    assert!(session.run(&["build", "--check"]).ends(0).err.contains("up to date"));
}

#[test]
fn an_interrupt_ends_it() {
    let session = started();
    for command in ["check", "build"] {
        let mut watching = Watching::begin(&session, &[command, "--watch"]);
        watching.round();
        assert!(Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status().unwrap().success());
        let ended = watching.child.wait().unwrap();
        // As a shell sees it, that is 130.
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(2), "{command}");
    }
}

#[test]
fn what_cannot_stay_is_refused() {
    let session = started();
    session.run(&["check", "--watch", "--fix"]).ends(2).says("cannot be used with");
    session.run(&["build", "--watch", "--check"]).ends(2).says("cannot be used with");
    session.run(&["check", "--watch", "-", "--stdin-filename", PRODUCT]).ends(2).says("standard input does not change");
    empty().run(&["check", "--watch"]).ends(2).says("no `infra.toml`");
    session.run(&["build", "--watch", "--product", "nobody"]).ends(2).says("there is no product `nobody`");
    session.run(&["check", "--watch", "--product", "nobody"]).ends(2).says("there is no product `nobody`");
    session.run(&["check", "--watch", "nothing.infra"]).ends(2).says("nothing.infra");
}

#[cfg(unix)]
#[test]
fn it_ends_when_nobody_reads_any_more() {
    let session = empty();
    session.run(&["init", "acme"]).ends(0);
    session.put("inventory/acme/wrong.infra", "stack nobody other {}\n");
    let mut child = session.command(&["check", "--watch"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("error"), "{first}");
    // The reader is gone, and no source changes.
    let end = std::time::Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(std::time::Instant::now() < end, "it stays");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(0));
}
