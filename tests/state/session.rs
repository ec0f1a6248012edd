//! A command with all processes that it starts: to wait for, to look at, to signal.

use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub struct Session {
    child: Child,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A process of a session.
#[derive(Clone, Debug)]
pub struct Process {
    pub id: u32,
    pub words: Vec<String>,
}

impl Process {
    /// Whether it runs this program.
    pub fn is(&self, program: &str) -> bool {
        self.words.first().is_some_and(|word| word.rsplit('/').next() == Some(program))
    }

    /// Whether it is a shell that runs this script.
    pub fn runs(&self, script: &str) -> bool {
        self.words.iter().take(2).any(|word| word.rsplit('/').next() == Some(script))
    }
}

fn reader(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        from.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

impl Session {
    pub fn start(command: &mut Command) -> Session {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Session { child, out: reader(out), err: reader(err) }
    }

    /// The processes of the session that are alive.
    pub fn processes(&self) -> Vec<Process> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().map(Result::unwrap) {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let (Ok(stat), Ok(words)) = (fs::read_to_string(entry.path().join("stat")), fs::read(entry.path().join("cmdline"))) else {
                continue;
            };
            let Some((_, fields)) = stat.rsplit_once(") ") else { continue };
            let fields: Vec<&str> = fields.split(' ').collect();
            if fields[0] != "Z" && fields[2] == self.child.id().to_string() {
                let words = words.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
                found.push(Process { id, words });
            }
        }
        found.sort_by_key(|process| process.id);
        found
    }

    /// Sends a signal to a process of the session, or with a minus to all.
    pub fn signal(&self, signal: &str, process: Option<u32>) {
        let target = process.map_or(format!("-{}", self.child.id()), |id| id.to_string());
        assert!(Command::new("kill").args(["-s", signal, "--", &target]).status().unwrap().success());
    }

    /// Signals the command itself, as CI does when a run is cancelled.
    pub fn cancel(&self, signal: &str) {
        self.signal(signal, Some(self.child.id()));
    }

    pub fn wait(mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        Ended { code, out: self.out.join().unwrap(), err: self.err.join().unwrap() }
    }

    #[track_caller]
    pub fn ends(self, code: i32) -> Ended {
        let ended = self.wait();
        assert_eq!(ended.code, Some(code), "{}\n{}", ended.out, ended.err);
        ended
    }

    /// Ends with a failure, whichever.
    #[track_caller]
    pub fn fails(self) -> Ended {
        let ended = self.wait();
        assert_ne!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
        ended
    }
}

impl Ended {
    #[track_caller]
    pub fn says(&self, words: &str) -> &Ended {
        assert!(self.out.contains(words) || self.err.contains(words), "no {words:?} in\n{}\n{}", self.out, self.err);
        self
    }
}

/// Waits until something holds, and says how long that took.
#[track_caller]
pub fn until(what: &str, seconds: u64, holds: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(seconds), "waited {seconds} s until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    start.elapsed()
}
